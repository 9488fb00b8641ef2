#include "term_evidence.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_join.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostScores = 10;

// Scores in the order of their image sets, each once.
void AddScores(const FindingFact& fact, std::vector<std::string>* scores) {
  if (fact.score.empty() || scores->size() == kMostScores) return;
  if (std::find(scores->begin(), scores->end(), fact.score) == scores->end()) {
    scores->push_back(fact.score);
  }
}

}  // namespace

void AddIdentifiers(const StudyTally& tally, const StudyTally::Subject& subject,
                    const std::vector<uint32_t>& rows, std::set<std::string>* out) {
  const std::vector<SubjectFact>* last = nullptr;
  for (uint32_t row : rows) {
    // Replicates follow one another and share their list.
    if (&tally.facts().subjects(row) == last) continue;
    last = &tally.facts().subjects(row);
    for (const SubjectFact* fact : tally.StatementsOf(row, subject)) {
      if (!fact->identifier.empty()) out->insert(fact->identifier);
      if (subject.compound && !fact->stated_name.empty()) out->insert(fact->stated_name);
    }
  }
}

TermEvidence EvidenceOf(const MatrixData& data, const BoundScope& scope, const PlacedCell& placed) {
  const MatrixData::StudyPart& study = data.studies()[placed.study];
  const StudyTally& tally = *study.tally;
  const StudyTally::Subject& subject = tally.subjects()[placed.cell->subject];
  const StudyTally::Screen& screen = tally.screens()[placed.cell->screen];
  const uint32_t term = data.TermOf(placed.study, placed.cell->term);
  const std::string& id = data.terms().id(term);
  const std::vector<uint32_t> positive =
      scope.Counted(tally, placed.cell->positive, subject.compound);
  const std::vector<uint32_t> negative =
      scope.Counted(tally, placed.cell->negative, subject.compound);
  TermEvidence out;
  out.source = study.key.source;
  out.study = study.key.accession;
  out.block = screen.block;
  out.term = id;
  out.label = data.LabelOf(term);
  out.perturbation_type = screen.type;
  out.positive = static_cast<int64_t>(positive.size());
  out.negative = static_cast<int64_t>(negative.size());
  std::set<std::string> identifiers, levels;
  const std::vector<uint32_t>& shown = positive.empty() ? negative : positive;
  const Outcome outcome = positive.empty() ? Outcome::kTestedNegative : Outcome::kPositive;
  AddIdentifiers(tally, subject, shown, &identifiers);
  for (uint32_t row : shown) {
    if (!positive.empty()) {
      out.single_target += scope.SingleTarget(tally, row, subject.compound);
      out.without_image += tally.facts().context(row).no_image;
    }
    for (const FindingFact& fact : tally.facts().findings(row)) {
      if (fact.kind != scope.kind() || fact.term != id || fact.outcome != outcome) continue;
      if (!fact.level.empty()) levels.insert(fact.level);
      AddScores(fact, &out.scores);
    }
  }
  out.level = absl::StrJoin(levels, ", ");
  out.source_identifiers.assign(identifiers.begin(), identifiers.end());
  return out;
}

void SortEvidence(std::vector<TermEvidence>* evidence) {
  std::stable_sort(evidence->begin(), evidence->end(),
                   [](const TermEvidence& a, const TermEvidence& b) {
                     return std::tie(a.study, a.source, a.block, a.term, a.perturbation_type) <
                            std::tie(b.study, b.source, b.block, b.term, b.perturbation_type);
                   });
}

int32_t AgreeingStudies(const ProfileIndex& profiles,
                        const std::set<std::pair<uint32_t, uint32_t>>& support) {
  std::map<uint32_t, std::set<uint32_t>> by_term;
  for (const auto& [term, study] : support) {
    for (uint32_t above : profiles.terms().Ancestors(term)) {
      if (above == term || profiles.InformationContent(above) >= kSharedAncestorFloor) {
        by_term[above].insert(study);
      }
    }
  }
  // Below the floor a term counts for the studies that assert itself alone, which is what is there
  // for it: nothing came up to it.
  size_t best = 0;
  for (const auto& [term, studies] : by_term) best = std::max(best, studies.size());
  return static_cast<int32_t>(best);
}

}  // namespace parfocal::phenotype
