#include "offline.h"

#include <filesystem>

#include "absl/time/clock.h"
#include "data_dir.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"

namespace parfocal {
namespace {

std::string Describe(const CheckpointManifest& manifest) {
  uint64_t bytes = 0;
  for (const CheckpointFile& file : manifest.files) bytes += file.size;
  const auto sequence = manifest.sequences.find(std::string(kPublicGroup));
  return absl::StrCat("sequence ", sequence == manifest.sequences.end() ? 0 : sequence->second,
                      ", ", manifest.files.size(), " files, ", bytes, " bytes, verified");
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
  PARFOCAL_RETURN_IF_ERROR(CreateCheckpoint(*store, to, absl::Now()).status());
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest, VerifyCheckpoint(to));
  return absl::StrCat("checkpoint ", to, ": ", Describe(manifest));
}

absl::StatusOr<std::string> OfflineRestore(const std::string& from, const std::string& data_dir) {
  PARFOCAL_RETURN_IF_ERROR(VerifyCheckpoint(from).status());
  std::error_code error;
  for (const char* part : {"/catalogue", "/index"}) {
    if (!std::filesystem::exists(data_dir + part, error)) continue;
    return absl::AlreadyExistsError(absl::StrCat("data directory ", data_dir,
                                                 ": holds a node already (", part + 1,
                                                 "); restore into a new directory"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(const auto data, DataDir::Open(data_dir, absl::Now()));
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest,
                            RestoreCheckpoint(from, *data / "catalogue"));
  return absl::StrCat("restored to ", data_dir, ": ", Describe(manifest),
                      ". The index is built at the next start; ontologies are loaded anew.");
}

absl::StatusOr<std::string> OfflineVerify(const std::string& data_dir) {
  PARFOCAL_RETURN_IF_ERROR(CatalogueThere(data_dir));
  PARFOCAL_ASSIGN_OR_RETURN(const auto data, DataDir::Open(data_dir, absl::Now()));
  PARFOCAL_RETURN_IF_ERROR(VerifyStore(*data / "catalogue"));
  return absl::StrCat("catalogue of ", data_dir, ": every checksum, record and count is right");
}

}  // namespace parfocal
