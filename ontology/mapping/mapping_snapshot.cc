#include "parfocal/mapping/mapping_snapshot.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "decision_table.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"
#include "set_index.h"

namespace parfocal {
namespace {

MappedTerm Mapped(absl::string_view term, absl::string_view label, float confidence,
                  absl::string_view set) {
  return {std::string(term), std::string(label), confidence, std::string(set)};
}

bool FitsField(const MappingUse& use, absl::string_view categories, absl::string_view field) {
  for (const absl::string_view category : absl::StrSplit(categories, absl::ByAnyChar(",|"))) {
    const auto it = use.categories.find(FoldedCategory(absl::StripAsciiWhitespace(category)));
    if (it == use.categories.end()) continue;
    if (std::find(it->second.begin(), it->second.end(), field) != it->second.end()) return true;
  }
  return false;
}

bool Counts(const SetUse* use, MappingRelation relation, float confidence) {
  return use != nullptr && use->relations.count(relation) > 0 && confidence >= use->min_confidence;
}

// The one term among those of the ontology that is preferred.
class Choice {
 public:
  explicit Choice(const std::vector<std::string>& ontologies) : ontologies_(ontologies) {}

  void Offer(MappedTerm term) {
    const absl::string_view prefix = CuriePrefix(term.term);
    size_t rank = 0;
    if (!ontologies_.empty()) {
      rank = static_cast<size_t>(std::find(ontologies_.begin(), ontologies_.end(), prefix) -
                                 ontologies_.begin());
      if (rank == ontologies_.size()) return;
    }
    MappedTerm& best = by_rank_[rank].emplace(term.term, term).first->second;
    if (best.confidence < term.confidence) best = std::move(term);
  }
  std::optional<MappedTerm> Only() const {
    if (by_rank_.empty() || by_rank_.begin()->second.size() != 1) return std::nullopt;
    return by_rank_.begin()->second.begin()->second;
  }

