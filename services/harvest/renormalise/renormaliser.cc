#include "parfocal/renormalise/renormaliser.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "carriers.h"
#include "parfocal/record_name.h"
#include "parfocal/schema/schema.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

// The index may be this far behind when the next batch is amended: memory and merges of the writer
// stay bounded.
constexpr int64_t kBacklog = 20000;
constexpr absl::Duration kPoll = absl::Milliseconds(500);
// Changes that the index lacks and that a decision looks at one by one; beyond it, it walks.
constexpr int kMaxTail = 50000;

absl::Status Stopped() {
  return absl::CancelledError(
      "normalising: the node is stopping; its next start goes on with the records that wait");
}

}  // namespace

Renormaliser::Renormaliser(RenormaliserOptions options) : options_(std::move(options)) {}

Renormaliser::~Renormaliser() { Stop(); }

void Renormaliser::Start() {
  if (thread_.joinable()) return;
  const auto status = options_.store->Status(options_.group);
  const bool walk = !status.ok() || status->normalised != options_.release();
  const std::string resumed = options_.held ? options_.held() : std::string();
  if (!resumed.empty()) {
    // Stopped behind a held snapshot, which answers again: it is shown what has followed when all
    // has, be it by a walk or, where the stop came between the last record and the swap, at once.
    MutexLock lock(&mu_);
    held_ = true;
    before_ = resumed;
    if (!walk) {
      sequence_ = status->sequence;
      ++swaps_wanted_;
    }
  } else if (walk && status.ok() && !status->normalised.empty() &&
             options_.await_index(status->sequence, absl::Now() + kPoll)) {
    // (An index that is still being built would be held in its beginnings.)
    Hold(status->normalised);
  }
  {
    MutexLock lock(&mu_);
    stop_ = false;
    if (walk) walk_wanted_ = true;
  }
  thread_ = std::thread([this] { Run(); });
}

void Renormaliser::Stop() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Renormaliser::Tell(absl::string_view event, const RenormaliseCounts& counts,
                        const absl::Status& status) const {
  if (options_.on_event) options_.on_event(event, counts, status);
}

void Renormaliser::Hold(const std::string& normalised) {
  options_.hold(normalised);
  MutexLock lock(&mu_);
  // A second state behind the same snapshot.
  if (!held_) before_ = normalised;
  held_ = true;
}

absl::Status Renormaliser::Mix() { return options_.store->SetNormalised(options_.group, ""); }

uint64_t Renormaliser::WantWalk() {
  MutexLock lock(&mu_);
  ++walk_;
  walk_wanted_ = true;
  const uint64_t number = ++swaps_wanted_;
  changed_.notify_all();
  return number;
}

uint64_t Renormaliser::WantSwap(int64_t sequence) {
  MutexLock lock(&mu_);
  sequence_ = std::max(sequence_, sequence);
  const uint64_t number = ++swaps_wanted_;
  changed_.notify_all();
  return number;
}

absl::Status Renormaliser::AwaitSwap(uint64_t number, absl::Time deadline) const {
  const auto until = absl::ToChronoTime(deadline);
  MutexLock lock(&mu_);
  while (swaps_done_ < number && !stop_) {
    if (changed_.wait_until(mu_, until) == std::cv_status::timeout && absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          "normalising: the records are changed, but the index has not shown them yet; ask again "
          "in a moment");
    }
  }
  return swaps_done_ >= number ? absl::OkStatus() : Stopped();
}

void Renormaliser::StateChanged() {
  uint64_t number = 0;
  {
    MutexLock turn(&turn_);
    const auto status = options_.store->Status(options_.group);
    Hold(status.ok() ? status->normalised : "");
    options_.take_over();
    number = WantWalk();
  }
  // The caller cannot do more about it than wait; Busy tells what is outstanding.
  (void)AwaitSwap(number, absl::Now() + options_.patience);
}

absl::StatusOr<RenormaliseCounts> Renormaliser::Decide(
    const std::string& field, const std::string& words,
    const std::function<absl::Status()>& decide) {
  const absl::Time deadline = absl::Now() + options_.patience;
  RenormaliseCounts counts;
  uint64_t number = 0;
  {
    {
      MutexLock lock(&mu_);
      ++deciding_;
    }
    MutexLock turn(&turn_);
    {
      MutexLock lock(&mu_);
      --deciding_;
      if (stop_) return Stopped();
    }
    changed_.notify_all();
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus before, options_.store->Status(options_.group));
    const bool whole = before.normalised == options_.release();
    PARFOCAL_RETURN_IF_ERROR(decide());
    Hold(before.normalised);
    options_.take_over();
    if (field.empty() && words.empty()) {
      number = WantWalk();
    } else {
      absl::Status done = Mix();
      if (done.ok()) done = NormaliseCarriers(field, words, &counts);
      if (!done.ok()) {
        // The decision stands: a walk brings its records after it.
        WantWalk();
        return done;
      }
      if (whole) {
        PARFOCAL_RETURN_IF_ERROR(options_.store->SetNormalised(options_.group, options_.release()));
      }
      number = WantSwap(counts.sequence);
      MutexLock lock(&mu_);
      if (walk_wanted_) return counts;  // Its swap shows these, too.
    }
  }
  PARFOCAL_RETURN_IF_ERROR(AwaitSwap(number, deadline));
  if (field.empty() && words.empty()) return Progress();
  return counts;
}

