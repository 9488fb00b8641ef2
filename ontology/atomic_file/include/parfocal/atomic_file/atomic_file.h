// Files that appear whole or not at all, also after a power cut.
//
// Errors: NOT_FOUND if the folder is not there, UNAVAILABLE for any other failure of the system,
// with the path and the system's message. Thread safety: two writers of one path must exclude each
// other.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// Writes `bytes` to `path` so that after a crash either the old content or the new is there:
// written to `path`.new, which is never a symbolic link's target, synced, renamed, folder synced.
absl::Status ReplaceFile(const std::string& path, absl::string_view bytes);

// Makes the names in a folder durable: without it a new file may be gone after a power cut.
absl::Status SyncDirectory(const std::string& path);

}  // namespace parfocal
