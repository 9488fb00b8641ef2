// OBO 1.2 and 1.4: lines of `tag: value` in stanzas. Streamed; one stanza at a time is held.
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "readers.h"
#include "term_collector.h"
#include "vocabulary.h"

namespace parfocal::internal {
namespace {

enum class Stanza { kHeader, kTerm, kOther };

// Takes the backslash escapes out.
std::string Unescape(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char c = text[++i];
    out.push_back(c == 'n' ? '\n' : c == 't' ? '\t' : c == 'W' ? ' ' : c);
  }
  return out;
}

// Where the first of `c` stands that no backslash precedes; npos if nowhere.
size_t FindUnescaped(absl::string_view text, char c, size_t from = 0) {
  for (size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == c) {
      return i;
    }
  }
  return absl::string_view::npos;
}

// Without the `! comment` and the `{qualifiers}` at the end. For values that are no quoted text.
absl::string_view Bare(absl::string_view value) {
  size_t at = 0;
  while ((at = FindUnescaped(value, '!', at)) != absl::string_view::npos) {
    if (at == 0 || absl::ascii_isspace(value[at - 1])) {
      value = value.substr(0, at);
      break;
    }
    ++at;
  }
  value = absl::StripTrailingAsciiWhitespace(value);
  if (absl::EndsWith(value, "}")) {
    const size_t open = value.rfind('{');
    // Braces without an assignment belong to a name.
    if (open != absl::string_view::npos && absl::StrContains(value.substr(open), "=") &&
        (open == 0 || absl::ascii_isspace(value[open - 1]))) {
      value = value.substr(0, open);
    }
  }
  return absl::StripAsciiWhitespace(value);
}

// The text between the first pair of quotes; `rest` becomes what follows. False without quotes.
bool TakeQuoted(absl::string_view value, std::string* text, absl::string_view* rest) {
  const size_t open = value.find('"');
  if (open == absl::string_view::npos) return false;
  const size_t close = FindUnescaped(value, '"', open + 1);
  if (close == absl::string_view::npos) return false;
  *text = Unescape(value.substr(open + 1, close - open - 1));
  *rest = absl::StripAsciiWhitespace(value.substr(close + 1));
  return true;
}

absl::string_view TakeWord(absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
  size_t end = 0;
  while (end < text->size() && !absl::ascii_isspace((*text)[end])) ++end;
  const absl::string_view word = text->substr(0, end);
  text->remove_prefix(end);
  return word;
}

bool TakeScope(absl::string_view word, SynonymScope* scope) {
  if (word == "EXACT")
    *scope = SynonymScope::kExact;
  else if (word == "NARROW")
    *scope = SynonymScope::kNarrow;
  else if (word == "BROAD")
    *scope = SynonymScope::kBroad;
  else if (word == "RELATED")
    *scope = SynonymScope::kRelated;
  else
    return false;
  return true;
}

class OboReader {
 public:
  OboReader(const ReadLimits& limits, const TermSink& sink, ReadReport* report)
      : limits_(limits), sink_(sink), report_(report) {}

