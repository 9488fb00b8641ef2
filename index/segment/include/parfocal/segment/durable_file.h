// Files that are written once and then only read: sequential writing that ends in a sync,
// whole-file reading, read-only mapping.
//
// Errors: NOT_FOUND for a missing file, UNAVAILABLE for any other failure of the system, naming the
// path. Thread safety: one thread per object; a MappedFile may be read from any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

class DurableFile {
 public:
  // Creates `path`, or empties it.
  static absl::StatusOr<std::unique_ptr<DurableFile>> Create(const std::string& path);
  // Opens `path`, creating it if need be, and cuts it to `size` bytes.
  static absl::StatusOr<std::unique_ptr<DurableFile>> OpenAt(const std::string& path,
                                                             uint64_t size);
  ~DurableFile();
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  // Bytes appended so far, buffered ones included.
  uint64_t size() const { return written_ + buffer_.size(); }
  // Buffers; a failure of the disk may surface later, in Flush or Sync, and then stays.
  void Append(absl::string_view bytes);
  absl::Status Flush();
  // Overwrites bytes that were appended before.
  absl::Status WriteAt(uint64_t offset, absl::string_view bytes);
  // Flushes and makes the content durable (not the name: see SyncDirectory).
  absl::Status Sync();

 private:
  DurableFile(std::string path, int fd, uint64_t size);
  std::string path_;
  int fd_;
  uint64_t written_;
  std::string buffer_;
  absl::Status failed_;
};

class MappedFile {
 public:
  static absl::StatusOr<std::unique_ptr<MappedFile>> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  // Lives as long as the MappedFile, even if the file is removed.
  absl::string_view bytes() const { return {data_, size_}; }
  // Gives back the memory of what was read so far; it is read again from the file when needed.
  void Release() const;
  // Reads bytes [offset, offset + length) through the file, not the mapping, in pieces, and returns
  // their XXH64: checking a large file does not make it resident.
  absl::StatusOr<uint64_t> Hash(uint64_t offset, uint64_t length) const;

 private:
  MappedFile(std::string path, int fd, const char* data, size_t size);
  std::string path_;
  int fd_;
  const char* data_;
  size_t size_;
};

absl::StatusOr<std::string> ReadWholeFile(const std::string& path);
// XXH64 with seed 0.
uint64_t HashBytes(absl::string_view bytes);

}  // namespace parfocal
