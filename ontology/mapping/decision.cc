#include "parfocal/mapping/decision.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/mapping_lookup.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", what)),
                    "VALUE_OUT_OF_RANGE", field);
}

absl::Status CheckText(absl::string_view field, absl::string_view text, size_t limit) {
  if (text.size() > limit) {
    return LimitExceeded(absl::StrCat("mapping_", field, "_bytes"), static_cast<int64_t>(limit),
                         field, absl::StrCat(field, ": ", text.size(), " bytes; at most ", limit));
  }
  for (const char c : text) {
    if (absl::ascii_iscntrl(c) && c != '\t' && c != '\n')
      return Wrong(field, "holds a control character");
  }
  return absl::OkStatus();
}

// An `@` between what could be the two halves of an address.
bool HasEmail(absl::string_view text) {
  for (size_t at = text.find('@'); at != absl::string_view::npos; at = text.find('@', at + 1)) {
    const bool before = at > 0 && absl::ascii_isalnum(text[at - 1]);
    const size_t dot = text.find('.', at);
    const size_t blank = text.find_first_of(" \t\n", at);
    if (before && dot != absl::string_view::npos && dot > at + 1 && (blank > dot)) return true;
  }
  return false;
}

}  // namespace

absl::Status CheckDecision(const CuratorDecision& decision) {
  PARFOCAL_RETURN_IF_ERROR(CheckText("field", decision.field, 64));
  PARFOCAL_RETURN_IF_ERROR(CheckText("words", decision.words, kMaxDecisionWords));
  PARFOCAL_RETURN_IF_ERROR(CheckText("term", decision.term, 512));
  PARFOCAL_RETURN_IF_ERROR(CheckText("label", decision.label, kMaxDecisionText));
  PARFOCAL_RETURN_IF_ERROR(CheckText("author", decision.author, 256));
  PARFOCAL_RETURN_IF_ERROR(CheckText("comment", decision.comment, kMaxDecisionText));
  if (decision.field.empty()) return Wrong("field", "is empty");
  if (FoldText(decision.words).empty()) return Wrong("words", "are empty");
  if (absl::StripAsciiWhitespace(decision.author).empty())
    return Wrong("author", "is empty; a decision says who made it");
  if (HasEmail(decision.author) || absl::StrContains(decision.author, "mailto:"))
    return Wrong("author", "is an e-mail address; give a name or an ORCID");
  if (HasEmail(decision.comment)) return Wrong("comment", "holds an e-mail address");
  if (decision.verdict == Verdict::kNoTerm) {
    return decision.term.empty() ? absl::OkStatus()
                                 : Wrong("term", "stands beside the decision that there is none");
  }
  if (decision.term.empty()) return Wrong("term", "is empty");
  if (CanonicalCurie(decision.term) == decision.term) return absl::OkStatus();
  // Databases of genes are no ontologies: their ids have one spelling, that of the tables.
  const bool gene = absl::StartsWith(decision.field, kGeneDecisions);
  if (gene && !CuriePrefix(decision.term).empty()) return absl::OkStatus();
  return Wrong("term", absl::StrCat("'", decision.term, "' is no id in canonical form"));
}

}  // namespace parfocal
