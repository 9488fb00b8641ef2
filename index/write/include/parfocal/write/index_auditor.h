// Looks again and again whether the index still is what the catalogue says, a part at a time, and
// has it rebuilt when it is not: Xapian's tables carry no checksums, and a bit may flip in a file
// that was whole when it was opened.
//
// A step compares every checksum, all rows and sequences, and one part of the text documents with
// the catalogue (IndexWriter::Check); `parts` steps are one round over everything. Searches and
// indexing go on meanwhile, also while a rebuild does.
//
// Thread safety: any thread. One thread of its own does the steps.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "parfocal/mutex.h"
#include "parfocal/write/index_writer.h"

namespace parfocal {

struct IndexAuditOptions {
  absl::Duration pause = absl::Hours(1);  // Before each step, the first too.
  uint32_t parts = 24;
  // Called on the thread that found differences, before the rebuild. May be empty.
  std::function<void(const IndexCheckReport&)> on_damage;
};

class IndexAuditor {
 public:
  // `writer` must outlive it.
  IndexAuditor(IndexWriter* writer, IndexAuditOptions options)
      : writer_(writer), options_(std::move(options)) {}
  ~IndexAuditor() { Stop(); }

  void Start();
  // Returns when the step at hand has ended. Stop the writer first, or a rebuild is waited for.
  void Stop();

  // One step, now. Returns true if the index was damaged and has been rebuilt. Fails as Check and
  // Rebuild do; then the next step looks at the same part again.
  absl::StatusOr<bool> Step();

 private:
  void Run();

  IndexWriter* const writer_;
  const IndexAuditOptions options_;
  Mutex step_mu_;  // Held for a step.
  uint32_t part_ ABSL_GUARDED_BY(step_mu_) = 0;
  Mutex mu_;
  std::condition_variable_any changed_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace parfocal
