// One state of all mappings: the sets, where each term and each phrase occurs in them, and what
// curators decided. It is the MappingLookup of the node, and lists what it holds.
//
// Several terms for one phrase, or for one foreign id: those of the ontology that stands first
// among `ontologies` are asked; if they are more than one, there is no answer.
//
// Thread safety: immutable; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parfocal/mapping/decision.h"
#include "parfocal/mapping/mapping_set.h"
#include "parfocal/mapping/mapping_use.h"
#include "parfocal/mapping_lookup.h"

namespace parfocal {

// Id of the set that decisions make together.
inline constexpr absl::string_view kCuratorSet = "curator";

class SetIndex;
class DecisionTable;

// Which mappings are wanted; every part that is not empty must hold.
struct MappingQuery {
  std::string term;   // Subject or object, canonical.
  std::string words;  // Without regard to case and white space.
  std::string set;
  bool history = false;  // Decisions that no longer hold, too.
};

// A set under the name by which it is asked for: its id, followed by `#` and the name of its file
// where several files state the same id.
struct NamedSet {
  std::string name;
  std::shared_ptr<const MappingSet> set;
};

// A decision, or the row of a set.
struct MappingEntry {
  const CuratorDecision* decision = nullptr;
  bool holds = true;  // Of a decision.
  const NamedSet* set = nullptr;
  size_t row = 0;
};

class MappingSnapshot final : public MappingLookup {
 public:
  // An empty one.
  MappingSnapshot();
  MappingSnapshot(std::shared_ptr<const SetIndex> sets,
                  std::shared_ptr<const DecisionTable> decisions);
  ~MappingSnapshot() override;
  // Without a store: for tools and tests.
  static std::shared_ptr<const MappingSnapshot> Of(std::vector<NamedSet> sets,
                                                   const MappingUse& use,
                                                   const std::vector<CuratorDecision>& decisions);

  std::string release() const override { return release_; }
  std::string normalisation_release() const override { return normalisation_release_; }
  std::optional<MappedTerm> Decision(absl::string_view field,
                                     absl::string_view words) const override;
  bool Rejected(absl::string_view field, absl::string_view words,
                absl::string_view term) const override;
  std::optional<MappedTerm> OfWords(absl::string_view field, absl::string_view words,
                                    const std::vector<std::string>& ontologies) const override;
  std::optional<MappedTerm> OfTerm(absl::string_view curie,
                                   const std::vector<std::string>& ontologies) const override;
  std::vector<Bridge> Bridges(absl::string_view curie) const override;

  // By name.
  const std::vector<NamedSet>& sets() const;
  // nullptr if there is none.
  std::shared_ptr<const MappingSet> FindSet(absl::string_view name) const;
  // Calls `visit` for each mapping that is wanted, decisions first, then by set, in their order,
  // until it returns false.
  void List(const MappingQuery& query, const std::function<bool(const MappingEntry&)>& visit) const;
  // Decisions that hold, as a set that SSSOM can carry and a store can import again.
  MappingSet DecisionSet(bool term_requests_only) const;
  // Of the whole history.
  size_t decisions() const;
  // Of sets and look-up together.
  size_t memory_bytes() const;

 private:
  std::shared_ptr<const SetIndex> sets_;
  std::shared_ptr<const DecisionTable> decisions_;
  std::string release_;
  std::string normalisation_release_;
};

}  // namespace parfocal
