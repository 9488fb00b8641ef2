#include "parfocal/relate/relator.h"

#include <set>
#include <utility>

#include "absl/time/clock.h"

namespace parfocal {
namespace {

constexpr int kBatch = 5000;         // Changes taken at once.
constexpr size_t kWriteBatch = 500;  // Studies in one write.
constexpr absl::Duration kPoll = absl::Milliseconds(250);

// Sorts behind every image set of its study: no id is longer, and no UTF-8 text has this byte.
RecordName BehindImageSets(const RecordName& study) {
  return {study.source, study.accession, "\xff"};
}

}  // namespace

Relator::Relator(RelatorOptions options) : options_(std::move(options)) {}
Relator::~Relator() { Stop(); }

void Relator::Start() {
  if (thread_.joinable()) return;
  {
    MutexLock lock(&mu_);
    stop_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void Relator::Stop() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Relator::WaitApplied(int64_t sequence, absl::Time deadline) const {
  MutexLock lock(&mu_);
  while (applied_ < sequence && !stop_) {
    if (changed_.wait_until(mu_, absl::ToChronoTime(deadline)) == std::cv_status::timeout) break;
  }
  return applied_ >= sequence;
}

absl::Status Relator::Write(const std::vector<StudyRelations>& changed, int64_t* sequence) {
  for (size_t begin = 0; begin < changed.size(); begin += kWriteBatch) {
    const auto end = changed.begin() + std::min(begin + kWriteBatch, changed.size());
    PARFOCAL_ASSIGN_OR_RETURN(
        *sequence, options_.relations->PutRelations(
                       options_.group, {changed.begin() + static_cast<ptrdiff_t>(begin), end}));
  }
  return absl::OkStatus();
}

absl::Status Relator::ReadAll() {
  PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus begin, options_.store->Status(options_.group));
  auto finder = std::make_unique<RelationFinder>();
  PARFOCAL_ASSIGN_OR_RETURN(const auto decisions, options_.relations->Decisions());
  for (const RelationDecision& decision : decisions) finder->Decide(decision);
  // Jumps over the image sets of each study: a source can have millions.
  std::optional<RecordName> at;
  for (bool more = true; more;) {
    more = false;
    PARFOCAL_RETURN_IF_ERROR(options_.store->Scan({}, at, [&](const StoredRecord& stored) {
      if (const Study* study = std::get_if<Study>(&stored.record))
        finder->Put(FactsOf(*study, *options_.words));
      at = BehindImageSets(NameOf(stored.record));
      more = true;
      return false;
    }));
    MutexLock lock(&mu_);
    if (stop_) return absl::CancelledError("relations: the node is stopping");
  }
  std::vector<StudyRelations> changed = finder->Update();
  // What was written in an earlier life and holds no longer; what still holds is not written again.
  std::set<RecordName> named;
  for (const StudyRelations& row : changed) named.insert(row.study);
  PARFOCAL_RETURN_IF_ERROR(
      options_.relations->ScanRelations({}, std::nullopt, [&](const StudyRelations& row) {
        if (named.count(row.study) == 0) changed.push_back(finder->Of(row.study));
        return true;
      }));
  MutexLock work(&work_);
  int64_t sequence = 0;
  PARFOCAL_RETURN_IF_ERROR(Write(changed, &sequence));
  finder_ = std::move(finder);
  if (options_.on_event) options_.on_event("read", finder_->studies(), absl::OkStatus());
  MutexLock lock(&mu_);
  applied_ = begin.sequence;
  changed_.notify_all();
  return absl::OkStatus();
}

// One round: takes in a batch of changes, if there are any within a moment.
absl::Status Relator::Follow() {
  int64_t after = 0;
  {
    MutexLock lock(&mu_);
    after = applied_;
  }
  if (options_.store->WaitForChange(options_.group, after, absl::Now() + kPoll) <= after)
    return absl::OkStatus();
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Change> changes,
                            options_.store->ChangesSince(options_.group, after, kBatch));
  if (changes.empty()) return absl::OkStatus();
  std::set<RecordName> distinct;
  for (const Change& change : changes) {
    if (change.name.image_set.empty()) distinct.insert(change.name);
  }
  const std::vector<RecordName> names(distinct.begin(), distinct.end());
  const auto records = options_.store->BatchGet(names);
  MutexLock work(&work_);
  if (finder_ == nullptr) return absl::OkStatus();  // A decision failed meanwhile.
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::IsNotFound(records[i].status())) {
      finder_->Remove(names[i]);
      continue;
    }
    PARFOCAL_RETURN_IF_ERROR(records[i].status());
    if (const Study* study = std::get_if<Study>(&records[i]->record))
      finder_->Put(FactsOf(*study, *options_.words));
  }
  int64_t sequence = 0;
  PARFOCAL_RETURN_IF_ERROR(Write(finder_->Update(), &sequence));
  MutexLock lock(&mu_);
  applied_ = changes.back().sequence;
  changed_.notify_all();
  return absl::OkStatus();
}

void Relator::Run() {
  while (true) {
    bool read = false;
    {
      MutexLock work(&work_);
      read = finder_ != nullptr;
    }
    const absl::Status status = read ? Follow() : ReadAll();
    {
      MutexLock lock(&mu_);
      if (stop_) return;
    }
    if (status.ok()) continue;
    if (options_.on_event) options_.on_event("failed", 0, status);
    {
      // What was written is not known; the next reading finds out.
      MutexLock work(&work_);
      finder_.reset();
    }
    MutexLock lock(&mu_);
    const absl::Time until = absl::Now() + options_.retry;
    while (!stop_ && absl::Now() < until) changed_.wait_until(mu_, absl::ToChronoTime(until));
    if (stop_) return;
  }
}

absl::StatusOr<RecordRelation> Relator::Decide(const RelationDecision& decision,
                                               int64_t* sequence) {
  const bool asserted = decision.verdict == RelationVerdict::kAsserted;
  if (decision.from == decision.to)
    return absl::InvalidArgumentError("relation: a study is not related to itself");
  if (asserted && decision.type == RelationType::kUnspecified)
    return absl::InvalidArgumentError("relation: an assertion says what the one is of the other");
  for (const RecordName& name : {decision.from, decision.to})
    PARFOCAL_RETURN_IF_ERROR(options_.store->Get(name).status());
  MutexLock work(&work_);
  if (finder_ == nullptr) {
    return absl::UnavailableError(
        "relations: the studies are still being read; try again in a moment");
  }
  PARFOCAL_RETURN_IF_ERROR(options_.relations->PutDecision(decision));
  finder_->Decide(decision);
  PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus now, options_.store->Status(options_.group));
  *sequence = now.sequence;
  const absl::Status wrote = Write(finder_->Update(), sequence);
  if (!wrote.ok()) {
    finder_.reset();  // Read anew: what is in memory is not what is written.
    return wrote;
  }
  for (const RecordRelation& relation : finder_->Of(decision.from).relations) {
    if (relation.to == decision.to) return relation;
  }
  return RecordRelation{decision.from, decision.to, decision.to.accession};
}

}  // namespace parfocal
