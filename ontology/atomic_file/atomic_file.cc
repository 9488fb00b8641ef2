#include "parfocal/atomic_file/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace parfocal {
namespace {

absl::Status Failure(absl::string_view what, const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": ", what, ": ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

// 0, or the error number.
int WriteAndSync(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes) {
  const std::string aside = path + ".new";
  const int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return Failure("cannot be made", aside, errno);
  const int error = WriteAndSync(fd, bytes);
  if (close(fd) != 0 || error != 0)
    return Failure("cannot be written", aside, error != 0 ? error : errno);
  if (std::rename(aside.c_str(), path.c_str()) != 0)
    return Failure("cannot be put in its place", path, errno);
  const size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failure("cannot be opened", path, errno);
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error == 0 ? absl::OkStatus() : Failure("cannot be synced", path, error);
}

}  // namespace parfocal
