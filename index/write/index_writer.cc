#include "parfocal/write/index_writer.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "index_check.h"
#include "index_generation.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/mutex.h"
#include "parfocal/segment/durable_file.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

// How long the writer sleeps at most before it looks for a finished merge or a request to stop.
constexpr absl::Duration kPoll = absl::Milliseconds(50);
// Without changes for this long, segments are merged that would otherwise wait for more.
constexpr absl::Duration kIdle = absl::Seconds(2);
constexpr absl::Duration kFirstRetry = absl::Seconds(1), kLastRetry = absl::Seconds(30);
// Readers of a replaced generation have this long to let go of its text index.
constexpr absl::Duration kRetire = absl::Minutes(2);
// A rebuild has no reader to please: larger segments make less work.
constexpr uint32_t kRebuildRows = 50000;
constexpr int kRebuildSegments = 64;
constexpr int kCatchUpRounds = 20;

bool NeedsRebuild(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

}  // namespace

struct IndexWriter::State {
  std::string directory;
  RecordStore* store = nullptr;
  std::string group;
  IndexWriterOptions options;

  std::thread thread;
  std::atomic<bool> stop{false};
  std::atomic<bool> rebuilding{false};

  Mutex work_mu;  // Held while the generation in use is read or changed.
  std::unique_ptr<IndexGeneration> generation ABSL_GUARDED_BY(work_mu);
  // Replaced generations and when they may go.
  std::vector<std::pair<std::string, absl::Time>> retired ABSL_GUARDED_BY(work_mu);

  mutable Mutex mu;
  mutable std::condition_variable_any changed;
  int64_t applied ABSL_GUARDED_BY(mu) = -1;
  absl::Status health ABSL_GUARDED_BY(mu);
  bool running ABSL_GUARDED_BY(mu) = false;
  std::optional<PinnedState> published ABSL_GUARDED_BY(mu);

  IndexGeneration::Options GenerationOptions() const {
    return {group, options.release, options.merge_factor, options.on_step};
  }
  absl::StatusOr<std::string> CurrentDirectory() const;
  absl::StatusOr<std::string> NextDirectory() const;
  void RemoveOthers(const std::string& keep) const;
  absl::Status OpenOrBuild() ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mu);
  absl::StatusOr<std::unique_ptr<IndexGeneration>> Build();
  absl::Status ScanInto(IndexGeneration* target);
  absl::Status CatchUp(IndexGeneration* target);
  absl::Status SwitchTo(std::unique_ptr<IndexGeneration> next)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mu);
  absl::StatusOr<bool> ApplyChanges(IndexGeneration* target, int limit);
  void Announce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mu);
  absl::Status Follow(absl::Time* last_change);
  void Run();
  void Pause(absl::Duration duration) const;
  void SetHealth(absl::Status status) {
    MutexLock lock(&mu);
    health = std::move(status);
  }
};

absl::StatusOr<std::string> IndexWriter::State::CurrentDirectory() const {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string name, ReadWholeFile(directory + "/CURRENT"));
  absl::string_view digits = name;
  uint64_t number = 0;
  if (!absl::ConsumePrefix(&digits, "gen-") || !absl::SimpleAtoi(digits, &number)) {
    return absl::DataLossError(absl::StrCat("'", directory, "/CURRENT' names no generation"));
  }
  return absl::StrCat(directory, "/", name);
}

absl::StatusOr<std::string> IndexWriter::State::NextDirectory() const {
  uint64_t last = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    absl::string_view digits = name;
    uint64_t number = 0;
    if (absl::ConsumePrefix(&digits, "gen-") && absl::SimpleAtoi(digits, &number)) {
      last = std::max(last, number);
    }
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot list '", directory, "': ", error.message()));
  }
  return absl::StrCat(directory, "/gen-", last + 1);
}

void IndexWriter::State::RemoveOthers(const std::string& keep) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string path = entry.path().string();
    if (absl::StartsWith(entry.path().filename().string(), "gen-") && path != keep) {
      fs::remove_all(path, ignored);
    }
  }
}

