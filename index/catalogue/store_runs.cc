#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "keys.h"
#include "parfocal/catalogue/wire.h"
#include "store.h"

namespace parfocal::catalogue {
namespace {

// Records that one step of DeleteSource takes: bounds its batch to a few MiB.
constexpr int kDeleteStep = 10'000;

absl::Status NoSource(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("no source '", id, "'"));
}
absl::Status NoRun(const std::string& source, const std::string& run) {
  return absl::NotFoundError(absl::StrCat("source '", source, "' has no run '", run, "'"));
}

}  // namespace

absl::Status RocksDbRecordStore::CreateSource(const Source& source) {
  if (!IsSourceId(source.id)) {
    return absl::InvalidArgumentError(
        absl::StrCat("source id '", source.id.substr(0, 100),
                     "' is not 1-63 of a-z, 0-9 and '-', a letter first"));
  }
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kState, SourceKey(source.id), &value);
  if (found.ok()) return absl::AlreadyExistsError(absl::StrCat("source '", source.id, "' exists"));
  if (!absl::IsNotFound(found)) return found;
  ChangeSet changes = NewChangeSet();
  changes.Put(Family::kState, SourceKey(source.id), Encode(source));
  return Write(&changes);
}

absl::Status RocksDbRecordStore::UpdateSource(const Source& source) {
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  PARFOCAL_ASSIGN_OR_RETURN(const Source old, GetSource(source.id));
  Source updated = source;
  updated.created = old.created;
  updated.last_complete_run = old.last_complete_run;
  ChangeSet changes = NewChangeSet();
  changes.Put(Family::kState, SourceKey(source.id), Encode(updated));
  return Write(&changes);
}

absl::StatusOr<Source> RocksDbRecordStore::GetSource(const std::string& id) const {
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kState, SourceKey(id), &value);
  if (absl::IsNotFound(found)) return NoSource(id);
  PARFOCAL_RETURN_IF_ERROR(found);
  Source source;
  PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &source));
  return source;
}

std::vector<Source> RocksDbRecordStore::ListSources() const {
  std::vector<Source> sources;
  Database::Range rows =
      database_->Rows(Family::kState, kSourceKeyPrefix, PrefixEnd(kSourceKeyPrefix));
  for (; rows.Valid(); rows.Next()) {
    Source source;
    if (catalogue::Decode(rows.value(), &source).ok()) sources.push_back(std::move(source));
  }
  return sources;
}

absl::Status RocksDbRecordStore::DeleteSource(const std::string& id) {
  {
    MutexLock lock(&write_mu_);
    PARFOCAL_RETURN_IF_ERROR(Writable());
    PARFOCAL_RETURN_IF_ERROR(GetSource(id).status());
    const auto newest = NewestRun(id);
    if (newest.ok() && newest->run.state == RunState::kRunning) {
      return absl::FailedPreconditionError(
          absl::StrCat("source '", id, "': run '", newest->run.id,
                       "' goes on; end it before deleting the source"));
    }
    {
      MutexLock state_lock(&state_mu_);
      if (!deleting_.insert(id).second) return NoSource(id);
    }
    // The mark lets the next start finish what a kill interrupts.
    ChangeSet changes = NewChangeSet();
    changes.Put(Family::kState, DeletingKey(id), "");
    PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  }
  return FinishDeletion(id);
}

absl::StatusOr<bool> RocksDbRecordStore::DeleteSome(const std::string& id, std::string* after) {
  PARFOCAL_RETURN_IF_ERROR(Writable());
  ChangeSet changes = NewChangeSet();
  int taken = 0;
  Database::Range metas = database_->Rows(Family::kMeta, *after, PrefixEnd(SourcePrefix(id)));
  for (; metas.Valid() && taken < kDeleteStep; metas.Next()) {
    *after = std::string(metas.key()) + '\0';
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
    if (meta.deleted) continue;
    const auto name = ParseRecordKey(metas.key());
    if (!name) return absl::DataLossError("catalogue: malformed record key; verify the store");
    changes.Tombstone(metas.key(), name->image_set.empty(), meta);
    ++taken;
  }
  PARFOCAL_RETURN_IF_ERROR(metas.status());
  const bool more = metas.Valid();
  if (!more) {
    changes.Delete(Family::kState, SourceKey(id));
    changes.Delete(Family::kState, DeletingKey(id));
    for (Family family : {Family::kRuns, Family::kRejections, Family::kTouched}) {
      changes.DeletePrefix(family, SourcePrefix(id));
    }
  }
  PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return more;
}

absl::Status RocksDbRecordStore::FinishDeletion(const std::string& id) {
  std::string after = SourcePrefix(id);
  for (bool more = true; more;) {
    // The lock is given back between steps, so other sources' pages go on.
    MutexLock lock(&write_mu_);
    PARFOCAL_ASSIGN_OR_RETURN(more, DeleteSome(id, &after));
  }
  MutexLock lock(&state_mu_);
  deleting_.erase(id);
  return absl::OkStatus();
}

