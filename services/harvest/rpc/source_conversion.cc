#include "source_conversion.h"

#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* out) {
  out->set_seconds(absl::ToUnixSeconds(time));
}

bool IsTime(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace

void ToProto(const Source& source, const std::vector<Run>& runs, const ScheduleLimits& limits,
             absl::Time now, v1::Source* out) {
  out->set_name(absl::StrCat("sources/", source.id));
  out->set_title(ValidUtf8(source.title));
  out->set_connector(ValidUtf8(source.connector));
  out->set_location(ValidUtf8(source.location));
  for (const auto& [key, value] : source.options)
    (*out->mutable_options())[ValidUtf8(key)] = ValidUtf8(value);
  SetTime(source.created, out->mutable_create_time());
  if (!source.last_complete_run.empty())
    out->set_last_complete_run(FormatRunName(source.id, source.last_complete_run));
  if (!runs.empty()) out->set_last_run(FormatRunName(source.id, runs.front().id));
  const Schedule& schedule = source.schedule;
  if (schedule.interval > absl::ZeroDuration()) {
    out->mutable_schedule()->mutable_interval()->set_seconds(
        absl::ToInt64Seconds(schedule.interval));
    out->mutable_schedule()->set_window(FormatWindow(schedule));
    if (schedule.jitter > absl::ZeroDuration()) {
      out->mutable_schedule()->mutable_jitter()->set_seconds(absl::ToInt64Seconds(schedule.jitter));
    }
  }
  const Upkeep upkeep = Examine(source, runs, limits);
  out->set_consecutive_failures(upkeep.failures);
  out->set_state(upkeep.suspended ? v1::Source::SUSPENDED : v1::Source::ACTIVE);
  out->set_state_reason(ValidUtf8(upkeep.why_suspended));
  v1::Freshness* fresh = out->mutable_freshness();
  if (IsTime(upkeep.last_attempt)) SetTime(upkeep.last_attempt, fresh->mutable_last_attempt());
  if (IsTime(upkeep.last_seen)) SetTime(upkeep.last_seen, fresh->mutable_last_seen());
  if (IsTime(upkeep.last_changed)) SetTime(upkeep.last_changed, fresh->mutable_last_changed());
  if (upkeep.stale_from <= now) SetTime(upkeep.stale_from, fresh->mutable_stale_since());
  if (IsTime(upkeep.next_run)) SetTime(upkeep.next_run, fresh->mutable_next_run());
}

absl::Status FromProto(const v1::Schedule& schedule, Schedule* out) {
  Schedule read;
  // What protobuf calls valid; beyond it the sums below would overflow.
  constexpr int64_t kMostSeconds = 315'576'000'000;
  for (const auto* duration : {&schedule.interval(), &schedule.jitter()}) {
    if (duration->seconds() < -kMostSeconds || duration->seconds() > kMostSeconds) {
      return WithReason(absl::InvalidArgumentError("schedule: no such duration"),
                        "VALUE_OUT_OF_RANGE", "source.schedule");
    }
  }
  read.interval = DurationOf(schedule.interval());
  read.jitter = DurationOf(schedule.jitter());
  absl::Status status = SetWindow(schedule.window(), &read);
  if (status.ok()) status = CheckSchedule(read);
  if (!status.ok()) {
    return WithReason(Annotate(status, "schedule"), "VALUE_OUT_OF_RANGE", "source.schedule");
  }
  *out = read;
  return absl::OkStatus();
}

}  // namespace parfocal