absl::Status IndexWriter::State::OpenOrBuild() {
  absl::StatusOr<std::string> current = CurrentDirectory();
  absl::Status status = current.status();
  bool serving = false;  // What was published before may still be read.
  {
    MutexLock lock(&mu);
    serving = published.has_value();
  }
  if (status.ok()) {
    if (!serving) RemoveOthers(*current);
    auto opened = IndexGeneration::Open(*current, GenerationOptions());
    status = opened.status();
    if (status.ok()) {
      // A catalogue that was restored from a checkpoint knows nothing of what this index holds.
      PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus newest, store->Status(group));
      if ((*opened)->manifest().sequence > newest.sequence) {
        status = absl::DataLossError("the index is ahead of the catalogue");
      } else {
        generation = *std::move(opened);
        if (!serving && generation->pinned() && options.on_publish) {
          options.on_publish({generation->directory(), *generation->pinned(),
                              generation->vocabulary(), generation->pinned()->release});
        }
        Announce();
        return absl::OkStatus();
      }
    }
  }
  if (!NeedsRebuild(status)) return status;
  if (!absl::IsNotFound(status)) SetHealth(Annotate(status, "index: rebuilding, because"));
  if (!serving) RemoveOthers("");
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<IndexGeneration> built, Build());
  PARFOCAL_RETURN_IF_ERROR(SwitchTo(std::move(built)));
  if (serving && current.ok()) retired.emplace_back(*current, absl::Now() + kRetire);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<IndexGeneration>> IndexWriter::State::Build() {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string path, NextDirectory());
  // Everything up to here is in the scan; newer versions that the scan meets come again in the
  // tail.
  PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus begin, store->Status(group));
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<IndexGeneration> built,
                            IndexGeneration::Create(path, GenerationOptions()));
  PARFOCAL_RETURN_IF_ERROR(ScanInto(built.get()));
  PARFOCAL_RETURN_IF_ERROR(built->Publish(begin.sequence));
  PARFOCAL_RETURN_IF_ERROR(built->MergeAll(stop));
  PARFOCAL_RETURN_IF_ERROR(CatchUp(built.get()));
  built->RemoveGarbage();
  if (stop) return absl::CancelledError("index: stopped while it was rebuilt");
  return built;
}

// Applies what came during the scan, until little is left. A harvest that is faster than the index
// must not keep a rebuild from ending, so the rounds are counted.
absl::Status IndexWriter::State::CatchUp(IndexGeneration* target) {
  for (int round = 0; round < kCatchUpRounds && !stop; ++round) {
    PARFOCAL_RETURN_IF_ERROR(ApplyChanges(target, kRebuildRows).status());
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus newest, store->Status(group));
    if (newest.sequence - target->manifest().sequence < options.batch_changes) break;
  }
  return absl::OkStatus();
}

absl::Status IndexWriter::State::ScanInto(IndexGeneration* target) {
  for (const Source& source : store->ListSources()) {
    absl::Status inner;
    PARFOCAL_RETURN_IF_ERROR(
        store->Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
          inner = target->Stage(stored, /*replaces=*/false);
          if (inner.ok() && target->staged_rows() >= kRebuildRows) {
            inner = target->Publish(0);
            if (inner.ok() && target->segments().size() >= kRebuildSegments) {
              inner = target->MergeAll(stop);
            }
            target->RemoveGarbage();
          }
          if (stop) inner = absl::CancelledError("index: stopped while it was rebuilt");
          return inner.ok();
        }));
    PARFOCAL_RETURN_IF_ERROR(inner);
  }
  return absl::OkStatus();
}

absl::Status IndexWriter::State::SwitchTo(std::unique_ptr<IndexGeneration> next) {
  const std::string name = fs::path(next->directory()).filename().string();
  PARFOCAL_RETURN_IF_ERROR(ReplaceFile(directory + "/CURRENT", name));
  const std::unique_ptr<IndexGeneration> old = std::move(generation);
  generation = std::move(next);
  Announce();
  if (old != nullptr) retired.emplace_back(old->directory(), absl::Now() + kRetire);
  return absl::OkStatus();
}

