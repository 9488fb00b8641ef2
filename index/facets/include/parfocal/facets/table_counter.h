// Exact two-way tables and histograms of a match. Cells and bins are counted as intersections of
// sets of rows, so that they agree with the totals of the searches that they stand for.
//
// Thread safety: any number of threads; each call has its own working memory.
#pragma once

#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/query.h"
#include "parfocal/rows/interrupt.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr int kMaxHistogramBins = 200;

class TableCounter {
 public:
  // Both must outlive it; `dictionary` has grown to the snapshot's vocabulary.
  TableCounter(const SnapshotRows& snapshot, const FacetDictionary& dictionary)
      : snapshot_(snapshot), dictionary_(dictionary) {}

  // Fails as FacetCounter::Count does for either field.
  absl::StatusOr<TableResult> CountTable(const TableSpec& spec, const RowSet& match,
                                         SearchLevel level, Interrupt* interrupt) const;
  // A row with several numbers stands in each of their bins. INVALID_ARGUMENT:
  // FILTER_UNKNOWN_FIELD, FILTER_TYPE (neither numbers nor dates), or LIMIT_EXCEEDED
  // (histogram_bins) if the width asked for makes too many.
  absl::StatusOr<HistogramResult> CountHistogram(const HistogramSpec& spec, const RowSet& match,
                                                 Interrupt* interrupt) const;

 private:
  struct Number {
    double number;
    ValueId value;
  };
  absl::StatusOr<std::vector<RowSet>> RowsOf(const FacetSpec& spec, const FacetResult& facet,
                                             const RowSet& match, Interrupt* interrupt) const;
  std::vector<ValueId> ValuesBelow(const FacetSpec& spec, const std::string& key) const;
  absl::StatusOr<std::vector<Number>> NumbersOf(const HistogramSpec& spec,
                                                Interrupt* interrupt) const;
  absl::StatusOr<RowSet> Holding(const std::vector<Number>& numbers, size_t begin, size_t end,
                                 const RowSet& match, Interrupt* interrupt) const;
  // Cuts off numbers at both ends that no matching row has.
  absl::Status Trim(const RowSet& match, Interrupt* interrupt, std::vector<Number>* numbers) const;

  const SnapshotRows& snapshot_;
  const FacetDictionary& dictionary_;
};

}  // namespace parfocal
