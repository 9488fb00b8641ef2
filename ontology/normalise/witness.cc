#include "parfocal/normalise/witness.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace parfocal {
namespace {
constexpr absl::string_view kManyIdsText = " ids beside these words in the column";
constexpr absl::string_view kDefinitionText = "source definition: ";
}  // namespace

std::string ManyIdsWitness(int64_t ids) { return absl::StrCat(ids, kManyIdsText); }

absl::string_view WitnessOf(absl::string_view evidence) {
  size_t digits = 0;
  while (digits < evidence.size() && absl::ascii_isdigit(evidence[digits])) ++digits;
  if (digits == 0 || !absl::StartsWith(evidence.substr(digits), kManyIdsText)) return {};
  return evidence.substr(0, digits + kManyIdsText.size());
}

std::string DefinitionEvidence(absl::string_view what) {
  return absl::StrCat(kDefinitionText, absl::StrReplaceAll(what, {{";", ","}}));
}

absl::string_view DefinitionEvidenceOf(absl::string_view evidence) {
  if (!absl::StartsWith(evidence, kDefinitionText)) return {};
  return evidence.substr(0, evidence.find(';'));
}

}  // namespace parfocal
