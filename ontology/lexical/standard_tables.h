// The tables of deploy/vocabulary, copied into the program when it is built.
#pragma once

#include "absl/types/span.h"

namespace parfocal {

struct StandardTable {
  const char* name;
  const char* content;
};
extern const absl::Span<const StandardTable> kStandardTables;

}  // namespace parfocal
