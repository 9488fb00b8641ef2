// The RocksDB database below the record store: its directory, format version, lock, options and
// column families; the border at which rocksdb::Status becomes absl::Status.
//
// Directory: FORMAT (version, see kCatalogueFormat), lock, holder (who has it open), db/ (RocksDB).
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/status.h"
#include "rocksdb/db.h"

namespace parfocal::catalogue {

// Version of everything below the directory. A program refuses any other.
inline constexpr int kCatalogueFormat = 2;
inline constexpr char kFormatFile[] = "FORMAT";
inline constexpr char kDatabaseFolder[] = "db";

enum class Family : size_t {
  kState = 0,   // Counters, groups, sources.
  kRecords,     // RecordKey -> stored form of the record.
  kMeta,        // RecordKey -> MetaRow.
  kRaw,         // 's' hash -> BlobRow; 'b' blob chunk -> bytes.
  kChanges,     // group, NUL, sequence -> ChangeRow.
  kRuns,        // source, NUL, run, NUL -> RunRow.
  kRejections,  // source, NUL, run, NUL, number -> Rejection.
  kTouched,     // source, NUL, run, NUL, page -> ids that the page touched.
  kStrings,     // number -> string of the StringTable.
};
inline constexpr size_t kFamilies = 9;

// OK stays OK; NotFound NOT_FOUND, Corruption DATA_LOSS (with what to do), an I/O error or a full
// disk UNAVAILABLE, anything else INTERNAL. `where` names the store and what was being done.
absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view where);

inline rocksdb::Slice ToSlice(absl::string_view text) {
  return rocksdb::Slice(text.data(), text.size());
}
inline absl::string_view FromSlice(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

// An open database. Thread safety: as rocksdb::DB.
class Database {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  struct Options {
    size_t block_cache_bytes = 0;
    size_t memtable_bytes = 0;
  };

  // Opens the database in `directory`, making it (mode 0700) if there is none and `mode` is
  // kReadWrite. FAILED_PRECONDITION: another process or store holds it (says who), the format is
  // another, the directory is a symbolic link, somebody else's or writable for all. DATA_LOSS:
  // damaged. NOT_FOUND: kReadOnly and nothing there.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& directory, Mode mode,
                                                        const Options& options, absl::Time now);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return handles_[static_cast<size_t>(family)];
  }
  const std::string& directory() const { return directory_; }

  // NOT_FOUND if there is no such row.
  absl::Status Get(Family family, absl::string_view key, rocksdb::PinnableSlice* value,
                   const rocksdb::Snapshot* snapshot = nullptr) const;
  // Rows from `lower` (included) to `upper` (excluded; empty: no bound).
  class Range;
  Range Rows(Family family, absl::string_view lower, absl::string_view upper,
             const rocksdb::Snapshot* snapshot = nullptr) const;

 private:
  Database() = default;
  absl::Status OpenRocksDb(Mode mode, const Options& options, bool create);

  std::string directory_;
  rocksdb::FileLock* lock_ = nullptr;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
};

// An iterator with the bounds that it needs to outlive.
class Database::Range {
 public:
  bool Valid() const { return it_->Valid(); }
  void Next() { it_->Next(); }
  void Seek(absl::string_view key) { it_->Seek(ToSlice(key)); }
  void SeekToFirst() { it_->SeekToFirst(); }
  void SeekToLast() { it_->SeekToLast(); }
  void Prev() { it_->Prev(); }
  absl::string_view key() const { return FromSlice(it_->key()); }
  absl::string_view value() const { return FromSlice(it_->value()); }
  // Why the iteration ended early, if it did.
  absl::Status status() const { return FromRocksDb(it_->status(), "catalogue: scan"); }

 private:
  friend class Database;
  struct Bounds {
    std::string lower, upper;
    rocksdb::Slice lower_slice, upper_slice;
  };
  std::unique_ptr<Bounds> bounds_;  // On the heap: the iterator keeps pointers to the slices.
  std::unique_ptr<rocksdb::Iterator> it_;
};

// Frees a snapshot of `db` when it goes out of scope.
class ScopedSnapshot {
 public:
  explicit ScopedSnapshot(rocksdb::DB* db) : db_(db), snapshot_(db->GetSnapshot()) {}
  ~ScopedSnapshot() { db_->ReleaseSnapshot(snapshot_); }
  ScopedSnapshot(const ScopedSnapshot&) = delete;
  ScopedSnapshot& operator=(const ScopedSnapshot&) = delete;
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  rocksdb::DB* db_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace parfocal::catalogue
