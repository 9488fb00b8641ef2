// All decisions and what of them holds. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/mapping/decision.h"
#include "parfocal/mapping/mapping_set.h"

namespace parfocal {

class DecisionTable {
 public:
  using DecisionPtr = std::shared_ptr<const CuratorDecision>;
  // What holds for words in a field.
  struct State {
    DecisionPtr accepted;  // A term, or that there is none; nullptr if nobody has said.
    std::vector<DecisionPtr> rejected;
  };

  // This table and `more` decisions, in their order.
  std::shared_ptr<const DecisionTable> With(const std::vector<CuratorDecision>& more) const;

  // Before it is shared only.
  void Add(const CuratorDecision& decision);

  // nullptr if nothing was decided.
  const State* Find(absl::string_view field, absl::string_view words) const;
  bool Holds(const CuratorDecision& decision) const;
  // The decision of the same verdict and term that holds already; nullptr if there is none.
  const CuratorDecision* Same(const CuratorDecision& decision) const;
  // A decision made after this one that this one would undo; nullptr if there is none.
  const CuratorDecision* Later(const CuratorDecision& decision) const;
  const std::vector<DecisionPtr>& history() const { return history_; }
  // Those that hold, as a set for SSSOM.
  MappingSet AsSet(bool term_requests_only) const;
  // Names the history.
  uint64_t fingerprint() const { return fingerprint_; }
  // Names what holds, whoever decided it, when and in which order.
  uint64_t holding_fingerprint() const { return holding_; }
  size_t memory_bytes() const;

 private:
  static void Change(const DecisionPtr& added, State* changed);

  std::vector<DecisionPtr> history_;
  uint64_t fingerprint_ = 0;
  uint64_t holding_ = 0;  // Sum of the hashes of `states_`.
  absl::flat_hash_map<std::string, State> states_;
};

// A row of such a set as a decision; INVALID_ARGUMENT saying why if it is none.
absl::StatusOr<CuratorDecision> DecisionOfRow(const MappingSet& set, size_t row, absl::Time now);

// What AsSet writes as mapping_set_id, and by which an import knows decisions.
inline constexpr absl::string_view kCuratorSetId = "urn:parfocal:curator";

}  // namespace parfocal
