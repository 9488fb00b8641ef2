// Text of a repository's form field as plain text. Pure functions; any thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal::oai {

// `text` without HTML: repositories hand on what was typed into an editor, as markup, escaped once,
// or escaped twice. Tags of HTML become nothing, line breaks or paragraphs; what merely looks like
// one (`p<0.05`) stays. Entities become their characters, no-break blanks become blanks; at most
// one empty line stands between two lines. Linear in the length of `text`.
std::string PlainText(absl::string_view text);

// `text` for a message to people, whatever its bytes are: what is no printable ASCII becomes `?`.
std::string Printable(absl::string_view text);

// Bytes of `text` up to `limit`, cut between characters.
absl::string_view CutText(absl::string_view text, size_t limit);

}  // namespace parfocal::oai
