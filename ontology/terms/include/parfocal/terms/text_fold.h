// The folded form under which labels are compared, and the words of a text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

// Case folded (Unicode), white space at the ends removed and within runs made one blank.
std::string FoldText(absl::string_view text);
// 32 bits of a hash of folded text; collisions are possible, so a hit is compared.
uint32_t HashText(absl::string_view folded);
// The runs of letters and digits of folded text.
std::vector<absl::string_view> WordsOf(absl::string_view folded);

}  // namespace parfocal
