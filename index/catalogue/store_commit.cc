// CommitPage: check and hash without a lock, then compare with what is stored, and write, with it.
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "keys.h"
#include "parfocal/catalogue/record_codec.h"
#include "parfocal/catalogue/wire.h"
#include "raw_blobs.h"
#include "sha256.h"
#include "store.h"

namespace parfocal::catalogue {

struct PreparedRecord {
  std::string key;
  std::string raw_sha256;
  std::string content_sha256;
};

struct PreparedPage {
  std::vector<PreparedRecord> upserts;  // As in the page.
  std::vector<std::string> tombstones;  // Keys.
  std::vector<std::string> blobs;       // SHA-256 of PageCommit::raw.
  std::vector<uint64_t> blob_ids;       // Filled with the lock held.
};

namespace {

absl::Status BadPage(const PageCommit& page, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("page of source '", page.source, "': ", what));
}

absl::Status CheckName(const PageCommit& page, const RecordName& name) {
  const bool fits = name.source == page.source && !name.accession.empty() &&
                    name.accession.size() <= kMaxIdBytes && name.image_set.size() <= kMaxIdBytes;
  if (fits) return absl::OkStatus();
  return BadPage(
      page, absl::StrCat(
                "'", FormatRecordName(name).substr(0, 200),
                "' is not the name of a record of this source with an accession and id of at most ",
                kMaxIdBytes, " bytes"));
}

bool Within(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}

absl::Status CheckSlice(const PageCommit& page, const Upsert& upsert) {
  const RawSlice& slice = upsert.raw;
  const uint64_t size = slice.blob < page.raw.size() ? page.raw[slice.blob].size() : 0;
  // A page without any raw bytes may hold records that point at none.
  const bool there = slice.blob < page.raw.size() || (page.raw.empty() && slice.blob == 0);
  if (there && Within(slice.offset, slice.length, size) &&
      Within(slice.context_offset, slice.context_length, size)) {
    return absl::OkStatus();
  }
  return BadPage(page, absl::StrCat("the raw slice of ", FormatRecordName(NameOf(upsert.record)),
                                    " lies outside of the page's raw bytes"));
}

absl::Status CheckLimits(const PageCommit& page) {
  if (page.upserts.size() + page.tombstones.size() > kMaxPageRecords) {
    return WithReason(
        BadPage(page, absl::StrCat("more than ", kMaxPageRecords, " records; split it")),
        "PAGE_LIMIT", "max_page_records");
  }
  size_t raw = 0;
  for (const std::string& blob : page.raw) raw += blob.size();
  if (raw > kMaxPageRawBytes) {
    return WithReason(
        BadPage(page, absl::StrCat("more than ", kMaxPageRawBytes, " raw bytes; split it")),
        "PAGE_LIMIT", "max_page_raw_bytes");
  }
  return absl::OkStatus();
}

absl::string_view SliceOf(const PageCommit& page, uint32_t blob, uint64_t offset, uint64_t length) {
  return blob < page.raw.size() ? absl::string_view(page.raw[blob]).substr(offset, length)
                                : absl::string_view();
}

absl::StatusOr<PreparedPage> Prepare(const PageCommit& page) {
  if (!IsSourceId(page.source)) return BadPage(page, "not a source id");
  if (!IsSourceId(page.group))
    return BadPage(page, absl::StrCat("'", page.group, "' is not a group"));
  PARFOCAL_RETURN_IF_ERROR(CheckLimits(page));
  PreparedPage prepared;
  Sha256 sha;
  std::string canonical;
  prepared.upserts.reserve(page.upserts.size());
  for (const Upsert& upsert : page.upserts) {
    const RecordName name = NameOf(upsert.record);
    PARFOCAL_RETURN_IF_ERROR(CheckName(page, name));
    if (std::holds_alternative<ImageSet>(upsert.record) && name.image_set.empty()) {
      return BadPage(page, absl::StrCat("an ImageSet of ", FormatRecordName(name), " has no id"));
    }
    PARFOCAL_RETURN_IF_ERROR(CheckSlice(page, upsert));
    const RawSlice& raw = upsert.raw;
    canonical.clear();
    AppendCanonical(upsert.record, &canonical);
    prepared.upserts.push_back(
        {RecordKey(name),
         sha.Of({SliceOf(page, raw.blob, raw.context_offset, raw.context_length),
                 SliceOf(page, raw.blob, raw.offset, raw.length)}),
         sha.Of({canonical})});
  }
  for (const RecordName& name : page.tombstones) {
    PARFOCAL_RETURN_IF_ERROR(CheckName(page, name));
    prepared.tombstones.push_back(RecordKey(name));
  }
  for (const std::string& blob : page.raw) prepared.blobs.push_back(sha.Of({blob}));

  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(prepared.upserts.size() + prepared.tombstones.size());
  auto twice = [&](absl::string_view key) {
    return BadPage(
        page, absl::StrCat("holds ", FormatRecordName(ParseRecordKey(key).value_or(RecordName{})),
                           " twice"));
  };
  for (const auto& upsert : prepared.upserts) {
    if (!seen.insert(upsert.key).second) return twice(upsert.key);
  }
  for (const auto& key : prepared.tombstones) {
    if (!seen.insert(key).second) return twice(key);
  }
  return prepared;
}

}  // namespace

