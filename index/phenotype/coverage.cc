#include "coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_join.h"
#include "bound_scope.h"

namespace parfocal::phenotype {
namespace {

void SortDistinct(std::vector<uint32_t>* rows) {
  std::sort(rows->begin(), rows->end());
  rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
}

// Image sets of one study, by block and term.
struct TermRows {
  std::vector<uint32_t> positive, negative;
  int64_t controls = 0, failed = 0;  // That show the term.
};
using RowsByTerm = std::map<std::pair<std::string, uint32_t>, TermRows>;

// Adds what controls and failed image sets show. Many of them have no subject, so that of the scope
// only study, block and source restrict them.
void CountApart(const MatrixData& data, const BoundScope& scope, uint32_t study, RowsByTerm* out) {
  const StudyTally& tally = *data.studies()[study].tally;
  for (uint32_t row = 0; row < tally.facts().rows(); ++row) {
    const SetContext& context = tally.facts().context(row);
    if (!(context.control || context.failed) || !scope.HasPlace(study, context.block)) continue;
    std::set<uint32_t> shown;
    for (const FindingFact& fact : tally.facts().findings(row)) {
      if (fact.kind != scope.kind() || fact.outcome != Outcome::kPositive || fact.term.empty())
        continue;
      const auto at = std::lower_bound(tally.terms().begin(), tally.terms().end(), fact.term);
      shown.insert(data.TermOf(study, static_cast<uint32_t>(at - tally.terms().begin())));
    }
    for (const uint32_t term : shown) {
      TermRows& rows = (*out)[{context.block, term}];
      ++(context.control ? rows.controls : rows.failed);
    }
  }
}

RowsByTerm RowsOf(const MatrixData& data, const BoundScope& scope, uint32_t study) {
  RowsByTerm out;
  const StudyTally& tally = *data.studies()[study].tally;
  for (const StudyTally::Cell& cell : tally.all_cells()) {
    if (cell.kind != scope.kind() || !scope.Has(study, cell.screen)) continue;
    const bool compound = tally.subjects()[cell.subject].compound;
    TermRows& rows = out[{tally.screens()[cell.screen].block, data.TermOf(study, cell.term)}];
    for (auto [from, to] :
         {std::pair(&cell.positive, &rows.positive), std::pair(&cell.negative, &rows.negative)}) {
      const std::vector<uint32_t> counted = scope.Counted(tally, *from, compound);
      to->insert(to->end(), counted.begin(), counted.end());
    }
  }
  // An image set with several subjects stands in the cells of each.
  for (auto& [key, rows] : out) {
    SortDistinct(&rows.positive);
    SortDistinct(&rows.negative);
  }
  return out;
}

struct TermCounts {
  int64_t positive = 0, negative = 0, genes = 0, genes_rolled_up = 0, controls = 0, failed = 0;
  std::set<std::pair<uint32_t, std::string>> screens;
  std::set<uint32_t> studies;
};

// What a gene shows in scope: studies by term, and whether it was screened.
struct GeneFindings {
  bool assayed = false;
  std::map<uint32_t, std::set<uint32_t>> studies_by_term;
  std::set<uint32_t> studies;
};

GeneFindings FindingsOf(const MatrixData& data, const BoundScope& scope, uint32_t gene) {
  GeneFindings out;
  const MatrixData::Subject& subject = data.subjects()[gene];
  for (const auto& [study, local] : subject.parts) {
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Screening& screening : tally.screenings(local)) {
      out.assayed = out.assayed || (scope.Has(study, screening.screen) &&
                                    scope.Any(tally, screening.counted, false));
    }
  }
  ForEachCell(data, subject, scope,
              [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                if (!scope.Any(tally, cell.positive, false)) return;
                const uint32_t deposition = data.DepositionOf(study);
                out.studies_by_term[data.TermOf(study, cell.term)].insert(deposition);
                out.studies.insert(deposition);
              });
  return out;
}

Coverage::Species SpeciesRow(const MatrixData& data, const std::string& organism) {
  Coverage::Species out;
  out.organism = organism;
  out.label = data.knowledge().terms->LabelOf(organism).value_or("");
  return out;
}

void CountSpecies(const MatrixData& data, const BoundScope& scope, Coverage* out) {
  std::map<std::string, Coverage::Species> by_organism;
  for (uint32_t gene = 0; gene < data.genes(); ++gene) {
    const GeneFindings found = FindingsOf(data, scope, gene);
    if (!found.assayed) continue;
    const MatrixData::Subject& subject = data.subjects()[gene];
    auto [it, added] = by_organism.try_emplace(subject.organism);
    if (added) it->second = SpeciesRow(data, subject.organism);
    Coverage::Species& row = it->second;
    ++row.assayed;
    row.in_one_study += found.studies.size() >= 1;
    row.in_two_studies += found.studies.size() >= 2;
    row.in_three_studies += found.studies.size() >= 3;
    for (const auto& [term, studies] : found.studies_by_term)
      row.pairs_in_two_studies += studies.size() >= 2;
    row.unresolved_identifiers += subject.id.empty();
  }
  for (auto& [organism, row] : by_organism) out->species.push_back(std::move(row));
  std::stable_sort(out->species.begin(), out->species.end(), [](const auto& a, const auto& b) {
    return std::tie(b.assayed, a.organism) < std::tie(a.assayed, b.organism);
  });
}

// One study's screens by block.
class ScreenCounter {
 public:
  ScreenCounter(const MatrixData& data, const BoundScope& scope, uint32_t study)
      : data_(data), scope_(scope), study_(study), tally_(*data.studies()[study].tally) {}

