#include "source_acts.h"

#include <algorithm>
#include <utility>

#include "parfocal/rpc/record_conversion.h"
#include "parfocal/schedule/scheduler.h"

namespace parfocal {
namespace {

// RELIABILITY 3.7: tombstones can be restored so long.
constexpr absl::Duration kRestorable = absl::Hours(24 * 30);
constexpr size_t kMaxActorBytes = 200;
constexpr size_t kMaxReasonBytes = 2048;

absl::Status CheckText(absl::string_view text, size_t most, absl::string_view field) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          field, ": is empty; this act is written down with a name and a reason")),
                      "VALUE_OUT_OF_RANGE", field);
  }
  if (text.size() <= most) return absl::OkStatus();
  return LimitExceeded(absl::StrCat(field, "_bytes"), static_cast<int64_t>(most), field,
                       absl::StrCat(field, ": ", text.size(), " bytes, above the limit of ", most));
}

// Writes the act down; it may be carried out only then.
template <typename Request>
absl::Status WriteDown(const HarvestServiceOptions& options, absl::string_view act,
                       const Request& request) {
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.actor(), kMaxActorBytes, "actor"));
  PARFOCAL_RETURN_IF_ERROR(CheckText(request.reason(), kMaxReasonBytes, "reason"));
  if (!options.audit) return absl::UnavailableError("this node keeps no audit log");
  return options.audit(std::string(act), request.name(), request.actor(), request.reason());
}

}  // namespace

absl::Status ResumeSource(const HarvestServiceOptions& options,
                          const v1::ResumeSourceRequest& request) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.name()));
  PARFOCAL_RETURN_IF_ERROR(options.store->GetSource(id).status());
  PARFOCAL_RETURN_IF_ERROR(WriteDown(options, "source.resume", request));
  PARFOCAL_ASSIGN_OR_RETURN(Source source, options.store->GetSource(id));
  source.resumed = options.clock->Now();
  PARFOCAL_RETURN_IF_ERROR(options.store->UpdateSource(source));
  if (options.scheduler != nullptr) options.scheduler->Changed(id);
  return absl::OkStatus();
}

absl::StatusOr<RunProgress> ReleaseRun(const HarvestServiceOptions& options,
                                       const v1::ReleaseRunRequest& request) {
  PARFOCAL_ASSIGN_OR_RETURN(const RunName name, ParseRunName(request.name()));
  PARFOCAL_ASSIGN_OR_RETURN(const Run run, options.store->GetRun(name.source, name.run));
  const std::vector<Run> runs = options.store->ListRuns(name.source);
  if (run.state != RunState::kHeld || runs.empty() || runs.front().id != run.id) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "run ", run.id, " of source ", name.source,
                          run.state == RunState::kHeld
                              ? " is not the newest any more; release the newest if it is held too"
                              : " is not held: there is nothing to release")),
                      "RUN_NOT_HELD", "name");
  }
  PARFOCAL_RETURN_IF_ERROR(WriteDown(options, "run.release", request));
  return options.runner->Start(name.source, /*accept_deletions=*/true);
}

absl::StatusOr<int64_t> RestoreRecords(const HarvestServiceOptions& options,
                                       const v1::RestoreRecordsRequest& request) {
  PARFOCAL_ASSIGN_OR_RETURN(const RunName name, ParseRunName(request.name()));
  PARFOCAL_ASSIGN_OR_RETURN(const Run run, options.store->GetRun(name.source, name.run));
  if (run.state == RunState::kRunning) {
    return WithReason(absl::FailedPreconditionError(
                          absl::StrCat("run ", run.id, " of source ", name.source, " goes on")),
                      "RUN_IN_PROGRESS", "name");
  }
  if (options.clock->Now() - run.ended > kRestorable) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            "run ", run.id, " of source ", name.source, " ended ",
            absl::FormatTime("%Y-%m-%d", run.ended, absl::UTCTimeZone()),
            "; what was deleted more than 30 days ago is not brought back. Harvest the source")),
        "RESTORE_TOO_LATE", "name");
  }
  PARFOCAL_RETURN_IF_ERROR(WriteDown(options, "run.restore", request));
  // The end of a run is noted after its last deletion, with the same clock.
  PARFOCAL_ASSIGN_OR_RETURN(
      const int64_t restored,
      options.store->RestoreDeleted(name.source, run.started, run.ended + absl::Nanoseconds(1)));
  if (restored > 0 && options.restored) options.restored();
  return restored;
}

absl::StatusOr<RunProgress> ReplayRejections(const HarvestServiceOptions& options,
                                             const v1::ReplayRejectionsRequest& request) {
  RunName name;
  if (absl::StatusOr<std::string> source = ParseSourceName(request.parent(), "parent");
      source.ok()) {
    name.source = *std::move(source);
    PARFOCAL_RETURN_IF_ERROR(options.store->GetSource(name.source).status());
    const std::vector<Run> runs = options.store->ListRuns(name.source);
    if (runs.empty()) {
      return WithReason(absl::FailedPreconditionError(
                            absl::StrCat("source ", name.source, " was never harvested")),
                        "NOTHING_TO_REPLAY", "parent");
    }
    name.run = runs.front().id;
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(name, ParseRunName(request.parent(), "parent"));
  }
  return options.runner->Replay(name.source, name.run);
}

absl::StatusOr<Rejection> GetRejection(const HarvestServiceOptions& options,
                                       const v1::GetRejectionRequest& request) {
  PARFOCAL_ASSIGN_OR_RETURN(const RunName name, ParseRunName(request.parent(), "parent"));
  if (request.number() < 0) {
    return WithReason(absl::InvalidArgumentError("number is negative"), "VALUE_OUT_OF_RANGE",
                      "number");
  }
  PARFOCAL_ASSIGN_OR_RETURN(
      std::vector<Rejection> found,
      options.store->ListRejections(name.source, name.run, request.number(), 1));
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat("run ", name.run, " of source ", name.source,
                                            " has no rejection ", request.number()));
  }
  return std::move(found.front());
}

absl::StatusOr<RunProgress> StartRun(const HarvestServiceOptions& options,
                                     const std::string& source, bool accept_deletions) {
  if (accept_deletions && options.audit) {
    PARFOCAL_RETURN_IF_ERROR(options.store->GetSource(source).status());
    PARFOCAL_RETURN_IF_ERROR(options.audit("run.accept-deletions", absl::StrCat("sources/", source),
                                           "(not named)",
                                           "a harvest was begun with deletions accepted"));
  }
  return options.runner->Start(source, accept_deletions);
}

}  // namespace parfocal