// Applies at most `limit` changes as one publication; false if there were none.
absl::StatusOr<bool> IndexWriter::State::ApplyChanges(IndexGeneration* target, int limit) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Change> changes,
                            store->ChangesSince(group, target->manifest().sequence, limit));
  if (changes.empty()) return false;
  // The newest version is what counts, so a name that changed twice is read once.
  std::map<RecordName, ChangeKind> newest;
  for (const Change& change : changes) newest[change.name] = change.kind;
  std::vector<RecordName> names;
  for (const auto& [name, kind] : newest) {
    if (kind == ChangeKind::kDelete) {
      target->StageDelete(name);
    } else {
      names.push_back(name);
    }
  }
  const auto records = store->BatchGet(names);
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::IsNotFound(records[i].status())) {
      target->StageDelete(names[i]);  // Deleted since; the feed will say so again.
    } else if (!records[i].ok()) {
      return records[i].status();
    } else {
      PARFOCAL_RETURN_IF_ERROR(target->Stage(*records[i], /*replaces=*/true));
    }
  }
  PARFOCAL_RETURN_IF_ERROR(target->Publish(changes.back().sequence));
  return true;
}

void IndexWriter::State::Announce() {
  PinnedState state{generation->directory(), generation->manifest(), generation->vocabulary(),
                    generation->segments()};
  if (options.on_publish) {
    options.on_publish({state.directory, state.manifest, state.vocabulary, ""});
  }
  generation->RemoveGarbage();
  MutexLock lock(&mu);
  applied = state.manifest.sequence;
  published = std::move(state);
  health = absl::OkStatus();
  changed.notify_all();
}

// One round: waits for changes, applies a batch, looks after merges.
absl::Status IndexWriter::State::Follow(absl::Time* last_change) {
  int64_t sequence = 0;
  {
    MutexLock lock(&work_mu);
    if (generation == nullptr) PARFOCAL_RETURN_IF_ERROR(OpenOrBuild());
    sequence = generation->manifest().sequence;
  }
  int64_t newest = store->WaitForChange(group, sequence, absl::Now() + kPoll);
  if (newest > sequence) {
    // Changes come in pages; a moment's patience makes one publication of several.
    const absl::Time publish_at = absl::Now() + options.batch_delay;
    while (newest - sequence < options.batch_changes && absl::Now() < publish_at && !stop) {
      newest = store->WaitForChange(group, newest, std::min(publish_at, absl::Now() + kPoll));
    }
  }
  MutexLock lock(&work_mu);
  PARFOCAL_ASSIGN_OR_RETURN(bool publish, generation->FinishMerge());
  if (newest > generation->manifest().sequence) {
    PARFOCAL_ASSIGN_OR_RETURN(const bool applied_some,
                              ApplyChanges(generation.get(), options.batch_changes));
    publish = publish || applied_some;
    *last_change = absl::Now();
  }
  if (publish) Announce();
  generation->StartMerge(/*idle=*/absl::Now() - *last_change > kIdle);
  for (size_t i = retired.size(); i-- > 0;) {
    if (absl::Now() < retired[i].second) continue;
    std::error_code ignored;
    fs::remove_all(retired[i].first, ignored);
    retired.erase(retired.begin() + static_cast<ptrdiff_t>(i));
  }
  return absl::OkStatus();
}

void IndexWriter::State::Pause(absl::Duration duration) const {
  const absl::Time until = absl::Now() + duration;
  while (!stop && absl::Now() < until) absl::SleepFor(std::min(kPoll, until - absl::Now()));
}

void IndexWriter::State::Run() {
  absl::Duration retry = kFirstRetry;
  absl::Time last_change = absl::Now();
  while (!stop) {
    const absl::Status status = Follow(&last_change);
    if (status.ok()) {
      retry = kFirstRetry;
      continue;
    }
    if (stop) break;
    SetHealth(status);
    {
      // What is in memory may not be what is on the disk: begin again from the last manifest.
      MutexLock lock(&work_mu);
      generation.reset();
    }
    Pause(retry);
    retry = std::min(2 * retry, kLastRetry);
  }
}

IndexWriter::IndexWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
IndexWriter::~IndexWriter() { Stop(); }

absl::StatusOr<std::unique_ptr<IndexWriter>> IndexWriter::Open(std::string directory,
                                                               RecordStore* store,
                                                               std::string group,
                                                               IndexWriterOptions options) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make '", directory, "': ", error.message()));
  }
  auto state = std::make_unique<State>();
  state->directory = std::move(directory);
  state->store = store;
  state->group = std::move(group);
  state->options = std::move(options);
  state->options.batch_changes = std::max(1, state->options.batch_changes);
  state->options.merge_factor = std::max(2, state->options.merge_factor);
  return std::unique_ptr<IndexWriter>(new IndexWriter(std::move(state)));
}