  void Count(std::vector<Coverage::Screen>* out) {
    Screenings();
    for (const auto& [key, rows] : RowsOf(data_, scope_, study_)) {
      Block& block = blocks_[key.first];
      block.screen.positive += static_cast<int64_t>(rows.positive.size());
      block.screen.negative += static_cast<int64_t>(rows.negative.size());
    }
    for (const StudyTally::LeftOut& left : tally_.left_out()) {
      if (left.kind != scope_.kind() || !scope_.HasPlace(study_, left.block)) continue;
      Block& block = blocks_[left.block];
      if (left.reason != StudyTally::Reason::kControl && left.reason != StudyTally::Reason::kFailed)
        block.screen.unattributed += left.observations;
    }
    for (auto& [name, block] : blocks_) {
      block.screen.source = data_.studies()[study_].key.source;
      block.screen.study = data_.studies()[study_].key.accession;
      block.screen.block = name;
      block.screen.organism = absl::StrJoin(block.organisms, ", ");
      SortDistinct(&block.perturbed);
      SortDistinct(&block.controls);
      SortDistinct(&block.failed);
      block.screen.perturbed = static_cast<int64_t>(block.perturbed.size());
      block.screen.controls = static_cast<int64_t>(block.controls.size());
      block.screen.failed = static_cast<int64_t>(block.failed.size());
      block.screen.genes = static_cast<int64_t>(block.genes.size());
      block.screen.genes_with_finding = static_cast<int64_t>(block.with_finding.size());
      out->push_back(std::move(block.screen));
    }
  }

 private:
  struct Block {
    Coverage::Screen screen;
    std::set<std::string> organisms;
    std::vector<uint32_t> perturbed, controls, failed;
    std::set<uint32_t> genes, with_finding;
  };

  void Screenings() {
    for (const StudyTally::Screening& screening : tally_.all_screenings()) {
      if (!scope_.Has(study_, screening.screen)) continue;
      const StudyTally::Screen& screen = tally_.screens()[screening.screen];
      const bool compound = tally_.subjects()[screening.subject].compound;
      Block& block = blocks_[screen.block];
      if (!screen.organism.empty()) block.organisms.insert(screen.organism);
      auto add = [](const auto& rows, std::vector<uint32_t>* to) {
        to->insert(to->end(), rows.begin(), rows.end());
      };
      const std::vector<uint32_t> counted = scope_.Counted(tally_, screening.counted, compound);
      add(counted, &block.perturbed);
      add(screening.controls, &block.perturbed);
      add(screening.failed, &block.perturbed);
      add(screening.controls, &block.controls);
      add(screening.failed, &block.failed);
      if (!compound && !counted.empty()) block.genes.insert(screening.subject);
    }
    for (const StudyTally::Cell& cell : tally_.all_cells()) {
      if (cell.kind == scope_.kind() && scope_.Has(study_, cell.screen) &&
          !tally_.subjects()[cell.subject].compound && scope_.Any(tally_, cell.positive, false)) {
        blocks_[tally_.screens()[cell.screen].block].with_finding.insert(cell.subject);
      }
    }
  }

