// A term expression bound to one matrix: each of its terms with what counts under it.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bound_scope.h"
#include "matrix_data.h"
#include "parfocal/phenotype/term_expression.h"

namespace parfocal::phenotype {

class BoundExpression {
 public:
  struct Options {
    bool exact = false;    // A term stands for itself alone.
    bool bridges = false;  // Terms that mappings bridge to count as well, with all below them.
  };
  // EXPRESSION_SYNTAX, LIMIT_EXCEEDED or TERM_UNKNOWN.
  static absl::StatusOr<BoundExpression> Bind(const MatrixData& data, absl::string_view text,
                                              Options options);

  size_t leaves() const { return leaves_.size(); }
  bool Counts(size_t leaf, uint32_t term) const { return leaves_[leaf].counts[term]; }
  // Under any of its terms.
  bool CountsAny(uint32_t term) const { return any_[term]; }
  // Sets the leaves that `term` makes true.
  void Mark(uint32_t term, std::vector<bool>* holds) const;
  bool Holds(const std::vector<bool>& holds) const { return Evaluate(tree_, holds); }
  // It holds of what shows nothing at all, as `NOT a` does.
  bool HoldsOfNothing() const { return Holds(std::vector<bool>(leaves_.size(), false)); }
  // How `term` came in, if by a bridge alone; else empty.
  std::string BridgeOf(uint32_t term) const;
  // With `seen`: terms that observations in scope assert.
  std::vector<Explain::Expansion> Expansions(const std::vector<bool>& seen) const;

 private:
  struct Leaf {
    Explain::Expansion expansion;
    std::vector<bool> counts;  // By term of the matrix.
    absl::flat_hash_map<uint32_t, std::string> bridged;
  };
  absl::Status BindLeaf(const TermNode& node, Options options);
  void Count(absl::string_view curie, bool exact, const std::string& bridge, Leaf* leaf) const;
  void Bridges(Leaf* leaf) const;
  // Counts what bridges lead to from `from`: one statement, and behind it, if that is an exact one
  // or crosses species, `across` more that cross species; a grouping class above both stands
  // between. `path` says how it was come to.
  void Follow(const std::string& from, const std::string& path, bool first, int across,
              Leaf* leaf) const;

  const MatrixData* data_ = nullptr;
  TermNode tree_;
  std::vector<Leaf> leaves_;
  std::vector<bool> any_;
};

// The term that `text` names: a CURIE in any spelling, a label or an exact synonym; an obsolete one
// is followed to its replacement. TERM_UNKNOWN, with `field`, if there is none, or several.
absl::StatusOr<std::string> TermNamed(const MatrixData& data, absl::string_view text, bool quoted,
                                      absl::string_view field);

// Terms that cells of the scope assert, by number.
std::vector<bool> AssertedTerms(const MatrixData& data, const BoundScope& scope, bool compounds);

}  // namespace parfocal::phenotype
