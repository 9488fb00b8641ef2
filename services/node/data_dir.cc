#include "data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/strip.h"

namespace parfocal {
namespace {

constexpr char kFormat[] = "parfocal data directory 1\n";
constexpr size_t kKeyBytes = 32;

absl::Status Failed(absl::string_view path, absl::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat("data directory ", path, ": ", what));
}

absl::Status IoError(absl::string_view path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("data directory ", path, ": ", what, ": ", strerror(errno)));
}

absl::StatusOr<std::string> ReadAll(int fd, absl::string_view path) {
  std::string text(4096, '\0');
  const ssize_t size = pread(fd, text.data(), text.size(), 0);
  if (size < 0) return IoError(path, "cannot be read");
  text.resize(static_cast<size_t>(size));
  return text;
}

absl::Status WriteAll(int fd, absl::string_view text, absl::string_view path) {
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      fsync(fd) != 0) {
    return IoError(path, "cannot be written");
  }
  return absl::OkStatus();
}

// The small file `name`, or what `make` gives if it is not there; a new one appears whole or not at
// all.
absl::StatusOr<std::string> ReadOrMake(int dir, const std::string& path, const std::string& name,
                                       const std::string& content) {
  int fd = openat(dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) {
    const absl::Cleanup close_it = [fd] { close(fd); };
    return ReadAll(fd, path + "/" + name);
  }
  if (errno != ENOENT) return IoError(path + "/" + name, "cannot be opened");
  const std::string aside = name + ".new";
  fd = openat(dir, aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return IoError(path + "/" + aside, "cannot be made");
  {
    const absl::Cleanup close_it = [fd] { close(fd); };
    PARFOCAL_RETURN_IF_ERROR(WriteAll(fd, content, path + "/" + aside));
  }
  if (renameat(dir, aside.c_str(), dir, name.c_str()) != 0 || fsync(dir) != 0)
    return IoError(path + "/" + name, "cannot be made");
  return content;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DataDir>> DataDir::Open(const std::string& path, absl::Time now) {
  std::string clean = path;
  while (clean.size() > 1 && clean.back() == '/') clean.pop_back();
  if (mkdir(clean.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed(clean, absl::StrCat("cannot be made: ", strerror(errno),
                                      "; its parent must be there and writable"));
  }
  const int fd = open(clean.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    const bool link = errno == ELOOP || errno == ENOTDIR;
    return Failed(
        clean, link ? std::string("is a symbolic link or no directory; name the directory itself")
                    : absl::StrCat("cannot be opened: ", strerror(errno)));
  }
  std::unique_ptr<DataDir> dir(new DataDir(clean, fd));
  struct stat info {};
  if (fstat(fd, &info) != 0) return IoError(clean, "cannot be examined");
  if (info.st_uid != geteuid()) {
    return Failed(clean, absl::StrCat("belongs to user ", info.st_uid, ", not to this one (",
                                      geteuid(), ")"));
  }
  // Nobody else reads it: raw records are kept as they came.
  if ((info.st_mode & 0777) != 0700 && fchmod(fd, 0700) != 0)
    return IoError(clean, "cannot be closed to other users");
  PARFOCAL_RETURN_IF_ERROR(dir->CheckEntries());
  PARFOCAL_RETURN_IF_ERROR(dir->Lock(now));
  PARFOCAL_RETURN_IF_ERROR(dir->CheckFormat());
  PARFOCAL_RETURN_IF_ERROR(dir->ReadKey());
  return dir;
}

DataDir::~DataDir() {
  if (lock_ >= 0) close(lock_);
  close(fd_);
}

absl::Status DataDir::CheckEntries() const {
  DIR* entries = fdopendir(openat(fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (entries == nullptr) return IoError(path_, "cannot be listed");
  const absl::Cleanup close_it = [entries] { closedir(entries); };
  while (const dirent* entry = readdir(entries)) {
    struct stat info {};
    if (fstatat(fd_, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        absl::string_view(entry->d_name) == "..")
      continue;
    if (S_ISLNK(info.st_mode))
      return Failed(path_, absl::StrCat("its entry '", entry->d_name,
                                        "' is a symbolic link; a node follows none"));
    if (info.st_uid != geteuid()) {
      return Failed(path_,
                    absl::StrCat("its entry '", entry->d_name, "' belongs to user ", info.st_uid));
    }
  }
  return absl::OkStatus();
}

absl::Status DataDir::Lock(absl::Time now) {
  lock_ = openat(fd_, "LOCK", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock_ < 0) return IoError(path_, "its file LOCK cannot be opened");
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return IoError(path_, "its file LOCK cannot be locked");
    const std::string holder = ReadAll(lock_, path_).value_or("");
    return Failed(
        path_, absl::StrCat("is in use by ",
                            holder.empty() ? "another process" : absl::StripAsciiWhitespace(holder),
                            "; stop that node first, or name another directory"));
  }
  return WriteAll(
      lock_,
      absl::StrCat("parfocald, process ", getpid(), ", since ",
                   absl::FormatTime("%Y-%m-%d %H:%M:%S", now, absl::UTCTimeZone()), " UTC\n"),
      path_);
}

absl::Status DataDir::CheckFormat() const {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string format, ReadOrMake(fd_, path_, "FORMAT", kFormat));
  if (format == kFormat) return absl::OkStatus();
  return Failed(path_, absl::StrCat("its file FORMAT says '", absl::StripAsciiWhitespace(format),
                                    "', this program reads '", absl::StripAsciiWhitespace(kFormat),
                                    "'; use the version that made it"));
}

absl::Status DataDir::ReadKey() {
  std::string fresh(kKeyBytes, '\0');
  if (getrandom(fresh.data(), fresh.size(), 0) != static_cast<ssize_t>(fresh.size()))
    return IoError(path_, "no random numbers");
  PARFOCAL_ASSIGN_OR_RETURN(key_, ReadOrMake(fd_, path_, "node.key", fresh));
  if (key_.size() == kKeyBytes) return absl::OkStatus();
  return Failed(path_,
                "its file node.key is damaged; delete it (page tokens that were issued then end)");
}

}  // namespace parfocal
