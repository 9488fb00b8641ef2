// The SearchIndex over segments, vocabulary and text index of an index directory. The writer
// (index/write) publishes each state that it has made durable; readers pin what was newest when
// they asked.
//
// Thread safety: Publish from one thread at a time, everything else from any thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <string>

#include "parfocal/mutex.h"
#include "parfocal/search_index.h"
#include "parfocal/segment/manifest.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

class IndexSnapshot;
struct SearchResources;

class SegmentSearchIndex final : public SearchIndex {
 public:
  SegmentSearchIndex();
  ~SegmentSearchIndex() override;

  // Makes `manifest`, which is durable in `directory` with all that it names, the newest snapshot.
  // `terms` (nullptr: none) is the release that the snapshot rolls up with. What the previous
  // snapshot has open or derived is shared if directory, vocabulary and terms are the same objects,
  // so that publishing each second stays cheap. On failure the previous snapshot stays: DATA_LOSS,
  // FAILED_PRECONDITION or NOT_FOUND as Segment::Open says.
  absl::Status Publish(const std::string& directory, const Manifest& manifest,
                       std::shared_ptr<const Vocabulary> vocabulary,
                       std::shared_ptr<const TermLookup> terms);

  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override;
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                         absl::Time deadline) const override;

 private:
  mutable Mutex mu_;
  mutable std::condition_variable_any published_;
  std::shared_ptr<const IndexSnapshot> newest_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<SearchResources> resources_;  // Of the publishing thread.
};

}  // namespace parfocal
