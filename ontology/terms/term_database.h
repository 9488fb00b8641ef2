// The RocksDB below the store: keys, options and the one translation of its failures.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::internal {

absl::Status FromRocksDb(const rocksdb::Status& status, absl::string_view doing);

inline rocksdb::Slice ToSlice(absl::string_view text) {
  return rocksdb::Slice(text.data(), text.size());
}
inline absl::string_view FromSlice(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

// "p", the hash of a file (16 bytes), an id: what that file says about that term.
std::string PartPrefix(absl::string_view hash);
// The first key behind all that begin with `prefix`.
std::string PrefixEnd(std::string prefix);
inline constexpr char kManifestKey[] = "m";
// The manifest of the kept release.
inline constexpr char kKeptKey[] = "k";

absl::StatusOr<std::shared_ptr<rocksdb::DB>> OpenTermDatabase(const std::string& dir);

// What a release reads from, whatever is deleted afterwards.
class PinnedSnapshot {
 public:
  explicit PinnedSnapshot(std::shared_ptr<rocksdb::DB> db)
      : db_(std::move(db)), snapshot_(db_->GetSnapshot()) {}
  ~PinnedSnapshot() { db_->ReleaseSnapshot(snapshot_); }
  PinnedSnapshot(const PinnedSnapshot&) = delete;
  PinnedSnapshot& operator=(const PinnedSnapshot&) = delete;
  rocksdb::DB* db() const { return db_.get(); }
  rocksdb::ReadOptions options() const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    return options;
  }

 private:
  std::shared_ptr<rocksdb::DB> db_;
  const rocksdb::Snapshot* snapshot_;
};

}  // namespace parfocal::internal
