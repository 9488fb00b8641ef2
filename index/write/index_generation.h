// One index directory and the state that its manifest names: takes records and deletions, publishes
// them as one new state, merges segments. After a failure the object is of no use: drop it and open
// the directory again, which is the state of the last manifest.
//
// One thread at a time; a merge runs beside it on a thread of its own.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "parfocal/record_name.h"
#include "parfocal/record_store.h"
#include "parfocal/segment/manifest.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/segment_builder.h"
#include "row_indexer.h"
#include "text_index.h"

namespace parfocal {

struct LiveSegment {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Roaring> dead;  // nullptr: all rows live.
};

class IndexGeneration {
 public:
  struct Options {
    std::string group;
    std::string release;
    int merge_factor = 8;
    std::function<void(absl::string_view step)> on_step;  // May be empty.
  };

  // Makes `directory`, which must not exist, with an empty state.
  static absl::StatusOr<std::unique_ptr<IndexGeneration>> Create(std::string directory,
                                                                 Options options);
  // Opens and verifies it. NOT_FOUND, DATA_LOSS and FAILED_PRECONDITION mean: rebuild.
  static absl::StatusOr<std::unique_ptr<IndexGeneration>> Open(std::string directory,
                                                               Options options);
  ~IndexGeneration();

  const std::string& directory() const { return directory_; }
  const Manifest& manifest() const { return manifest_; }
  const std::shared_ptr<Vocabulary>& vocabulary() const { return vocabulary_; }
  const std::vector<LiveSegment>& segments() const { return segments_; }

  // Takes a record into the next publication. `replaces`: an older version may be in the index;
  // false only where the caller knows that there is none. REQUIRES: each name once per publication.
  absl::Status Stage(const StoredRecord& stored, bool replaces);
  void StageDelete(const RecordName& name);
  uint32_t staged_rows() const { return builder_.rows(); }
  // Makes a new durable state with all that was staged.
  absl::Status Publish(int64_t sequence);

  // Merging. StartMerge begins one if some segments call for it (`idle`: nothing else is to do, so
  // more of them do) and none is running; FinishMerge publishes one that has ended, and returns
  // whether the state changed. MergeAll does it all, now, unless `stop` is set.
  void StartMerge(bool idle);
  bool merging() const { return merge_ != nullptr; }
  absl::StatusOr<bool> FinishMerge();
  absl::Status MergeAll(const std::atomic<bool>& stop);

  // Removes the files that no state names any more; call when the new state has been taken over.
  void RemoveGarbage();

  // Keeps the files of the last published state, whatever is published later and also when the
  // directory is opened again, until Unpin. `name` is kept as the release of its manifest. Durable
  // when it returns OK; UNAVAILABLE on an I/O error. A second pin replaces the first.
  absl::Status Pin(const std::string& name);
  absl::Status Unpin();
  // The pinned state.
  const std::optional<Manifest>& pinned() const { return pinned_; }

 private:
  struct MergeJob;
  IndexGeneration(std::string directory, Options options);
  absl::Status OpenSegments();
  absl::Status OpenTexts();
  void OpenPinned();
  void RemoveOrphans() const;
  void Kill(const std::string& study_key, absl::string_view image_set);
  void KillRow(size_t segment, RowId row);
  absl::Status WriteNewSegment();
  absl::Status WriteNewDeletes();
  void DropDeadSegments();
  absl::Status WriteState();
  std::vector<size_t> ChooseMerge(bool idle) const;
  absl::Status TakeMerged(const std::vector<uint64_t>& inputs,
                          const std::vector<std::shared_ptr<const Roaring>>& dead_at_start,
                          const std::string& file, uint64_t number, uint32_t rows);
  std::string PathOf(const std::string& file) const { return directory_ + "/" + file; }
  void Step(absl::string_view name) const {
    if (options_.on_step) options_.on_step(name);
  }

  const std::string directory_;
  const Options options_;
  Manifest manifest_;
  std::optional<Manifest> pinned_;
  std::shared_ptr<Vocabulary> vocabulary_;
  std::unique_ptr<TextIndexWriter> texts_;
  std::vector<LiveSegment> segments_;  // As manifest_.segments.
  std::unique_ptr<RowIndexer> indexer_;
  SegmentBuilder builder_;
  std::map<size_t, std::vector<RowId>> killed_;  // By segment; since the last publication.
  std::vector<std::string> garbage_;
  std::unique_ptr<MergeJob> merge_;
};

}  // namespace parfocal
