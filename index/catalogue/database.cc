#include "database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "file_digest.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/table.h"
#include "rocksdb/write_buffer_manager.h"

namespace parfocal::catalogue {
namespace {

constexpr char kLockFile[] = "lock";
constexpr char kHolderFile[] = "holder";
constexpr absl::string_view kFormatWord = "parfocal-catalogue ";

constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "default", "records", "meta", "raw", "changes", "runs", "rejections", "touched", "strings"};

constexpr char kWayOut[] =
    "Nothing was changed. Way out: restore the newest checkpoint into a new directory "
    "(parfocald restore), or keep a copy of this directory and ask for a salvage";

rocksdb::ColumnFamilyOptions FamilyOptions(Family family,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = family == Family::kRaw ? 64 << 10 : 16 << 10;
  // Index and filter blocks live in the bounded cache, so memory does not grow with the catalogue.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewRibbonFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kZSTD;
  options.compression_opts.level =
      1;  // A load is bound by CPU; the last level gets the better ratio.
  options.bottommost_compression = rocksdb::kZSTD;
  options.bottommost_compression_opts.enabled = true;
  options.bottommost_compression_opts.level = 3;
  options.write_buffer_size = 32 << 20;
  // Bodies are read by names that exist; the filters of the last level would never say no.
  options.optimize_filters_for_hits = family == Family::kRecords;
  options.paranoid_file_checks = false;  // Reads every new file back; checksums guard reads anyway.
  return options;
}

rocksdb::DBOptions DbOptions(const Database::Options& sizes, bool create) {
  rocksdb::DBOptions options;
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  options.paranoid_checks = true;
  // A torn tail was never acknowledged and is dropped; damage before the tail refuses to open. The
  // default drops acknowledged pages without a word.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(sizes.memtable_bytes);
  options.max_total_wal_size = 2 * sizes.memtable_bytes;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.bytes_per_sync = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

absl::Status Refuse(const std::string& directory, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("catalogue ", directory, ": ", why));
}

absl::Status SystemError(absl::string_view call, const std::string& path) {
  return absl::UnavailableError(absl::StrCat(call, " ", path, ": ", strerror(errno)));
}

// Makes the directory if `create`; checks that it is ours alone to write.
absl::Status PrepareDirectory(const std::string& directory, bool create) {
  struct stat info;
  if (lstat(directory.c_str(), &info) != 0) {
    if (errno != ENOENT) return SystemError("stat", directory);
    if (!create)
      return absl::NotFoundError(absl::StrCat("catalogue ", directory, ": no such directory"));
    if (mkdir(directory.c_str(), 0700) != 0) return SystemError("create directory", directory);
    return SyncDirectory(absl::StrCat(directory, "/.."));
  }
  if (S_ISLNK(info.st_mode))
    return Refuse(directory, "is a symbolic link; give the directory itself");
  if (!S_ISDIR(info.st_mode)) return Refuse(directory, "is not a directory");
  if (info.st_uid != geteuid()) {
    return Refuse(directory, absl::StrCat("belongs to user ", info.st_uid, ", not to this one (",
                                          geteuid(), ")"));
  }
  if ((info.st_mode & S_IWOTH) != 0)
    return Refuse(directory, "may be written by everybody; chmod o-w it");
  return absl::OkStatus();
}

// What FORMAT says while the database is being made for the first time. Only then may RocksDB make
// one: a catalogue that lost its files must not open as an empty one.
constexpr absl::string_view kUnfinishedWord = " unfinished";

absl::Status WriteFormat(const std::string& directory, absl::string_view suffix) {
  return ReplaceFile(absl::StrCat(directory, "/", kFormatFile),
                     absl::StrCat(kFormatWord, kCatalogueFormat, suffix, "\n"));
}

// Returns whether the database is yet to be made.
absl::StatusOr<bool> CheckFormat(const std::string& directory, bool create) {
  const std::string path = absl::StrCat(directory, "/", kFormatFile);
  auto content = ReadSmallFile(path, 1024);
  if (absl::IsNotFound(content.status())) {
    if (access(absl::StrCat(directory, "/", kDatabaseFolder).c_str(), F_OK) == 0) {
      return Refuse(directory,
                    absl::StrCat("holds a database but no ", kFormatFile,
                                 " file; restore a checkpoint instead of guessing its format"));
    }
    if (!create)
      return absl::NotFoundError(absl::StrCat("catalogue ", directory, ": no catalogue in it"));
    PARFOCAL_RETURN_IF_ERROR(WriteFormat(directory, kUnfinishedWord));
    return true;
  }
  PARFOCAL_RETURN_IF_ERROR(content.status());
  absl::string_view text = *content;
  absl::ConsumeSuffix(&text, "\n");
  const bool fresh = absl::ConsumeSuffix(&text, kUnfinishedWord);
  int version = 0;
  if (!absl::ConsumePrefix(&text, kFormatWord) || !absl::SimpleAtoi(text, &version)) {
    return Refuse(directory, absl::StrCat(kFormatFile, " does not name a catalogue format"));
  }
  if (version != kCatalogueFormat) {
    return Refuse(
        directory,
        absl::StrCat("has format ", version, "; this program reads format ", kCatalogueFormat,
                     version > kCatalogueFormat ? ". Install the newer Parfocal" : ""));
  }
  return fresh;
}

absl::StatusOr<rocksdb::FileLock*> TakeLock(const std::string& directory, absl::Time now) {
  const std::string holder = absl::StrCat(directory, "/", kHolderFile);
  rocksdb::FileLock* lock = nullptr;
  // A record lock of the process: it goes with the process, also after kill -9, and a forked child
  // (the parser sandbox) does not keep it.
  const rocksdb::Status status =
      rocksdb::Env::Default()->LockFile(absl::StrCat(directory, "/", kLockFile), &lock);
  if (!status.ok()) {
    auto who = ReadSmallFile(holder, 1024);
    return Refuse(
        directory,
        absl::StrCat("is in use by ",
                     who.ok() ? std::string(absl::StripSuffix(*who, "\n")) : "an unnamed process",
                     "; stop that process or give another directory (", status.ToString(), ")"));
  }
  const absl::Status wrote = ReplaceFile(
      holder, absl::StrCat("pid ", getpid(), " since ",
                           absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()), "\n"));
  if (!wrote.ok()) {
    rocksdb::Env::Default()->UnlockFile(lock);
    return wrote;
  }
  return lock;
}

}  // namespace

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view where) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(where, ": ", status.ToString());
  if (status.IsNotFound()) return absl::NotFoundError(message);
  if (status.IsCorruption()) return absl::DataLossError(absl::StrCat(message, ". ", kWayOut));
  if (status.IsIOError() || status.IsNoSpace()) return absl::UnavailableError(message);
  return absl::InternalError(message);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& directory, Mode mode,
                                                         const Options& options, absl::Time now) {
  const bool create = mode == Mode::kReadWrite;
  std::unique_ptr<Database> database(new Database);
  database->directory_ = directory;
  PARFOCAL_RETURN_IF_ERROR(PrepareDirectory(directory, create));
  PARFOCAL_ASSIGN_OR_RETURN(database->lock_, TakeLock(directory, now));
  PARFOCAL_ASSIGN_OR_RETURN(const bool fresh, CheckFormat(directory, create));
  PARFOCAL_RETURN_IF_ERROR(database->OpenRocksDb(mode, options, fresh && create));
  if (fresh && create) PARFOCAL_RETURN_IF_ERROR(WriteFormat(directory, ""));
  return database;
}

