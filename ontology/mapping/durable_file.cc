#include "durable_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "absl/cleanup/cleanup.h"

namespace parfocal::internal {
namespace {

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what, ": ", strerror(errno)));
}

}  // namespace

absl::Status WriteDurably(const std::string& path, absl::string_view content) {
  const std::string aside = path + ".new";
  const int fd = open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return Failed(aside, "cannot be made");
  bool written = true;
  while (written && !content.empty()) {
    const ssize_t bytes = write(fd, content.data(), content.size());
    if (bytes < 0 && errno == EINTR) continue;
    written = bytes > 0;
    if (written) content.remove_prefix(static_cast<size_t>(bytes));
  }
  written = written && fsync(fd) == 0;
  if (close(fd) != 0 || !written) return Failed(aside, "cannot be written");
  if (std::rename(aside.c_str(), path.c_str()) != 0) return Failed(path, "cannot be made");
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int dir = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) return Failed(folder, "cannot be opened");
  const absl::Cleanup close_it = [dir] { close(dir); };
  return fsync(dir) == 0 ? absl::OkStatus() : Failed(folder, "cannot be synced");
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, int64_t limit) {
  // Without O_NONBLOCK a pipe would be waited for.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return absl::NotFoundError(absl::StrCat(path, ": is not there"));
  if (fd < 0) return Failed(path, "cannot be opened");
  const absl::Cleanup close_it = [fd] { close(fd); };
  struct stat info {};
  if (fstat(fd, &info) != 0) return Failed(path, "cannot be examined");
  if (!S_ISREG(info.st_mode))
    return absl::UnavailableError(absl::StrCat(path, ": is no ordinary file"));
  if (info.st_size > limit) {
    return LimitExceeded("mapping.file_bytes", limit, "path",
                         absl::StrCat(path, ": ", info.st_size, " bytes; at most ", limit));
  }
  std::string text(static_cast<size_t>(info.st_size), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t bytes = read(fd, text.data() + size, text.size() - size);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return Failed(path, "cannot be read");
    if (bytes == 0) break;
    size += static_cast<size_t>(bytes);
  }
  text.resize(size);
  return text;
}

}  // namespace parfocal::internal
