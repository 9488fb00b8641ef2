// The slow twin of the search engine: a SearchIndex that reads every record of a RecordStore,
// applies the row rule of index/segment/segment.h word by word and counts one row after the other.
// It shares with the engine the schema (what values a record has), the tokeniser and query.h, and
// no more.
//
// Where a value has several labels in the records, the engine keeps the one that came first and the
// twin the one of the first record in key order: give one label to one key. Snippets are left
// empty.
#pragma once

#include <memory>

#include "parfocal/record_store.h"
#include "parfocal/search_index.h"
#include "parfocal/term_lookup.h"

namespace parfocal::testing {

class PlainSearchIndex final : public SearchIndex {
 public:
  // Both are borrowed; `terms` may be nullptr. Every Open reads the whole store.
  PlainSearchIndex(const RecordStore* store, const TermLookup* terms)
      : store_(store), terms_(terms) {}

  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override;
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                         absl::Time deadline) const override;

 private:
  const RecordStore* const store_;
  const TermLookup* const terms_;
};

}  // namespace parfocal::testing
