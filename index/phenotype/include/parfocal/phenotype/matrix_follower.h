// Keeps the phenotype matrix of one visibility group up to date with the catalogue: follows the
// change feed and publishes one immutable matrix after another.
//
// On disk: `directory`/facts, what the matrix needs of each image set, with the sequence that it
// stands for and a checksum; written aside and renamed when the feed has been quiet for a moment,
// at most every minute while it is not, and at Stop. It is a cache: if it is missing, damaged, of
// another format or ahead of the catalogue, it is made again by one scan. Its bytes depend on the
// content of the catalogue at that sequence alone, not on the way there.
//
// Thread safety: every member may be called from any thread. One thread of its own does the work.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "parfocal/phenotype/phenotype_matrix.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal::phenotype {

struct FollowerOptions {
  std::string group = std::string(kPublicGroup);
  // Changes read at a time.
  int batch_changes = 5000;
  // Quiet time after which the facts are written; also the least time between two publications
  // while changes pour in is this or five times what the last one took.
  absl::Duration quiet = absl::Seconds(2);
};

class MatrixFollower {
 public:
  // Makes the directory if need be; does not read it yet. `store` must outlive the follower.
  // `knowledge` is called at each publication. UNAVAILABLE if the directory cannot be made.
  static absl::StatusOr<std::unique_ptr<MatrixFollower>> Open(std::string directory,
                                                              const RecordStore* store,
                                                              std::function<Knowledge()> knowledge,
                                                              FollowerOptions options = {});
  ~MatrixFollower();  // Stops.

  void Start();
  // Returns when the thread has ended and the facts are written.
  void Stop();

  // The newest matrix; null before the first publication.
  std::shared_ptr<const PhenotypeMatrix> Current() const;
  // Sequence of Current(); -1 before the first.
  int64_t AppliedSequence() const;
  // Waits until AppliedSequence() >= `sequence`; false at `deadline`.
  bool WaitApplied(int64_t sequence, absl::Time deadline) const;
  // To be called when terms, genes or mappings have a new release: publishes anew, soon.
  void KnowledgeChanged();
  // OK, or why the matrix does not advance.
  absl::Status health() const;
  // Forgets what is on disk and in memory and scans the catalogue again; returns the sequence.
  // The last matrix answers meanwhile. FAILED_PRECONDITION if the follower is not started.
  absl::StatusOr<int64_t> Rebuild();

 private:
  struct State;
  explicit MatrixFollower(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parfocal::phenotype
