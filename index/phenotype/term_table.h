// The terms that the findings of a matrix assert, and all terms above them, numbered in the order
// of their ids. Immutable; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "parfocal/term_lookup.h"

namespace parfocal::phenotype {

class TermTable {
 public:
  // An edge that the term states and the closure leaves out.
  struct BadEdge {
    uint32_t child = 0, parent = 0;
  };

  static std::shared_ptr<const TermTable> Make(const TermLookup& lookup,
                                               const std::set<std::string>& asserted);

  size_t size() const { return ids_.size(); }
  const std::string& id(uint32_t term) const { return ids_[term]; }
  // Empty if the ontologies do not know the term.
  const std::string& label(uint32_t term) const { return labels_[term]; }
  std::optional<uint32_t> Find(absl::string_view id) const;
  // Itself included; ascending.
  absl::Span<const uint32_t> Ancestors(uint32_t term) const {
    return absl::MakeConstSpan(above_).subspan(first_above_[term],
                                               first_above_[term + 1] - first_above_[term]);
  }
  // Terms of the table at or below `term`; ascending.
  absl::Span<const uint32_t> Descendants(uint32_t term) const {
    return absl::MakeConstSpan(below_).subspan(first_below_[term],
                                               first_below_[term + 1] - first_below_[term]);
  }
  // Those whose parent is at or below `term`, and whose child is not.
  std::vector<BadEdge> BadEdgesOf(uint32_t term) const;
  bool IsAncestor(uint32_t above, uint32_t of) const;
  // The ancestor next below the root: the term itself if it is a root or lies right below one.
  uint32_t Category(uint32_t term) const;

  // For tests and benches: terms by number with their ancestors as given (closed, itself included).
  static std::shared_ptr<const TermTable> FromAncestors(
      std::vector<std::string> ids, const std::vector<std::vector<uint32_t>>& ancestors);

 private:
  TermTable() = default;
  void SetAncestors(const std::vector<std::vector<uint32_t>>& ancestors);

  std::vector<std::string> ids_, labels_;
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  std::vector<uint32_t> above_, first_above_, below_, first_below_;
  std::vector<BadEdge> bad_edges_;
};

}  // namespace parfocal::phenotype