absl::Status Renormaliser::NormaliseCarriers(const std::string& field, const std::string& words,
                                             RenormaliseCounts* counts) {
  if (const Field* known = FindField(field); known != nullptr && known->mined) {
    // The words name the study about whose texts was decided.
    PARFOCAL_ASSIGN_OR_RETURN(const RecordName name, ParseRecordName(words));
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus now, options_.store->Status(options_.group));
    counts->sequence = now.sequence;
    absl::StatusOr<StoredRecord> stored = options_.store->Get({name.source, name.accession, ""});
    if (absl::IsNotFound(stored.status())) return absl::OkStatus();  // Holds when it comes.
    PARFOCAL_RETURN_IF_ERROR(stored.status());
    return NormaliseBatch({*std::move(stored)}, counts);
  }
  PARFOCAL_ASSIGN_OR_RETURN(const auto snapshot, options_.index->Open());
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<RecordName> found,
                            StudiesThatCarry(*snapshot, field, words));
  std::set<RecordName> studies(found.begin(), found.end());
  PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus now, options_.store->Status(options_.group));
  counts->sequence = now.sequence;
  const int64_t indexed = snapshot->revision().sequence;
  if (now.sequence - indexed > kMaxTail) {
    return NormaliseStudy({}, field, words, counts);
  }
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Change> tail,
                            options_.store->ChangesSince(options_.group, indexed, kMaxTail));
  for (const Change& change : tail) studies.insert({change.name.source, change.name.accession, ""});
  for (const RecordName& study : studies) {
    PARFOCAL_RETURN_IF_ERROR(NormaliseStudy(study, field, words, counts));
  }
  return absl::OkStatus();
}

// A study that carries the words may change what its image sets mean, so they follow it.
absl::Status Renormaliser::NormaliseStudy(const RecordName& study, const std::string& field,
                                          const std::string& words, RenormaliseCounts* counts) {
  const std::string folded = FoldText(words);
  std::vector<StoredRecord> batch;
  absl::Status inner;
  RecordName all_of;  // The study whose every record is taken.
  PARFOCAL_RETURN_IF_ERROR(
      options_.store->Scan(study, std::nullopt, [&](const StoredRecord& stored) {
        const RecordName name = NameOf(stored.record);
        const bool of_it = name.source == all_of.source && name.accession == all_of.accession;
        if (!of_it && !Carries(stored.record, field, folded)) return true;
        if (name.image_set.empty()) all_of = name;
        batch.push_back(stored);
        if (batch.size() < static_cast<size_t>(options_.batch)) return true;
        inner = NormaliseBatch(std::exchange(batch, {}), counts);
        return inner.ok();
      }));
  PARFOCAL_RETURN_IF_ERROR(inner);
  return NormaliseBatch(std::move(batch), counts);
}

absl::Status Renormaliser::NormaliseBatch(std::vector<StoredRecord> batch,
                                          RenormaliseCounts* counts) {
  if (batch.empty()) return absl::OkStatus();
  const PageNormaliser with = options_.normaliser();
  std::vector<Amendment> amendments;
  for (StoredRecord& stored : batch) {
    ++counts->examined;
    Record record = stored.record;
    with.normalise(&record);
    if (record == stored.record) continue;
    amendments.push_back({std::move(record), stored.meta.sequence});
  }
  if (amendments.empty()) return absl::OkStatus();
  PARFOCAL_ASSIGN_OR_RETURN(const AmendReceipt receipt,
                            options_.store->Amend(options_.group, amendments, with.release));
  counts->changed += receipt.changed;
  counts->skipped += receipt.skipped;
  counts->sequence = receipt.sequence;
  return absl::OkStatus();
}

// One batch behind `*after`; false behind the last record.
absl::StatusOr<bool> Renormaliser::WalkBatch(std::optional<RecordName>* after) {
  MutexLock turn(&turn_);
  const std::string release = options_.release();
  std::vector<StoredRecord> batch;
  int seen = 0;
  PARFOCAL_RETURN_IF_ERROR(options_.store->Scan({}, *after, [&](const StoredRecord& stored) {
    *after = NameOf(stored.record);
    // What was written with this very state needs no second look.
    if (stored.meta.release != release) batch.push_back(stored);
    return ++seen < options_.batch;
  }));
  RenormaliseCounts counts;
  PARFOCAL_RETURN_IF_ERROR(NormaliseBatch(std::move(batch), &counts));
  MutexLock lock(&mu_);
  progress_.examined += seen;
  progress_.changed += counts.changed;
  progress_.skipped += counts.skipped;
  progress_.sequence = std::max(progress_.sequence, counts.sequence);
  return seen == options_.batch;
}

