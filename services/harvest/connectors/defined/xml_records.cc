#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/connector_idr/text_decoding.h"
#include "records.h"

namespace parfocal::defined {
namespace {

using definition::Item;

constexpr int kMaxDepth = 200;
constexpr int kMaxAttributes = 256;            // Of one element.
constexpr size_t kMaxRecords = 1'000'000;      // Of one document.
constexpr size_t kMaxBytes = size_t{1} << 30;  // libxml2 counts in int.

absl::string_view View(const xmlChar* text) {
  return text == nullptr ? absl::string_view() : reinterpret_cast<const char*>(text);
}

// What is done with the elements of a document, from the callbacks of the parser. The first failure
// stops it.
class Walk {
 public:
  virtual ~Walk() = default;
  virtual void Open(absl::string_view name, int attributes, const xmlChar** values) = 0;
  virtual void Text(absl::string_view text) = 0;
  virtual void Close() = 0;

  absl::Status Parse(absl::string_view text);

 protected:
  void Stop(absl::Status failure) {
    if (failure_.ok()) failure_ = std::move(failure);
    xmlStopParser(parser_);
  }
  void OverLimit(absl::string_view name, int64_t limit) {
    Stop(WithReason(
        absl::ResourceExhaustedError(absl::StrCat("more than ", limit, " of xml_", name, " (line ",
                                                  xmlSAX2GetLineNumber(parser_), ")")),
        "LIMIT_EXCEEDED", absl::StrCat("xml_", name)));
  }
  // How many bytes of the document the parser has passed.
  size_t Passed() const {
    const xmlParserInputPtr input = parser_->input;
    return static_cast<size_t>(input->consumed) + static_cast<size_t>(input->cur - input->base);
  }

 private:
  static void OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar*, int,
                      const xmlChar**, int attributes, int, const xmlChar** values) {
    auto* walk = static_cast<Walk*>(data);
    if (!walk->failure_.ok()) return;
    if (++walk->depth_ > kMaxDepth) return walk->OverLimit("depth", kMaxDepth);
    if (attributes > kMaxAttributes) return walk->OverLimit("attributes", kMaxAttributes);
    walk->Open(View(name), attributes, values);
  }
  static void OnEnd(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto* walk = static_cast<Walk*>(data);
    if (!walk->failure_.ok()) return;
    --walk->depth_;
    walk->Close();
  }
  static void OnText(void* data, const xmlChar* text, int size) {
    auto* walk = static_cast<Walk*>(data);
    if (walk->failure_.ok() && size > 0)
      walk->Text({reinterpret_cast<const char*>(text), static_cast<size_t>(size)});
  }
  static void OnDoctype(void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    static_cast<Walk*>(data)->Stop(absl::InvalidArgumentError("holds a DOCTYPE"));
  }
  static void OnError(void* data, xmlErrorPtr error) {
    auto* walk = static_cast<Walk*>(data);
    // A prefix that nobody declared is common, and harmless where names alone are looked at.
    if (error->domain == XML_FROM_NAMESPACE || error->level == XML_ERR_WARNING) return;
    if (!walk->error_.empty() || error->message == nullptr) return;
    // The message may quote any bytes of the text, and is shown to people.
    const absl::string_view message = absl::StripAsciiWhitespace(absl::string_view(error->message));
    walk->error_ =
        absl::StrCat(idr::DecodeText(message.substr(0, 200)).text, " (line ", error->line, ")");
  }

  xmlParserCtxtPtr parser_ = nullptr;
  int depth_ = 0;
  absl::Status failure_;
  std::string error_;  // The first of libxml2.
};

struct ParserDeleter {
  void operator()(xmlParserCtxtPtr parser) const {
    if (parser->myDoc != nullptr) xmlFreeDoc(parser->myDoc);
    parser->myDoc = nullptr;
    xmlFreeParserCtxt(parser);
  }
};

absl::Status Walk::Parse(absl::string_view text) {
  static const bool initialized = [] {
    xmlInitParser();
    return true;
  }();
  (void)initialized;
  if (text.empty()) return absl::InvalidArgumentError("is empty");
  if (text.size() > kMaxBytes) return absl::ResourceExhaustedError("has more than 1 GiB of XML");
  const std::unique_ptr<xmlParserCtxt, ParserDeleter> parser(
      xmlCreateMemoryParserCtxt(text.data(), static_cast<int>(text.size())));
  if (parser == nullptr) return absl::ResourceExhaustedError("no memory for a parser");
  xmlSAXHandler handler;
  std::memset(&handler, 0, sizeof handler);
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = OnStart;
  handler.endElementNs = OnEnd;
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = OnText;
  handler.internalSubset = OnDoctype;
  handler.serror = OnError;
  *parser->sax = handler;
  parser->sax2 = 1;
  parser->userData = this;
  parser_ = parser.get();
  // NOENT, DTDLOAD and HUGE would open files or lift the library's own limits. What the document
  // says of its encoding is ignored: it is UTF-8, or no record's bytes could be told.
  xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
  xmlSwitchEncoding(parser.get(), XML_CHAR_ENCODING_UTF8);
  xmlParseDocument(parser.get());
  PARFOCAL_RETURN_IF_ERROR(failure_);
  if (parser->wellFormed == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("is no well-formed XML: ", error_.empty() ? "no reason given" : error_));
  }
  return absl::OkStatus();
}

// Makes an Item of the root element.
class ItemWalk final : public Walk {
 public:
  ItemWalk(const RecordLimits& limits, Item* out) : limits_(limits), out_(out) {}

