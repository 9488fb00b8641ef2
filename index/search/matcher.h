// Evaluates the conditions of a query over one snapshot: which rows each leaf matches, and which
// the whole tree. Every leaf is evaluated once per query, however often it occurs.
//
// Thread safety: belongs to the one thread that executes the query.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/query.h"
#include "parfocal/rows/snapshot_rows.h"
#include "text_finder.h"

namespace parfocal {

// What a value is worth that words mean, and one that lies below it; see ranking.h. In 1/65536.
inline constexpr int64_t kMeaningShare = 2 * 65536;
inline constexpr int64_t kBelowMeaningShare = 65536;

// Names a leaf: equal for equal leaves. For words it begins with their index form.
std::string LeafKey(const QueryNode& leaf);
bool IsWordLeaf(const QueryNode& node);
// Whether it is what words of the query mean: a term, or any value of a field. It ranks as words
// do.
bool IsMeaningLeaf(const QueryNode& node);
// Whether terms that words mean are looked for in `field`.
bool FindsTermsOfWords(const Field& field);
// The leaves of `node`, words and meanings, that are not below a NOT, each once, in order.
std::vector<const QueryNode*> PositiveWords(const QueryNode& node);

class Matcher {
 public:
  struct Leaf {
    RowSet rows;
    TextHits hits;  // Of words only.
  };

  // All must outlive it.
  Matcher(const SnapshotRows& rows, const FacetDictionary& dictionary, TextFinder* text,
          Interrupt* interrupt)
      : rows_(rows), dictionary_(dictionary), text_(text), interrupt_(interrupt) {}

  // INVALID_ARGUMENT for a field that the schema lacks or a prefix of too many words;
  // DEADLINE_EXCEEDED, CANCELLED.
  absl::StatusOr<RowSet> Evaluate(const QueryNode& node);
  // The leaf's own rows. Valid as long as the Matcher.
  absl::StatusOr<const Leaf*> EvaluateLeaf(const QueryNode& leaf);

  // Rows by number of explain step, of the leaves evaluated so far; -1 where there was none.
  const std::vector<int64_t>& explained() const { return explained_; }
  // Likewise, rows that the step added to those of its elder siblings of an OR.
  const std::vector<int64_t>& added() const { return added_; }

 private:
  absl::Status Fill(const QueryNode& leaf, Leaf* out);
  absl::StatusOr<FieldKey> FieldOf(const QueryNode& leaf) const;
  std::vector<ValueId> ValuesOf(FieldKey field) const;
  absl::Status FillWords(const QueryNode& leaf, Leaf* out);
  absl::Status FillAnyAttribute(const QueryNode& leaf, Leaf* out);
  absl::Status FillMeaning(const QueryNode& leaf, Leaf* out);
  absl::Status FillText(const QueryNode& leaf, const Field& field, Leaf* out);
  absl::StatusOr<std::vector<ValueId>> Choose(const QueryNode& leaf, FieldKey field);

  const SnapshotRows& rows_;
  const FacetDictionary& dictionary_;
  TextFinder* const text_;
  Interrupt* const interrupt_;
  absl::flat_hash_map<std::string, std::unique_ptr<Leaf>> leaves_;
  std::vector<int64_t> explained_, added_;
};

}  // namespace parfocal
