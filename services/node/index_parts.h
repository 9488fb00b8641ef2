// The derived side of a node: the writer that follows the catalogue, the index that answers, and
// the binder between a request and the two.
//
// Thread safety: any thread, between Start and Stop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/query.h"
#include "parfocal/record_store.h"
#include "parfocal/search/binder.h"
#include "parfocal/search_index.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

class Log;

class IndexParts {
 public:
  struct Terms {
    using Lookup = std::function<std::shared_ptr<const TermLookup>()>;
    Lookup newest;  // Asked at each Publish, and at the start if none is kept.
    Lookup
        kept;  // The release with which the records were shown last; nullptr if it is the newest.
    std::function<void()> shown;  // Called after a Publish: what was kept is not wanted any more.
  };

  // `store` and `log` must outlive it; `names`: what filters may call a value; `everyday`: what
  // words of a query may mean, nullptr for nothing.
  static absl::StatusOr<std::unique_ptr<IndexParts>> Open(
      const std::string& directory, RecordStore* store, Terms terms, OtherNames names,
      const Log* log, std::shared_ptr<const EverydayWords> everyday = nullptr);
  virtual ~IndexParts() = default;

  virtual void Start() = 0;
  virtual void Stop() = 0;
  virtual const SearchIndex* index() const = 0;
  // See BindSearch.
  virtual absl::StatusOr<BoundQuery> Bind(const QueryText& text,
                                          const Snapshot& snapshot) const = 0;
  // Answers stay with the snapshot and the terms that they have until Publish, whatever the writer
  // applies meanwhile, also when the node is killed and opened again. The first snapshot of all is
  // never held back. `name`: what its records were normalised with; empty: of several states, which
  // are not worth being kept over a restart.
  virtual void Hold(const std::string& name) = 0;
  // The name of what is held, or was when the node was stopped; empty without one.
  virtual std::string Held() const = 0;
  // Ends it: answers come from the newest snapshot, with the newest terms.
  virtual void Publish() = 0;
  // The terms with which answers are made.
  virtual std::shared_ptr<const TermLookup> ServedTerms() const = 0;

  // Sequence of the snapshot that answers; -1 before the first.
  virtual int64_t ServedSequence() const = 0;
  // Waits until the writer has applied that sequence, shown or held; false at the deadline.
  virtual bool WaitApplied(int64_t sequence, absl::Time deadline) const = 0;
  // OK, or why the index does not advance.
  virtual absl::Status Health() const = 0;
  // Segments and distinct values of the newest state.
  virtual void Size(int64_t* segments, int64_t* values) const = 0;
  virtual absl::Status Rebuild(const std::function<void(int64_t sequence)>& progress) = 0;
  // See IndexWriter::DropRetired.
  virtual void DropRetired() = 0;
  virtual absl::StatusOr<std::vector<std::string>> Check(size_t limit) const = 0;
};

}  // namespace parfocal
