// What follows from a source and its runs: how fresh it is, whether it has failed too often, when
// it is due. Nothing of it is stored, so it cannot contradict the runs.
//
// Thread safety: free functions without state.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "parfocal/harvest.h"
#include "parfocal/status.h"

namespace parfocal {

struct ScheduleLimits {
  // After a failure the next run waits so long, doubled with each further one up to the most.
  absl::Duration first_pause = absl::Minutes(15);
  absl::Duration longest_pause = absl::Hours(24);
  // So many failures in a row suspend a source.
  int failures = 8;
  // A source is stale when so many intervals have passed since it was last seen whole.
  int stale_intervals = 2;
  // Between the beginning of a run and one that a ping asks for.
  absl::Duration ping_pause = absl::Minutes(5);
};

inline constexpr absl::Duration kLeastInterval = absl::Minutes(1);
inline constexpr absl::Duration kMostInterval = absl::Hours(24 * 366);

struct Upkeep {
  absl::Time last_attempt = absl::InfinitePast();  // The newest run began; none: InfinitePast.
  absl::Time last_seen = absl::InfinitePast();     // The last COMPLETE run began.
  absl::Time last_changed = absl::InfinitePast();  // A run found something new, changed, deleted.
  int failures = 0;                                // Runs since the last COMPLETE one.
  bool running = false;
  bool suspended = false;
  std::string why_suspended;  // With the way out.
  // From when on it is stale; InfiniteFuture without a schedule.
  absl::Time stale_from = absl::InfiniteFuture();
  // When the next run is due; InfiniteFuture: never.
  absl::Time next_run = absl::InfiniteFuture();
};

// `runs`: newest first.
Upkeep Examine(const Source& source, const std::vector<Run>& runs, const ScheduleLimits& limits);

// The first moment from `time` on at which the schedule's window is open.
absl::Time OpenFrom(const Schedule& schedule, absl::Time time);

// Sets the window from "HH:MM-HH:MM"; empty: always open. INVALID_ARGUMENT.
absl::Status SetWindow(absl::string_view text, Schedule* schedule);
std::string FormatWindow(const Schedule& schedule);
// INVALID_ARGUMENT for an interval or a jitter beyond the bounds above.
absl::Status CheckSchedule(const Schedule& schedule);

}  // namespace parfocal
