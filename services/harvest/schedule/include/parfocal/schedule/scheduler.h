// Begins runs when they are due: by the schedule of their source, or because the source was pinged.
// At most one run goes on for each source (HarvestRunner sees to it), and as many sources at a time
// as the runner allows. It keeps no time of its own: whoever owns it calls Tick about once a
// second.
//
// Pings are kept in memory: one that waits when the node stops is lost.
//
// Thread safety: every member may be called from any thread; Tick from one at a time.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "parfocal/clock.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/mutex.h"
#include "parfocal/record_store.h"
#include "parfocal/schedule/upkeep.h"

namespace parfocal {

class Scheduler {
 public:
  using Begin = std::function<absl::Status(const std::string& source)>;
  // `store` and `clock` must outlive it. `begin` begins a run and sees to it that Changed is called
  // before it returns; FAILED_PRECONDITION: one goes on.
  // `refused` is told why a run that was due could not be begun; may be empty.
  Scheduler(const RecordStore* store, const Clock* clock, ScheduleLimits limits, Begin begin,
            std::function<void(const std::string& source, const absl::Status&)> refused = nullptr);

  // Looks at every source anew. To be called once, when runs that were left over go on.
  void Load();
  // To be called when `source` was made, changed or removed, and when a run of it began or ended.
  void Changed(const std::string& source);

  // Begins what is due now; returns how many runs.
  int Tick();

  // Asks for a run of `source` as soon as its window, and the pause since the last, allow.
  // NOT_FOUND; FAILED_PRECONDITION with SOURCE_SUSPENDED.
  absl::Status Ping(const std::string& source);

  // How `source` stands; NOT_FOUND.
  absl::StatusOr<Upkeep> Of(const std::string& source) const;

 private:
  struct Kept {
    Schedule schedule;
    Upkeep upkeep;
    bool pinged = false;
    // A run that could not even be begun leaves no trace among the runs.
    int refusals = 0;
    absl::Time not_before = absl::InfinitePast();
  };
  absl::Time DueTime(const Kept& kept) const;

  const RecordStore* const store_;
  const Clock* const clock_;
  const ScheduleLimits limits_;
  const Begin begin_;
  const std::function<void(const std::string&, const absl::Status&)> refused_;
  mutable Mutex mu_;
  std::map<std::string, Kept> sources_ ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
