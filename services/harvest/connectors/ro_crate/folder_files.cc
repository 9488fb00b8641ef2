#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "crate_files.h"
#include "parfocal/ro_crate/crate_parser.h"

namespace parfocal::crate {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxFolderDepth = 8;

// Length of the well-formed UTF-8 sequence at `at`, 0 if there is none.
size_t SequenceLength(absl::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) {
    return 0;
  }
  // U+0080 to U+009F control terminals too.
  return first == 0xc2 && second < 0xa0 ? 0 : length;
}

// Reads at most one byte more than allowed: enough to tell.
FileContent ReadFile(const std::string& path, size_t limit) {
  FileContent out;
  // A link could lead out of the folder, a FIFO would block.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    const int error = errno;
    out.status =
        error == ELOOP
            ? absl::PermissionDeniedError("the file is a symbolic link; put the file itself here")
        : error == ENOENT
            ? absl::NotFoundError("the file is gone")
            : absl::PermissionDeniedError(absl::StrCat("cannot read: ", std::strerror(error)));
    return out;
  }
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    out.status = absl::InvalidArgumentError("not a regular file");
    return out;
  }
  out.bytes.resize(std::min<size_t>(static_cast<size_t>(info.st_size), limit) + 1);
  size_t have = 0;
  while (have < out.bytes.size()) {
    const ssize_t got = read(fd, out.bytes.data() + have, out.bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      out.status = absl::UnavailableError(absl::StrCat("cannot read: ", std::strerror(errno)));
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  close(fd);
  out.bytes.resize(have);
  return out;
}

class Folder final : public CrateFiles {
 public:
  Folder(std::string path, const FileLimits& limits) : path_(std::move(path)), limits_(limits) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    std::error_code error;
    fs::recursive_directory_iterator at(path_, error), end;
    int64_t entries = 0;
    while (!error && at != end) {
      if (++entries > limits_.entries) {
        return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                              "folder ", path_, ": more than ", limits_.entries, " entries")),
                          "LIMIT_EXCEEDED", "entries");
      }
      const std::string file = at->path().string();
      // A link is listed, so that reading it says why it is refused.
      if (IsCrateFileName(file) && !(at->is_directory(error) && !at->is_symlink(error))) {
        real_[PrintablePath(at->path().lexically_relative(path_).string())] = file;
      }
      if (at.depth() >= kMaxFolderDepth) at.disable_recursion_pending();
      at.increment(error);
    }
    if (error) return absl::NotFoundError(absl::StrCat("folder ", path_, ": ", error.message()));
    std::vector<std::string> names;
    for (const auto& [name, unused] : real_) names.push_back(name);
    return names;
  }

  absl::StatusOr<std::vector<FileContent>> Read(absl::Span<const std::string> names) override {
    std::vector<FileContent> out;
    for (const std::string& name : names) {
      out.push_back(ReadFile(real_[name], limits_.file_bytes));
      if (absl::IsUnavailable(out.back().status)) {
        return absl::UnavailableError(
            absl::StrCat("file ", name, ": ", out.back().status.message()));
      }
    }
    return out;
  }

  // A plain ro-crate-metadata.json at the top is named by the folder itself.
  std::string KeyOf(const std::string& name) const override {
    std::string key = CrateKey(name);
    return key.empty() ? fs::path(path_ + "/").lexically_normal().parent_path().filename().string()
                       : key;
  }
  bool IsWhole() const override { return true; }
  bool IsLocal() const override { return true; }

 private:
  const std::string path_;
  const FileLimits limits_;
  std::map<std::string, std::string> real_;
};

class Single final : public CrateFiles {
 public:
  Single(std::string path, const FileLimits& limits) : path_(std::move(path)), limits_(limits) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    return std::vector<std::string>{PrintablePath(fs::path(path_).filename().string())};
  }
  absl::StatusOr<std::vector<FileContent>> Read(absl::Span<const std::string> names) override {
    return std::vector<FileContent>(names.size(), ReadFile(path_, limits_.file_bytes));
  }
  std::string KeyOf(const std::string&) const override {
    std::error_code error;
    return PrintablePath(CrateKey(fs::absolute(path_, error).lexically_normal().string()));
  }
  bool IsWhole() const override { return true; }
  bool IsLocal() const override { return true; }

 private:
  const std::string path_;
  const FileLimits limits_;
};

}  // namespace

std::string PrintablePath(absl::string_view path) {
  std::string out;
  for (size_t i = 0; i < path.size();) {
    const size_t length = SequenceLength(path, i);
    if (length == 0) {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned char>(path[i]));
    } else {
      out.append(path.data() + i, length);
    }
    i += std::max<size_t>(length, 1);
  }
  return out;
}

std::unique_ptr<CrateFiles> FolderFiles(std::string path, const FileLimits& limits) {
  return std::make_unique<Folder>(std::move(path), limits);
}

std::unique_ptr<CrateFiles> SingleFile(std::string path, const FileLimits& limits) {
  return std::make_unique<Single>(std::move(path), limits);
}

}  // namespace parfocal::crate
