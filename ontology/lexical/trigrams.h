// Likeness of two texts by the character trigrams that they share.
// Thread safety: no state.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

// The trigrams of a folded text with a blank put before and behind it, packed; sorted, each once.
std::vector<uint32_t> TrigramsOf(absl::string_view folded);
// Dice's coefficient, 0 to 1: twice the shared ones by the sum of both.
double Likeness(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b);

}  // namespace parfocal
