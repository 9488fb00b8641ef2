// What a parser child gives up before it touches a stranger's byte. None of it can be taken back.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "parfocal/status.h"

namespace parfocal::sandbox {

// Address space, open files, no file that grows, no core. The processor time of each page is set by
// the node.
absl::Status LimitResources(size_t memory_bytes, int open_files);

// Files: reading below `readable` (folders and files; those that are not there are left out), and
// nothing else. Does nothing where the kernel has no Landlock.
absl::Status ForbidFiles(const std::vector<std::string>& readable);

// System calls: those that reading, computing and `channel` need. Whoever tries to make a socket, a
// process or a file, or to write one, is killed; any other call fails with EPERM.
absl::Status ForbidCalls(int channel);

}  // namespace parfocal::sandbox
