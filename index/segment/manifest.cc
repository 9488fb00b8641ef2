#include "parfocal/segment/manifest.h"

#include "absl/strings/match.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/wire.h"

namespace parfocal {
namespace {

constexpr absl::string_view kMagic = "PFMANIFE";
constexpr uint32_t kVersion = 1;
constexpr uint32_t kMaxSegments = 100000;

// A name inside the directory, so that a damaged manifest cannot lead out of it.
bool IsPlainPath(absl::string_view path) {
  return absl::StartsWith(path, "segments/") && !absl::StrContains(path, "..") &&
         !absl::StrContains(path, '\0');
}

absl::StatusOr<Manifest> Decode(absl::string_view body, const std::string& path) {
  Manifest manifest;
  WireReader in(body);
  manifest.sequence = in.Fixed<int64_t>();
  manifest.group = std::string(in.Bytes());
  manifest.release = std::string(in.Bytes());
  manifest.values = in.Fixed<uint32_t>();
  manifest.last_text_doc = in.Fixed<uint32_t>();
  manifest.next_segment = in.Fixed<uint64_t>();
  const uint32_t count = in.Fixed<uint32_t>();
  if (count > kMaxSegments) return absl::DataLossError(absl::StrCat(path, ": too many segments"));
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    ManifestSegment segment;
    segment.number = in.Fixed<uint64_t>();
    segment.file = std::string(in.Bytes());
    segment.deletes_file = std::string(in.Bytes());
    segment.rows = in.Fixed<uint32_t>();
    segment.dead_rows = in.Fixed<uint32_t>();
    const bool plain = IsPlainPath(segment.file) &&
                       (segment.deletes_file.empty() || IsPlainPath(segment.deletes_file));
    if (in.ok() && (!plain || segment.dead_rows > segment.rows)) {
      return absl::DataLossError(absl::StrCat(path, ": bad entry for segment ", segment.number));
    }
    manifest.segments.push_back(std::move(segment));
  }
  if (!in.ok() || !in.rest().empty()) {
    return absl::DataLossError(absl::StrCat(path, ": the content does not fit its length"));
  }
  return manifest;
}

}  // namespace

absl::StatusOr<Manifest> ReadManifest(const std::string& directory, const std::string& file) {
  const std::string path = absl::StrCat(directory, "/", file);
  PARFOCAL_ASSIGN_OR_RETURN(const std::string bytes, ReadWholeFile(path));
  WireReader in(bytes);
  const absl::string_view magic = in.Take(kMagic.size());
  const uint32_t version = in.Fixed<uint32_t>();
  const uint64_t hash = in.Fixed<uint64_t>();
  if (!in.ok() || magic != kMagic) {
    return absl::DataLossError(absl::StrCat(path, ": not a manifest"));
  }
  if (HashBytes(absl::StrCat(version, ":", in.rest())) != hash) {
    return absl::DataLossError(absl::StrCat(path, ": checksum does not match"));
  }
  if (version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": format ", version,
                                                      " is not the one this program reads (",
                                                      kVersion, "); rebuild the index"));
  }
  return Decode(in.rest(), path);
}

absl::Status WriteManifest(const std::string& directory, const Manifest& manifest,
                           const std::string& file) {
  std::string body;
  PutFixed(&body, manifest.sequence);
  PutBytes(&body, manifest.group);
  PutBytes(&body, manifest.release);
  PutFixed<uint32_t>(&body, manifest.values);
  PutFixed<uint32_t>(&body, manifest.last_text_doc);
  PutFixed<uint64_t>(&body, manifest.next_segment);
  PutFixed<uint32_t>(&body, static_cast<uint32_t>(manifest.segments.size()));
  for (const ManifestSegment& segment : manifest.segments) {
    PutFixed<uint64_t>(&body, segment.number);
    PutBytes(&body, segment.file);
    PutBytes(&body, segment.deletes_file);
    PutFixed<uint32_t>(&body, segment.rows);
    PutFixed<uint32_t>(&body, segment.dead_rows);
  }
  std::string bytes(kMagic);
  PutFixed<uint32_t>(&bytes, kVersion);
  PutFixed<uint64_t>(&bytes, HashBytes(absl::StrCat(kVersion, ":", body)));
  return ReplaceFile(absl::StrCat(directory, "/", file), bytes + body);
}

}  // namespace parfocal
