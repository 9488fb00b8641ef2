// The seam to the index. An answer is computed on one pinned, immutable Snapshot: totals, facets,
// pages and explain read only that. The real one is index/search over index/segment; the fake in
// tests/support is a plain scan over a RecordStore and must give equal answers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/query.h"
#include "parfocal/status.h"

namespace parfocal {

// Collection statistics of ranking: the caller's own, or those of a whole federation.
struct TermStatistics {
  std::string word;  // Index form (stemmed).
  int64_t studies = 0;
};
struct Statistics {
  int64_t studies = 0;                // How many studies there are.
  std::vector<double> field_length;   // Mean length in words per text field of the schema.
  std::vector<TermStatistics> terms;  // Sorted by word.
};

// Immutable; any thread may call it. It stays valid, with its files, as long as it is held.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Revision revision() const = 0;
  // Statistics of this snapshot for the words of `query`.
  virtual absl::StatusOr<Statistics> StatisticsFor(const BoundQuery& query) const = 0;
  // `statistics`: nullptr for this snapshot's own. DEADLINE_EXCEEDED, CANCELLED (when `cancelled`
  // returns true; asked often), INVALID_ARGUMENT for a field that the schema lacks.
  virtual absl::StatusOr<SearchAnswer> Execute(const BoundQuery& query,
                                               const Statistics* statistics, absl::Time deadline,
                                               bool (*cancelled)(const void*) = nullptr,
                                               const void* context = nullptr) const = 0;
  // Values whose label or key begins with `prefix`, or has a word that does; most rows first.
  virtual absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view prefix,
                                                          const std::vector<std::string>& fields,
                                                          int limit) const = 0;
  // The same for `question`; knows synonyms and attributes, and the matches of a search. `deadline`
  // as in Execute.
  virtual absl::StatusOr<std::vector<Suggestion>> SuggestWithin(const SuggestQuestion& question,
                                                                absl::Time deadline) const {
    static_cast<void>(deadline);
    return Suggest(question.prefix, question.fields, question.limit);
  }
  // What is like the study `name`: the words tree of a query that ranks it, the study itself left
  // out. NOT_FOUND if the snapshot has no such study.
  virtual absl::StatusOr<QueryNode> LikenessOf(const RecordName& name) const {
    return absl::NotFoundError(FormatRecordName(name));
  }
  // Keys of attributes in use nearest to `key`, without regard to case, hyphens and blanks, best
  // first; the key itself alone if it is in use.
  virtual std::vector<std::string> AttributeKeysNear(absl::string_view key, size_t limit) const {
    static_cast<void>(key);
    static_cast<void>(limit);
    return {};
  }
  // Keys of values of `field` in use that equal `text` as key or label without regard to case: what
  // the binder asks when no ontology term fits.
  virtual std::vector<std::string> ValuesNamed(absl::string_view field,
                                               absl::string_view text) const = 0;
  // How many rows hold the term, exactly and with descendants, in any field of the schema but the
  // stated_ twins: a row that holds it in several fields counts once.
  virtual void CountTerm(absl::string_view curie, Counts* exact, Counts* rolled_up) const = 0;
};

class SearchIndex {
 public:
  virtual ~SearchIndex() = default;
  // Pins the newest snapshot. UNAVAILABLE before the first exists.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const = 0;
  // Waits until a snapshot at `sequence` or later exists, or FAILED_PRECONDITION at `deadline` with
  // the current sequence.
  virtual absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                                 absl::Time deadline) const = 0;
};

}  // namespace parfocal
