#include "parfocal/catalogue/checkpoint.h"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "database.h"
#include "file_digest.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "rocksdb/utilities/checkpoint.h"
#include "store.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using catalogue::FileDigest;

constexpr char kManifestFile[] = "MANIFEST.parfocal";
constexpr char kNodeFiles[] = "node/";
constexpr size_t kMaxManifestBytes = size_t{64} << 20;

absl::Status FromError(const std::error_code& error, absl::string_view what,
                       const std::string& path) {
  return absl::UnavailableError(absl::StrCat(what, " ", path, ": ", error.message()));
}

std::string Join(const std::string& directory, absl::string_view name) {
  return absl::StrCat(directory, "/", name);
}

// "a/b/" is "a/b".
std::string WithoutSlash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string ParentOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Removes what a failed attempt left behind, unless told that it became the real thing.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }
  void Keep() { path_.clear(); }

 private:
  std::string path_;
};

// Paths of all files below a checkpoint, relative, sorted; links and devices included.
absl::StatusOr<std::set<std::string>> FilesBelow(const std::string& directory) {
  std::set<std::string> paths;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(directory, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_symlink() || !it->is_directory()) {
      paths.insert(it->path().lexically_relative(directory).generic_string());
    }
  }
  if (error) return FromError(error, "list", directory);
  return paths;
}

// Renames `from` to `to` for good.
absl::Status MoveDirectory(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("rename ", from, " to ", to, ": ", strerror(errno)));
  }
  return SyncDirectory(ParentOf(to));
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  if (!fs::create_directory(path, error) && !error)
    return absl::AlreadyExistsError(absl::StrCat(path, " exists"));
  if (error) return FromError(error, "create directory", path);
  fs::permissions(path, fs::perms::owner_all, error);
  if (error) return FromError(error, "chmod", path);
  return absl::OkStatus();
}

absl::StatusOr<CheckpointManifest> ReadManifest(const std::string& checkpoint) {
  const std::string path = Join(checkpoint, kManifestFile);
  auto text = catalogue::ReadSmallFile(path, kMaxManifestBytes);
  if (absl::IsNotFound(text.status())) {
    return absl::DataLossError(
        absl::StrCat(path, ": missing; ", checkpoint, " is not a whole checkpoint"));
  }
  PARFOCAL_RETURN_IF_ERROR(text.status());
  auto manifest = ParseCheckpointManifest(*text);
  if (!manifest.ok()) return Annotate(manifest.status(), path);
  return manifest;
}

absl::Status CheckDigest(const std::string& path, const FileDigest& digest,
                         const CheckpointFile& expected) {
  if (digest.size != expected.size) {
    return absl::DataLossError(absl::StrCat(path, ": ", digest.size, " bytes, the manifest says ",
                                            expected.size, "; the checkpoint is damaged"));
  }
  if (digest.sha256 != expected.sha256) {
    return absl::DataLossError(
        absl::StrCat(path, ": its bytes are not those that were saved; the checkpoint is damaged"));
  }
  return absl::OkStatus();
}

absl::Status CopyChecked(const std::string& checkpoint, const CheckpointFile& file,
                         const std::string& to) {
  const std::string from = Join(checkpoint, file.path);
  PARFOCAL_ASSIGN_OR_RETURN(const FileDigest digest, catalogue::CopyFileDurably(from, to));
  // Once more: the file may have changed since the verification.
  return CheckDigest(from, digest, file);
}

absl::Status AddNodeFiles(const std::string& scratch, const AddFiles& add) {
  if (!add) return absl::OkStatus();
  const std::string folder = WithoutSlash(Join(scratch, kNodeFiles));
  PARFOCAL_RETURN_IF_ERROR(MakeDirectory(folder));
  PARFOCAL_RETURN_IF_ERROR(add(folder));
  return SyncDirectory(folder);
}

absl::Status CopyCatalogue(const std::string& checkpoint, const CheckpointManifest& manifest,
                           const std::string& to) {
  PARFOCAL_RETURN_IF_ERROR(MakeDirectory(to));
  PARFOCAL_RETURN_IF_ERROR(MakeDirectory(Join(to, catalogue::kDatabaseFolder)));
  for (const CheckpointFile& file : manifest.files) {
    if (absl::StartsWith(file.path, kNodeFiles)) continue;
    PARFOCAL_RETURN_IF_ERROR(CopyChecked(checkpoint, file, Join(to, file.path)));
  }
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(Join(to, catalogue::kDatabaseFolder)));
  return SyncDirectory(to);
}

}  // namespace

