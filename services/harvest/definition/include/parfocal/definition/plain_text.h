// Text as a record keeps it. Pure functions; any thread.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal::definition {

// `text` less HTML tags (what stands between `<` and `>` where a letter, `/` or `!` follows the
// `<`), with the five named entities, `&nbsp;` and numbers of them as characters; a tag that ends a
// line or a paragraph becomes a line break. Linear in the length of `text`.
std::string WithoutMarkup(absl::string_view text);

// `text` as it is stored: trimmed, control characters as blanks, bytes that are no UTF-8 decoded as
// idr::DecodeText does, contacts of people masked, at most `limit` bytes, cut between characters.
std::string StoredText(absl::string_view text, size_t limit);

}  // namespace parfocal::definition
