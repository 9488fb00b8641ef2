// The words of a text as stems, before any vocabulary.
// Thread safety: no state.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

// Case folded, split at everything but letters and digits, British endings made American, stemmed.
// At most `limit` stems.
std::vector<std::string> StemsOf(absl::string_view text, size_t limit);

}  // namespace parfocal
