#include "bound_scope.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/curie.h"

namespace parfocal::phenotype {
namespace {

constexpr absl::string_view kTaxonomy = "NCBITaxon";

bool Listed(const std::vector<std::string>& list, absl::string_view value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

bool HasType(const std::vector<std::string>& types, absl::string_view joined) {
  if (types.empty()) return true;
  for (absl::string_view type : absl::StrSplit(joined, ", ")) {
    for (const std::string& asked : types) {
      if (absl::EqualsIgnoreCase(asked, type)) return true;
    }
  }
  return false;
}

}  // namespace

std::string ScreenName(const StudyKey& study, absl::string_view block) {
  return block.empty() ? study.accession : absl::StrCat(study.accession, "/", block);
}

absl::StatusOr<std::string> OrganismNamed(const MatrixData& data, absl::string_view text,
                                          absl::string_view field) {
  const TermLookup& terms = *data.knowledge().terms;
  const std::vector<std::string>& present = data.organisms();
  auto species = [&](const std::string& id) {
    return data.knowledge().genes == nullptr ? id : data.knowledge().genes->SpeciesOf(id);
  };
  const std::string curie = CanonicalCurie(text, kTaxonomy);
  if (!curie.empty() && (std::binary_search(present.begin(), present.end(), species(curie)) ||
                         terms.LabelOf(curie).has_value())) {
    return species(curie);
  }
  std::set<std::string> above;
  for (const std::string& organism : present) {
    const std::vector<std::string> all = terms.Ancestors(organism);
    above.insert(all.begin(), all.end());
  }
  // Words may be the name of something else as well; what organisms lie below is meant first.
  std::string best;
  int rank = 0;
  for (const TermMatch& match : terms.Exact(text, {})) {
    const int here =
        1 + (CuriePrefix(match.id) == kTaxonomy ? 2 : 0) + (above.count(match.id) > 0 ? 4 : 0);
    if (here > rank) {
      rank = here;
      best = match.id;
    }
  }
  if (best.empty()) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat(field, ": '", text,
                                       "' is no organism of the loaded ontologies; give an "
                                       "NCBITaxon id or a scientific name")),
                      "TERM_UNKNOWN", field);
  }
  return species(best);
}

absl::StatusOr<BoundScope> BoundScope::Bind(const MatrixData& data, const Scope& scope) {
  BoundScope out;
  out.kind_ = scope.kind;
  out.single_target_ = scope.single_target;
  out.data_ = &data;
  out.sources_ = scope.sources;
  out.studies_ = scope.studies;
  std::set<std::string> organisms;
  for (const std::string& asked : scope.organisms) {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string taxon,
                              OrganismNamed(data, asked, "scope.organisms"));
    for (const std::string& organism : data.organisms()) {
      const std::vector<std::string> above = data.knowledge().terms->Ancestors(organism);
      if (organism == taxon || std::find(above.begin(), above.end(), taxon) != above.end()) {
        organisms.insert(organism);
      }
    }
  }
  std::set<std::string> unseen(scope.studies.begin(), scope.studies.end());
  for (const MatrixData::StudyPart& study : data.studies()) {
    std::vector<bool>& screens = out.screens_.emplace_back();
    for (const StudyTally::Screen& screen : study.tally->screens()) {
      const bool of_kind = screen.labelled == out.labelled();
      if (of_kind) {
        unseen.erase(ScreenName(study.key, screen.block));
        unseen.erase(study.key.accession);
      }
      const bool in = out.HasPlace(static_cast<uint32_t>(out.screens_.size() - 1), screen.block) &&
                      HasType(scope.perturbation_types, screen.type) &&
                      (scope.organisms.empty() || organisms.count(screen.organism) > 0);
      screens.push_back(in && of_kind);
      out.restricts_ = out.restricts_ || !in;
    }
  }
  out.restricts_ = out.restricts_ || scope.single_target;
  for (const std::string& study : unseen) {
    out.notes_.push_back(absl::StrCat("'", study, "' has no image set with ",
                                      out.labelled() ? "a localisation of a labelled protein"
                                                     : "a perturbed gene or a compound"));
  }
  return out;
}

bool BoundScope::HasPlace(uint32_t study, absl::string_view block) const {
  const StudyKey& key = data_->studies()[study].key;
  return Listed(sources_, key.source) && (studies_.empty() || Listed(studies_, key.accession) ||
                                          Listed(studies_, ScreenName(key, block)));
}

std::vector<uint32_t> BoundScope::Counted(const StudyTally& tally, Rows rows, bool compound) const {
  std::vector<uint32_t> out;
  for (uint32_t row : rows) {
    if (!single_target_ || SingleTarget(tally, row, compound)) out.push_back(row);
  }
  return out;
}

bool BoundScope::Any(const StudyTally& tally, Rows rows, bool compound) const {
  if (!single_target_) return !rows.empty();
  return std::any_of(rows.begin(), rows.end(),
                     [&](uint32_t row) { return SingleTarget(tally, row, compound); });
}

}  // namespace parfocal::phenotype
