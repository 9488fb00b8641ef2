#include "comparison_form.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

constexpr absl::string_view kObsolete = "obsolete ";
constexpr absl::string_view kPhenotype = " phenotype";
// A longer text is no name.
constexpr size_t kMaxNameBytes = 256;

// The last word in its other number: "cells" for "cell" and the other way round.
std::vector<std::string> OtherNumber(const std::string& text) {
  const size_t size = text.size();
  if (size < 4 || absl::EndsWith(text, "ss")) return {};
  if (absl::EndsWith(text, "ies")) return {absl::StrCat(text.substr(0, size - 3), "y")};
  if (absl::EndsWith(text, "s")) {
    std::vector<std::string> out = {text.substr(0, size - 1)};
    if (absl::EndsWith(text, "es")) out.push_back(text.substr(0, size - 2));
    return out;
  }
  if (absl::EndsWith(text, "y")) return {absl::StrCat(text.substr(0, size - 1), "ies")};
  return {absl::StrCat(text, "s")};
}

void AddNew(std::string text, std::vector<std::string>* out) {
  if (std::find(out->begin(), out->end(), text) == out->end()) out->push_back(std::move(text));
}

}  // namespace

std::string ComparisonForm(absl::string_view text) {
  std::string folded = FoldText(text);
  std::replace(folded.begin(), folded.end(), '-', ' ');
  std::replace(folded.begin(), folded.end(), '_', ' ');
  absl::string_view form = folded;
  while (absl::StartsWith(form, kObsolete)) form.remove_prefix(kObsolete.size());
  while (absl::EndsWith(form, kPhenotype)) form.remove_suffix(kPhenotype.size());
  return FoldText(form);
}

std::vector<std::string> OtherSpellings(absl::string_view text) {
  const std::string folded = FoldText(text);
  if (folded.empty() || folded.size() > kMaxNameBytes) return {};
  std::vector<std::string> out = {folded};
  // Each step doubles what there is; the order is that of the steps.
  for (size_t i = 0, end = out.size(); i < end; ++i) {
    const std::string bare(absl::EndsWith(out[i], kPhenotype)
                               ? out[i].substr(0, out[i].size() - kPhenotype.size())
                               : out[i]);
    AddNew(bare, &out);
    AddNew(absl::StrCat(bare, kPhenotype), &out);
  }
  for (size_t i = 0, end = out.size(); i < end; ++i) {
    AddNew(FoldText(absl::StrReplaceAll(out[i], {{"-", " "}, {"_", " "}})), &out);
    AddNew(absl::StrReplaceAll(out[i], {{"-", ""}}), &out);
    AddNew(absl::StrReplaceAll(out[i], {{" ", "-"}}), &out);
  }
  for (size_t i = 0, end = out.size(); i < end; ++i) {
    const bool phenotype = absl::EndsWith(out[i], kPhenotype);
    const std::string bare =
        phenotype ? out[i].substr(0, out[i].size() - kPhenotype.size()) : out[i];
    for (const std::string& other : OtherNumber(bare)) {
      AddNew(phenotype ? absl::StrCat(other, kPhenotype) : other, &out);
    }
  }
  out.erase(out.begin());
  return out;
}

}  // namespace parfocal
