// One harvest from its cursor to its end: pages, then deletions. Owned by HarvestRunner; one thread
// runs it, beside the thread that reads ahead.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/harvest_run/harvest_runner.h"
#include "run_cursor.h"

namespace parfocal {

class OneRun {
 public:
  // `progress` is called with the run after every page. Whether its starter has accepted deletions
  // stands in the run's cursor.
  OneRun(const HarvestRunnerOptions& options, Run run, std::unique_ptr<Connector> connector,
         std::string reader, const std::atomic<bool>* stop,
         std::function<void(const Run&, int64_t done, int64_t total)> progress);

  // Returns the ended run (already written to the store), or one still RUNNING if it was stopped.
  // UNAVAILABLE or DATA_LOSS: the store failed and the run is as it was at its last page. A page
  // that the store refuses for any other reason ends the run.
  absl::StatusOr<Run> Execute();

 private:
  absl::Status Advance(bool* stopped);
  absl::Status ReadPages(bool* stopped);
  absl::Status CommitDrafts(DraftPage page);
  absl::Status AppendWithSets(const RecordName& name, std::vector<RecordName>* names) const;
  absl::Status Condemn(const DraftPage& page, PageCommit* commit);
  absl::Status Settle(bool* stopped);
  absl::StatusOr<std::vector<RecordName>> Vanished();
  absl::StatusOr<std::vector<RecordName>> Doomed();
  std::vector<std::string> RunsSinceLastListing() const;
  absl::StatusOr<bool> TooMany(int64_t deletions);
  absl::Status Delete(const std::vector<RecordName>& names, bool* stopped);
  std::string WayToRelease() const;
  absl::Status End(RunState state, std::string message);
  void Report() const;

  const HarvestRunnerOptions& options_;
  Run run_;
  const std::unique_ptr<Connector> connector_;
  const std::string reader_;
  const std::atomic<bool>* const stop_;
  const std::function<void(const Run&, int64_t, int64_t)> progress_;
  RunCursor cursor_;  // run_.cursor, taken apart.
  size_t condemned_bytes_ = 0;
  std::string last_refusal_;  // Why a page was refused whole.
  int64_t acknowledged_ = 0;  // Sequence of the page before.
  int64_t done_ = 0;
  int64_t total_ = 0;
};

}  // namespace parfocal
