#include "parfocal/phenotype/matrix_follower.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "facts_file.h"
#include "matrix_data.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/mutex.h"
#include "parfocal/segment/durable_file.h"
#include "record_facts.h"

namespace parfocal::phenotype {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(50);
constexpr absl::Duration kFirstRetry = absl::Seconds(1), kLastRetry = absl::Seconds(30);
// While changes pour in, this long between two writings of the facts.
constexpr absl::Duration kLongestUnwritten = absl::Minutes(1);
// A publication may take this share of the time at most.
constexpr int kPublishShare = 5;

// What changed in one study.
struct StudyChanges {
  bool header_changed = false;
  std::optional<StudyHeader> header;
  std::map<std::string, std::optional<SetFacts>> sets;
};
using Changes = std::map<StudyKey, StudyChanges>;

void Note(const RecordName& name, const Record* record, Changes* changes) {
  StudyChanges& study = (*changes)[{name.source, name.accession}];
  if (name.image_set.empty()) {
    study.header_changed = true;
    study.header = record == nullptr
                       ? std::nullopt
                       : std::optional<StudyHeader>(HeaderOf(std::get<Study>(*record)));
  } else {
    study.sets[name.image_set] =
        record == nullptr ? std::nullopt : FactsOf(std::get<ImageSet>(*record));
  }
}

}  // namespace

struct MatrixFollower::State {
  std::string directory;
  const RecordStore* store = nullptr;
  std::function<Knowledge()> knowledge;
  FollowerOptions options;

  std::thread thread;
  std::atomic<bool> stop{false};
  std::atomic<bool> knowledge_changed{false};
  std::atomic<bool> rebuild{false};

  // Of the follower's thread alone.
  FactsByStudy facts;
  int64_t sequence = -1;  // Of `facts`; -1: not opened yet.
  int64_t written = -1;   // Sequence of the file.
  std::map<StudyKey, std::shared_ptr<const StudyTally>> tallies;
  std::string tallies_of;  // Release of the gene tables.
  std::shared_ptr<const MatrixData> data;
  absl::Time last_change = absl::InfinitePast(), last_publication = absl::InfinitePast(),
             last_write = absl::InfinitePast();
  absl::Duration cost;  // Of the last publication.

  mutable Mutex mu;
  mutable std::condition_variable_any changed;
  std::shared_ptr<const PhenotypeMatrix> current ABSL_GUARDED_BY(mu);
  absl::Status health ABSL_GUARDED_BY(mu);
  bool running ABSL_GUARDED_BY(mu) = false;
  int64_t rebuilds ABSL_GUARDED_BY(mu) = 0;

  std::string path() const { return directory + "/facts"; }
  absl::Status Open();
  absl::Status Scan();
  absl::StatusOr<bool> ReadChanges();
  void Apply(const Changes& changes);
  void Publish();
  absl::Status Write();
  absl::Status Follow();
  void Run();
  void SetHealth(absl::Status status) {
    MutexLock lock(&mu);
    health = std::move(status);
    changed.notify_all();
  }
};

// From the file, or else from the catalogue.
absl::Status MatrixFollower::State::Open() {
  if (!rebuild) {
    absl::StatusOr<std::string> bytes = ReadWholeFile(path());
    absl::StatusOr<FactsFile> read =
        bytes.ok() ? DecodeFacts(*bytes) : absl::StatusOr<FactsFile>(bytes.status());
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus newest, store->Status(options.group));
    // A catalogue that was restored from a checkpoint knows nothing of what these facts hold.
    if (read.ok() && read->sequence <= newest.sequence) {
      facts = std::move(read->studies);
      sequence = written = read->sequence;
      return absl::OkStatus();
    }
    if (absl::IsUnavailable(bytes.status())) return bytes.status();
  }
  PARFOCAL_RETURN_IF_ERROR(Scan());
  const bool asked = rebuild.exchange(false);
  Publish();
  PARFOCAL_RETURN_IF_ERROR(Write());
  if (asked) {
    MutexLock lock(&mu);
    ++rebuilds;
    changed.notify_all();
  }
  return absl::OkStatus();
}

