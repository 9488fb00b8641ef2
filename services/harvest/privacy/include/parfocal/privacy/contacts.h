// Keeps the addresses of people out of records: e-mail addresses and telephone numbers that stand
// in titles, descriptions and other free text.
//
// Thread safety: pure functions; any thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

inline constexpr absl::string_view kEmailMask = "[e-mail removed]";
inline constexpr absl::string_view kNumberMask = "[number removed]";

// Returns `text` with each e-mail address (a `mailto:` before it included) and each telephone or
// fax number that is named as one ("Tel.: +1 555 ...") replaced by its mask. Numbers without such a
// word stay: in these records they are ids and measures. What was masked once is left as it is.
// Linear in the length of `text`.
std::string WithoutContacts(absl::string_view text);

}  // namespace parfocal