absl::StatusOr<std::vector<std::optional<MetaRow>>> RocksDbRecordStore::ReadMetas(
    const std::vector<absl::string_view>& keys) const {
  std::vector<std::optional<MetaRow>> rows(keys.size());
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (absl::string_view key : keys) slices.push_back(ToSlice(key));
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database_->db()->MultiGet(rocksdb::ReadOptions(), database_->family(Family::kMeta), keys.size(),
                            slices.data(), values.data(), statuses.data());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    PARFOCAL_RETURN_IF_ERROR(FromRocksDb(statuses[i], "catalogue: read meta"));
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(values[i]), &rows[i].emplace()));
  }
  return rows;
}

absl::Status RocksDbRecordStore::PutBlobs(const PageCommit& page, PreparedPage* prepared,
                                          ChangeSet* changes) const {
  absl::flat_hash_map<absl::string_view, uint64_t> in_page;
  for (size_t i = 0; i < page.raw.size(); ++i) {
    const std::string& sha256 = prepared->blobs[i];
    auto [known, is_new] = in_page.emplace(sha256, 0);
    if (is_new) {
      rocksdb::PinnableSlice value;
      const absl::Status found = database_->Get(Family::kRaw, BlobHashKey(sha256), &value);
      if (!found.ok() && !absl::IsNotFound(found)) return found;
      BlobRow row;
      if (found.ok()) {
        PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &row));
      } else {
        row.id = changes->state().counters.next_blob++;
        row.size = page.raw[i].size();
        changes->Put(Family::kRaw, BlobHashKey(sha256), Encode(row));
        for (uint64_t at = 0; at < row.size; at += kBlobChunkBytes) {
          changes->Put(Family::kRaw, BlobChunkKey(row.id, at / kBlobChunkBytes),
                       absl::string_view(page.raw[i]).substr(at, kBlobChunkBytes));
        }
      }
      known->second = row.id;
    }
    prepared->blob_ids.push_back(known->second);
  }
  return absl::OkStatus();
}

absl::StatusOr<PageReceipt> RocksDbRecordStore::CommitPage(const PageCommit& page) {
  PARFOCAL_ASSIGN_OR_RETURN(PreparedPage prepared, Prepare(page));
  std::vector<absl::string_view> keys;
  keys.reserve(prepared.upserts.size() + prepared.tombstones.size());
  for (const auto& upsert : prepared.upserts) keys.push_back(upsert.key);
  keys.insert(keys.end(), prepared.tombstones.begin(), prepared.tombstones.end());

  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  auto run = ReadRun(page.source, page.run);
  if (absl::IsNotFound(run.status()) || (run.ok() && run->run.state != RunState::kRunning)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "run '", page.run, "' of source '", page.source, "' is not running; begin a run first"));
  }
  PARFOCAL_RETURN_IF_ERROR(run.status());
  PARFOCAL_ASSIGN_OR_RETURN(const auto old_rows, ReadMetas(keys));

  ChangeSet changes = NewChangeSet();
  PARFOCAL_RETURN_IF_ERROR(PutBlobs(page, &prepared, &changes));
  PageReceipt receipt;
  receipt.ledger = page.ledger;
  Ledger& ledger = receipt.ledger;
  ledger.new_records = ledger.changed = ledger.unchanged = ledger.deleted = ledger.restored = 0;

  std::vector<uint64_t> touched;
  touched.reserve(prepared.upserts.size());
  std::string body;
  for (size_t i = 0; i < prepared.upserts.size(); ++i) {
    const PreparedRecord& record = prepared.upserts[i];
    const MetaRow* old = old_rows[i] ? &*old_rows[i] : nullptr;
    if (old != nullptr && !old->deleted && old->group == page.group &&
        old->raw_sha256 == record.raw_sha256 && old->content_sha256 == record.content_sha256) {
      ++ledger.unchanged;
      touched.push_back(old->id);
      continue;
    }
    MetaRow row;
    row.group = page.group;
    row.release = page.release;
    row.raw_sha256 = record.raw_sha256;
    row.content_sha256 = record.content_sha256;
    row.slice = page.upserts[i].raw;
    row.blob = prepared.blob_ids.empty() ? 0 : prepared.blob_ids[row.slice.blob];
    body.clear();
    AppendStored(page.upserts[i].record, &strings_, &body);
    changes.Upsert(record.key, std::holds_alternative<Study>(page.upserts[i].record), old, body,
                   &row);
    touched.push_back(row.id);
    ++(old == nullptr ? ledger.new_records : ledger.changed);
    if (old != nullptr && old->deleted) ++ledger.restored;
  }
  for (size_t i = 0; i < prepared.tombstones.size(); ++i) {
    const auto& old = old_rows[prepared.upserts.size() + i];
    if (!old || old->deleted) continue;
    changes.Tombstone(prepared.tombstones[i], page.tombstones[i].image_set.empty(), *old);
    ++ledger.deleted;
  }
  for (const Rejection& rejection : page.rejections) {
    Rejection kept = rejection;
    kept.source = page.source;
    kept.run = page.run;
    if (kept.raw.size() > kMaxRejectionRawBytes) {
      kept.raw.resize(kMaxRejectionRawBytes);
      kept.can_replay = false;
    }
    changes.Put(Family::kRejections,
                RunPrefix(page.source, page.run) + BigEndian(run->rejections++), Encode(kept));
  }
  const std::string run_key = RunPrefix(page.source, page.run);
  changes.Put(Family::kTouched, run_key + BigEndian(run->pages++), EncodeTouched(&touched));
  run->run.cursor = page.cursor;
  run->run.ledger.Add(ledger);
  changes.Put(Family::kRuns, run_key, Encode(*run));
  receipt.sequence = changes.state().groups[page.group].sequence;
  PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return receipt;
}

}  // namespace parfocal::catalogue