absl::Status MatrixFollower::State::Scan() {
  // Everything up to here is in the scan; newer versions that the scan meets come again.
  PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus begin, store->Status(options.group));
  sequence = -1;  // What is in memory stands for no sequence until the scan is through.
  facts.clear();
  tallies.clear();
  for (const Source& source : store->ListSources()) {
    Changes changes;
    PARFOCAL_RETURN_IF_ERROR(
        store->Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
          const RecordName name = NameOf(stored.record);
          // One study at a time: the studies come one after the other.
          if (!changes.empty() && changes.begin()->first != StudyKey{name.source, name.accession}) {
            Apply(changes);
            changes.clear();
          }
          Note(name, &stored.record, &changes);
          return !stop;
        }));
    Apply(changes);
    if (stop) return absl::CancelledError("phenotype matrix: stopped while it was made");
  }
  sequence = begin.sequence;
  return absl::OkStatus();
}

// Applies at most a batch; false if there was none.
absl::StatusOr<bool> MatrixFollower::State::ReadChanges() {
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Change> feed,
                            store->ChangesSince(options.group, sequence, options.batch_changes));
  if (feed.empty()) return false;
  std::map<RecordName, ChangeKind> newest;
  for (const Change& change : feed) newest[change.name] = change.kind;
  Changes changes;
  std::vector<RecordName> names;
  for (const auto& [name, kind] : newest) {
    if (kind == ChangeKind::kDelete) {
      Note(name, nullptr, &changes);
    } else {
      names.push_back(name);
    }
  }
  const auto records = store->BatchGet(names);
  for (size_t i = 0; i < names.size(); ++i) {
    if (!records[i].ok() && !absl::IsNotFound(records[i].status())) return records[i].status();
    // Not found: deleted since; the feed will say so again.
    Note(names[i], records[i].ok() ? &records[i]->record : nullptr, &changes);
  }
  Apply(changes);
  sequence = feed.back().sequence;
  last_change = absl::Now();
  return true;
}

void MatrixFollower::State::Apply(const Changes& changes) {
  for (const auto& [key, study] : changes) {
    auto it = facts.find(key);
    const StudyFacts* old = it == facts.end() ? nullptr : it->second.get();
    const std::optional<StudyHeader> header = study.header_changed ? study.header
                                              : old != nullptr     ? old->header()
                                                                   : std::nullopt;
    std::shared_ptr<const StudyFacts> merged = StudyFacts::Merge(old, header, study.sets);
    tallies.erase(key);
    if (merged->rows() == 0 && !merged->header().has_value()) {
      facts.erase(key);  // As if it had never been.
    } else {
      facts[key] = std::move(merged);
    }
  }
}

void MatrixFollower::State::Publish() {
  const absl::Time begin = absl::Now();
  knowledge_changed = false;
  Knowledge now = knowledge();
  const std::string genes = now.genes == nullptr ? "" : now.genes->release();
  if (genes != tallies_of) tallies.clear();
  tallies_of = genes;
  std::map<std::string, std::string> species;  // Of the few organisms of a corpus.
  auto species_of = [&](const std::string& organism) {
    if (now.genes == nullptr) return organism;
    auto [it, added] = species.try_emplace(organism);
    if (added) it->second = now.genes->SpeciesOf(organism);
    return it->second;
  };
  std::vector<MatrixData::StudyPart> studies;
  for (const auto& [key, study] : facts) {
    if (study->rows() == 0) continue;
    std::shared_ptr<const StudyTally>& tally = tallies[key];
    if (tally == nullptr) tally = StudyTally::Make(study, species_of);
    studies.push_back({key, tally});
  }
  data = MatrixData::Make(std::move(studies), std::move(now), sequence, data.get());
  auto matrix = std::make_shared<const PhenotypeMatrix>(data);
  last_publication = absl::Now();
  cost = last_publication - begin;
  MutexLock lock(&mu);
  current = std::move(matrix);
  health = absl::OkStatus();
  changed.notify_all();
}

absl::Status MatrixFollower::State::Write() {
  PARFOCAL_RETURN_IF_ERROR(ReplaceFile(path(), EncodeFacts(sequence, facts)));
  written = sequence;
  last_write = absl::Now();
  return absl::OkStatus();
}

