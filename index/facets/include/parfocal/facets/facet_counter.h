// Exact facet counts of a match: for every value of a field the studies, ImageSets, known images
// and unknown counts of the rows that have this very value (`exact`) and of the rows that have it
// or a descendant (`count`). Nothing is estimated. Words that differ in spelling alone are one
// value (SharedSpelling), shown as most rows have it.
//
// Thread safety: any number of threads; each call has its own working memory.
#pragma once

#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/query.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/status.h"

namespace parfocal {

class FacetCounter {
 public:
  // Both must outlive it; `dictionary` has grown to the snapshot's vocabulary.
  FacetCounter(const SnapshotRows& snapshot, const FacetDictionary& dictionary)
      : snapshot_(snapshot), dictionary_(dictionary) {}

  // INVALID_ARGUMENT (FILTER_UNKNOWN_FIELD or FILTER_TYPE) if `spec` names no facet; an attribute
  // key that nobody uses has no values. DEADLINE_EXCEEDED and CANCELLED as `interrupt` says.
  absl::StatusOr<FacetResult> Count(const FacetSpec& spec, const RankedRows& match,
                                    SearchLevel level, Interrupt* interrupt) const;

 private:
  void ShowSpellings(const Field& field, const std::vector<uint32_t>& slots,
                     FacetResult* out) const;

  const SnapshotRows& snapshot_;
  const FacetDictionary& dictionary_;
};

}  // namespace parfocal
