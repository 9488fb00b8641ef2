// Harvests sources: one run per source, each on threads of its own. A page is read and parsed while
// the one before is normalised and committed; every page is one CommitPage, so a run that was
// stopped or killed anywhere goes on at its last acknowledged page.
//
// How a run ends:
//   COMPLETE  every page was read, nothing was skipped, the quarantine stayed below its limit, the
//             ledger adds up; what the source calls deleted, and what a listing of everything
//             lacks, has become tombstones.
//   PARTIAL   something was not read; what was read is kept, nothing is deleted.
//   FAILED    nothing was read.
//   HELD      it would delete too much of the source; nothing is deleted.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "parfocal/clock.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/harvest.h"
#include "parfocal/mutex.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct HarvestLimits {
  int concurrent_runs = 8;  // More wait for their turn, already RUNNING.
  // A page is refused whole, and counted skipped, if more than this part of its records is bad; a
  // run is PARTIAL if more than this part is in quarantine. A handful of bad records says nothing
  // about a source: neither holds for `bad_records_floor` or fewer.
  double page_bad_part = 0.20;
  double run_bad_part = 0.01;
  int64_t bad_records_floor = 5;
  // Deletions beyond both, or an exchange of identities (as many deleted as are new) beyond the
  // floor and `churn_part`, hold the run. Parts are of the live records before the run.
  double hold_part = 0.10;
  double churn_part = 0.05;
  int64_t hold_floor = 50;
  size_t deletions_per_page = 5000;
  // Names of records that the source calls deleted, kept until the listing has ended. A run that
  // meets more is HELD there and then.
  size_t condemned_bytes = size_t{256} << 10;
};

// Turns the source's words of a record into terms; returns how many statements disagree with their
// id. (ontology/normalise; the composition root passes it.)
using NormaliseRecord = std::function<int(Record*)>;

// What the records of one page are normalised with. Kept until the page is committed, then let go:
// whoever exchanges the state behind it can wait for the pages in hand.
struct PageNormaliser {
  NormaliseRecord normalise;
  std::string release;  // PageCommit::release.
};

// A run as it stands now.
struct RunProgress {
  Run run;
  int64_t done = 0;   // Units of work of the connector.
  int64_t total = 0;  // 0 if not known.
  bool resumed = false;
};

struct HarvestRunnerOptions {
  RecordStore* store = nullptr;  // All borrowed; must outlive the runner.
  const Clock* clock = nullptr;
  const ConnectorRegistry* connectors = nullptr;
  ConnectorContext context;
  // Gives the normaliser of the next page, over the newest terms. It is used from that run's thread
  // alone.
  std::function<PageNormaliser()> normaliser;
  HarvestLimits limits;
  // Called before each page with the sequence that the run's page before it was acknowledged at;
  // may wait, for a bounded time, until the index has applied it. A harvest is faster than an
  // index: this keeps what is acknowledged searchable within a page's time. May be empty.
  std::function<void(int64_t sequence)> await_index;
  // Called, from a run's thread, when the catalogue failed with an I/O error: the outcome is
  // unknown and the process must end and replay. The run stays RUNNING.
  std::function<void(const absl::Status&)> on_store_failure;
  // What reads `source`, for Rejection::reader: connector and version, definition and digest. May
  // be empty.
  std::function<std::string(const Source& source)> reader;
  // Called when a run begins, resumes and ends; for the log. May be empty.
  std::function<void(absl::string_view event, const RunProgress&)> on_event;
};

class HarvestRunner {
 public:
  explicit HarvestRunner(HarvestRunnerOptions options);
  // Stops as Stop does.
  ~HarvestRunner();
  HarvestRunner(const HarvestRunner&) = delete;
  HarvestRunner& operator=(const HarvestRunner&) = delete;

  // Begins a run of `source` and returns it at once; `accept_deletions` is written down with the
  // run, so that one that is resumed after a kill still has it. NOT_FOUND without the source;
  // FAILED_PRECONDITION with RUN_IN_PROGRESS; INVALID_ARGUMENT with SOURCE_DEFINITION if no
  // connector can read it.
  absl::StatusOr<RunProgress> Start(const std::string& source, bool accept_deletions);

  // Begins a run that parses anew what the ended run `of` refused, from the bytes that were kept.
  // It lists nothing, deletes nothing and moves no marker. Fails as Start does; NOT_FOUND without
  // the run; FAILED_PRECONDITION with NOTHING_TO_REPLAY if nothing that it refused can be parsed
  // again.
  absl::StatusOr<RunProgress> Replay(const std::string& source, const std::string& of);

  // Takes up every run that a stopped node left RUNNING. A run whose source cannot be read any more
  // ends PARTIAL or FAILED. Returns how many went on.
  int ResumeAll();

  // The run, live or ended. NOT_FOUND.
  absl::StatusOr<RunProgress> Get(const std::string& source, const std::string& run) const;

  // INVALID_ARGUMENT with SOURCE_DEFINITION if no connector of that kind exists or it refuses
  // `source`.
  absl::Status Check(const Source& source) const;

  // Runs that go on.
  int active() const;
  // Lets each run finish the page in hand and leaves it RUNNING, to be taken up by the next node.
  void Stop();

 private:
  struct Active;
  absl::StatusOr<std::unique_ptr<Connector>> MakeConnector(const Source& source,
                                                           const std::string& replay_of) const;
  absl::Status NoteInCursor(bool accept_deletions, const std::string& replay_of, Run* run) const;
  absl::StatusOr<RunProgress> Launch(const Source& source, bool accept_deletions,
                                     std::string replay_of);
  void Drive(Active* active);
  // Whether the store already calls the source's last run ended while its thread is still there.
  bool HasEnded(const std::string& source) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Reap() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const HarvestRunnerOptions options_;
  mutable Mutex mu_;
  std::condition_variable_any changed_;
  std::map<std::string, std::unique_ptr<Active>> active_ ABSL_GUARDED_BY(mu_);  // By source.
  int working_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace parfocal
