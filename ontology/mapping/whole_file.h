// Reading a file of bounded size at once.
#pragma once

#include <cstdint>
#include <string>

#include "parfocal/status.h"

namespace parfocal::internal {

// NOT_FOUND if there is no such file, UNAVAILABLE if it cannot be read or is no ordinary file,
// INVALID_ARGUMENT with LIMIT_EXCEEDED if it is larger than `limit` bytes.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path,
                                          int64_t limit = int64_t{4} << 30);

}  // namespace parfocal::internal
