#include "offline.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "data_dir.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/clock.h"
#include "parfocal/mapping/mapping_store.h"

namespace parfocal {
namespace {

std::string Describe(const CheckpointManifest& manifest) {
  uint64_t bytes = 0;
  for (const CheckpointFile& file : manifest.files) bytes += file.size;
  const auto sequence = manifest.sequences.find(std::string(kPublicGroup));
  return absl::StrCat("sequence ", sequence == manifest.sequences.end() ? 0 : sequence->second,
                      ", ", manifest.files.size(), " files, ", bytes, " bytes, verified");
}

bool HasMappings(const CheckpointManifest& manifest) {
  return std::any_of(manifest.files.begin(), manifest.files.end(), [](const CheckpointFile& file) {
    return absl::StartsWith(file.path, "node/mappings/");
  });
}

absl::Status CatalogueThere(const std::string& data_dir) {
  std::error_code error;
  if (std::filesystem::is_directory(data_dir + "/catalogue", error)) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat("data directory ", data_dir, ": holds no catalogue"));
}

}  // namespace

absl::StatusOr<std::string> OfflineCheckpoint(const std::string& data_dir, const std::string& to) {
  // A mistyped directory must not be made into an empty node.
  PARFOCAL_RETURN_IF_ERROR(CatalogueThere(data_dir));
  PARFOCAL_ASSIGN_OR_RETURN(const auto data, DataDir::Open(data_dir, absl::Now()));
  PARFOCAL_ASSIGN_OR_RETURN(const auto store, OpenRocksDbRecordStore(*data / "catalogue"));
  const SystemClock clock;
  std::vector<std::string> unreadable;
  PARFOCAL_ASSIGN_OR_RETURN(
      const auto mappings,
      MappingStore::Open(*data / "mappings", MappingUse(), &clock, &unreadable));
  const auto add = [&](const std::string& folder) {
    return mappings->CopyTo(folder + "/mappings");
  };
  PARFOCAL_RETURN_IF_ERROR(CreateCheckpoint(*store, to, absl::Now(), add).status());
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest, VerifyCheckpoint(to));
  std::string told = absl::StrCat("checkpoint ", to, ": ", Describe(manifest));
  for (const std::string& warning : unreadable)
    absl::StrAppend(&told, "\nstored mapping set left out: ", warning);
  return told;
}

absl::StatusOr<std::string> OfflineRestore(const std::string& from, const std::string& data_dir) {
  PARFOCAL_RETURN_IF_ERROR(VerifyCheckpoint(from).status());
  std::error_code error;
  for (const char* part : {"/catalogue", "/index", "/mappings"}) {
    if (!std::filesystem::exists(data_dir + part, error)) continue;
    return absl::AlreadyExistsError(absl::StrCat("data directory ", data_dir,
                                                 ": holds a node already (", part + 1,
                                                 "); restore into a new directory"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(const auto data, DataDir::Open(data_dir, absl::Now()));
  // The catalogue last: with it the directory is a node.
  PARFOCAL_RETURN_IF_ERROR(RestoreNodeFiles(from, data->path()));
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest,
                            RestoreCheckpoint(from, *data / "catalogue"));
  return absl::StrCat("restored to ", data_dir, ": ", Describe(manifest),
                      ". The index is built at the next start; ontologies are loaded anew.",
                      HasMappings(manifest)
                          ? " Decisions of curators and imported mapping sets are there."
                          : " The checkpoint holds no decisions of curators.");
}

absl::StatusOr<std::string> OfflineVerify(const std::string& data_dir) {
  PARFOCAL_RETURN_IF_ERROR(CatalogueThere(data_dir));
  PARFOCAL_ASSIGN_OR_RETURN(const auto data, DataDir::Open(data_dir, absl::Now()));
  PARFOCAL_RETURN_IF_ERROR(VerifyStore(*data / "catalogue"));
  return absl::StrCat("catalogue of ", data_dir, ": every checksum, record and count is right");
}

}  // namespace parfocal