void IndexWriter::Start() {
  if (state_->thread.joinable()) return;
  state_->stop = false;
  {
    MutexLock lock(&state_->mu);
    state_->running = true;
  }
  state_->thread = std::thread([this] { state_->Run(); });
}

void IndexWriter::Stop() {
  if (!state_->thread.joinable()) return;
  state_->stop = true;
  {
    MutexLock lock(&state_->mu);
    state_->running = false;
  }
  state_->changed.notify_all();
  state_->thread.join();
  MutexLock lock(&state_->work_mu);
  state_->generation.reset();
}

int64_t IndexWriter::AppliedSequence() const {
  MutexLock lock(&state_->mu);
  return state_->applied;
}

bool IndexWriter::WaitApplied(int64_t sequence, absl::Time deadline) const {
  State& state = *state_;
  std::unique_lock<Mutex> lock(state.mu);
  return state.changed.wait_until(
      lock, absl::ToChronoTime(deadline),
      [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return state.applied >= sequence; });
}

absl::Status IndexWriter::Pin(const std::string& name) {
  MutexLock lock(&state_->work_mu);
  if (state_->generation == nullptr)
    return absl::FailedPreconditionError("index: not started, or still opening");
  return state_->generation->Pin(name);
}

absl::Status IndexWriter::Unpin() {
  MutexLock lock(&state_->work_mu);
  if (state_->generation != nullptr) return state_->generation->Unpin();
  // Between two openings: the next one finds no pin, and removes its files.
  const absl::StatusOr<std::string> current = state_->CurrentDirectory();
  std::error_code ignored;
  if (current.ok()) fs::remove(absl::StrCat(*current, "/", kPinnedManifest), ignored);
  return absl::OkStatus();
}

std::string IndexWriter::PinnedName() const {
  const absl::StatusOr<std::string> current = state_->CurrentDirectory();
  if (!current.ok()) return "";
  const absl::StatusOr<Manifest> pinned = ReadManifest(*current, kPinnedManifest);
  return pinned.ok() ? pinned->release : "";
}

absl::Status IndexWriter::health() const {
  MutexLock lock(&state_->mu);
  return state_->health;
}

absl::StatusOr<int64_t> IndexWriter::Rebuild() {
  State& state = *state_;
  {
    MutexLock lock(&state.mu);
    if (!state.running || !state.published) {
      return absl::FailedPreconditionError("index: not started, or still opening");
    }
  }
  if (state.rebuilding.exchange(true)) {
    return absl::FailedPreconditionError("index: a rebuild is going on");
  }
  const auto rebuild = [&]() -> absl::StatusOr<int64_t> {
    PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<IndexGeneration> built, state.Build());
    MutexLock lock(&state.work_mu);
    // Answers never go back behind the generation in use, which stands still under this lock.
    while (state.generation != nullptr &&
           built->manifest().sequence < state.generation->manifest().sequence) {
      PARFOCAL_RETURN_IF_ERROR(state.ApplyChanges(built.get(), kRebuildRows).status());
    }
    built->RemoveGarbage();
    const int64_t sequence = built->manifest().sequence;
    PARFOCAL_RETURN_IF_ERROR(state.SwitchTo(std::move(built)));
    return sequence;
  };
  absl::StatusOr<int64_t> result = rebuild();
  state.rebuilding = false;
  return result;
}

void IndexWriter::DropRetired() {
  MutexLock lock(&state_->work_mu);
  std::error_code ignored;
  for (const auto& [path, when] : state_->retired) fs::remove_all(path, ignored);
  state_->retired.clear();
}

absl::StatusOr<IndexCheckReport> IndexWriter::Check(const IndexCheckOptions& options) const {
  std::optional<PinnedState> pinned;
  {
    MutexLock lock(&state_->mu);
    pinned = state_->published;
  }
  if (!pinned) return absl::FailedPreconditionError("index: nothing is published yet");
  absl::StatusOr<IndexCheckReport> report = CheckIndex(*pinned, *state_->store, options);
  MutexLock lock(&state_->mu);
  if (!state_->published || state_->published->directory != pinned->directory) {
    // Its files may be gone, which is no damage.
    return absl::UnavailableError("index: it was made anew meanwhile; check it again");
  }
  return report;
}

}  // namespace parfocal
