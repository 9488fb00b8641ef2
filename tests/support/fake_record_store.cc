#include "support/fake_record_store.h"

#include <openssl/evp.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "parfocal/catalogue/record_codec.h"

namespace parfocal::testing {
namespace {

// As documented for every RecordStore; see rocksdb_record_store.h.
constexpr size_t kRawCut = 64 << 10;

std::string HexSha256(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

bool HasPrefix(const RecordName& name, const RecordName& prefix) {
  if (!prefix.source.empty() && name.source != prefix.source) return false;
  if (!prefix.accession.empty() && name.accession != prefix.accession) return false;
  return prefix.image_set.empty() || name.image_set == prefix.image_set;
}

bool SliceFits(const PageCommit& page, const RawSlice& slice) {
  if (page.raw.empty()) {
    return slice.blob == 0 && slice.offset == 0 && slice.length == 0 && slice.context_offset == 0 &&
           slice.context_length == 0;
  }
  if (slice.blob >= page.raw.size()) return false;
  const uint64_t size = page.raw[slice.blob].size();
  return slice.offset <= size && slice.length <= size - slice.offset &&
         slice.context_offset <= size && slice.context_length <= size - slice.context_offset;
}

absl::Status CheckPage(const PageCommit& page) {
  if (!IsSourceId(page.source) || !IsSourceId(page.group))
    return absl::InvalidArgumentError("source or group");
  std::set<RecordName> names;
  auto fits = [&](const RecordName& name) {
    return name.source == page.source && !name.accession.empty() &&
           name.accession.size() <= kMaxIdBytes && name.image_set.size() <= kMaxIdBytes &&
           names.insert(name).second;
  };
  for (const Upsert& upsert : page.upserts) {
    const RecordName name = NameOf(upsert.record);
    const bool nameless = std::holds_alternative<ImageSet>(upsert.record) && name.image_set.empty();
    if (nameless || !fits(name))
      return absl::InvalidArgumentError(FormatRecordName(name) + ": bad name, or twice");
    if (!SliceFits(page, upsert.raw))
      return absl::InvalidArgumentError(FormatRecordName(name) + ": raw slice");
  }
  for (const RecordName& name : page.tombstones) {
    if (!fits(name))
      return absl::InvalidArgumentError(FormatRecordName(name) + ": bad name, or twice");
  }
  return absl::OkStatus();
}

const Clock* SystemClockOnce() {
  static const SystemClock* const clock = new SystemClock;
  return clock;
}

}  // namespace

FakeRecordStore::FakeRecordStore(const Clock* clock)
    : clock_(clock != nullptr ? clock : SystemClockOnce()) {}

void FakeRecordStore::FailNext(absl::Status status) {
  MutexLock lock(&mu_);
  fail_next_ = std::move(status);
}

absl::Status FakeRecordStore::TakeFailure() const {
  absl::Status failure = fail_next_;
  fail_next_ = absl::OkStatus();
  return failure;
}

const FakeRecordStore::RunRow* FakeRecordStore::FindRun(const std::string& source,
                                                        const std::string& run) const {
  auto runs = runs_.find(source);
  if (runs == runs_.end()) return nullptr;
  auto row = runs->second.find(run);
  return row == runs->second.end() ? nullptr : &row->second;
}
FakeRecordStore::RunRow* FakeRecordStore::FindRun(const std::string& source,
                                                  const std::string& run) {
  return const_cast<RunRow*>(static_cast<const FakeRecordStore*>(this)->FindRun(source, run));
}

int64_t FakeRecordStore::Newest(const std::string& group) const {
  auto changes = changes_.find(group);
  return changes == changes_.end() ? 0 : static_cast<int64_t>(changes->second.size());
}

int64_t FakeRecordStore::AddChange(const std::string& group, ChangeKind kind,
                                   const RecordName& name) {
  auto& changes = changes_[group];
  changes.push_back({static_cast<int64_t>(changes.size()) + 1, kind, name});
  return changes.back().sequence;
}

void FakeRecordStore::Tombstone(const RecordName& name, Row* row) {
  row->stored.meta.deleted = true;
  row->stored.meta.last_changed = clock_->Now();
  row->stored.meta.sequence = AddChange(row->group, ChangeKind::kDelete, name);
}

void FakeRecordStore::Put(const PageCommit& page, const Upsert& upsert, Ledger* ledger) {
  const RecordName name = NameOf(upsert.record);
  const RawSlice& slice = upsert.raw;
  std::string raw;
  if (!page.raw.empty()) {
    const std::string& blob = page.raw[slice.blob];
    raw = blob.substr(slice.context_offset, slice.context_length) +
          blob.substr(slice.offset, slice.length);
  }
  auto [found, is_new] = rows_.try_emplace(name);
  Row& row = found->second;
  RecordMeta& meta = row.stored.meta;
  if (!is_new && !meta.deleted && row.group == page.group && row.raw == raw &&
      row.stored.record == upsert.record) {
    ++ledger->unchanged;
    return;
  }
  ++(is_new ? ledger->new_records : ledger->changed);
  if (meta.deleted) ++ledger->restored;
  if (!is_new && !meta.deleted && row.group != page.group)
    AddChange(row.group, ChangeKind::kDelete, name);
  std::string canonical;
  catalogue::AppendCanonical(upsert.record, &canonical);
  row.raw = raw;
  row.group = page.group;
  row.stored.record = upsert.record;
  if (is_new) meta.first_seen = clock_->Now();
  meta.last_changed = clock_->Now();
  meta.release = page.release;
  meta.deleted = false;
  meta.raw_sha256 = HexSha256(raw);
  meta.content_sha256 = HexSha256(canonical);
  meta.sequence = AddChange(page.group, ChangeKind::kUpsert, name);
}

absl::StatusOr<PageReceipt> FakeRecordStore::CommitPage(const PageCommit& page) {
  PARFOCAL_RETURN_IF_ERROR(CheckPage(page));
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  RunRow* run = FindRun(page.source, page.run);
  if (run == nullptr || run->run.state != RunState::kRunning) {
    return absl::FailedPreconditionError(absl::StrCat("run '", page.run, "' is not running"));
  }
  PageReceipt receipt;
  receipt.ledger = page.ledger;
  Ledger& ledger = receipt.ledger;
  ledger.new_records = ledger.changed = ledger.unchanged = ledger.deleted = ledger.restored = 0;
  for (const Upsert& upsert : page.upserts) {
    Put(page, upsert, &ledger);
    run->touched.insert(NameOf(upsert.record));
  }
  for (const RecordName& name : page.tombstones) {
    auto row = rows_.find(name);
    if (row == rows_.end() || row->second.stored.meta.deleted) continue;
    Tombstone(name, &row->second);
    ++ledger.deleted;
  }
  for (Rejection rejection : page.rejections) {
    rejection.source = page.source;
    rejection.run = page.run;
    if (rejection.raw.size() > kRawCut) {
      rejection.raw.resize(kRawCut);
      rejection.can_replay = false;
    }
    run->rejections.push_back(std::move(rejection));
  }
  run->run.cursor = page.cursor;
  run->run.ledger.Add(ledger);
  receipt.sequence = Newest(page.group);
  changed_.notify_all();
  return receipt;
}

absl::StatusOr<AmendReceipt> FakeRecordStore::Amend(const std::string& group,
                                                    absl::Span<const Amendment> amendments,
                                                    const std::string& release) {
  std::set<RecordName> names;
  for (const Amendment& amendment : amendments) {
    const RecordName name = NameOf(amendment.record);
    const bool nameless =
        std::holds_alternative<ImageSet>(amendment.record) && name.image_set.empty();
    if (nameless || !IsSourceId(name.source) || name.accession.empty() ||
        !names.insert(name).second)
      return absl::InvalidArgumentError(FormatRecordName(name) + ": bad name, or twice");
  }
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  AmendReceipt receipt;
  for (const Amendment& amendment : amendments) {
    const RecordName name = NameOf(amendment.record);
    auto found = rows_.find(name);
    if (found == rows_.end() || found->second.stored.meta.deleted || found->second.group != group ||
        found->second.stored.meta.sequence != amendment.sequence) {
      ++receipt.skipped;
      continue;
    }
    StoredRecord& stored = found->second.stored;
    if (stored.record == amendment.record) {
      ++receipt.unchanged;
      continue;
    }
    std::string canonical;
    catalogue::AppendCanonical(amendment.record, &canonical);
    stored.record = amendment.record;
    stored.meta.content_sha256 = HexSha256(canonical);
    stored.meta.release = release;
    stored.meta.last_changed = clock_->Now();
    stored.meta.sequence = AddChange(group, ChangeKind::kUpsert, name);
    ++receipt.changed;
  }
  receipt.sequence = Newest(group);
  changed_.notify_all();
  return receipt;
}

absl::Status FakeRecordStore::SetNormalised(const std::string& group, const std::string& release) {
  if (!IsSourceId(group)) return absl::InvalidArgumentError("group");
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  normalised_[group] = release;
  return absl::OkStatus();
}

absl::StatusOr<StoredRecord> FakeRecordStore::Get(const RecordName& name) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  auto row = rows_.find(name);
  if (row == rows_.end() || row->second.stored.meta.deleted) {
    return absl::NotFoundError(absl::StrCat("no record ", FormatRecordName(name)));
  }
  return row->second.stored;
}

std::vector<absl::StatusOr<StoredRecord>> FakeRecordStore::BatchGet(
    absl::Span<const RecordName> names) const {
  std::vector<absl::StatusOr<StoredRecord>> records;
  for (const RecordName& name : names) records.push_back(Get(name));
  return records;
}

absl::StatusOr<std::string> FakeRecordStore::GetRaw(const RecordName& name) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  auto row = rows_.find(name);
  if (row == rows_.end())
    return absl::NotFoundError(absl::StrCat("no record ", FormatRecordName(name)));
  return row->second.raw;
}