absl::StatusOr<CheckpointManifest> CreateCheckpoint(const RecordStore& store,
                                                    const std::string& target_path, absl::Time now,
                                                    const AddFiles& add) {
  const auto* catalogue_store = dynamic_cast<const catalogue::RocksDbRecordStore*>(&store);
  if (catalogue_store == nullptr)
    return absl::InvalidArgumentError("checkpoint: the store is not on disk");
  const std::string target = WithoutSlash(target_path);
  if (fs::exists(fs::symlink_status(target))) {
    return absl::AlreadyExistsError(
        absl::StrCat("checkpoint: ", target, " exists; name a new directory"));
  }
  Scratch scratch(target + ".unfinished");
  std::error_code ignored;
  fs::remove_all(scratch.path(), ignored);  // Of an attempt that was killed.
  PARFOCAL_RETURN_IF_ERROR(MakeDirectory(scratch.path()));

  CheckpointManifest manifest;
  manifest.format = catalogue::kCatalogueFormat;
  manifest.created = absl::FromUnixSeconds(absl::ToUnixSeconds(now));
  PARFOCAL_RETURN_IF_ERROR(catalogue_store->WhileQuiet([&](const catalogue::StoreState& state) {
    for (const auto& [group, row] : state.groups) manifest.sequences[group] = row.sequence;
    rocksdb::Checkpoint* made = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(catalogue_store->database().db(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok())
      status = checkpoint->CreateCheckpoint(Join(scratch.path(), catalogue::kDatabaseFolder));
    return catalogue::FromRocksDb(status, absl::StrCat("checkpoint ", target));
  }));
  PARFOCAL_RETURN_IF_ERROR(catalogue::CopyFileDurably(Join(catalogue_store->database().directory(),
                                                           catalogue::kFormatFile),
                                                      Join(scratch.path(), catalogue::kFormatFile))
                               .status());
  PARFOCAL_RETURN_IF_ERROR(AddNodeFiles(scratch.path(), add));
  PARFOCAL_ASSIGN_OR_RETURN(const auto paths, FilesBelow(scratch.path()));
  for (const std::string& path : paths) {
    PARFOCAL_ASSIGN_OR_RETURN(const FileDigest digest,
                              catalogue::DigestFile(Join(scratch.path(), path)));
    manifest.files.push_back({path, digest.size, digest.sha256});
  }
  PARFOCAL_RETURN_IF_ERROR(SyncDirectory(Join(scratch.path(), catalogue::kDatabaseFolder)));
  PARFOCAL_RETURN_IF_ERROR(
      ReplaceFile(Join(scratch.path(), kManifestFile), FormatCheckpointManifest(manifest)));
  PARFOCAL_RETURN_IF_ERROR(MoveDirectory(scratch.path(), target));
  scratch.Keep();
  return manifest;
}

absl::StatusOr<CheckpointManifest> VerifyCheckpoint(const std::string& checkpoint_path) {
  const std::string checkpoint = WithoutSlash(checkpoint_path);
  PARFOCAL_ASSIGN_OR_RETURN(CheckpointManifest manifest, ReadManifest(checkpoint));
  if (manifest.format != catalogue::kCatalogueFormat) {
    return absl::FailedPreconditionError(
        absl::StrCat("checkpoint ", checkpoint, " has catalogue format ", manifest.format,
                     "; this program reads ", catalogue::kCatalogueFormat));
  }
  PARFOCAL_ASSIGN_OR_RETURN(auto paths, FilesBelow(checkpoint));
  paths.erase(kManifestFile);
  for (const CheckpointFile& file : manifest.files) {
    const std::string path = Join(checkpoint, file.path);
    auto digest = catalogue::DigestFile(path);
    if (absl::IsNotFound(digest.status())) {
      return absl::DataLossError(absl::StrCat(path, ": missing; the checkpoint is damaged"));
    }
    PARFOCAL_RETURN_IF_ERROR(digest.status());
    PARFOCAL_RETURN_IF_ERROR(CheckDigest(path, *digest, file));
    paths.erase(file.path);
  }
  if (!paths.empty()) {
    return absl::DataLossError(absl::StrCat(Join(checkpoint, *paths.begin()),
                                            ": not in the manifest; the checkpoint is damaged"));
  }
  return manifest;
}

absl::StatusOr<CheckpointManifest> RestoreCheckpoint(const std::string& checkpoint,
                                                     const std::string& target_path) {
  const std::string target = WithoutSlash(target_path);
  std::error_code error;
  const fs::file_status status = fs::symlink_status(target, error);
  if (fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(target, error))) {
    return absl::AlreadyExistsError(
        absl::StrCat("restore: ", target, " is not empty; name a new directory"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(CheckpointManifest manifest, VerifyCheckpoint(checkpoint));
  Scratch scratch(target + ".unfinished");
  fs::remove_all(scratch.path(), error);  // Of an attempt that was killed.
  PARFOCAL_RETURN_IF_ERROR(CopyCatalogue(WithoutSlash(checkpoint), manifest, scratch.path()));
  // Over an empty directory rename replaces it in one step.
  PARFOCAL_RETURN_IF_ERROR(MoveDirectory(scratch.path(), target));
  scratch.Keep();
  return manifest;
}

absl::Status RestoreNodeFiles(const std::string& checkpoint_path,
                              const std::string& data_directory) {
  const std::string checkpoint = WithoutSlash(checkpoint_path);
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest, ReadManifest(checkpoint));
  std::set<std::string> folders;
  for (const CheckpointFile& file : manifest.files) {
    absl::string_view name = file.path;
    if (!absl::ConsumePrefix(&name, kNodeFiles)) continue;
    const std::string to = Join(WithoutSlash(data_directory), name);
    if (fs::exists(fs::symlink_status(to)))
      return absl::AlreadyExistsError(absl::StrCat("restore: ", to, " exists"));
    for (size_t at = name.find('/'); at != absl::string_view::npos; at = name.find('/', at + 1)) {
      const std::string folder = Join(WithoutSlash(data_directory), name.substr(0, at));
      if (!folders.insert(folder).second || fs::exists(fs::symlink_status(folder))) continue;
      PARFOCAL_RETURN_IF_ERROR(MakeDirectory(folder));
    }
    PARFOCAL_RETURN_IF_ERROR(CopyChecked(checkpoint, file, to));
  }
  for (const std::string& folder : folders) PARFOCAL_RETURN_IF_ERROR(SyncDirectory(folder));
  return SyncDirectory(WithoutSlash(data_directory));
}

}  // namespace parfocal
