// What parfocald does to a data directory on which no node runs.
#pragma once

#include <string>

#include "parfocal/status.h"

namespace parfocal {

// Each returns a sentence for people.

// Writes and verifies a checkpoint of the catalogue in `data_dir`, with the decisions of curators
// and the mapping sets that were imported.
absl::StatusOr<std::string> OfflineCheckpoint(const std::string& data_dir, const std::string& to);
// Makes a new data directory with the content of a checkpoint; a damaged one is refused before
// anything is touched. ALREADY_EXISTS if `data_dir` holds a catalogue, an index or
// mappings.
absl::StatusOr<std::string> OfflineRestore(const std::string& from, const std::string& data_dir);
// Reads all of the catalogue and compares every checksum and count.
absl::StatusOr<std::string> OfflineVerify(const std::string& data_dir);

}  // namespace parfocal
