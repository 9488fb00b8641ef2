#include "term_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <filesystem>

namespace parfocal::internal {

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = absl::StrCat("term store: ", doing, ": ", status.ToString());
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(text);
  // Another process has the lock.
  if (status.IsIOError() && text.find("lock") != std::string::npos) {
    return absl::FailedPreconditionError(text);
  }
  return absl::InternalError(text);
}

std::string PartPrefix(absl::string_view hash) { return absl::StrCat("p", hash); }

std::string PrefixEnd(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xff) {
      ++prefix.back();
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

absl::StatusOr<std::shared_ptr<rocksdb::DB>> OpenTermDatabase(const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) {
    return absl::FailedPreconditionError(
        absl::StrCat("term store: cannot make ", dir, ": ", error.message()));
  }
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 << 20, 2);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_size = 8 << 10;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 8 << 20;
  options.max_write_buffer_number = 2;
  options.max_background_jobs = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.max_open_files = 128;
  options.keep_log_file_num = 2;
  rocksdb::DB* db = nullptr;
  PARFOCAL_RETURN_IF_ERROR(
      FromRocksDb(rocksdb::DB::Open(options, dir, &db), absl::StrCat("opening ", dir)));
  return std::shared_ptr<rocksdb::DB>(db);
}

}  // namespace parfocal::internal
