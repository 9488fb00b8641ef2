// The keys of the study file format, with the spellings that files use for them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal::idr {

// The key that `cell` is a spelling of (case, spaces, quotes and a final colon aside), or nullptr.
const std::string* FindKey(absl::string_view cell);

// The longest key that stands at the beginning of `line`, spelt exactly and followed by spaces or a
// colon; `*length` is the length of what it took, colon included. nullptr if there is none.
const std::string* FindKeyPrefix(absl::string_view line, size_t* length);

}  // namespace parfocal::idr
