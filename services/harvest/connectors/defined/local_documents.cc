#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "documents.h"
#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::defined {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxDocument = size_t{256} << 20;
constexpr size_t kMaxRatio = 200;
constexpr size_t kRatioFrom = 1 << 20;  // Small files may pack as well as they like.
constexpr int64_t kMaxFiles = 1'000'000;
constexpr int kMaxFolders = 8;

absl::StatusOr<std::string> BytesOf(const std::string& path) {
  // A link could lead out of the folder, a FIFO would block.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ELOOP)
      return absl::PermissionDeniedError("is a symbolic link; put the file itself here");
    return absl::NotFoundError(absl::StrCat("cannot be read: ", std::strerror(errno)));
  }
  struct stat info;
  std::string bytes;
  absl::Status status;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    status = absl::InvalidArgumentError("is no regular file");
  } else if (info.st_size > static_cast<off_t>(kMaxDocument)) {
    status = WithReason(absl::ResourceExhaustedError(
                            absl::StrCat("has ", info.st_size, " bytes, at most ", kMaxDocument)),
                        "LIMIT_EXCEEDED", "document_bytes");
  } else {
    bytes.resize(static_cast<size_t>(info.st_size));
  }
  size_t have = 0;
  while (status.ok() && have < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      status = absl::UnavailableError(absl::StrCat("cannot be read: ", std::strerror(errno)));
    if (got <= 0) break;
    have += static_cast<size_t>(got);
  }
  close(fd);
  PARFOCAL_RETURN_IF_ERROR(status);
  bytes.resize(have);
  return bytes;
}

bool IsArchive(absl::string_view path) {
  for (absl::string_view end : {".tar.gz", ".tgz", ".tar.xz", ".tar", ".zip"}) {
    if (absl::EndsWithIgnoreCase(path, end)) return true;
  }
  return false;
}

class Local final : public Documents {
 public:
  // `forced`: the feed that the one file is of although no feed names it. `contents`: what the
  // files hold, where they lie in an archive; by name.
  Local(std::string folder, std::string forced, std::vector<std::string> names,
        std::map<std::string, std::string> contents = {})
      : folder_(std::move(folder)),
        forced_(std::move(forced)),
        names_(std::move(names)),
        contents_(std::move(contents)) {}

  absl::StatusOr<std::string> First(const definition::FeedRule& feed) override {
    return Behind(feed, "");
  }
  absl::StatusOr<Document> Read(const definition::FeedRule&, const std::string& position) override {
    return ReadFile(position);
  }
  absl::StatusOr<std::string> Next(const definition::FeedRule& feed, const std::string& position,
                                   const Document&, int64_t) override {
    return Behind(feed, position);
  }
  absl::StatusOr<std::vector<std::string>> Choose(const definition::FileChoice& files) override {
    std::vector<std::string> out;
    for (const std::string& name : names_) {
      if (IsChosen(files, name)) out.push_back(name);
    }
    return out;
  }
  absl::StatusOr<Document> ReadFile(const std::string& name) override {
    Document out;
    out.name = name;
    const auto packed = contents_.find(name);
    absl::StatusOr<std::string> bytes =
        packed != contents_.end() ? packed->second : BytesOf(folder_ + "/" + name);
    if (bytes.ok()) bytes = Unpacked(*std::move(bytes));
    if (!bytes.ok()) {
      if (absl::IsUnavailable(bytes.status())) return Annotate(bytes.status(), name);
      out.status = bytes.status();
    } else {
      out.bytes = *std::move(bytes);
    }
    return out;
  }
  bool IsWhole() const override { return true; }
  bool InPages(const definition::FeedRule&) const override { return false; }

 private:
  std::string Behind(const definition::FeedRule& feed, const std::string& position) const {
    for (auto it = std::upper_bound(names_.begin(), names_.end(), position); it != names_.end();
         ++it) {
      if (feed.name == forced_ || IsChosen(feed.files, *it)) return *it;
    }
    return "";
  }

