// Reads text whose encoding nobody states. Any thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal::idr {

struct DecodedText {
  std::string text;      // Valid UTF-8, without a byte-order mark.
  std::string encoding;  // "UTF-8", "macintosh" or "windows-1252".
};

// Decodes `bytes`. Text that is valid UTF-8 is UTF-8. Other text is Mac Roman or Windows-1252,
// whichever reads better: letters within words, typographic quotes and dashes, degree and micro
// signs speak for a reading, control characters and capitals inside words against it; Windows-1252
// if neither does. Both map every byte, so no byte is lost: the five that Windows-1252 leaves
// unassigned become the control characters of the same number.
DecodedText DecodeText(absl::string_view bytes);

// Whether `bytes` is valid UTF-8 without U+0000.
bool IsCleanUtf8(absl::string_view bytes);

}  // namespace parfocal::idr
