// The score of a study for the words of a query, in fixed point (1/65536), so that every node that
// is given the same statistics computes the same number.
//
// For each word, phrase, prefix or meaning of words w outside of NOT:
//   text:   sum over the text fields f of  weight(f) * idf(w) * bm25(times in f, length of f)
//   values: the best, over the values that w occurs in and that hold on a matching row of the
//   study,
//           of  weight(field) * idf(w) * share,
//           share = the eighths of the label's words that the query covers, or 4 if it covers all;
//           of a meaning, 2 for the very term and 1 for what lies below it.
// idf(w) = ln(1 + (N - n + 0.5) / (n + 0.5)) with N studies, n of which have a row that w matches;
// bm25 with k1 = 1.2 and b = 0.75. A w that covers an identifier (a keyword field of weight 8 or
// more: an accession, a DOI) lifts the study above all that have none.
//
// An ImageSet is ranked by its study, then by its specificity: the sum over the words of the best
// weight * share among the values that hold on its row.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "matcher.h"
#include "parfocal/facets/stable_array.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/search_index.h"

namespace parfocal {

inline constexpr int64_t kScoreOne = 65536;
inline constexpr int64_t kIdentifierScore = int64_t{1} << 40;
inline constexpr int kIdentifierWeight = 8;
inline constexpr int64_t kWholeLabelShare = 4 * kScoreOne;

int64_t InverseFrequency(int64_t studies, int64_t with_word);
int64_t TermFrequency(uint32_t times, uint32_t length, double mean_length);

// How many words the label of each value has; grows with the vocabulary like FacetDictionary.
class LabelLengths {
 public:
  void Grow(const Vocabulary& vocabulary, ValueId size);
  uint16_t operator[](ValueId value) const { return lengths_[value]; }

 private:
  StableArray<uint16_t> lengths_;
};

class Ranking {
 public:
  Ranking(const SnapshotRows& rows, const FacetDictionary& dictionary, const LabelLengths& lengths)
      : rows_(rows), dictionary_(dictionary), lengths_(lengths) {}

  // The statistics of this snapshot for the leaves. `matcher` must have the same snapshot.
  absl::StatusOr<Statistics> Measure(absl::Span<const QueryNode* const> leaves,
                                     Matcher* matcher) const;

  // Computes the scores of the studies that have rows in `match`, and with `specificity` those of
  // the rows.
  absl::Status Compute(absl::Span<const QueryNode* const> leaves, const Statistics& statistics,
                       const RowSet& match, bool specificity, Matcher* matcher,
                       Interrupt* interrupt);

  int64_t score(uint32_t study) const { return scores_.empty() ? 0 : scores_[study]; }
  bool specific() const { return !specificity_.empty(); }
  int64_t specificity(size_t row) const { return specificity_.empty() ? 0 : specificity_[row]; }

 private:
  absl::Status AddValues(const TextHits& hits, int64_t idf, const RowSet& match, bool specificity,
                         Interrupt* interrupt);

  const SnapshotRows& rows_;
  const FacetDictionary& dictionary_;
  const LabelLengths& lengths_;
  absl::flat_hash_map<ValueId, uint32_t> covered_;  // Words of the label, over all leaves.
  std::vector<int64_t> scores_;
  std::vector<int32_t> specificity_;
};

}  // namespace parfocal
