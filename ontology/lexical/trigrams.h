// Likeness of two texts by the character trigrams that they share, and of two words by letters.
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

// How many letters must be put in, left out, replaced or exchanged with their neighbour to make `a`
// into `b` (F. J. Damerau, CACM 7(3), 1964, neighbours once); at most `limit` + 1.
size_t EditDistance(absl::string_view a, absl::string_view b, size_t limit);

}  // namespace parfocal
