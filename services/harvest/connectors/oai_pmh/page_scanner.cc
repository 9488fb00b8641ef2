#include "page_scanner.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

constexpr size_t kNone = absl::string_view::npos;
constexpr size_t kMaxDepth = 200;  // Of elements outside of records.

bool IsNameByte(char c) {
  const auto u = static_cast<unsigned char>(c);
  return absl::ascii_isalnum(u) || c == ':' || c == '_' || c == '-' || c == '.' || u >= 0x80;
}

absl::string_view NameAt(absl::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsNameByte(text[end])) ++end;
  return text.substr(at, end - at);
}

absl::string_view Local(absl::string_view name) {
  const size_t colon = name.find(':');
  return colon == kNone ? name : name.substr(colon + 1);
}

struct Tag {
  enum class Kind { kOpen, kClose, kEmpty, kOther, kDeclaration, kEnd };
  Kind kind = Kind::kEnd;
  absl::string_view name;
  size_t begin = 0, end = 0;  // Of the whole tag.
};

// The next tag at or behind `at`. kOther: a comment, CDATA or instruction, skipped whole; kEnd with
// `begin` < the text's size: one of these that never ends. A `<` that begins nothing is text.
Tag NextTag(absl::string_view text, size_t at) {
  Tag tag;
  for (; (tag.begin = text.find('<', at)) != kNone; at = tag.begin + 1) {
    const absl::string_view rest = text.substr(tag.begin);
    constexpr struct {
      absl::string_view open, close;
    } kSpans[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (const auto& span : kSpans) {
      if (!absl::StartsWith(rest, span.open)) continue;
      const size_t close = rest.find(span.close, span.open.size());
      if (close == kNone) return tag;
      tag.kind = Tag::Kind::kOther;
      tag.end = tag.begin + close + span.close.size();
      return tag;
    }
    if (absl::StartsWith(rest, "<!")) {
      tag.kind = Tag::Kind::kDeclaration;
      tag.end = tag.begin + 2;
      return tag;
    }
    const bool close = rest.size() > 1 && rest[1] == '/';
    tag.name = NameAt(text, tag.begin + (close ? 2 : 1));
    if (tag.name.empty()) continue;
    // To its `>`, over quoted values; a `<` before it says that this was no tag.
    char quote = 0;
    for (size_t i = tag.begin + 1; i < text.size() && text[i] != '<'; ++i) {
      const char c = text[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        tag.end = i + 1;
        tag.kind = close                ? Tag::Kind::kClose
                   : text[i - 1] == '/' ? Tag::Kind::kEmpty
                                        : Tag::Kind::kOpen;
        return tag;
      }
    }
  }
  tag.begin = text.size();
  return tag;
}

class Scanner {
 public:
  Scanner(absl::string_view page, const PageLimits& limits) : page_(page), limits_(limits) {}

  absl::StatusOr<ScannedPage> Scan() {
    PARFOCAL_RETURN_IF_ERROR(CheckBeginning());
    size_t at = 0, kept = 0;
    bool ended = false;
    while (!ended) {
      const Tag tag = NextTag(page_, at);
      if (tag.kind == Tag::Kind::kEnd) break;
      at = tag.end;
      if (tag.kind == Tag::Kind::kDeclaration) {
        return absl::InvalidArgumentError("it holds a DOCTYPE or another declaration");
      }
      if (tag.kind == Tag::Kind::kOther) continue;
      if (IsRecord(tag)) {
        if (out_.records.size() == limits_.records) {
          return WithReason(
              absl::ResourceExhaustedError(absl::StrCat("more than ", limits_.records, " records")),
              "LIMIT_EXCEEDED", "page_records");
        }
        absl::StrAppend(&out_.envelope, page_.substr(kept, tag.begin - kept));
        kept = at = AddRecord(tag);
      } else if (tag.kind == Tag::Kind::kOpen) {
        if (open_.size() == kMaxDepth) {
          return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                                "more than ", kMaxDepth, " elements within each other")),
                            "LIMIT_EXCEEDED", "xml_depth");
        }
        open_.push_back(tag);
      } else if (tag.kind == Tag::Kind::kClose) {
        if (!open_.empty()) open_.pop_back();
        ended = open_.empty();
      }
    }
    absl::StrAppend(&out_.envelope, page_.substr(kept, (ended ? at : page_.size()) - kept));
    out_.cut = !ended;
    if (!ended) CloseWhatIsOpen();
    if (out_.envelope.size() > limits_.envelope_bytes) {
      return WithReason(
          absl::ResourceExhaustedError(absl::StrCat("the answer without its records has more than ",
                                                    limits_.envelope_bytes, " bytes")),
          "LIMIT_EXCEEDED", "envelope_bytes");
    }
    return std::move(out_);
  }

 private:
  absl::Status CheckBeginning() const {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(page_);
    auto bad = [](absl::string_view why) { return absl::InvalidArgumentError(why); };
    if (text.empty()) return bad("the answer is empty");
    if (absl::StartsWithIgnoreCase(text, "<!doctype html") ||
        absl::StartsWithIgnoreCase(text, "<html"))
      return bad("the answer is an HTML page");
    if (text[0] != '<') return bad("the answer is no XML");
    size_t at = 0;
    Tag tag;
    do {
      tag = NextTag(page_, at);
      at = tag.end;
    } while (tag.kind == Tag::Kind::kOther);
    if (tag.kind == Tag::Kind::kDeclaration) return bad("the answer holds a DOCTYPE");
    if (tag.kind == Tag::Kind::kEnd) return bad("the answer is no XML");
    if (absl::EqualsIgnoreCase(Local(tag.name), "html")) return bad("the answer is an HTML page");
    if (Local(tag.name) != "OAI-PMH") {
      return bad(absl::StrCat("the answer is XML, but no OAI-PMH: it begins with '",
                              Printable(tag.name.substr(0, 60)), "'"));
    }
    return absl::OkStatus();
  }

  bool IsRecord(const Tag& tag) const {
    if (open_.size() != 2 || tag.kind == Tag::Kind::kClose || Local(tag.name) != "record")
      return false;
    const absl::string_view parent = Local(open_[1].name);
    return parent == "ListRecords" || parent == "GetRecord";
  }

  // Notes the record that `tag` opens and returns where what follows it begins.
  size_t AddRecord(const Tag& tag) {
    if (out_.records.empty()) NoteTagsAround();
    RecordPlace place{tag.begin, tag.end - tag.begin, ""};
    if (tag.kind == Tag::Kind::kOpen) {
      size_t end = literal_ ? kNone : BalancedEnd(tag);
      if (end == kNone) {
        // From here on tags cannot be trusted to pair: a record ends with the first tag that closes
        // one, or where the next begins.
        literal_ = true;
        end = LiteralEnd(tag);
        place.fault = end == kNone ? "the answer ends within it" : "its tags do not pair";
      }
      if (end == kNone) end = page_.size();
      place.length = end - tag.begin;
    }
    out_.records.push_back(place);
    return place.offset + place.length;
  }

  size_t BalancedEnd(const Tag& tag) const {
    int depth = 1;
    for (size_t at = tag.end; true;) {
      const Tag next = NextTag(page_, at);
      if (next.kind == Tag::Kind::kEnd) return kNone;
      at = next.end;
      if (next.name != tag.name) continue;
      if (next.kind == Tag::Kind::kOpen) ++depth;
      if (next.kind == Tag::Kind::kClose && --depth == 0) return next.end;
    }
  }

  size_t LiteralEnd(const Tag& tag) const {
    for (size_t at = tag.end; (at = page_.find('<', at)) != kNone; ++at) {
      const bool close = at + 1 < page_.size() && page_[at + 1] == '/';
      if (NameAt(page_, at + (close ? 2 : 1)) != tag.name) continue;
      if (!close) return at;
      const size_t end = page_.find('>', at);
      return end == kNone ? kNone : end + 1;
    }
    return kNone;
  }

  void NoteTagsAround() {
    for (const Tag& tag : open_) {
      absl::StrAppend(&out_.open_tags, page_.substr(tag.begin, tag.end - tag.begin));
      out_.close_tags = absl::StrCat("</", tag.name, ">", out_.close_tags);
    }
  }

  void CloseWhatIsOpen() {
    // A tag that was begun and never ended would spoil the envelope.
    const Tag last =
        NextTag(out_.envelope, out_.envelope.rfind('<') == kNone ? 0 : out_.envelope.rfind('<'));
    if (last.kind == Tag::Kind::kEnd && out_.envelope.rfind('<') != kNone)
      out_.envelope.resize(out_.envelope.rfind('<'));
    for (size_t i = open_.size(); i > 0; --i)
      absl::StrAppend(&out_.envelope, "</", open_[i - 1].name, ">");
  }

  const absl::string_view page_;
  const PageLimits& limits_;
  ScannedPage out_;
  std::vector<Tag> open_;
  bool literal_ = false;
};

}  // namespace

absl::StatusOr<ScannedPage> ScanPage(absl::string_view page, const PageLimits& limits) {
  return Scanner(page, limits).Scan();
}

absl::string_view ElementIn(absl::string_view record, absl::string_view name) {
  int depth = 0;
  size_t begin = 0;
  absl::string_view full;
  for (size_t at = 0; true;) {
    const Tag tag = NextTag(record, at);
    if (tag.kind == Tag::Kind::kEnd) return "";
    at = tag.end;
    if (depth == 0) {
      if (Local(tag.name) != name) continue;
      if (tag.kind == Tag::Kind::kEmpty) return record.substr(tag.begin, tag.end - tag.begin);
      if (tag.kind != Tag::Kind::kOpen) continue;
      depth = 1;
      begin = tag.begin;
      full = tag.name;
    } else if (tag.name == full) {
      if (tag.kind == Tag::Kind::kOpen) ++depth;
      if (tag.kind == Tag::Kind::kClose && --depth == 0)
        return record.substr(begin, tag.end - begin);
    }
  }
}

}  // namespace parfocal::oai
