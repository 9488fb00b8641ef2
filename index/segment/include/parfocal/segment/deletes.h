// The dead rows of a segment: superseded or deleted. A file of its own beside the immutable
// segment, replaced by a file of another name when more rows die.
#pragma once

#include <memory>
#include <string>

#include "parfocal/status.h"

class Roaring;  // CRoaring, <roaring/roaring.hh>

namespace parfocal {

// NOT_FOUND; DATA_LOSS if the checksum or the structure is wrong, or a row is not below `rows`.
absl::StatusOr<std::shared_ptr<const Roaring>> ReadDeletes(const std::string& path, uint32_t rows);
// Durable content; the caller syncs the directory. UNAVAILABLE.
absl::Status WriteDeletes(const std::string& path, const Roaring& dead);

}  // namespace parfocal
