#include "parfocal/schedule/scheduler.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace parfocal {

Scheduler::Scheduler(const RecordStore* store, const Clock* clock, ScheduleLimits limits,
                     Begin begin,
                     std::function<void(const std::string&, const absl::Status&)> refused)
    : store_(store),
      clock_(clock),
      limits_(limits),
      begin_(std::move(begin)),
      refused_(std::move(refused)) {}

void Scheduler::Load() {
  for (const Source& source : store_->ListSources()) Changed(source.id);
}

void Scheduler::Changed(const std::string& id) {
  // Held while the store is read, so that of two changes the later is kept.
  MutexLock lock(&mu_);
  const absl::StatusOr<Source> source = store_->GetSource(id);
  if (!source.ok()) {
    sources_.erase(id);
    return;
  }
  Kept& kept = sources_[id];
  kept.schedule = source->schedule;
  kept.upkeep = Examine(*source, store_->ListRuns(id), limits_);
  // Whatever changed may have mended what refused a run.
  kept.refusals = 0;
  kept.not_before = absl::InfinitePast();
}

absl::Time Scheduler::DueTime(const Kept& kept) const {
  if (kept.upkeep.running) return absl::InfiniteFuture();
  absl::Time due = kept.upkeep.next_run;
  if (kept.pinged && !kept.upkeep.suspended) {
    due = std::min(due, OpenFrom(kept.schedule, kept.upkeep.last_attempt + limits_.ping_pause));
    // One that never ran has no pause to keep.
    if (kept.upkeep.last_attempt == absl::InfinitePast())
      due = OpenFrom(kept.schedule, clock_->Now());
  }
  return std::max(due, kept.not_before);
}

int Scheduler::Tick() {
  const absl::Time now = clock_->Now();
  std::vector<std::string> due;
  {
    MutexLock lock(&mu_);
    for (const auto& [id, kept] : sources_) {
      // A node that was down when a run was due begins it within the window all the same.
      const absl::Time time = DueTime(kept);
      if (time <= now && OpenFrom(kept.schedule, now) == now) due.push_back(id);
    }
  }
  int begun = 0;
  for (const std::string& id : due) {
    const absl::Status status = begin_(id);
    if (status.ok()) ++begun;
    if (!status.ok() && !absl::IsFailedPrecondition(status) && refused_) refused_(id, status);
    MutexLock lock(&mu_);
    const auto found = sources_.find(id);
    if (found == sources_.end()) continue;
    Kept& kept = found->second;
    if (status.ok()) {
      kept.pinged = false;
      continue;
    }
    absl::Duration pause = limits_.first_pause;
    for (int i = 0; i < kept.refusals && pause < limits_.longest_pause; ++i) pause *= 2;
    ++kept.refusals;
    kept.not_before = now + std::min(pause, limits_.longest_pause);
  }
  return begun;
}

absl::Status Scheduler::Ping(const std::string& id) {
  PARFOCAL_RETURN_IF_ERROR(store_->GetSource(id).status());
  MutexLock lock(&mu_);
  const auto found = sources_.find(id);
  if (found == sources_.end()) return absl::NotFoundError(absl::StrCat("no source '", id, "'"));
  Kept& kept = found->second;
  if (kept.upkeep.suspended) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "source ", id, " is suspended: ", kept.upkeep.why_suspended)),
                      "SOURCE_SUSPENDED", "name");
  }
  kept.pinged = true;
  return absl::OkStatus();
}

absl::StatusOr<Upkeep> Scheduler::Of(const std::string& id) const {
  MutexLock lock(&mu_);
  const auto found = sources_.find(id);
  if (found == sources_.end()) return absl::NotFoundError(absl::StrCat("no source '", id, "'"));
  return found->second.upkeep;
}

}  // namespace parfocal
