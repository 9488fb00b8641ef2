// What a licence that a source states means: its canonical URL, its SPDX id and what it allows.
//
// Thread safety: pure functions; any thread.
#pragma once

#include "absl/strings/string_view.h"
#include "parfocal/record.h"

namespace parfocal {

// Reads the name, SPDX id or URL of a licence in any of the spellings that archives use:
// `CC BY 4.0`, `cc-by-4.0`, `Creative Commons Attribution 4.0 International (CC BY 4.0)`, the
// deed's URL with or without final slash, `legalcode` or `deed.en`,
// `https://spdx.org/licenses/MIT`.
//
// `stated` is always kept as it stands. A licence that is not known, and a text that holds anything
// besides the name of one licence, leave the other fields empty and every flag kNotStated: a
// licence is never guessed. A Creative Commons licence without a version has its flags but neither
// URL nor SPDX id; a national port (`/licenses/by/3.0/de/`) has a URL and flags but no SPDX id.
Licence LicenceFromStated(absl::string_view stated);

}  // namespace parfocal