  void Open(absl::string_view name, int attributes, const xmlChar** values) override {
    if ((values_ += static_cast<size_t>(attributes) + 1) > limits_.values)
      return OverLimit("values", static_cast<int64_t>(limits_.values));
    Level level;
    level.name = std::string(name);
    level.item.kind = Item::Kind::kObject;
    for (int i = 0; i < attributes; ++i) {
      const xmlChar** value = values + 5 * i;  // Name, prefix, namespace, begin, end.
      const absl::string_view text(reinterpret_cast<const char*>(value[3]),
                                   static_cast<size_t>(value[4] - value[3]));
      // libxml2 hands on every `&` of an attribute as a number, since it might begin an entity.
      level.item.fields.emplace_back(absl::StrCat("@", View(value[0])),
                                     Item::Text(absl::StrReplaceAll(text, {{"&#38;", "&"}})));
    }
    open_.push_back(std::move(level));
  }

  void Text(absl::string_view text) override {
    if (open_.empty()) return;
    Level& level = open_.back();
    level.all.append(text.data(), text.size());
    level.own |= !absl::StripAsciiWhitespace(text).empty();
  }

  void Close() override {
    Level level = std::move(open_.back());
    open_.pop_back();
    // Text between elements makes all of it one text, as in a title with markup.
    if (level.own) level.item.text = std::string(absl::StripAsciiWhitespace(level.all));
    if (level.item.fields.empty())
      level.item.kind = level.item.text.empty() ? Item::Kind::kNull : Item::Kind::kText;
    if (open_.empty()) {
      *out_ = std::move(level.item);
      return;
    }
    Level& parent = open_.back();
    if (parent.all.size() < limits_.record_bytes) parent.all += level.all;
    parent.item.fields.emplace_back(std::move(level.name), std::move(level.item));
  }

 private:
  struct Level {
    std::string name;
    Item item;
    std::string all;   // Text in the element and below it.
    bool own = false;  // Some of it is the element's own.
  };
  const RecordLimits& limits_;
  Item* const out_;
  std::vector<Level> open_;
  size_t values_ = 0;
};

// Finds where the elements of one path begin and end.
class PlaceWalk final : public Walk {
 public:
  PlaceWalk(absl::string_view document, const std::string& path,
            std::vector<absl::string_view>* out)
      : document_(document), out_(out) {
    if (!path.empty()) path_ = absl::StrSplit(path, '/');
  }

  void Open(absl::string_view name, int, const xmlChar**) override {
    ++depth_;
    if (depth_ == fits_ + 1 && fits_ < path_.size() &&
        (path_[fits_] == "*" || path_[fits_] == name)) {
      deepest_ = std::max(deepest_, ++fits_);
    }
    const bool record = path_.empty() ? depth_ == 1 : fits_ == path_.size() && depth_ == fits_;
    if (!record) return;
    if (out_->size() == kMaxRecords) return OverLimit("records", kMaxRecords);
    // No `<` stands within a tag, so the last one before its end begins it.
    begin_ = document_.substr(0, Passed()).rfind('<');
  }
  void Text(absl::string_view) override {}
  // Whether there is at least the element that the records would be in.
  bool HasList() const { return deepest_ + 1 >= path_.size() && deepest_ > 0; }
  void Close() override {
    const bool record = path_.empty() ? depth_ == 1 : fits_ == path_.size() && depth_ == fits_;
    if (record) {
      const size_t end = Passed();
      if (begin_ == document_.npos || end > document_.size() || end <= begin_ ||
          document_[end - 1] != '>') {
        return Stop(absl::InternalError("is XML whose elements cannot be found again"));
      }
      out_->push_back(document_.substr(begin_, end - begin_));
    }
    if (fits_ == depth_ && fits_ > 0) --fits_;
    --depth_;
  }

 private:
  const absl::string_view document_;
  std::vector<std::string> path_;
  std::vector<absl::string_view>* const out_;
  size_t depth_ = 0;  // Of open elements.
  size_t fits_ = 0;   // So many of them are as the path says.
  size_t deepest_ = 0;
  size_t begin_ = 0;
};

class XmlReader final : public RecordReader {
 public:
  XmlReader(std::vector<absl::string_view> places, const RecordLimits& limits)
      : places_(std::move(places)), limits_(limits) {}

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    if (next_ == places_.size()) return false;
    *record = FoundRecord();
    record->raw = places_[next_];
    record->place = absl::StrCat(":#", next_);
    ++next_;
    if (record->raw.size() > limits_.record_bytes) {
      record->problem = absl::StrCat("the record has ", record->raw.size(), " bytes, at most ",
                                     limits_.record_bytes,
                                     " are allowed (option max_record_bytes of the source)");
      return true;
    }
    const absl::Status status = ItemWalk(limits_, &record->item).Parse(record->raw);
    if (!status.ok()) record->problem = absl::StrCat("the record ", status.message());
    return true;
  }

 private:
  const std::vector<absl::string_view> places_;
  const RecordLimits limits_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenXml(absl::string_view document,
                                                      const std::string& records,
                                                      const RecordLimits& limits) {
  absl::ConsumePrefix(&document, "\xef\xbb\xbf");
  std::vector<absl::string_view> places;
  PlaceWalk walk(document, records, &places);
  PARFOCAL_RETURN_IF_ERROR(walk.Parse(document));
  if (places.empty() && !walk.HasList())
    return absl::NotFoundError(absl::StrCat("has no '", records, "'"));
  return std::make_unique<XmlReader>(std::move(places), limits);
}

absl::StatusOr<Item> ParseXml(absl::string_view document, const RecordLimits& limits) {
  absl::ConsumePrefix(&document, "\xef\xbb\xbf");
  Item out;
  PARFOCAL_RETURN_IF_ERROR(ItemWalk(limits, &out).Parse(document));
  return out;
}

}  // namespace parfocal::defined
