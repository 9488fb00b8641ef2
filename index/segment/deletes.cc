#include "parfocal/segment/deletes.h"

#include <roaring/roaring.hh>

#include "bitmap_codec.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/wire.h"

namespace parfocal {
namespace {

constexpr absl::string_view kMagic = "PFDELET1";

}  // namespace

absl::StatusOr<std::shared_ptr<const Roaring>> ReadDeletes(const std::string& path, uint32_t rows) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(path));
  WireReader in(bytes);
  const absl::string_view magic = in.Take(kMagic.size());
  const uint64_t hash = in.Fixed<uint64_t>();
  if (!in.ok() || magic != kMagic || HashBytes(in.rest()) != hash) {
    return absl::DataLossError(absl::StrCat(path, ": checksum does not match"));
  }
  std::shared_ptr<const Roaring> dead = ReadPortableBitmap(in.rest(), rows);
  if (dead == nullptr) return absl::DataLossError(absl::StrCat(path, ": not a bitmap of its rows"));
  return dead;
}

absl::Status WriteDeletes(const std::string& path, const Roaring& dead) {
  Roaring small = dead;
  small.runOptimize();
  const std::string body = PortableBitmap(small);
  std::string bytes(kMagic);
  PutFixed<uint64_t>(&bytes, HashBytes(body));
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<DurableFile> file, DurableFile::Create(path));
  file->Append(bytes);
  file->Append(body);
  return file->Sync();
}

}  // namespace parfocal
