// Porter's stemmer for English (M. F. Porter, An algorithm for suffix stripping, Program 14(3),
// 1980): "fragmented", "fragments" and "fragmentation" become one.
// Thread safety: no state.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

// The stem of a lower-case word. Words of fewer than three letters, or with anything but a-z, are
// returned as they are (a plural s after a digit or a letter outside a-z stays).
std::string PorterStem(absl::string_view word);

}  // namespace parfocal
