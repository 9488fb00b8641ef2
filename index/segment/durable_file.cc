#include "parfocal/segment/durable_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace parfocal {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;

absl::Status Failure(absl::string_view what, const std::string& path) {
  const int error = errno;
  const std::string message = absl::StrCat(what, " '", path, "': ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

absl::Status WriteFully(int fd, uint64_t offset, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failure("cannot write", path);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return absl::OkStatus();
}

}  // namespace

DurableFile::DurableFile(std::string path, int fd, uint64_t size)
    : path_(std::move(path)), fd_(fd), written_(size) {}

DurableFile::~DurableFile() { close(fd_); }

absl::StatusOr<std::unique_ptr<DurableFile>> DurableFile::Create(const std::string& path) {
  return OpenAt(path, 0);
}

absl::StatusOr<std::unique_ptr<DurableFile>> DurableFile::OpenAt(const std::string& path,
                                                                 uint64_t size) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Failure("cannot open", path);
  std::unique_ptr<DurableFile> file(new DurableFile(path, fd, size));
  if (ftruncate(fd, static_cast<off_t>(size)) != 0) return Failure("cannot cut", path);
  return file;
}

void DurableFile::Append(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  if (buffer_.size() >= kBufferBytes) Flush().IgnoreError();  // Kept in failed_.
}

absl::Status DurableFile::Flush() {
  if (failed_.ok()) {
    failed_ = WriteFully(fd_, written_, buffer_, path_);
    written_ += buffer_.size();
    buffer_.clear();
  }
  return failed_;
}

absl::Status DurableFile::WriteAt(uint64_t offset, absl::string_view bytes) {
  PARFOCAL_RETURN_IF_ERROR(Flush());
  return WriteFully(fd_, offset, bytes, path_);
}

absl::Status DurableFile::Sync() {
  PARFOCAL_RETURN_IF_ERROR(Flush());
  if (fdatasync(fd_) != 0) failed_ = Failure("cannot sync", path_);
  return failed_;
}

MappedFile::MappedFile(std::string path, int fd, const char* data, size_t size)
    : path_(std::move(path)), fd_(fd), data_(data), size_(size) {}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<char*>(data_), size_);
  close(fd_);
}

absl::StatusOr<std::unique_ptr<MappedFile>> MappedFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failure("cannot open", path);
  struct stat info;
  if (fstat(fd, &info) != 0) {
    const absl::Status failure = Failure("cannot examine", path);
    close(fd);
    return failure;
  }
  const size_t size = static_cast<size_t>(info.st_size);
  const char* data = "";
  if (size > 0) {
    void* map = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
      const absl::Status failure = Failure("cannot map", path);
      close(fd);
      return failure;
    }
    data = static_cast<const char*>(map);
  }
  return std::unique_ptr<MappedFile>(new MappedFile(path, fd, data, size));
}

void MappedFile::Release() const {
  // A hint: if the system does not take it, the memory stays in use.
  if (size_ > 0) madvise(const_cast<char*>(data_), size_, MADV_DONTNEED);
}

absl::StatusOr<uint64_t> MappedFile::Hash(uint64_t offset, uint64_t length) const {
  std::vector<char> piece(std::min<uint64_t>(std::max<uint64_t>(length, 1), kBufferBytes));
  XXH64_state_t* state = XXH64_createState();
  XXH64_reset(state, 0);
  absl::Status status;
  while (length > 0 && status.ok()) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(length, piece.size()));
    const ssize_t n = pread(fd_, piece.data(), want, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      status = Failure("cannot read", path_);
    } else if (n == 0) {
      status = absl::DataLossError(absl::StrCat("'", path_, "' ends early"));
    } else {
      XXH64_update(state, piece.data(), static_cast<size_t>(n));
      offset += static_cast<uint64_t>(n);
      length -= static_cast<uint64_t>(n);
    }
  }
  const uint64_t hash = XXH64_digest(state);
  XXH64_freeState(state);
  if (!status.ok()) return status;
  return hash;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<MappedFile> file, MappedFile::Open(path));
  return std::string(file->bytes());
}

uint64_t HashBytes(absl::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

}  // namespace parfocal