 private:
  const std::vector<std::string>& ontologies_;
  std::map<size_t, std::map<std::string, MappedTerm>> by_rank_;
};

// A row of terms, seen from one of its ends.
struct End {
  absl::string_view other;
  absl::string_view label;
  MappingRelation relation;
};

End EndOf(const MappingSet& set, size_t row, absl::string_view curie) {
  if (set.subject(row) == curie)
    return {set.object(row), set.Value(row, "object_label"), set.relation(row)};
  return {set.subject(row), set.Value(row, "subject_label"), Inverted(set.relation(row))};
}

BridgeKind KindOf(MappingRelation relation) {
  switch (relation) {
    case MappingRelation::kExact:
      return BridgeKind::kExact;
    case MappingRelation::kClose:
      return BridgeKind::kClose;
    case MappingRelation::kBroad:
      return BridgeKind::kBroad;
    case MappingRelation::kNarrow:
      return BridgeKind::kNarrow;
    case MappingRelation::kCrossSpecies:
      return BridgeKind::kCrossSpecies;
    case MappingRelation::kRelated:
    case MappingRelation::kOther:
      break;
  }
  return BridgeKind::kRelated;
}

}  // namespace

MappingSnapshot::MappingSnapshot()
    : MappingSnapshot(std::make_shared<const SetIndex>(std::vector<NamedSet>(),
                                                       std::make_shared<const MappingUse>()),
                      std::make_shared<const DecisionTable>()) {}

MappingSnapshot::MappingSnapshot(std::shared_ptr<const SetIndex> sets,
                                 std::shared_ptr<const DecisionTable> decisions)
    : sets_(std::move(sets)), decisions_(std::move(decisions)) {
  release_ = absl::StrCat(sets_->fingerprint(), "-",
                          absl::Hex(decisions_->fingerprint(), absl::kZeroPad16));
  normalisation_release_ =
      absl::StrCat(sets_->used_fingerprint(), "-",
                   absl::Hex(decisions_->holding_fingerprint(), absl::kZeroPad16));
}

MappingSnapshot::~MappingSnapshot() = default;

std::shared_ptr<const MappingSnapshot> MappingSnapshot::Of(
    std::vector<NamedSet> sets, const MappingUse& use,
    const std::vector<CuratorDecision>& decisions) {
  std::vector<CuratorDecision> numbered = decisions;
  for (size_t i = 0; i < numbered.size(); ++i) numbered[i].number = static_cast<int64_t>(i) + 1;
  return std::make_shared<const MappingSnapshot>(
      std::make_shared<const SetIndex>(std::move(sets), std::make_shared<const MappingUse>(use)),
      DecisionTable().With(numbered));
}

std::optional<MappedTerm> MappingSnapshot::Decision(absl::string_view field,
                                                    absl::string_view words) const {
  const DecisionTable::State* state = decisions_->Find(field, words);
  if (state == nullptr || state->accepted == nullptr) return std::nullopt;
  return Mapped(state->accepted->term, state->accepted->label, 1.0f, kCuratorSet);
}

bool MappingSnapshot::Rejected(absl::string_view field, absl::string_view words,
                               absl::string_view term) const {
  const DecisionTable::State* state = decisions_->Find(field, words);
  if (state == nullptr) return false;
  return std::any_of(state->rejected.begin(), state->rejected.end(),
                     [&](const DecisionTable::DecisionPtr& d) { return d->term == term; });
}

std::optional<MappedTerm> MappingSnapshot::OfWords(
    absl::string_view field, absl::string_view words,
    const std::vector<std::string>& ontologies) const {
  std::set<std::string> denied;
  std::vector<std::pair<size_t, size_t>> rows;
  sets_->OfWords(words, [&](size_t number, size_t row) {
    const MappingSet& set = *sets_->sets()[number].set;
    if (set.negated(row)) {
      denied.insert(std::string(set.object(row)));
    } else if (!set.object(row).empty() &&
               Counts(sets_->WordsUse(number), set.relation(row), set.confidence(row)) &&
               FitsField(sets_->use(), set.Value(row, "subject_category"), field)) {
      rows.emplace_back(number, row);
    }
  });
  Choice choice(ontologies);
  for (const auto& [number, row] : rows) {
    const NamedSet& named = sets_->sets()[number];
    const absl::string_view term = named.set->object(row);
    if (denied.count(std::string(term)) > 0 || Rejected(field, words, term)) continue;
    choice.Offer(Mapped(term, named.set->Value(row, "object_label"), named.set->confidence(row),
                        named.name));
  }
  return choice.Only();
}

std::optional<MappedTerm> MappingSnapshot::OfTerm(
    absl::string_view curie, const std::vector<std::string>& ontologies) const {
  const std::set<std::string>& bridge_only = sets_->use().bridge_only;
  const bool of_bridges = bridge_only.count(std::string(CuriePrefix(curie))) > 0;
  std::set<std::string> denied;
  std::vector<MappedTerm> found;
  sets_->OfTerm(curie, [&](size_t number, size_t row) {
    const NamedSet& named = sets_->sets()[number];
    const MappingSet& set = *named.set;
    if (set.literal(row)) return;
    const End end = EndOf(set, row, curie);
    if (set.negated(row)) {
      denied.insert(std::string(end.other));
    } else if (!end.other.empty() &&
               Counts(sets_->TermsUse(number), end.relation, set.confidence(row)) &&
               !(of_bridges && bridge_only.count(std::string(CuriePrefix(end.other))) > 0)) {
      found.push_back(Mapped(end.other, end.label, set.confidence(row), named.name));
    }
  });
  Choice choice(ontologies);
  for (MappedTerm& term : found) {
    if (denied.count(term.term) == 0) choice.Offer(std::move(term));
  }
  return choice.Only();
}

std::vector<Bridge> MappingSnapshot::Bridges(absl::string_view curie) const {
  std::set<std::string> denied;
  // By kind, then by term: the surest of several sets.
  std::map<std::pair<BridgeKind, std::string>, Bridge> found;
  sets_->OfTerm(curie, [&](size_t number, size_t row) {
    const NamedSet& named = sets_->sets()[number];
    const MappingSet& set = *named.set;
    if (set.literal(row)) return;
    const End end = EndOf(set, row, curie);
    if (set.negated(row)) {
      denied.insert(std::string(end.other));
      return;
    }
    if (end.other.empty() || end.relation == MappingRelation::kOther) return;
    const BridgeKind kind = KindOf(end.relation);
    const auto [it, added] = found.try_emplace({kind, std::string(end.other)});
    if (!added && it->second.confidence >= set.confidence(row)) return;
    it->second = {
        std::string(end.other), std::string(end.label), kind, set.confidence(row), named.name,
        set.justification(row)};
  });
  std::vector<Bridge> bridges;
  for (auto& [key, bridge] : found) {
    if (denied.count(bridge.term) == 0) bridges.push_back(std::move(bridge));
  }
  return bridges;
}

const std::vector<NamedSet>& MappingSnapshot::sets() const { return sets_->sets(); }

std::shared_ptr<const MappingSet> MappingSnapshot::FindSet(absl::string_view name) const {
  for (const NamedSet& named : sets_->sets()) {
    if (named.name == name) return named.set;
  }
  return nullptr;
}

void MappingSnapshot::List(const MappingQuery& query,
                           const std::function<bool(const MappingEntry&)>& visit) const {
  const std::string folded = FoldText(query.words);
  if (query.set.empty() || query.set == kCuratorSet) {
    for (const DecisionTable::DecisionPtr& decision : decisions_->history()) {
      if (!query.term.empty() && decision->term != query.term) continue;
      if (!folded.empty() && FoldText(decision->words) != folded) continue;
      const bool holds = decisions_->Holds(*decision);
      if (!holds && !query.history) continue;
      if (!visit({decision.get(), holds, nullptr, 0})) return;
    }
  }
  bool more = true;
  const auto visit_row = [&](size_t number, size_t row) {
    const NamedSet& named = sets_->sets()[number];
    if (!more || (!query.set.empty() && named.name != query.set)) return;
    const MappingSet& set = *named.set;
    if (!query.term.empty() && set.subject(row) != query.term && set.object(row) != query.term)
      return;
    if (!folded.empty() && (!set.literal(row) || FoldText(set.words(row)) != folded)) return;
    more = visit({nullptr, true, &named, row});
  };
  if (!query.term.empty()) return sets_->OfTerm(query.term, visit_row);
  if (!folded.empty()) return sets_->OfWords(folded, visit_row);
  for (size_t number = 0; number < sets_->sets().size() && more; ++number) {
    if (!query.set.empty() && sets_->sets()[number].name != query.set) continue;
    const size_t rows = sets_->sets()[number].set->size();
    for (size_t row = 0; row < rows && more; ++row) visit_row(number, row);
  }
}

MappingSet MappingSnapshot::DecisionSet(bool term_requests_only) const {
  return decisions_->AsSet(term_requests_only);
}

size_t MappingSnapshot::decisions() const { return decisions_->history().size(); }

size_t MappingSnapshot::memory_bytes() const {
  return sets_->memory_bytes() + decisions_->memory_bytes();
}

}  // namespace parfocal
