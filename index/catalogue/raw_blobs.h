// Raw bytes as received are kept once per content, in chunks, so that a record's slice of a large
// table is read without the rest.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/catalogue/wire.h"

namespace parfocal::catalogue {

inline constexpr uint64_t kBlobChunkBytes = 64 << 10;

// Keys in Family::kRaw.
inline std::string BlobHashKey(absl::string_view sha256) {
  std::string key = "s";
  key.append(sha256.data(), sha256.size());
  return key;
}
inline std::string BlobChunkKey(uint64_t blob, uint64_t chunk) {
  return "b" + BigEndian(blob) + BigEndian(chunk);
}

}  // namespace parfocal::catalogue