// One round: waits for changes, applies them, publishes and writes when it is time.
absl::Status MatrixFollower::State::Follow() {
  if (sequence < 0 || rebuild) PARFOCAL_RETURN_IF_ERROR(Open());
  const bool behind = data == nullptr || data->sequence() != sequence;
  const int64_t newest =
      store->WaitForChange(options.group, sequence, absl::Now() + (behind ? kPoll / 5 : kPoll));
  bool more = false;
  if (newest > sequence) {
    PARFOCAL_ASSIGN_OR_RETURN(more, ReadChanges());
    more = more && newest > sequence;
  }
  const absl::Time now = absl::Now();
  const bool stale = data == nullptr || data->sequence() != sequence || knowledge_changed;
  if (stale && (!more || now - last_publication > std::max(options.quiet, kPublishShare * cost)) &&
      now - last_publication > kPublishShare * cost) {
    Publish();
    // The first question need not wait for what every question uses.
    if (!more) {
      data->names();
      data->profiles(ObservationKind::kPhenotype);
    }
  }
  const bool quiet = now - last_change > options.quiet;
  if (written != sequence && (quiet || now - last_write > kLongestUnwritten)) return Write();
  return absl::OkStatus();
}

void MatrixFollower::State::Run() {
  absl::Duration retry = kFirstRetry;
  while (!stop) {
    const absl::Status status = Follow();
    if (status.ok()) {
      retry = kFirstRetry;
      continue;
    }
    if (stop) break;
    SetHealth(status);
    const absl::Time until = absl::Now() + retry;
    while (!stop && absl::Now() < until) absl::SleepFor(std::min(kPoll, until - absl::Now()));
    retry = std::min(2 * retry, kLastRetry);
  }
  // What is not written now is read from the feed at the next start.
  if (sequence >= 0 && written != sequence) Write().IgnoreError();
}

MatrixFollower::MatrixFollower(std::unique_ptr<State> state) : state_(std::move(state)) {}
MatrixFollower::~MatrixFollower() { Stop(); }

absl::StatusOr<std::unique_ptr<MatrixFollower>> MatrixFollower::Open(
    std::string directory, const RecordStore* store, std::function<Knowledge()> knowledge,
    FollowerOptions options) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make '", directory, "': ", error.message()));
  }
  auto state = std::make_unique<State>();
  state->directory = std::move(directory);
  state->store = store;
  state->knowledge = std::move(knowledge);
  state->options = std::move(options);
  state->options.batch_changes = std::max(1, state->options.batch_changes);
  return std::unique_ptr<MatrixFollower>(new MatrixFollower(std::move(state)));
}

void MatrixFollower::Start() {
  if (state_->thread.joinable()) return;
  state_->stop = false;
  {
    MutexLock lock(&state_->mu);
    state_->running = true;
  }
  state_->thread = std::thread([this] { state_->Run(); });
}

void MatrixFollower::Stop() {
  if (!state_->thread.joinable()) return;
  state_->stop = true;
  state_->thread.join();
  MutexLock lock(&state_->mu);
  state_->running = false;
  state_->changed.notify_all();
}

std::shared_ptr<const PhenotypeMatrix> MatrixFollower::Current() const {
  MutexLock lock(&state_->mu);
  return state_->current;
}

int64_t MatrixFollower::AppliedSequence() const {
  MutexLock lock(&state_->mu);
  return state_->current == nullptr ? -1 : state_->current->sequence();
}

bool MatrixFollower::WaitApplied(int64_t sequence, absl::Time deadline) const {
  MutexLock lock(&state_->mu);
  while (state_->current == nullptr || state_->current->sequence() < sequence) {
    const absl::Time now = absl::Now();
    if (now >= deadline || !state_->running) return false;
    state_->changed.wait_for(
        state_->mu, absl::ToChronoMilliseconds(std::min(deadline - now, absl::Seconds(1))));
  }
  return true;
}

void MatrixFollower::KnowledgeChanged() { state_->knowledge_changed = true; }

absl::Status MatrixFollower::health() const {
  MutexLock lock(&state_->mu);
  return state_->health;
}

absl::StatusOr<int64_t> MatrixFollower::Rebuild() {
  MutexLock lock(&state_->mu);
  if (!state_->running) {
    return absl::FailedPreconditionError("phenotype matrix: not started");
  }
  const int64_t before = state_->rebuilds;
  state_->rebuild = true;
  while (state_->rebuilds == before) {
    if (!state_->running) return absl::CancelledError("phenotype matrix: stopped");
    if (!state_->health.ok()) return state_->health;
    state_->changed.wait_for(state_->mu, std::chrono::milliseconds(100));
  }
  return state_->current->sequence();
}

}  // namespace parfocal::phenotype
