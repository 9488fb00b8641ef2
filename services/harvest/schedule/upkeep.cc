#include "parfocal/schedule/upkeep.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace parfocal {
namespace {

constexpr int kMinutesOfDay = 24 * 60;

// From 0 up to 1, the same for the same words on every machine: sources that were registered at
// once do not begin at once, and a node that is begun anew plans what it planned before.
double Fraction(absl::string_view words) {
  uint64_t hash = 14695981039346656037u;
  for (const char c : words) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdu;
  hash ^= hash >> 33;
  return static_cast<double>(hash >> 11) / static_cast<double>(uint64_t{1} << 53);
}

absl::Duration PauseAfter(const Schedule& schedule, int failures, const ScheduleLimits& limits) {
  if (failures == 0) return schedule.interval;
  absl::Duration pause = limits.first_pause;
  for (int i = 1; i < failures && pause < limits.longest_pause; ++i) pause *= 2;
  return std::min(pause, limits.longest_pause);
}

int MinuteOf(absl::Time time) {
  const absl::CivilMinute civil = absl::ToCivilMinute(time, absl::UTCTimeZone());
  return civil.hour() * 60 + civil.minute();
}

bool ParseMinute(absl::string_view text, int* minute) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  int hours = 0, minutes = 0;
  if (parts.size() != 2 || parts[0].size() != 2 || parts[1].size() != 2 ||
      !absl::SimpleAtoi(parts[0], &hours) || !absl::SimpleAtoi(parts[1], &minutes) || hours < 0 ||
      hours > 23 || minutes < 0 || minutes > 59)
    return false;
  *minute = hours * 60 + minutes;
  return true;
}

}  // namespace

Upkeep Examine(const Source& source, const std::vector<Run>& runs, const ScheduleLimits& limits) {
  Upkeep upkeep;
  std::string last_message;
  int counted = 0;  // Failures since a person said that they are mended.
  for (const Run& run : runs) {
    // A replay says nothing of the source.
    if (run.state == RunState::kComplete && !run.message.empty()) continue;
    upkeep.last_attempt = std::max(upkeep.last_attempt, run.started);
    const Ledger& ledger = run.ledger;
    if (ledger.new_records + ledger.changed + ledger.deleted > 0) {
      const absl::Time when = run.state == RunState::kRunning ? run.started : run.ended;
      upkeep.last_changed = std::max(upkeep.last_changed, when);
    }
    if (run.state == RunState::kRunning) upkeep.running = true;
    const bool complete = run.state == RunState::kComplete;
    if (complete && upkeep.last_seen == absl::InfinitePast()) upkeep.last_seen = run.started;
    if (complete || run.state == RunState::kRunning) continue;
    if (upkeep.last_seen != absl::InfinitePast()) continue;
    ++upkeep.failures;
    if (last_message.empty()) last_message = run.message;
    if (run.started >= source.resumed) ++counted;
  }
  if (counted >= limits.failures) {
    upkeep.suspended = true;
    upkeep.why_suspended = absl::StrCat(
        "its last ", counted, " runs were not complete (the newest: ", last_message,
        "). Mend the cause, then: parfocal source resume ", source.id, " --by NAME --because WHY");
  }
  const Schedule& schedule = source.schedule;
  if (schedule.interval <= absl::ZeroDuration()) return upkeep;
  upkeep.stale_from =
      std::max(upkeep.last_seen, source.created) + limits.stale_intervals * schedule.interval;
  if (upkeep.suspended || upkeep.running) return upkeep;
  if (upkeep.last_attempt == absl::InfinitePast()) {
    upkeep.next_run = OpenFrom(schedule, source.created);
    return upkeep;
  }
  const std::string words = absl::StrCat(source.id, "/", runs.front().id);
  // A person's word that the cause is mended ends the pause too.
  const absl::Duration pause = PauseAfter(schedule, counted, limits);
  // A short pause behind a failure is not lengthened by days.
  absl::Time due = upkeep.last_attempt + pause + Fraction(words) * std::min(schedule.jitter, pause);
  if (upkeep.failures > 0 && counted == 0) due = std::max(source.resumed, upkeep.last_attempt);
  upkeep.next_run = OpenFrom(schedule, due);
  return upkeep;
}

absl::Time OpenFrom(const Schedule& schedule, absl::Time time) {
  const int begin = schedule.window_begin, end = schedule.window_end;
  if (begin == end || time == absl::InfiniteFuture() || time == absl::InfinitePast()) return time;
  const int minute = MinuteOf(time);
  const bool open = begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
  if (open) return time;
  const absl::Time day =
      absl::FromCivil(absl::ToCivilDay(time, absl::UTCTimeZone()), absl::UTCTimeZone());
  // UTC days have no gaps.
  return day + absl::Minutes(minute < begin ? begin : begin + kMinutesOfDay);
}

absl::Status SetWindow(absl::string_view text, Schedule* schedule) {
  schedule->window_begin = schedule->window_end = 0;
  if (text.empty()) return absl::OkStatus();
  const std::vector<absl::string_view> ends = absl::StrSplit(text, '-');
  int begin = 0, end = 0;
  if (ends.size() != 2 || !ParseMinute(ends[0], &begin) || !ParseMinute(ends[1], &end) ||
      begin == end) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text.substr(0, 50), "' is no window; one is 22:00-05:30 (UTC)"));
  }
  schedule->window_begin = begin;
  schedule->window_end = end;
  return absl::OkStatus();
}

std::string FormatWindow(const Schedule& schedule) {
  if (schedule.window_begin == schedule.window_end) return "";
  return absl::StrFormat("%02d:%02d-%02d:%02d", schedule.window_begin / 60,
                         schedule.window_begin % 60, schedule.window_end / 60,
                         schedule.window_end % 60);
}

absl::Status CheckSchedule(const Schedule& schedule) {
  if (schedule.interval == absl::ZeroDuration()) {
    return schedule.jitter == absl::ZeroDuration() && schedule.window_begin == schedule.window_end
               ? absl::OkStatus()
               : absl::InvalidArgumentError("a schedule has an interval");
  }
  if (schedule.interval < kLeastInterval || schedule.interval > kMostInterval) {
    return absl::InvalidArgumentError(absl::StrCat("an interval of ",
                                                   absl::FormatDuration(schedule.interval),
                                                   ": from a minute to 366 days are possible"));
  }
  if (schedule.jitter < absl::ZeroDuration() || schedule.jitter > schedule.interval) {
    return absl::InvalidArgumentError(absl::StrCat("a jitter of ",
                                                   absl::FormatDuration(schedule.jitter),
                                                   ": from nothing to the interval is possible"));
  }
  return absl::OkStatus();
}

}  // namespace parfocal