absl::Status Database::OpenRocksDb(Mode mode, const Options& options, bool create) {
  auto cache = rocksdb::NewLRUCache(options.block_cache_bytes, /*num_shard_bits=*/2);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (size_t i = 0; i < kFamilies; ++i) {
    families.emplace_back(kFamilyNames[i], FamilyOptions(static_cast<Family>(i), cache));
  }
  const std::string path = absl::StrCat(directory_, "/", kDatabaseFolder);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      mode == Mode::kReadWrite
          ? rocksdb::DB::Open(DbOptions(options, create), path, families, &handles, &db)
          : rocksdb::DB::OpenForReadOnly(DbOptions(options, create), path, families, &handles, &db);
  const std::string where = absl::StrCat("catalogue ", directory_, ": open");
  // RocksDB finds no database, or not all families, where FORMAT says that there is one.
  if (status.IsInvalidArgument() || status.IsNotFound() || status.IsPathNotFound()) {
    return absl::DataLossError(
        absl::StrCat(where, ": files are missing: ", status.ToString(), ". ", kWayOut));
  }
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(status, where));
  db_.reset(db);
  std::copy(handles.begin(), handles.end(), handles_.begin());
  // RocksDB syncs its own folder, but not the entry of that folder in ours.
  return mode == Mode::kReadWrite ? SyncDirectory(directory_) : absl::OkStatus();
}

Database::~Database() {
  if (db_ != nullptr) {
    for (auto* handle : handles_) {
      if (handle != nullptr) (void)db_->DestroyColumnFamilyHandle(handle);
    }
    (void)db_->Close();
    db_.reset();
  }
  if (lock_ != nullptr) {
    // The holder's name goes first: whoever gets the lock next writes its own.
    (void)unlink(absl::StrCat(directory_, "/", kHolderFile).c_str());
    (void)rocksdb::Env::Default()->UnlockFile(lock_);
  }
}

absl::Status Database::Get(Family family_id, absl::string_view key, rocksdb::PinnableSlice* value,
                           const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  value->Reset();
  return FromRocksDb(db_->Get(options, family(family_id), ToSlice(key), value), "catalogue: read");
}

Database::Range Database::Rows(Family family_id, absl::string_view lower, absl::string_view upper,
                               const rocksdb::Snapshot* snapshot) const {
  Range range;
  range.bounds_ = std::make_unique<Range::Bounds>();
  range.bounds_->lower = std::string(lower);
  range.bounds_->upper = std::string(upper);
  range.bounds_->lower_slice = rocksdb::Slice(range.bounds_->lower);
  range.bounds_->upper_slice = rocksdb::Slice(range.bounds_->upper);
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.iterate_lower_bound = &range.bounds_->lower_slice;
  if (!upper.empty()) options.iterate_upper_bound = &range.bounds_->upper_slice;
  range.it_.reset(db_->NewIterator(options, family(family_id)));
  range.it_->SeekToFirst();
  return range;
}

}  // namespace parfocal::catalogue