  absl::Status Line(absl::string_view line) {
    ++line_number_;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '!') return absl::OkStatus();
    if (line.front() == '[') return BeginStanza(line);
    const size_t colon = FindUnescaped(line, ':');
    if (colon == absl::string_view::npos) {
      report_->Warn(absl::StrCat("line ", line_number_, " has no tag: passed over"));
      return absl::OkStatus();
    }
    const absl::string_view tag = line.substr(0, colon);
    const absl::string_view value = absl::StripLeadingAsciiWhitespace(line.substr(colon + 1));
    if (stanza_ == Stanza::kHeader) Header(tag, value);
    if (stanza_ == Stanza::kTerm) return Tag(tag, value);
    return absl::OkStatus();
  }

  absl::Status EndStanza() {
    if (stanza_ != Stanza::kTerm) return absl::OkStatus();
    stanza_ = Stanza::kOther;
    if (draft_.term.id.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("OBO: the [Term] before line ", line_number_, " has no id"));
    }
    return Deliver(std::move(draft_), limits_, report_, sink_);
  }

  void SkipLine() {
    ++line_number_;
    report_->Warn(absl::StrCat("line ", line_number_, " is longer than ", limits_.line_bytes,
                               " bytes: passed over"));
  }

 private:
  absl::Status BeginStanza(absl::string_view line) {
    PARFOCAL_RETURN_IF_ERROR(EndStanza());
    draft_ = TermDraft();
    draft_.is_class = true;
    stanza_ = absl::StartsWith(line, "[Term]") ? Stanza::kTerm : Stanza::kOther;
    if (absl::StartsWith(line, "[Typedef]")) ++report_->typedefs;
    return absl::OkStatus();
  }

  void Header(absl::string_view tag, absl::string_view value) {
    if (tag == "data-version") report_->version = std::string(value);
    if (tag == "ontology") report_->ontology = std::string(value);
    // The date of a file is its version only for want of another.
    if (tag == "date" && report_->version.empty()) report_->version = std::string(value);
    if (tag == "default-namespace" && report_->ontology.empty()) {
      report_->ontology = std::string(value);
    }
  }

  absl::Status Tag(absl::string_view tag, absl::string_view value) {
    ParsedTerm& term = draft_.term;
    std::string text;
    absl::string_view rest;
    if (tag == "id") {
      term.id = Unescape(Bare(value));
    } else if (tag == "name") {
      // A name may hold '!' and '{'; only a real comment or qualifier at its end is none of it.
      AddLabel(&draft_, Unescape(Bare(value)), "");
    } else if (tag == "def") {
      if (TakeQuoted(value, &text, &rest)) term.definition = text;
    } else if (tag == "synonym" || absl::EndsWith(tag, "_synonym")) {
      SynonymTag(tag, value);
    } else if (tag == "xref" || tag == "xref_analog" || tag == "xref_unk") {
      const absl::string_view quoted = value.substr(0, value.find(" \""));
      const absl::string_view bare = Bare(quoted);
      if (!bare.empty()) term.xrefs.push_back(Unescape(bare));
    } else if (tag == "is_a") {
      AddParent(&term, Unescape(Bare(value)), EdgeKind::kIsA);
    } else if (tag == "relationship") {
      absl::string_view words = Bare(value);
      const absl::string_view relation = TakeWord(&words);
      if (IsPartOf(relation)) AddParent(&term, Unescape(TakeWord(&words)), EdgeKind::kPartOf);
    } else if (tag == "intersection_of" || tag == "equivalent_to") {
      draft_.defined = true;
    } else if (tag == "alt_id") {
      term.alt_ids.push_back(Unescape(Bare(value)));
    } else if (tag == "is_obsolete") {
      term.obsolete = absl::EqualsIgnoreCase(Bare(value), "true");
    } else if (tag == "replaced_by") {
      ++draft_.replacements;
      if (term.replaced_by.empty()) term.replaced_by = Unescape(Bare(value));
    }
    return absl::OkStatus();
  }

  void SynonymTag(absl::string_view tag, absl::string_view value) {
    std::string text;
    absl::string_view rest;
    if (!TakeQuoted(value, &text, &rest) || text.empty()) {
      report_->Warn(absl::StrCat("line ", line_number_, ": a synonym without text"));
      return;
    }
    SynonymScope scope = SynonymScope::kRelated;
    bool scoped = true;
    if (tag == "exact_synonym")
      scope = SynonymScope::kExact;
    else if (tag == "narrow_synonym")
      scope = SynonymScope::kNarrow;
    else if (tag == "broad_synonym")
      scope = SynonymScope::kBroad;
    else
      scoped = tag != "synonym";
    absl::string_view word = TakeWord(&rest);
    if (TakeScope(word, &scope)) {
      word = TakeWord(&rest);
    } else if (!scoped) {
      report_->Warn(
          absl::StrCat("line ", line_number_, ": a synonym without scope counts as RELATED"));
    }
    // The next word is the type, unless the cross-references begin.
    if (word.empty() || word.front() == '[' || word.front() == '{') word = "";
    Synonym* synonym = AddSynonym(&draft_, scope, text, "");
    if (synonym->type.empty()) synonym->type = std::string(LocalName(word));
  }

  const ReadLimits& limits_;
  const TermSink& sink_;
  ReadReport* report_;
  Stanza stanza_ = Stanza::kHeader;
  TermDraft draft_;
  int64_t line_number_ = 0;
};

}  // namespace

absl::Status ReadObo(ByteStream* in, const ReadLimits& limits, const TermSink& sink,
                     ReadReport* report) {
  OboReader reader(limits, sink, report);
  PARFOCAL_RETURN_IF_ERROR(
      ForEachLine(in, limits.line_bytes, [&](absl::string_view line, bool too_long) {
        if (!too_long) return reader.Line(line);
        reader.SkipLine();
        return absl::OkStatus();
      }));
  return reader.EndStanza();
}

}  // namespace parfocal::internal
