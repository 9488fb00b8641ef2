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
std::string PortableBitmap(const Roaring& bitmap);

}  // namespace parfocal
