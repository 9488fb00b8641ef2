// Bitmaps in CRoaring's portable form, read only after a check of our own: the library trusts what
// it reads (counts, order, ranges), a file does not deserve that.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

class Roaring;

namespace parfocal {

// Number of bytes of the portable bitmap at the front of `bytes`; nullopt if there is none that is
// whole, ordered and below `limit`.
std::optional<size_t> CheckPortableBitmap(absl::string_view bytes, uint32_t limit);
// The bitmap; nullptr if the check fails.
std::shared_ptr<const Roaring> ReadPortableBitmap(absl::string_view bytes, uint32_t limit);
// Sets the bitmap's bits in `words`, one bit for each number below `limit`; false, with some of
// them set, if its structure is wrong. Does not make sure that the counts are true and the order
// ascending: a set of bits does not care, and the checksum of the file does.
bool SetPortableBitmap(absl::string_view bytes, uint32_t limit, uint64_t* words);
// Sets the bits [begin, end).
void SetBits(uint64_t begin, uint64_t end, uint64_t* words);
std::string PortableBitmap(const Roaring& bitmap);

}  // namespace parfocal
