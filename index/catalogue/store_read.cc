#include <algorithm>
#include <chrono>
#include <utility>

#include "keys.h"
#include "parfocal/catalogue/record_codec.h"
#include "parfocal/catalogue/wire.h"
#include "raw_blobs.h"
#include "store.h"
#include "touched_ids.h"

namespace parfocal::catalogue {
namespace {

absl::Status NoRecord(const RecordName& name) {
  return absl::NotFoundError(absl::StrCat("no record ", FormatRecordName(name)));
}

// A steady clock cannot hold InfiniteFuture.
constexpr absl::Duration kLongestWait = absl::Hours(24 * 365 * 10);

absl::Status BadKey() {
  return absl::DataLossError(
      "catalogue: malformed record key; verify the store and restore a checkpoint");
}

absl::Status NoBody(const RecordName& name) {
  return absl::DataLossError(
      absl::StrCat("catalogue: ", FormatRecordName(name),
                   " has no body; verify the store and restore a checkpoint"));
}

// First key of the rows that `prefix` names, and the first behind them.
std::pair<std::string, std::string> BoundsOf(const RecordName& prefix) {
  std::string lower;
  if (!prefix.image_set.empty()) {
    lower = RecordKey(prefix);
    return {lower, lower + '\0'};
  }
  if (!prefix.accession.empty()) {
    lower = StudyPrefix(prefix.source, prefix.accession);
  } else if (!prefix.source.empty()) {
    lower = SourcePrefix(prefix.source);
  }
  return {lower, PrefixEnd(lower)};
}

}  // namespace

absl::StatusOr<StoredRecord> RocksDbRecordStore::Decode(const RecordName& name, const MetaRow& meta,
                                                        absl::string_view body) const {
  StoredRecord stored;
  PARFOCAL_ASSIGN_OR_RETURN(stored.record, DecodeStored(name, body, strings_));
  stored.meta = ToMeta(meta);
  return stored;
}

absl::StatusOr<StoredRecord> RocksDbRecordStore::Get(const RecordName& name) const {
  return std::move(BatchGet({name})[0]);
}

std::vector<absl::StatusOr<StoredRecord>> RocksDbRecordStore::BatchGet(
    absl::Span<const RecordName> names) const {
  const size_t count = names.size();
  std::vector<std::string> keys;
  std::vector<rocksdb::Slice> slices;
  keys.reserve(count);
  for (const RecordName& name : names) keys.push_back(RecordKey(name));
  for (const std::string& key : keys) slices.emplace_back(key);
  std::vector<rocksdb::PinnableSlice> metas(count), bodies(count);
  std::vector<rocksdb::Status> meta_status(count), body_status(count);
  ScopedSnapshot snapshot(database_->db());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.get();
  database_->db()->MultiGet(options, database_->family(Family::kMeta), count, slices.data(),
                            metas.data(), meta_status.data());
  database_->db()->MultiGet(options, database_->family(Family::kRecords), count, slices.data(),
                            bodies.data(), body_status.data());
  auto record = [&](size_t i) -> absl::StatusOr<StoredRecord> {
    if (meta_status[i].IsNotFound()) return NoRecord(names[i]);
    PARFOCAL_RETURN_IF_ERROR(FromRocksDb(meta_status[i], "catalogue: read meta"));
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(metas[i]), &meta));
    if (meta.deleted) return NoRecord(names[i]);
    if (body_status[i].IsNotFound()) return NoBody(names[i]);
    PARFOCAL_RETURN_IF_ERROR(FromRocksDb(body_status[i], "catalogue: read record"));
    PARFOCAL_ASSIGN_OR_RETURN(StoredRecord stored, Decode(names[i], meta, FromSlice(bodies[i])));
    if (names[i].image_set.empty())
      PARFOCAL_RETURN_IF_ERROR(FillWork(keys[i], snapshot.get(), &stored.meta));
    return stored;
  };
  std::vector<absl::StatusOr<StoredRecord>> records;
  records.reserve(count);
  for (size_t i = 0; i < count; ++i) records.push_back(record(i));
  return records;
}

