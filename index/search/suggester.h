// Completes what a person is typing from the keys and labels of the facet fields and of the terms
// above them: a sorted array of every place at which a word begins, never a scan of the index.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/mutex.h"
#include "parfocal/query.h"
#include "parfocal/rows/interrupt.h"
#include "parfocal/rows/row_set.h"
#include "parfocal/rows/snapshot_rows.h"

namespace parfocal {

SuggestionKind KindOfValue(const Field& field, bool is_term);

// Thread safety: any thread.
class Suggester {
 public:
  explicit Suggester(std::shared_ptr<const FacetDictionary> dictionary);

  // See Snapshot::Suggest. Looks at no more than 20,000 places. `within` (nullptr: all rows): rows
  // that count; values that none of them has are left out.
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view prefix,
                                                  const std::vector<std::string>& fields, int limit,
                                                  const SnapshotRows& rows, const RowSet* within,
                                                  Interrupt* interrupt);

 private:
  // A word of a slot's folded key or label, to the end of it.
  struct Place {
    absl::string_view text;
    FieldId field;
    uint32_t slot;
  };
  void Grow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::shared_ptr<const FacetDictionary> dictionary_;
  Mutex mu_;
  std::vector<Place> places_ ABSL_GUARDED_BY(mu_);    // By text.
  std::vector<uint32_t> known_ ABSL_GUARDED_BY(mu_);  // Slots taken in, by field.
};

}  // namespace parfocal