absl::Status FakeRecordStore::Scan(const RecordName& prefix, const std::optional<RecordName>& after,
                                   const std::function<bool(const StoredRecord&)>& visit) const {
  std::vector<StoredRecord> view;  // A copy, so that `visit` may call the store.
  {
    MutexLock lock(&mu_);
    PARFOCAL_RETURN_IF_ERROR(TakeFailure());
    for (const auto& [name, row] : rows_) {
      if (row.stored.meta.deleted || !HasPrefix(name, prefix) || (after && name <= *after))
        continue;
      view.push_back(row.stored);
    }
  }
  for (const StoredRecord& stored : view) {
    if (!visit(stored)) break;
  }
  return absl::OkStatus();
}

absl::Status FakeRecordStore::ScanTombstones(
    const std::string& source, const std::function<bool(const StoredRecord&)>& visit) const {
  std::vector<StoredRecord> view;
  {
    MutexLock lock(&mu_);
    PARFOCAL_RETURN_IF_ERROR(TakeFailure());
    for (const auto& [name, row] : rows_) {
      if (row.stored.meta.deleted && name.source == source) view.push_back(row.stored);
    }
  }
  for (const StoredRecord& stored : view) {
    if (!visit(stored)) break;
  }
  return absl::OkStatus();
}

absl::Status FakeRecordStore::ScanUntouched(
    const std::string& source, const std::string& run,
    const std::function<bool(const RecordName&)>& visit) const {
  std::vector<RecordName> view;
  {
    MutexLock lock(&mu_);
    PARFOCAL_RETURN_IF_ERROR(TakeFailure());
    const RunRow* row = FindRun(source, run);
    if (row == nullptr) return absl::NotFoundError(absl::StrCat("no run '", run, "'"));
    for (const auto& [name, record] : rows_) {
      if (!record.stored.meta.deleted && name.source == source && row->touched.count(name) == 0)
        view.push_back(name);
    }
  }
  for (const RecordName& name : view) {
    if (!visit(name)) break;
  }
  return absl::OkStatus();
}