absl::StatusOr<std::string> RocksDbRecordStore::ReadBlob(uint64_t blob, uint64_t offset,
                                                         uint64_t length,
                                                         const rocksdb::Snapshot* snapshot) const {
  std::string bytes;
  if (length == 0) return bytes;
  const uint64_t end = offset + length;
  uint64_t chunk = offset / kBlobChunkBytes;
  Database::Range rows =
      database_->Rows(Family::kRaw, BlobChunkKey(blob, chunk),
                      BlobChunkKey(blob, (end - 1) / kBlobChunkBytes + 1), snapshot);
  for (; rows.Valid() && rows.key() == BlobChunkKey(blob, chunk); rows.Next(), ++chunk) {
    const uint64_t begin = chunk * kBlobChunkBytes;
    const uint64_t from = std::max(offset, begin) - begin;
    const absl::string_view piece = rows.value();
    if (from < piece.size()) {
      const absl::string_view wanted =
          piece.substr(from, std::min(end - begin, kBlobChunkBytes) - from);
      bytes.append(wanted.data(), wanted.size());
    }
  }
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  if (bytes.size() != length) {
    return absl::DataLossError(absl::StrCat(
        "catalogue: raw blob ", blob, " is incomplete; verify the store and restore a checkpoint"));
  }
  return bytes;
}

absl::StatusOr<std::string> RocksDbRecordStore::GetRaw(const RecordName& name) const {
  ScopedSnapshot snapshot(database_->db());
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kMeta, RecordKey(name), &value, snapshot.get());
  if (absl::IsNotFound(found)) return NoRecord(name);
  PARFOCAL_RETURN_IF_ERROR(found);
  MetaRow meta;
  PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &meta));
  const RawSlice& slice = meta.slice;
  PARFOCAL_ASSIGN_OR_RETURN(std::string raw, ReadBlob(meta.blob, slice.context_offset,
                                                      slice.context_length, snapshot.get()));
  PARFOCAL_ASSIGN_OR_RETURN(std::string own,
                            ReadBlob(meta.blob, slice.offset, slice.length, snapshot.get()));
  return raw + own;
}

absl::Status RocksDbRecordStore::Scan(const RecordName& prefix,
                                      const std::optional<RecordName>& after,
                                      const std::function<bool(const StoredRecord&)>& visit) const {
  auto [lower, upper] = BoundsOf(prefix);
  if (after) lower = std::max(lower, RecordKey(*after) + '\0');
  if (!upper.empty() && lower >= upper) return absl::OkStatus();
  ScopedSnapshot snapshot(database_->db());
  Database::Range metas = database_->Rows(Family::kMeta, lower, upper, snapshot.get());
  Database::Range bodies = database_->Rows(Family::kRecords, lower, upper, snapshot.get());
  // Both families hold the same keys, so the two iterators walk side by side.
  for (; metas.Valid(); metas.Next(), bodies.Next()) {
    const auto name = ParseRecordKey(metas.key());
    if (!name) return BadKey();
    if (!bodies.Valid() || bodies.key() != metas.key()) {
      PARFOCAL_RETURN_IF_ERROR(bodies.status());
      return NoBody(*name);
    }
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
    if (meta.deleted) continue;
    PARFOCAL_ASSIGN_OR_RETURN(StoredRecord stored, Decode(*name, meta, bodies.value()));
    if (name->image_set.empty())
      PARFOCAL_RETURN_IF_ERROR(FillWork(metas.key(), snapshot.get(), &stored.meta));
    if (!visit(stored)) return absl::OkStatus();
  }
  return metas.status();
}