  const MatrixData& data_;
  const BoundScope& scope_;
  const uint32_t study_;
  const StudyTally& tally_;
  std::map<std::string, Block> blocks_;
};

}  // namespace

absl::StatusOr<SampledTerms> SampleTerms(const MatrixData& data, const Scope& scope,
                                         Window window) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  std::map<uint32_t, TermCounts> by_term;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    RowsByTerm by_place = RowsOf(data, bound, study);
    CountApart(data, bound, study, &by_place);
    for (const auto& [key, rows] : by_place) {
      TermCounts& counts = by_term[key.second];
      counts.controls += rows.controls;
      counts.failed += rows.failed;
      counts.positive += static_cast<int64_t>(rows.positive.size());
      counts.negative += static_cast<int64_t>(rows.negative.size());
      if (rows.positive.empty()) continue;
      counts.screens.emplace(study, key.first);
      counts.studies.insert(data.DepositionOf(study));
    }
  }
  for (uint32_t gene = 0; gene < data.genes(); ++gene) {
    std::set<uint32_t> above;
    for (const auto& [term, studies] : FindingsOf(data, bound, gene).studies_by_term) {
      ++by_term[term].genes;
      const absl::Span<const uint32_t> ancestors = data.terms().Ancestors(term);
      above.insert(ancestors.begin(), ancestors.end());
    }
    for (uint32_t term : above) {
      if (auto it = by_term.find(term); it != by_term.end()) ++it->second.genes_rolled_up;
    }
  }
  const ProfileIndex& profiles = data.profiles(bound.kind());
  SampledTerms out;
  for (const auto& [term, counts] : by_term) {
    // What controls alone show was seen in no gene.
    if (counts.positive + counts.negative == 0) continue;
    out.rows.push_back(
        {data.terms().id(term), data.LabelOf(term), data.LabelOf(data.terms().Category(term)),
         counts.positive, counts.negative, counts.genes, counts.genes_rolled_up,
         static_cast<int32_t>(counts.screens.size()), static_cast<int32_t>(counts.studies.size()),
         profiles.InformationContent(term), counts.controls, counts.failed});
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(b.genes, a.term) < std::tie(a.genes, b.term);
  });
  out.total_size = static_cast<int64_t>(out.rows.size());
  CutToPage(window, &out.rows);
  return out;
}

absl::StatusOr<Coverage> CoverageReport(const MatrixData& data, const Scope& scope, Window window) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  Coverage out;
  CountSpecies(data, bound, &out);
  for (uint32_t study = 0; study < data.studies().size(); ++study)
    ScreenCounter(data, bound, study).Count(&out.screens);
  std::stable_sort(out.screens.begin(), out.screens.end(), [](const auto& a, const auto& b) {
    return std::tie(a.study, a.source, a.block) < std::tie(b.study, b.source, b.block);
  });
  out.total_size = static_cast<int64_t>(out.species.size() + out.screens.size());
  const size_t species = out.species.size();
  CutToPage(window, &out.species);
  CutToPage({window.offset - std::min(window.offset, species), window.limit - out.species.size()},
            &out.screens);
  return out;
}

absl::StatusOr<UnattributedFindings> Unattributed(const MatrixData& data, const Scope& scope,
                                                  Window window) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  UnattributedFindings out;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    const MatrixData::StudyPart& part = data.studies()[study];
    // Words may stand for several terms, found in one row and denied in another.
    std::map<std::tuple<std::string, StudyTally::Reason, std::string>, UnattributedFindings::Row>
        by_words;
    for (const StudyTally::LeftOut& left : part.tally->left_out()) {
      if (left.kind != bound.kind() || !bound.HasPlace(study, left.block)) continue;
      auto [it, added] = by_words.try_emplace({left.block, left.reason, left.words});
      if (added) {
        it->second = {part.key.source,
                      part.key.accession,
                      left.block,
                      std::string(WordsOf(left.reason)),
                      left.words,
                      0,
                      std::string(part.tally->facts().id(left.example))};
      }
      it->second.observations += left.observations;
    }
    for (auto& [key, row] : by_words) out.rows.push_back(std::move(row));
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.study, a.source, a.block, a.reason, a.finding) <
           std::tie(b.study, b.source, b.block, b.reason, b.finding);
  });
  out.total_size = static_cast<int64_t>(out.rows.size());
  CutToPage(window, &out.rows);
  return out;
}

}  // namespace parfocal::phenotype
