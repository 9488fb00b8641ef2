// What may have been meant by words that occur nowhere: the nearest words of the term dictionaries,
// and the nearest keys of attributes. Nothing is replaced here; the caller is told.
//
// Thread safety: any thread.
#pragma once

#include <string>
#include <vector>

#include "matcher.h"
#include "parfocal/query.h"
#include "parfocal/rows/snapshot_rows.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"
#include "text_finder.h"

namespace parfocal {

// Words of a query that are looked at.
inline constexpr size_t kMaxCorrections = 8;

// Letters to insert, remove, replace or swap with their neighbour to make one word of the other
// (bytes of UTF-8); `most` + 1 if it takes more than that.
int EditDistance(absl::string_view a, absl::string_view b, int most);
// How many such changes a mistyped word of so many bytes may have: 0 below 4, 1 below 8, else 2.
int AllowedEdits(size_t bytes);

// Adds to `answer` the nearest word in use for each single word of `words`, outside of NOT, that no
// row has and beside which nothing else was understood. DEADLINE_EXCEEDED, CANCELLED.
absl::Status AddCorrections(const QueryNode& words, const SnapshotRows& rows, Matcher* matcher,
                            TextFinder* text, Interrupt* interrupt, SearchAnswer* answer);

// The keys nearest to `key` in spelling, best first; the key itself alone if there is one. None
// that speaks of persons.
std::vector<std::string> NearAttributeKeys(const Vocabulary& vocabulary, absl::string_view key,
                                           size_t limit);

}  // namespace parfocal
