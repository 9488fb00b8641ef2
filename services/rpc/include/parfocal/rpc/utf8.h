// Text for the wire: a proto3 string that is not UTF-8 cannot be read by the client at all.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

// Returns the number of leading bytes of `text` that are UTF-8 (all of them, if it is valid).
size_t ValidUtf8Prefix(absl::string_view text);

// Returns `text` with each byte that does not belong to valid UTF-8 replaced by U+FFFD.
std::string ValidUtf8(absl::string_view text);

}  // namespace parfocal
