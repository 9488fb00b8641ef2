#include "parfocal/harvest_run/harvest_runner.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "one_run.h"
#include "replaying_connector.h"
#include "run_cursor.h"

namespace parfocal {

// A run that goes on, or ended a moment ago and was not reaped yet.
struct HarvestRunner::Active {
  Source source;
  std::unique_ptr<Connector> connector;
  std::atomic<bool> stop{false};
  std::thread thread;
  // Guarded by the runner's mutex.
  RunProgress progress;
  bool ended = false;
};

namespace {

std::string MarkOf(const Source& source, const RecordStore& store) {
  if (source.last_complete_run.empty()) return "";
  const absl::StatusOr<Run> run = store.GetRun(source.id, source.last_complete_run);
  if (!run.ok()) return "";
  RunCursor cursor = RunCursor::Parse(run->cursor);
  return cursor.stage == RunCursor::Stage::kReading ? "" : std::move(cursor.text);
}

absl::Status VisitRaw(const RecordStore& store, const std::string& source,
                      const std::function<void(std::string)>& visit) {
  absl::Status failure;
  PARFOCAL_RETURN_IF_ERROR(
      store.Scan({source, "", ""}, std::nullopt, [&](const StoredRecord& record) {
        absl::StatusOr<std::string> raw = store.GetRaw(NameOf(record.record));
        if (raw.ok()) {
          visit(*std::move(raw));
        } else if (!absl::IsNotFound(raw.status())) {
          failure = raw.status();
        }
        return failure.ok();
      }));
  return failure;
}

}  // namespace

HarvestRunner::HarvestRunner(HarvestRunnerOptions options) : options_(std::move(options)) {}

HarvestRunner::~HarvestRunner() { Stop(); }

absl::StatusOr<std::unique_ptr<Connector>> HarvestRunner::MakeConnector(
    const Source& source, const std::string& replay_of) const {
  const auto found = options_.connectors->find(source.connector);
  if (found == options_.connectors->end()) {
    const std::string known =
        absl::StrJoin(*options_.connectors, ", ",
                      [](std::string* out, const auto& entry) { out->append(entry.first); });
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("source ", source.id, ": there is no connector '",
                                                source.connector, "'; there are: ", known)),
        "SOURCE_DEFINITION", "source.connector");
  }
  ConnectorContext context = options_.context;
  context.mark = MarkOf(source, *options_.store);
  context.held = [store = options_.store,
                  id = source.id](const std::function<void(std::string)>& visit) {
    return VisitRaw(*store, id, visit);
  };
  auto connector = found->second(source, context);
  if (!connector.ok() && ReasonOf(connector.status()).empty()) {
    return WithReason(
        Annotate(connector.status(), absl::StrCat("source ", source.id)), "SOURCE_DEFINITION",
        FieldOf(connector.status()).empty() ? "source.location" : FieldOf(connector.status()));
  }
  if (replay_of.empty() || !connector.ok()) return connector;
  return MakeReplayingConnector(*std::move(connector), options_.store, source.id, replay_of,
                                context.mark);
}

absl::Status HarvestRunner::Check(const Source& source) const {
  return MakeConnector(source, "").status();
}

absl::StatusOr<RunProgress> HarvestRunner::Start(const std::string& source_id,
                                                 bool accept_deletions) {
  PARFOCAL_ASSIGN_OR_RETURN(const Source source, options_.store->GetSource(source_id));
  return Launch(source, accept_deletions, "");
}

absl::StatusOr<RunProgress> HarvestRunner::Replay(const std::string& source_id,
                                                  const std::string& of) {
  PARFOCAL_ASSIGN_OR_RETURN(const Source source, options_.store->GetSource(source_id));
  PARFOCAL_ASSIGN_OR_RETURN(const Run run, options_.store->GetRun(source_id, of));
  if (run.state == RunState::kRunning) {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat("source ", source_id, ": run ", of, " goes on")),
        "RUN_IN_PROGRESS", "parent");
  }
  constexpr int kStep = 1000;
  for (int64_t begin = 0;; begin += kStep) {
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Rejection> some,
                              options_.store->ListRejections(source_id, of, begin, kStep));
    if (std::any_of(some.begin(), some.end(), [](const Rejection& r) { return r.can_replay; }))
      return Launch(source, /*accept_deletions=*/false, of);
    if (some.size() == size_t{kStep}) continue;
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "run ", of, " of source ", source_id,
                          " refused nothing that can be parsed again by itself; harvest the "
                          "source")),
                      "NOTHING_TO_REPLAY", "parent");
  }
}