std::vector<absl::Time> FakeRecordStore::LastSeen(absl::Span<const RecordName> names) const {
  MutexLock lock(&mu_);
  std::vector<absl::Time> seen;
  for (const RecordName& name : names) {
    const auto row = rows_.find(name);
    absl::Time time =
        row == rows_.end() ? absl::InfinitePast() : row->second.stored.meta.last_changed;
    if (const auto runs = runs_.find(name.source); row != rows_.end() && runs != runs_.end()) {
      // By id, so the newest is the last.
      for (const auto& [id, run] : runs->second) {
        if (run.touched.contains(name)) time = run.run.started;
      }
    }
    seen.push_back(time);
  }
  return seen;
}

absl::StatusOr<int64_t> FakeRecordStore::RestoreDeleted(const std::string& source, absl::Time from,
                                                        absl::Time until) {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  if (!sources_.contains(source)) return absl::NotFoundError(absl::StrCat("no source ", source));
  int64_t restored = 0;
  for (auto& [name, row] : rows_) {
    RecordMeta& meta = row.stored.meta;
    if (name.source != source || !meta.deleted || meta.last_changed < from ||
        meta.last_changed >= until)
      continue;
    if (meta.release != normalised_[row.group]) normalised_[row.group].clear();
    meta.deleted = false;
    meta.last_changed = clock_->Now();
    meta.sequence = AddChange(row.group, ChangeKind::kUpsert, name);
    ++restored;
  }
  if (restored > 0) changed_.notify_all();
  return restored;
}

