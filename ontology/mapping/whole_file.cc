#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"

namespace parfocal::internal {
namespace {

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(path, ": ", what, ": ", strerror(errno)));
}

}  // namespace

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