absl::StatusOr<RunRow> RocksDbRecordStore::ReadRun(const std::string& source,
                                                   const std::string& run) const {
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kRuns, RunPrefix(source, run), &value);
  if (absl::IsNotFound(found)) return NoRun(source, run);
  PARFOCAL_RETURN_IF_ERROR(found);
  RunRow row;
  PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &row));
  return row;
}

absl::StatusOr<RunRow> RocksDbRecordStore::NewestRun(const std::string& source) const {
  const std::string prefix = SourcePrefix(source);
  Database::Range rows = database_->Rows(Family::kRuns, prefix, PrefixEnd(prefix));
  rows.SeekToLast();
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  if (!rows.Valid()) return absl::NotFoundError(absl::StrCat("source '", source, "' has no run"));
  RunRow row;
  PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &row));
  return row;
}

absl::StatusOr<Run> RocksDbRecordStore::BeginRun(const std::string& source, absl::Time now,
                                                 bool* resumed) {
  if (resumed != nullptr) *resumed = false;
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  PARFOCAL_RETURN_IF_ERROR(GetSource(source).status());
  {
    MutexLock state_lock(&state_mu_);
    if (deleting_.count(source) > 0) return NoSource(source);
  }
  auto newest = NewestRun(source);
  if (newest.ok() && newest->run.state == RunState::kRunning) {
    if (resumed != nullptr) *resumed = true;
    return std::move(newest->run);
  }
  if (!newest.ok() && !absl::IsNotFound(newest.status())) return newest.status();
  ChangeSet changes = NewChangeSet();
  RunRow row;
  row.run.source = source;
  // Counted over the whole catalogue: ids sort by start whatever the clock does, and a source that
  // is removed and added again does not reuse one.
  row.run.id = absl::StrFormat("%08d", changes.state().counters.next_run++);
  row.run.started = now;
  row.run.ended = absl::InfiniteFuture();
  changes.Put(Family::kRuns, RunPrefix(source, row.run.id), Encode(row));
  PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return std::move(row.run);
}

absl::Status RocksDbRecordStore::EndRun(const Run& run) {
  if (run.state == RunState::kRunning) {
    return absl::InvalidArgumentError(
        absl::StrCat("run '", run.id, "': cannot end in state RUNNING"));
  }
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  PARFOCAL_ASSIGN_OR_RETURN(RunRow row, ReadRun(run.source, run.id));
  if (row.run.state != RunState::kRunning) {
    return absl::FailedPreconditionError(
        absl::StrCat("run '", run.id, "' of source '", run.source, "' has ended"));
  }
  row.run.state = run.state;
  row.run.ended = run.ended;
  row.run.message = run.message;
  ChangeSet changes = NewChangeSet();
  changes.Put(Family::kRuns, RunPrefix(run.source, run.id), Encode(row));
  if (run.state == RunState::kComplete) {
    PARFOCAL_ASSIGN_OR_RETURN(Source source, GetSource(run.source));
    source.last_complete_run = run.id;
    changes.Put(Family::kState, SourceKey(source.id), Encode(source));
  }
  return Write(&changes);
}

absl::StatusOr<Run> RocksDbRecordStore::GetRun(const std::string& source,
                                               const std::string& run) const {
  PARFOCAL_ASSIGN_OR_RETURN(RunRow row, ReadRun(source, run));
  return std::move(row.run);
}

std::vector<Run> RocksDbRecordStore::ListRuns(const std::string& source) const {
  std::vector<Run> runs;
  const std::string prefix = SourcePrefix(source);
  Database::Range rows = database_->Rows(Family::kRuns, prefix, PrefixEnd(prefix));
  for (rows.SeekToLast(); rows.Valid(); rows.Prev()) {
    RunRow row;
    if (catalogue::Decode(rows.value(), &row).ok()) runs.push_back(std::move(row.run));
  }
  return runs;
}

absl::StatusOr<std::vector<Rejection>> RocksDbRecordStore::ListRejections(const std::string& source,
                                                                          const std::string& run,
                                                                          int64_t offset,
                                                                          int limit) const {
  std::vector<Rejection> rejections;
  std::string id = run;
  if (id.empty()) {
    PARFOCAL_RETURN_IF_ERROR(GetSource(source).status());
    auto newest = NewestRun(source);
    if (absl::IsNotFound(newest.status())) return rejections;
    PARFOCAL_RETURN_IF_ERROR(newest.status());
    id = newest->run.id;
  } else {
    PARFOCAL_RETURN_IF_ERROR(ReadRun(source, id).status());
  }
  const std::string prefix = RunPrefix(source, id);
  // Rejections are numbered from 0, so the offset is a key.
  Database::Range rows = database_->Rows(
      Family::kRejections, prefix + BigEndian(static_cast<uint64_t>(std::max<int64_t>(offset, 0))),
      PrefixEnd(prefix));
  for (; rows.Valid() && static_cast<int64_t>(rejections.size()) < limit; rows.Next()) {
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &rejections.emplace_back()));
  }
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  return rejections;
}

}  // namespace parfocal::catalogue
