// Small files that appear whole or not at all, also after a power loss.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::internal {

// Writes beside `path`, syncs, renames, syncs the folder. UNAVAILABLE on an I/O error.
absl::Status WriteDurably(const std::string& path, absl::string_view content);
// NOT_FOUND if there is no such file, UNAVAILABLE if it cannot be read or is no ordinary file,
// INVALID_ARGUMENT with LIMIT_EXCEEDED if it is larger than `limit` bytes.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          int64_t limit = int64_t{4} << 30);

}  // namespace parfocal::internal
