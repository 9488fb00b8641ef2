// Pages are cut by size as well as by number, so that a response stays below the 4 MiB that a
// client receives by default.
#pragma once

#include <cstddef>

namespace parfocal {

// A page ends with the record that takes it over this; the largest record allowed still fits behind
// it.
inline constexpr size_t kPageBytes = 1024 * 1024;
// No response is larger.
inline constexpr size_t kMaxResponseBytes = 4 * 1024 * 1024;

}  // namespace parfocal
