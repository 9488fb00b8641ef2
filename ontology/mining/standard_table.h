// The table deploy/vocabulary/mining.tsv, copied into the program when it is built.
#pragma once

namespace parfocal {

extern const char* const kStandardMiningTable;

}  // namespace parfocal