  const std::string folder_, forced_;
  const std::vector<std::string> names_;  // Sorted.
  const std::map<std::string, std::string> contents_;
};

}  // namespace

bool IsChosen(const definition::FileChoice& files, const std::string& name) {
  bool chosen = false;
  for (absl::string_view pattern : files.match) {
    const bool without = absl::ConsumePrefix(&pattern, "!");
    if (!idr::Matches(pattern, name)) continue;
    if (without) return false;
    chosen = true;
  }
  return chosen;
}

absl::StatusOr<std::string> Unpacked(std::string bytes) {
  if (absl::StartsWith(bytes, absl::string_view("\xfd"
                                                "7zXZ\0",
                                                6)))
    return UnpackedXz(bytes);
  if (bytes.size() < 2 || bytes[0] != '\x1f' || bytes[1] != '\x8b') return bytes;
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzip) != Z_OK) return absl::ResourceExhaustedError("no memory");
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::string chunk(256 << 10, '\0');
  int code = Z_OK;
  absl::Status status;
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    code = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    if (out.size() > kMaxDocument ||
        (out.size() > kRatioFrom && out.size() > bytes.size() * kMaxRatio)) {
      status = WithReason(
          absl::ResourceExhaustedError(absl::StrCat("unpacks to more than ", kMaxDocument,
                                                    " bytes or ", kMaxRatio, " times its size")),
          "LIMIT_EXCEEDED", "document_bytes");
      break;
    }
    // Files that were packed one by one and put together are one file.
    if (code == Z_STREAM_END && stream.avail_in > 0 && inflateReset(&stream) == Z_OK) continue;
    if (code == Z_STREAM_END) break;
    if (code != Z_OK) {
      status = absl::DataLossError("the packed file is damaged or cut off");
      break;
    }
  }
  inflateEnd(&stream);
  PARFOCAL_RETURN_IF_ERROR(status);
  return out;
}

absl::StatusOr<std::unique_ptr<Documents>> LocalDocuments(
    const std::string& location, const definition::SourceDefinition& definition) {
  std::error_code error;
  if (fs::is_regular_file(location, error)) {
    if (IsArchive(location)) {
      PARFOCAL_ASSIGN_OR_RETURN(auto contents, ReadArchive(location));
      std::vector<std::string> names;
      for (const auto& [name, unused] : contents) names.push_back(name);
      return std::make_unique<Local>("", "", std::move(names), std::move(contents));
    }
    const fs::path path = fs::absolute(location, error);
    const std::string name = path.filename().string();
    const bool named =
        std::any_of(definition.feeds.begin(), definition.feeds.end(),
                    [&](const definition::FeedRule& feed) { return IsChosen(feed.files, name); });
    // A file that is named as the location is meant, whatever it is called.
    return std::make_unique<Local>(path.parent_path().string(),
                                   named ? std::string() : definition.feeds[0].name,
                                   std::vector<std::string>{name});
  }
  if (!fs::is_directory(location, error))
    return absl::InvalidArgumentError(
        absl::StrCat("location '", location, "': no such folder or file"));
  std::vector<std::string> names;
  int64_t entries = 0;
  fs::recursive_directory_iterator at(location, error), end;
  while (!error && at != end) {
    if (++entries > kMaxFiles) {
      return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                            "folder ", location, ": more than ", kMaxFiles, " entries")),
                        "LIMIT_EXCEEDED", "entries");
    }
    const std::string name = at->path().lexically_relative(location).generic_string();
    // A link is listed, so that reading it says why it is refused.
    const bool file = !at->is_directory(error) || at->is_symlink(error);
    if (file && name.find('\n') == std::string::npos) names.push_back(name);
    if (at.depth() >= kMaxFolders) at.disable_recursion_pending();
    at.increment(error);
  }
  if (error)
    return absl::UnavailableError(absl::StrCat("folder ", location, ": ", error.message()));
  std::sort(names.begin(), names.end());
  return std::make_unique<Local>(location, "", std::move(names));
}

}  // namespace parfocal::defined
