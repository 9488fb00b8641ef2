// A kept answer beside the answer of now.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "citation_store.h"
#include "parfocal/query.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {

// Executes the search for the hits behind a sort key; "" begins.
using NextHits = std::function<absl::StatusOr<SearchAnswer>(const std::string& after)>;

// Walks over the whole answer. INVALID_ARGUMENT (LIMIT_EXCEEDED, citation_records) for one of more
// than kMaxCitedRecords; entries are in the order of names.
absl::StatusOr<std::vector<Citation::Entry>> WalkAnswer(const NextHits& next);

// What of a search makes its answer: without pages, facets, snippets, views and waiting.
v1::SearchRequest CitedPart(const v1::SearchRequest& request);

struct CitedPage {
  std::string after;  // Name behind which it begins.
  int size = 100;
  bool differences_only = false;
};
// Counts what was added, changed and removed from `then` to `now`, and adds the page of records.
// Returns the name behind which the next page begins; empty after the last.
std::string Compare(const std::vector<Citation::Entry>& then,
                    const std::vector<Citation::Entry>& now, const CitedPage& page,
                    v1::SearchCitation* out);

}  // namespace parfocal