absl::Status RocksDbRecordStore::ScanTombstones(
    const std::string& source, const std::function<bool(const StoredRecord&)>& visit) const {
  ScopedSnapshot snapshot(database_->db());
  const std::string prefix = SourcePrefix(source);
  Database::Range metas = database_->Rows(Family::kMeta, prefix, PrefixEnd(prefix), snapshot.get());
  rocksdb::PinnableSlice body;
  for (; metas.Valid(); metas.Next()) {
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
    if (!meta.deleted) continue;
    const auto name = ParseRecordKey(metas.key());
    if (!name) return BadKey();
    PARFOCAL_RETURN_IF_ERROR(database_->Get(Family::kRecords, metas.key(), &body, snapshot.get()));
    PARFOCAL_ASSIGN_OR_RETURN(const StoredRecord stored, Decode(*name, meta, FromSlice(body)));
    if (!visit(stored)) return absl::OkStatus();
  }
  return metas.status();
}

absl::Status RocksDbRecordStore::ScanUntouched(
    const std::string& source, const std::string& run,
    const std::function<bool(const RecordName&)>& visit) const {
  PARFOCAL_RETURN_IF_ERROR(ReadRun(source, run).status());
  ScopedSnapshot snapshot(database_->db());
  const std::string run_prefix = RunPrefix(source, run);
  std::vector<IdRange> ranges;
  Database::Range pages =
      database_->Rows(Family::kTouched, run_prefix, PrefixEnd(run_prefix), snapshot.get());
  for (; pages.Valid(); pages.Next())
    PARFOCAL_RETURN_IF_ERROR(DecodeTouched(pages.value(), &ranges));
  PARFOCAL_RETURN_IF_ERROR(pages.status());
  const TouchedIds touched(std::move(ranges));

  const std::string prefix = SourcePrefix(source);
  Database::Range metas = database_->Rows(Family::kMeta, prefix, PrefixEnd(prefix), snapshot.get());
  for (; metas.Valid(); metas.Next()) {
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
    if (meta.deleted || touched.Contains(meta.id)) continue;
    const auto name = ParseRecordKey(metas.key());
    if (!name) return BadKey();
    if (!visit(*name)) return absl::OkStatus();
  }
  return metas.status();
}

absl::StatusOr<std::vector<Change>> RocksDbRecordStore::ChangesSince(const std::string& group,
                                                                     int64_t after,
                                                                     int limit) const {
  std::vector<Change> changes;
  if (limit <= 0) return changes;
  const std::string prefix = ChangePrefix(group);
  Database::Range rows = database_->Rows(
      Family::kChanges, ChangeKey(group, std::max<int64_t>(after, 0) + 1), PrefixEnd(prefix));
  for (; rows.Valid() && changes.size() < static_cast<size_t>(limit); rows.Next()) {
    ChangeRow row;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &row));
    auto name = ParseRecordKey(row.key);
    if (!name || rows.key().size() != prefix.size() + 8) return BadKey();
    Change& change = changes.emplace_back();
    change.sequence = static_cast<int64_t>(FromBigEndian(rows.key().substr(prefix.size())));
    change.kind = row.kind;
    change.name = *std::move(name);
  }
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  return changes;
}

absl::StatusOr<StoreStatus> RocksDbRecordStore::Status(const std::string& group) const {
  MutexLock lock(&state_mu_);
  StoreStatus status;
  if (auto row = state_.groups.find(group); row != state_.groups.end()) {
    status.sequence = row->second.sequence;
    status.studies = row->second.studies;
    status.image_sets = row->second.image_sets;
    status.tombstones = row->second.tombstones;
    status.normalised = row->second.normalised;
  }
  return status;
}

int64_t RocksDbRecordStore::WaitForChange(const std::string& group, int64_t after,
                                          absl::Time deadline) const {
  // One conversion to the steady clock: a jump of the wall clock meanwhile does not stretch the
  // wait.
  const absl::Duration wait =
      std::clamp(deadline - absl::Now(), absl::ZeroDuration(), kLongestWait);
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait);
  MutexLock lock(&state_mu_);
  auto newest = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mu_) {
    auto row = state_.groups.find(group);
    return row == state_.groups.end() ? int64_t{0} : row->second.sequence;
  };
  while (newest() <= after) {
    if (changed_.wait_until(state_mu_, until) == std::cv_status::timeout) break;
  }
  return newest();
}

}  // namespace parfocal::catalogue