absl::StatusOr<RunProgress> HarvestRunner::Launch(const Source& source, bool accept_deletions,
                                                  std::string replay_of) {
  // A run that was left over goes on as what it was begun as.
  if (const std::vector<Run> runs = options_.store->ListRuns(source.id);
      !runs.empty() && runs.front().state == RunState::kRunning) {
    const std::string left = RunCursor::Parse(runs.front().cursor).replay_of;
    if (!replay_of.empty() && left != replay_of) {
      return WithReason(absl::FailedPreconditionError(absl::StrCat("source ", source.id, ": run ",
                                                                   runs.front().id, " goes on")),
                        "RUN_IN_PROGRESS", "parent");
    }
    replay_of = left;
  }
  auto active = std::make_unique<Active>();
  PARFOCAL_ASSIGN_OR_RETURN(active->connector, MakeConnector(source, replay_of));
  active->source = source;
  RunProgress begun;
  {
    MutexLock lock(&mu_);
    if (stopping_) return absl::UnavailableError("the node is stopping");
    // Whoever was told that the last run has ended may begin the next one: its thread needs but a
    // moment more.
    while (HasEnded(source.id)) changed_.wait(mu_);
    Reap();
    if (active_.contains(source.id)) {
      return WithReason(
          absl::FailedPreconditionError(absl::StrCat(
              "source ", source.id, ": run ", active_[source.id]->progress.run.id, " goes on")),
          "RUN_IN_PROGRESS", "parent");
    }
    RunProgress& progress = active->progress;
    PARFOCAL_ASSIGN_OR_RETURN(
        progress.run,
        options_.store->BeginRun(source.id, options_.clock->Now(), &progress.resumed));
    if (accept_deletions || (!replay_of.empty() && !progress.resumed))
      PARFOCAL_RETURN_IF_ERROR(NoteInCursor(accept_deletions, replay_of, &progress.run));
    begun = progress;
    Active* borrowed = active.get();
    active_[source.id] = std::move(active);
    borrowed->thread = std::thread([this, borrowed] { Drive(borrowed); });
  }
  if (options_.on_event) options_.on_event(begun.resumed ? "run resumed" : "run begun", begun);
  return begun;
}

absl::Status HarvestRunner::NoteInCursor(bool accept_deletions, const std::string& replay_of,
                                         Run* run) const {
  RunCursor cursor = RunCursor::Parse(run->cursor);
  cursor.accept_deletions = accept_deletions;
  cursor.replay_of = replay_of;
  PageCommit page;
  page.source = run->source;
  page.run = run->id;
  page.cursor = cursor.Format();
  PARFOCAL_RETURN_IF_ERROR(options_.store->CommitPage(page).status());
  run->cursor = page.cursor;
  return absl::OkStatus();
}

int HarvestRunner::ResumeAll() {
  int resumed = 0;
  for (const Source& source : options_.store->ListSources()) {
    const std::vector<Run> runs = options_.store->ListRuns(source.id);
    if (runs.empty() || runs.front().state != RunState::kRunning) continue;
    absl::StatusOr<RunProgress> launched = Launch(source, /*accept_deletions=*/false, "");
    if (launched.ok()) {
      ++resumed;
      continue;
    }
    Run run = runs.front();
    run.state = run.ledger.pages > 0 ? RunState::kPartial : RunState::kFailed;
    run.message = absl::StrCat("the run cannot go on: ", launched.status().message());
    run.ended = options_.clock->Now();
    const absl::Status ended = options_.store->EndRun(run);
    if (!ended.ok() && options_.on_store_failure) options_.on_store_failure(ended);
  }
  return resumed;
}

void HarvestRunner::Drive(Active* active) {
  {
    MutexLock lock(&mu_);
    while (working_ >= options_.limits.concurrent_runs && !active->stop) changed_.wait(mu_);
    ++working_;
  }
  Run run;
  {
    MutexLock lock(&mu_);
    run = active->progress.run;
  }
  absl::StatusOr<Run> ended = run;
  if (!active->stop) {
    OneRun one(options_, std::move(run), std::move(active->connector),
               options_.reader ? options_.reader(active->source) : "", &active->stop,
               [&](const Run& now, int64_t done, int64_t total) {
                 MutexLock lock(&mu_);
                 // That it ended is told below, together with room for the next run: who sees the
                 // one may count on the other.
                 if (now.state == RunState::kRunning) active->progress.run = now;
                 active->progress.done = done;
                 active->progress.total = total;
               });
    ended = one.Execute();
  }
  if (!ended.ok() && options_.on_store_failure) options_.on_store_failure(ended.status());
  RunProgress last;
  {
    MutexLock lock(&mu_);
    --working_;
    active->ended = true;
    if (ended.ok()) active->progress.run = *ended;
    last = active->progress;
  }
  changed_.notify_all();
  if (options_.on_event) {
    options_.on_event(
        last.run.state == RunState::kRunning ? "run stopped, to be resumed" : "run ended", last);
  }
}

bool HarvestRunner::HasEnded(const std::string& source) const {
  const auto found = active_.find(source);
  if (found == active_.end() || found->second->ended) return false;
  const auto stored = options_.store->GetRun(source, found->second->progress.run.id);
  return stored.ok() && stored->state != RunState::kRunning;
}

void HarvestRunner::Reap() {
  for (auto it = active_.begin(); it != active_.end();) {
    if (!it->second->ended) {
      ++it;
      continue;
    }
    // It set `ended` as the last thing under the mutex; what it does after needs no lock of ours.
    it->second->thread.join();
    it = active_.erase(it);
  }
}

absl::StatusOr<RunProgress> HarvestRunner::Get(const std::string& source,
                                               const std::string& run) const {
  {
    MutexLock lock(&mu_);
    const auto found = active_.find(source);
    if (found != active_.end() && found->second->progress.run.id == run)
      return found->second->progress;
  }
  RunProgress progress;
  PARFOCAL_ASSIGN_OR_RETURN(progress.run, options_.store->GetRun(source, run));
  return progress;
}

int HarvestRunner::active() const {
  MutexLock lock(&mu_);
  int count = 0;
  for (const auto& [source, active] : active_) count += active->ended ? 0 : 1;
  return count;
}

void HarvestRunner::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    for (auto& [source, active] : active_) active->stop = true;
  }
  changed_.notify_all();
  std::vector<std::thread> threads;
  {
    MutexLock lock(&mu_);
    for (auto& [source, active] : active_) {
      if (active->thread.joinable()) threads.push_back(std::move(active->thread));
    }
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace parfocal
