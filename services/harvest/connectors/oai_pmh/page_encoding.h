// Bytes of an answer as UTF-8.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::oai {

// `body` as UTF-8, without byte order mark and XML declaration. What says its encoding, in this
// order: the byte order mark, the XML declaration, `charset` of the HTTP header; UTF-8 if nothing
// does. Bytes that are no UTF-8 are left as they are: the record that holds them is bad, not the
// answer. INVALID_ARGUMENT if the encoding is not known or the bytes are not in it.
absl::StatusOr<std::string> PageAsUtf8(std::string body, absl::string_view charset);

}  // namespace parfocal::oai
