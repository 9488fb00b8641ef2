#include "file_digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "absl/strings/escaping.h"
#include "sha256.h"

namespace parfocal::catalogue {
namespace {

absl::Status SystemError(absl::string_view call, const std::string& path) {
  const int error = errno;
  const std::string message = absl::StrCat(call, " ", path, ": ", strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

// Reads all of `fd`, piece by piece, into `sink`; false when a read fails or the sink says so.
template <typename Sink>
bool ReadAll(int fd, Sink sink) {
  std::vector<char> buffer(1 << 18);
  while (true) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) return true;
    if (!sink(absl::string_view(buffer.data(), static_cast<size_t>(got)))) return false;
  }
}

absl::Status CheckRegular(int fd, const std::string& path) {
  struct stat info;
  if (fstat(fd, &info) != 0) return SystemError("stat", path);
  if (!S_ISREG(info.st_mode))
    return absl::DataLossError(absl::StrCat(path, ": not a regular file"));
  return absl::OkStatus();
}

absl::Status OpenError(const std::string& path) {
  if (errno == ELOOP)
    return absl::DataLossError(absl::StrCat(path, ": a symbolic link, not a regular file"));
  return SystemError("open", path);
}

}  // namespace

absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t limit) {
  Descriptor file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (file.get() < 0) return OpenError(path);
  PARFOCAL_RETURN_IF_ERROR(CheckRegular(file.get(), path));
  std::string content;
  bool fits = true;
  const bool read = ReadAll(file.get(), [&](absl::string_view piece) {
    content.append(piece.data(), piece.size());
    fits = content.size() <= limit;
    return fits;
  });
  if (!fits) return absl::DataLossError(absl::StrCat(path, ": longer than ", limit, " bytes"));
  if (!read) return SystemError("read", path);
  return content;
}

absl::StatusOr<FileDigest> DigestFile(const std::string& path) {
  Descriptor file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (file.get() < 0) return OpenError(path);
  PARFOCAL_RETURN_IF_ERROR(CheckRegular(file.get(), path));
  Sha256 sha;
  sha.Begin();
  FileDigest digest;
  const bool read = ReadAll(file.get(), [&](absl::string_view piece) {
    sha.Update(piece);
    digest.size += piece.size();
    return true;
  });
  if (!read) return SystemError("read", path);
  digest.sha256 = absl::BytesToHexString(sha.Finish());
  return digest;
}

absl::StatusOr<FileDigest> CopyFileDurably(const std::string& from, const std::string& to) {
  Descriptor in(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (in.get() < 0) return OpenError(from);
  PARFOCAL_RETURN_IF_ERROR(CheckRegular(in.get(), from));
  Descriptor out(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  if (out.get() < 0) return SystemError("create", to);
  Sha256 sha;
  sha.Begin();
  FileDigest digest;
  bool wrote = true;
  const bool read = ReadAll(in.get(), [&](absl::string_view piece) {
    sha.Update(piece);
    digest.size += piece.size();
    wrote = WriteAll(out.get(), piece);
    return wrote;
  });
  if (!wrote) return SystemError("write", to);
  if (!read) return SystemError("read", from);
  if (fsync(out.get()) != 0) return SystemError("fsync", to);
  digest.sha256 = absl::BytesToHexString(sha.Finish());
  return digest;
}

}  // namespace parfocal::catalogue
