// Takedowns; see purge.h.
#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "keys.h"
#include "parfocal/catalogue/purge.h"
#include "parfocal/catalogue/wire.h"
#include "raw_blobs.h"
#include "relation_rows.h"
#include "sha256.h"
#include "store.h"

namespace parfocal::catalogue {
namespace {

// What a range of a blob is kept for: [begin, end).
using Kept = std::vector<std::pair<uint64_t, uint64_t>>;

void Keep(const RawSlice& slice, Kept* kept) {
  kept->emplace_back(slice.offset, slice.offset + slice.length);
  if (slice.context_length > 0)
    kept->emplace_back(slice.context_offset, slice.context_offset + slice.context_length);
}

// Blanks what lies outside of `kept`; returns how many bytes that were none before.
int64_t Blank(Kept kept, std::string* bytes) {
  std::sort(kept.begin(), kept.end());
  int64_t blanked = 0;
  uint64_t at = 0;
  const auto blank_to = [&](uint64_t end) {
    for (; at < end && at < bytes->size(); ++at) {
      char& c = (*bytes)[at];
      blanked += c == ' ' ? 0 : 1;
      c = ' ';
    }
  };
  for (const auto& [begin, end] : kept) {
    blank_to(begin);
    at = std::max(at, end);
  }
  blank_to(bytes->size());
  return blanked;
}

bool IsWordByte(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z');
}

// Whether the accession stands in the text as a word of its own: that of another study may hold it.
bool Names(absl::string_view text, absl::string_view accession) {
  for (size_t at = text.find(accession); at != text.npos; at = text.find(accession, at + 1)) {
    const size_t end = at + accession.size();
    if ((at == 0 || !IsWordByte(text[at - 1])) && (end == text.size() || !IsWordByte(text[end])))
      return true;
  }
  return false;
}

bool Mentions(const Rejection& rejection, const std::string& study, absl::string_view accession) {
  return rejection.record == study || absl::StartsWith(rejection.record, study + "/") ||
         Names(rejection.raw, accession) || Names(rejection.place, accession) ||
         Names(rejection.reason, accession);
}

}  // namespace

// What a purge looks at and changes, on its way.
struct PurgeWork {
  RecordName study;
  std::string prefix;             // StudyPrefix: its own key and what its image sets begin with.
  std::map<uint64_t, Kept> kept;  // By blob: what other records stand on.
  std::map<uint64_t, bool> held;  // Blobs on which the study itself stood.
  PurgeReport report;
};

absl::Status RocksDbRecordStore::PurgeRecords(PurgeWork* work, ChangeSet* changes) const {
  Database::Range metas = database_->Rows(Family::kMeta, "", "");
  for (; metas.Valid(); metas.Next()) {
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
    if (!absl::StartsWith(metas.key(), work->prefix)) {
      if (meta.blob != 0) Keep(meta.slice, &work->kept[meta.blob]);
      continue;
    }
    if (meta.blob != 0) work->held[meta.blob] = true;
    changes->Purge(metas.key(), metas.key() == work->prefix, meta);
    work->report.sequence = changes->state().groups[meta.group].sequence;
    ++work->report.records;
  }
  return metas.status();
}

absl::Status RocksDbRecordStore::PurgeBlobs(PurgeWork* work, ChangeSet* changes) const {
  Database::Range blobs = database_->Rows(Family::kRaw, "s", "t");
  Sha256 sha;
  for (; blobs.Valid(); blobs.Next()) {
    BlobRow row;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(blobs.value(), &row));
    PARFOCAL_ASSIGN_OR_RETURN(std::string bytes, ReadBlob(row.id, 0, row.size, nullptr));
    // Older versions stood somewhere on pages of which nothing tells any more.
    if (work->held.count(row.id) == 0 && !Names(bytes, work->study.accession)) continue;
    const auto kept = work->kept.find(row.id);
    const bool whole = kept == work->kept.end();
    const int64_t blanked =
        whole ? static_cast<int64_t>(bytes.size()) : Blank(kept->second, &bytes);
    if (blanked == 0) continue;
    ++work->report.raw_pages;
    work->report.raw_bytes += blanked;
    // The hash is that of bytes that are gone: the same page must not be found by it again.
    changes->Delete(Family::kRaw, blobs.key());
    if (whole) {
      changes->DeletePrefix(Family::kRaw, "b" + BigEndian(row.id));
      continue;
    }
    changes->Put(Family::kRaw, BlobHashKey(sha.Of({bytes, BigEndian(row.id)})), Encode(row));
    for (uint64_t at = 0; at < row.size; at += kBlobChunkBytes) {
      changes->Put(Family::kRaw, BlobChunkKey(row.id, at / kBlobChunkBytes),
                   absl::string_view(bytes).substr(at, kBlobChunkBytes));
    }
  }
  return blobs.status();
}

absl::Status RocksDbRecordStore::PurgeRejections(PurgeWork* work, ChangeSet* changes) const {
  const std::string prefix = SourcePrefix(work->study.source);
  const std::string name = FormatRecordName(work->study);
  Database::Range rows = database_->Rows(Family::kRejections, prefix, PrefixEnd(prefix));
  for (; rows.Valid(); rows.Next()) {
    Rejection rejection;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &rejection));
    if (!Mentions(rejection, name, work->study.accession)) continue;
    // They are numbered without holes, so the row stays and its text goes.
    rejection.place.clear();
    rejection.record.clear();
    rejection.raw.clear();
    rejection.can_replay = false;
    rejection.reason = "taken down";
    changes->Put(Family::kRejections, rows.key(), Encode(rejection));
    ++work->report.rejections;
  }
  return rows.status();
}

