// Snippets: the part of a text that has most of the words of a query, with U+E000 before and U+E001
// behind each of them. The result is plain text: whoever renders it escapes it first.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/query.h"

namespace parfocal {

inline constexpr size_t kSnippetWords = 32;

// `words` is the words tree of a bound query; what stands below a NOT is not marked. Empty if no
// word occurs. Marks that the text itself contains are left out. Looks at the first 20,000 words
// only.
std::string Highlight(absl::string_view text, const QueryNode& words);

}  // namespace parfocal