absl::StatusOr<std::vector<Change>> FakeRecordStore::ChangesSince(const std::string& group,
                                                                  int64_t after, int limit) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  std::vector<Change> out;
  const int64_t newest = Newest(group);
  for (int64_t next = std::max<int64_t>(after, 0);
       next < newest && static_cast<int>(out.size()) < limit; ++next) {
    out.push_back(changes_.at(group)[next]);
  }
  return out;
}

absl::StatusOr<StoreStatus> FakeRecordStore::Status(const std::string& group) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  StoreStatus status;
  status.sequence = Newest(group);
  if (auto found = normalised_.find(group); found != normalised_.end())
    status.normalised = found->second;
  for (const auto& [name, row] : rows_) {
    if (row.group != group) continue;
    ++(row.stored.meta.deleted  ? status.tombstones
       : name.image_set.empty() ? status.studies
                                : status.image_sets);
  }
  return status;
}

int64_t FakeRecordStore::WaitForChange(const std::string& group, int64_t after,
                                       absl::Time deadline) const {
  const absl::Duration wait =
      std::clamp(deadline - absl::Now(), absl::ZeroDuration(), absl::Hours(24 * 365));
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait);
  MutexLock lock(&mu_);
  while (Newest(group) <= after) {
    if (changed_.wait_until(mu_, until) == std::cv_status::timeout) break;
  }
  return Newest(group);
}

absl::Status FakeRecordStore::CreateSource(const Source& source) {
  if (!IsSourceId(source.id)) return absl::InvalidArgumentError("source id");
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  if (!sources_.emplace(source.id, source).second) return absl::AlreadyExistsError(source.id);
  return absl::OkStatus();
}

absl::Status FakeRecordStore::UpdateSource(const Source& source) {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  auto found = sources_.find(source.id);
  if (found == sources_.end()) return absl::NotFoundError(source.id);
  Source updated = source;
  updated.created = found->second.created;
  updated.last_complete_run = found->second.last_complete_run;
  found->second = updated;
  return absl::OkStatus();
}

absl::StatusOr<Source> FakeRecordStore::GetSource(const std::string& id) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  auto found = sources_.find(id);
  if (found == sources_.end()) return absl::NotFoundError(absl::StrCat("no source '", id, "'"));
  return found->second;
}

