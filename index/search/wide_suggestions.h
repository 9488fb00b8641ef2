// Completions beyond the values of facets: synonyms of terms in use, keys of attributes and their
// values.
//
// Thread safety: belongs to the one thread that asks.
#pragma once

#include <string>
#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/query.h"
#include "parfocal/rows/interrupt.h"
#include "parfocal/rows/row_set.h"
#include "parfocal/rows/snapshot_rows.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"
#include "text_finder.h"

namespace parfocal {

class WideSuggestions {
 public:
  // `terms` may be nullptr. All must outlive it.
  WideSuggestions(const SnapshotRows& rows, const FacetDictionary& dictionary,
                  const TermLookup* terms, TextFinder* text)
      : rows_(rows), dictionary_(dictionary), terms_(terms), text_(text) {}

  // Adds what `question` may mean to what `out` holds, and puts all of it in order, most rows
  // first. `within`: see Suggester::Suggest.
  absl::Status Add(const SuggestQuestion& question, const RowSet* within, Interrupt* interrupt,
                   std::vector<Suggestion>* out) const;

 private:
  absl::Status AddSynonyms(const SuggestQuestion& question, const RowSet* within,
                           Interrupt* interrupt, std::vector<Suggestion>* out) const;
  absl::Status AddKeys(const std::string& begin, const RowSet* within, Interrupt* interrupt,
                       std::vector<Suggestion>* out) const;
  absl::Status AddAttributeValues(const std::string& begin, const RowSet* within,
                                  Interrupt* interrupt, std::vector<Suggestion>* out) const;
  // Rows of `within` that have one of `values`.
  absl::StatusOr<int64_t> Count(std::vector<ValueId> values, const RowSet* within,
                                Interrupt* interrupt) const;

  const SnapshotRows& rows_;
  const FacetDictionary& dictionary_;
  const TermLookup* const terms_;
  TextFinder* const text_;
};

}  // namespace parfocal
