// Small files read at once, and files whose content is proven by its digest.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::catalogue {

// All return UNAVAILABLE with the path and the system's message when a call fails.

// At most `limit` bytes; NOT_FOUND if there is no such file, DATA_LOSS if it is longer or is not a
// regular file. Never follows a symbolic link.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path, size_t limit);

// Size and SHA-256 (hex) of a regular file. NOT_FOUND; DATA_LOSS if it is not a regular file.
struct FileDigest {
  uint64_t size = 0;
  std::string sha256;
};
absl::StatusOr<FileDigest> DigestFile(const std::string& path);
// Copies `from` to the new file `to`, syncs it, and returns the digest of the bytes copied.
absl::StatusOr<FileDigest> CopyFileDurably(const std::string& from, const std::string& to);

}  // namespace parfocal::catalogue