absl::StatusOr<PurgeReport> RocksDbRecordStore::Purge(const RecordName& study) {
  PurgeWork work;
  work.study = study;
  work.prefix = StudyPrefix(study.source, study.accession);
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  // Under the lock that begins runs: one that has read the study before would bring it back.
  for (const Run& run : ListRuns(study.source)) {
    if (run.state != RunState::kRunning) continue;
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat("takedown: run ", run.id, " goes on")),
        "RUN_IN_PROGRESS", "name");
  }
  ChangeSet changes = NewChangeSet();
  PARFOCAL_RETURN_IF_ERROR(PurgeRecords(&work, &changes));
  if (work.report.records == 0) {
    rocksdb::PinnableSlice value;
    const absl::Status before = database_->Get(Family::kState, TakedownKey(work.prefix), &value);
    if (absl::IsNotFound(before))
      return absl::NotFoundError(absl::StrCat("no record ", FormatRecordName(study)));
    PARFOCAL_RETURN_IF_ERROR(before);
  }
  PARFOCAL_RETURN_IF_ERROR(PurgeBlobs(&work, &changes));
  PARFOCAL_RETURN_IF_ERROR(PurgeRejections(&work, &changes));
  changes.Delete(Family::kState, RelationsKey(work.prefix));
  Database::Range decisions =
      database_->Rows(Family::kState, kDecisionKeyPrefix, PrefixEnd(kDecisionKeyPrefix));
  for (; decisions.Valid(); decisions.Next()) {
    RelationDecision decision;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(decisions.value(), &decision));
    if (decision.from == study || decision.to == study)
      changes.Delete(Family::kState, decisions.key());
  }
  PARFOCAL_RETURN_IF_ERROR(decisions.status());
  changes.Put(Family::kState, TakedownKey(work.prefix), "");
  PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return work.report;
}

absl::Status RocksDbRecordStore::Erase(const RecordName& study) {
  const std::string own = RecordKey(study);
  {
    MutexLock lock(&write_mu_);
    PARFOCAL_RETURN_IF_ERROR(Writable());
    ChangeSet changes = NewChangeSet();
    Database::Range rows = database_->Rows(Family::kChanges, "", "");
    for (; rows.Valid(); rows.Next()) {
      ChangeRow row;
      PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &row));
      if (!absl::StartsWith(row.key, own) || row.key == own) continue;
      // No hole in the sequence, and nothing that a follower from the beginning would miss.
      changes.Put(Family::kChanges, rows.key(), Encode(ChangeRow{ChangeKind::kDelete, own}));
    }
    PARFOCAL_RETURN_IF_ERROR(rows.status());
    PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  }
  rocksdb::DB* db = database_->db();
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  for (size_t i = 0; i < kFamilies; ++i)
    families.push_back(database_->family(static_cast<Family>(i)));
  const std::string where = absl::StrCat("catalogue ", database_->directory(), ": erase");
  // The log goes when nothing of it waits in memory any more.
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(db->Flush(rocksdb::FlushOptions(), families), where));
  rocksdb::CompactRangeOptions options;
  // Also of the last level, where a deletion would otherwise leave the files as they are.
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  for (rocksdb::ColumnFamilyHandle* family : families) {
    PARFOCAL_RETURN_IF_ERROR(
        FromRocksDb(db->CompactRange(options, family, nullptr, nullptr), where));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> RocksDbRecordStore::TakenDown(const RecordName& study) const {
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(
      Family::kState, TakedownKey(StudyPrefix(study.source, study.accession)), &value);
  if (absl::IsNotFound(found)) return false;
  PARFOCAL_RETURN_IF_ERROR(found);
  return true;
}

}  // namespace parfocal::catalogue

namespace parfocal {
namespace {

absl::Status NotOnDisk() { return absl::InvalidArgumentError("purge: the store is not on disk"); }

}  // namespace

absl::StatusOr<PurgeReport> PurgeStudy(RecordStore* store, const RecordName& study) {
  auto* on_disk = dynamic_cast<catalogue::RocksDbRecordStore*>(store);
  if (on_disk == nullptr || study.accession.empty() || !study.image_set.empty()) return NotOnDisk();
  return on_disk->Purge(study);
}

absl::Status ErasePurged(RecordStore* store, const RecordName& study) {
  auto* on_disk = dynamic_cast<catalogue::RocksDbRecordStore*>(store);
  if (on_disk == nullptr || study.accession.empty() || !study.image_set.empty()) return NotOnDisk();
  return on_disk->Erase(study);
}

absl::StatusOr<bool> IsTakenDown(const RecordStore& store, const RecordName& study) {
  const auto* on_disk = dynamic_cast<const catalogue::RocksDbRecordStore*>(&store);
  if (on_disk == nullptr) return NotOnDisk();
  return on_disk->TakenDown(study);
}

}  // namespace parfocal