std::vector<Source> FakeRecordStore::ListSources() const {
  MutexLock lock(&mu_);
  std::vector<Source> out;
  for (const auto& [id, source] : sources_) out.push_back(source);
  return out;
}

absl::Status FakeRecordStore::DeleteSource(const std::string& id) {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  if (sources_.count(id) == 0) return absl::NotFoundError(absl::StrCat("no source '", id, "'"));
  for (const auto& [run_id, row] : runs_[id]) {
    if (row.run.state == RunState::kRunning)
      return absl::FailedPreconditionError(absl::StrCat("run ", run_id));
  }
  for (auto& [name, row] : rows_) {
    if (name.source == id && !row.stored.meta.deleted) Tombstone(name, &row);
  }
  sources_.erase(id);
  runs_.erase(id);
  changed_.notify_all();
  return absl::OkStatus();
}

absl::StatusOr<Run> FakeRecordStore::BeginRun(const std::string& source, absl::Time now,
                                              bool* resumed) {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  if (resumed != nullptr) *resumed = false;
  if (sources_.count(source) == 0)
    return absl::NotFoundError(absl::StrCat("no source '", source, "'"));
  for (const auto& [id, row] : runs_[source]) {
    if (row.run.state != RunState::kRunning) continue;
    if (resumed != nullptr) *resumed = true;
    return row.run;
  }
  RunRow row;
  row.run.source = source;
  row.run.id = absl::StrFormat("%08d", next_run_++);
  row.run.started = now;
  row.run.ended = absl::InfiniteFuture();
  return runs_[source].emplace(row.run.id, row).first->second.run;
}

absl::Status FakeRecordStore::EndRun(const Run& run) {
  if (run.state == RunState::kRunning)
    return absl::InvalidArgumentError("cannot end in state RUNNING");
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  RunRow* row = FindRun(run.source, run.id);
  if (row == nullptr) return absl::NotFoundError(absl::StrCat("no run '", run.id, "'"));
  if (row->run.state != RunState::kRunning)
    return absl::FailedPreconditionError("the run has ended");
  row->run.state = run.state;
  row->run.ended = run.ended;
  row->run.message = run.message;
  if (run.state == RunState::kComplete) sources_[run.source].last_complete_run = run.id;
  return absl::OkStatus();
}

absl::StatusOr<Run> FakeRecordStore::GetRun(const std::string& source,
                                            const std::string& run) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  const RunRow* row = FindRun(source, run);
  if (row == nullptr) return absl::NotFoundError(absl::StrCat("no run '", run, "'"));
  return row->run;
}

std::vector<Run> FakeRecordStore::ListRuns(const std::string& source) const {
  MutexLock lock(&mu_);
  std::vector<Run> out;
  auto runs = runs_.find(source);
  if (runs == runs_.end()) return out;
  for (auto row = runs->second.rbegin(); row != runs->second.rend(); ++row)
    out.push_back(row->second.run);
  return out;
}

absl::StatusOr<std::vector<Rejection>> FakeRecordStore::ListRejections(const std::string& source,
                                                                       const std::string& run,
                                                                       int64_t offset,
                                                                       int limit) const {
  MutexLock lock(&mu_);
  PARFOCAL_RETURN_IF_ERROR(TakeFailure());
  std::vector<Rejection> out;
  const RunRow* row = nullptr;
  if (run.empty()) {
    if (sources_.count(source) == 0)
      return absl::NotFoundError(absl::StrCat("no source '", source, "'"));
    auto runs = runs_.find(source);
    if (runs == runs_.end() || runs->second.empty()) return out;
    row = &runs->second.rbegin()->second;
  } else {
    row = FindRun(source, run);
    if (row == nullptr) return absl::NotFoundError(absl::StrCat("no run '", run, "'"));
  }
  const int64_t size = static_cast<int64_t>(row->rejections.size());
  for (int64_t i = std::max<int64_t>(offset, 0); i < size && static_cast<int>(out.size()) < limit;
       ++i) {
    out.push_back(row->rejections[i]);
  }
  return out;
}

}  // namespace parfocal::testing
