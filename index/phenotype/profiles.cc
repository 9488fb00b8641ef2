#include "profiles.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "subject_names.h"
#include "term_evidence.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostAncestors = 100;

// The direction that the label states, word for word.
std::string DirectionOf(absl::string_view label) {
  for (absl::string_view word : absl::StrSplit(label, ' ')) {
    for (absl::string_view direction : {"increased", "decreased", "abnormal"}) {
      if (absl::EqualsIgnoreCase(word, direction)) return std::string(direction);
    }
  }
  return "";
}

std::vector<GeneProfile::Ancestor> AncestorsOf(const MatrixData& data,
                                               const std::map<uint32_t, bool>& positive_by_term) {
  std::map<uint32_t, GeneProfile::Ancestor> counts;
  for (const auto& [term, positive] : positive_by_term) {
    for (uint32_t above : data.terms().Ancestors(term)) {
      GeneProfile::Ancestor& ancestor = counts[above];
      ++ancestor.scored;
      if (!positive) ++ancestor.negative;
    }
  }
  std::vector<GeneProfile::Ancestor> out;
  for (auto& [term, ancestor] : counts) {
    ancestor.term = data.terms().id(term);
    ancestor.label = data.LabelOf(term);
    out.push_back(std::move(ancestor));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(b.scored, a.term) < std::tie(a.scored, b.term);
  });
  if (out.size() > kMostAncestors) out.resize(kMostAncestors);
  return out;
}

void AddScreens(const MatrixData& data, const BoundScope& scope, uint32_t number,
                GeneProfile* out) {
  const MatrixData::Subject& subject = data.subjects()[number];
  std::set<std::string> all;
  for (const auto& [study, local] : subject.parts) {
    const MatrixData::StudyPart& part = data.studies()[study];
    const StudyTally& tally = *part.tally;
    struct Seen {
      GeneProfile::Screen screen;
      std::set<std::string> types, identifiers;
      std::set<uint32_t> with_finding;
    };
    std::map<std::string, Seen> by_block;
    for (const StudyTally::Screening& screening : tally.screenings(local)) {
      if (!scope.Has(study, screening.screen)) continue;
      Seen& seen = by_block[tally.screens()[screening.screen].block];
      const std::vector<uint32_t> counted =
          scope.Counted(tally, screening.counted, subject.compound);
      seen.screen.image_sets += static_cast<int64_t>(counted.size());
      seen.screen.controls += static_cast<int64_t>(screening.controls.size());
      seen.screen.failed += static_cast<int64_t>(screening.failed.size());
      const std::string& type = tally.screens()[screening.screen].type;
      if (!type.empty()) seen.types.insert(type);
      for (Rows rows : {screening.counted, screening.controls, screening.failed}) {
        AddIdentifiers(tally, tally.subjects()[local], {rows.begin(), rows.end()},
                       &seen.identifiers);
      }
    }
    for (const StudyTally::Cell& cell : tally.cells(local)) {
      if (cell.kind != scope.kind() || !scope.Has(study, cell.screen)) continue;
      for (uint32_t row : scope.Counted(tally, cell.positive, subject.compound))
        by_block[tally.screens()[cell.screen].block].with_finding.insert(row);
    }
    for (auto& [block, seen] : by_block) {
      seen.screen.source = part.key.source;
      seen.screen.study = part.key.accession;
      seen.screen.block = block;
      seen.screen.perturbation_types.assign(seen.types.begin(), seen.types.end());
      seen.screen.with_finding = static_cast<int64_t>(seen.with_finding.size());
      seen.screen.source_identifiers.assign(seen.identifiers.begin(), seen.identifiers.end());
      all.insert(seen.identifiers.begin(), seen.identifiers.end());
      out->screens.push_back(std::move(seen.screen));
    }
  }
  std::stable_sort(out->screens.begin(), out->screens.end(), [](const auto& a, const auto& b) {
    return std::tie(a.study, a.source, a.block) < std::tie(b.study, b.source, b.block);
  });
  out->source_identifiers.assign(all.begin(), all.end());
}

}  // namespace

GeneProfile ProfileOf(const MatrixData& data, const BoundScope& scope, uint32_t number) {
  const MatrixData::Subject& subject = data.subjects()[number];
  GeneProfile out;
  out.gene = subject.id;
  out.symbol = subject.name;
  out.organism = subject.organism;
  struct Found {
    std::set<std::pair<uint32_t, uint32_t>> positive, negative;  // Study and row.
    std::vector<TermEvidence> evidence;
  };
  std::map<uint32_t, Found> by_term;
  ForEachCell(data, subject, scope,
              [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                Found& found = by_term[data.TermOf(study, cell.term)];
                for (uint32_t row : scope.Counted(tally, cell.positive, subject.compound))
                  found.positive.emplace(study, row);
                for (uint32_t row : scope.Counted(tally, cell.negative, subject.compound))
                  found.negative.emplace(study, row);
                found.evidence.push_back(EvidenceOf(data, scope, {study, &cell}));
              });
  std::map<uint32_t, bool> positive_by_term;
  for (auto& [term, found] : by_term) {
    if (found.positive.empty() && found.negative.empty()) continue;  // Several targets alone.
    GeneProfile::Entry& entry = out.terms.emplace_back();
    entry.term = data.terms().id(term);
    entry.label = data.LabelOf(term);
    entry.positive = static_cast<int64_t>(found.positive.size());
    entry.negative = static_cast<int64_t>(found.negative.size());
    entry.direction = DirectionOf(entry.label);
    entry.evidence = std::move(found.evidence);
    SortEvidence(&entry.evidence);
    positive_by_term[term] = entry.positive > 0;
  }
  out.ancestors = AncestorsOf(data, positive_by_term);
  AddScreens(data, scope, number, &out);
  return out;
}

absl::StatusOr<std::vector<GeneProfile>> Profiles(const MatrixData& data,
                                                  const std::vector<std::string>& names,
                                                  const std::string& organism, const Scope& scope) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                            GenesNamed(data, names, organism, scope.kind));
  std::map<uint32_t, GeneProfile> made;
  std::vector<GeneProfile> out;
  for (size_t i = 0; i < names.size(); ++i) {
    GeneProfile profile;
    if (named[i].subject.has_value()) {
      const uint32_t number = *named[i].subject;
      if (made.count(number) == 0 && made.size() < kMaxProfiles) {
        made.emplace(number, ProfileOf(data, bound, number));
      }
      if (auto it = made.find(number); it != made.end()) profile = it->second;
    } else if (named[i].resolution.outcome == GeneOutcome::kOne) {
      profile.gene = named[i].resolution.candidates[0].id;
      profile.symbol = named[i].resolution.candidates[0].symbol;
    }
    profile.asked = names[i];
    profile.resolution = std::move(named[i].resolution);
    out.push_back(std::move(profile));
  }
  return out;
}

}  // namespace parfocal::phenotype