void Renormaliser::Walk() {
  uint64_t walk = 0;
  {
    MutexLock lock(&mu_);
    walk = walk_;
    progress_ = {};
  }
  Tell("begins", {});
  if (const absl::Status mixed = Mix(); !mixed.ok()) {
    Tell("fails", {}, mixed);
    return Rest(options_.retry);  // And is begun again.
  }
  std::optional<RecordName> after;
  for (bool more = true; more;) {
    const absl::Time begin = absl::Now();
    const absl::StatusOr<bool> batch = WalkBatch(&after);
    const RenormaliseCounts so_far = Progress();
    if (!batch.ok()) {
      Tell("fails", so_far, batch.status());
      Rest(options_.retry);
      return;  // And is begun again.
    }
    more = *batch;
    Rest((absl::Now() - begin) * options_.rest);
    const auto gone_on = [&] {
      MutexLock lock(&mu_);
      while (deciding_ > 0 && !stop_) changed_.wait_for(mu_, absl::ToChronoMilliseconds(kPoll));
      return !stop_ && walk_ == walk;
    };
    while (gone_on() && !options_.await_index(so_far.sequence - kBacklog, absl::Now() + kPoll)) {
    }
    if (!gone_on()) return;
  }
  MutexLock turn(&turn_);
  RenormaliseCounts counts = Progress();
  const absl::Status noted = options_.store->SetNormalised(options_.group, options_.release());
  const auto status = options_.store->Status(options_.group);
  {
    MutexLock lock(&mu_);
    if (walk_ != walk) return;
    if (noted.ok() && status.ok()) {
      walk_wanted_ = false;
      sequence_ = std::max(sequence_, status->sequence);
      counts.sequence = progress_.sequence = status->sequence;
      if (swaps_wanted_ == swaps_done_) ++swaps_wanted_;  // The walk of a start.
    }
  }
  Tell(noted.ok() ? "ends" : "fails", counts, noted);
}

// Shows what was changed once the index has applied it.
void Renormaliser::Swap() {
  int64_t sequence = 0;
  {
    MutexLock lock(&mu_);
    sequence = sequence_;
  }
  if (!options_.await_index(sequence, absl::Now() + kPoll)) return;
  MutexLock turn(&turn_);
  {
    MutexLock lock(&mu_);
    if (walk_wanted_ || sequence_ > sequence || stop_) return;
  }
  options_.publish();
  MutexLock lock(&mu_);
  held_ = false;
  before_.clear();
  swaps_done_ = swaps_wanted_;
  changed_.notify_all();
}

void Renormaliser::Run() {
  while (true) {
    bool walk = false;
    {
      MutexLock lock(&mu_);
      while (!stop_ && !walk_wanted_ && swaps_done_ == swaps_wanted_) changed_.wait(mu_);
      if (stop_) return;
      walk = walk_wanted_;
    }
    walk ? Walk() : Swap();
  }
}

void Renormaliser::Rest(absl::Duration duration) const {
  const absl::Time until = absl::Now() + duration;
  MutexLock lock(&mu_);
  while (!stop_ && absl::Now() < until) changed_.wait_until(mu_, absl::ToChronoTime(until));
}

bool Renormaliser::Busy() const {
  MutexLock lock(&mu_);
  return walk_wanted_ || swaps_done_ != swaps_wanted_;
}

RenormaliseState Renormaliser::State() const {
  RenormaliseState state;
  state.release = options_.release();
  MutexLock lock(&mu_);
  state.walking = walk_wanted_;
  state.busy = walk_wanted_ || swaps_done_ != swaps_wanted_;
  state.held = held_;
  // What was held at the start may have been lost since.
  if (held_) state.before = options_.held ? options_.held() : before_;
  state.progress = progress_;
  return state;
}

RenormaliseCounts Renormaliser::Progress() const {
  MutexLock lock(&mu_);
  return progress_;
}

bool Renormaliser::WaitIdle(absl::Time deadline) const {
  MutexLock lock(&mu_);
  while (walk_wanted_ || swaps_done_ != swaps_wanted_) {
    if (stop_) return false;
    if (changed_.wait_until(mu_, absl::ToChronoTime(deadline)) == std::cv_status::timeout &&
        absl::Now() >= deadline) {
      return false;
    }
  }
  return true;
}

}  // namespace parfocal
