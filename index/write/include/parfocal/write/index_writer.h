// Keeps the index of one visibility group up to date with the catalogue: follows the change feed,
// and publishes one new state of the index after another. The index is a cache: whatever is
// missing, damaged or of another format is rebuilt from the catalogue.
//
// On disk, below the directory given to Open:
//   CURRENT       the name of the generation in use
//   gen-<n>/      an index directory (index/segment/manifest.h); a rebuild makes a new one beside
//   it
//
// What happens in one publication, in this order, so that a crash between any two steps loses
// nothing and a replay gives the same answers: vocabulary synced; text index committed and its
// directories synced; segment and delete bitmaps synced; manifest replaced; on_publish called.
//
// Thread safety: every member may be called from any thread. One thread of its own does the
// writing, and while segments are being merged one more.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/record_store.h"
#include "parfocal/segment/manifest.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

namespace parfocal {

// One published state. Its files stay until a later on_publish has returned (those of a replaced
// generation for two minutes more); segments that were opened stay readable for ever.
struct PublishedIndex {
  std::string directory;  // Of the generation.
  Manifest manifest;
  std::shared_ptr<const Vocabulary>
      vocabulary;  // The writer goes on adding behind manifest.values.
  // Not the newest state but one that Pin kept, under this name; its manifest.release is the name,
  // too. Published once, before the newest, when an index is opened that has one.
  std::string pinned;
};

struct IndexWriterOptions {
  // Name of the ontology release in use; each published manifest carries it.
  std::string release;
  // A batch is published when it has this many changes, or this long after its first one.
  int batch_changes = 5000;
  absl::Duration batch_delay = absl::Milliseconds(200);
  // Segments of about the same size that are merged into one; at least 2.
  int merge_factor = 8;
  // Called on the writer's thread (Rebuild: on the caller's) after each publication; keep it short.
  std::function<void(const PublishedIndex&)> on_publish;
  // Called after each durable step of a publication with its name: for tracing and fault injection.
  std::function<void(absl::string_view step)> on_step;
};

struct IndexCheckOptions {
  // Every `parts`-th document of the text index is compared, beginning with `part`; 1: all of them.
  // Files, rows and sequences are always compared whole.
  uint32_t parts = 1;
  uint32_t part = 0;
  size_t max_differences = 100;  // Listed by name; all are counted.
};

struct IndexCheckReport {
  int64_t sequence = 0;   // State that was checked.
  int64_t rows = 0;       // Live rows of the index.
  int64_t records = 0;    // Live records of the catalogue.
  int64_t skipped = 0;    // Records that changed after that state.
  int64_t documents = 0;  // Text documents compared.
  int64_t difference_count = 0;
  std::vector<std::string> differences;  // What differs and where.
  bool ok() const { return difference_count == 0; }
};

class IndexWriter {
 public:
  // Makes the directory if need be; does not read the index yet. `store` must outlive the writer.
  // UNAVAILABLE if the directory cannot be made.
  static absl::StatusOr<std::unique_ptr<IndexWriter>> Open(std::string directory,
                                                           RecordStore* store, std::string group,
                                                           IndexWriterOptions options);
  ~IndexWriter();  // Stops.

  // Opens the index, or rebuilds it, then follows the feed until Stop. Failures are retried with
  // growing pauses; health() tells the last one.
  void Start();
  // Returns when the thread has ended; what was not published is replayed after the next Start.
  void Stop();

  // Sequence of the last publication; -1 before the first.
  int64_t AppliedSequence() const;
  // Waits until AppliedSequence() >= `sequence`; false at `deadline`.
  bool WaitApplied(int64_t sequence, absl::Time deadline) const;
  // OK, or why the index does not advance.
  absl::Status health() const;

  // Keeps the newest state on disk, whatever is applied later and over restarts, until Unpin: who
  // opens the index again is given it first (PublishedIndex::pinned). Waits for the publication in
  // hand. FAILED_PRECONDITION while no generation is open; UNAVAILABLE on an I/O error. A rebuild
  // makes a generation without it.
  absl::Status Pin(const std::string& name);
  absl::Status Unpin();
  // Under which name the index on disk has a pinned state; empty if it has none. Before Start.
  std::string PinnedName() const;

  // Builds a new generation beside the one in use, which serves and follows the feed meanwhile, and
  // switches to it. Returns its sequence. FAILED_PRECONDITION if a rebuild is going on or the
  // writer is not started.
  absl::StatusOr<int64_t> Rebuild();

  // Removes the files of replaced generations at once; a search that still reads them may fail.
  void DropRetired();

  // Compares the index with its own checksums and with the catalogue. FAILED_PRECONDITION before
  // the first publication. Differences are in the report, not in the Status.
  absl::StatusOr<IndexCheckReport> Check(const IndexCheckOptions& options) const;

 private:
  struct State;
  explicit IndexWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parfocal
