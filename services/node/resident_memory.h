// Memory of this process, as the kernel counts it.
#pragma once

#include <cstdint>

namespace parfocal {

// Resident bytes; 0 if the kernel does not say.
int64_t ResidentBytes();

}  // namespace parfocal
