// The words of a text, with what parts them.
// Thread safety: no state.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

struct TextWord {
  absl::string_view raw;  // Into the text.
  std::string folded;     // Lower case.
  // Only blanks or one hyphen stand between this word and the one before; so two words may be parts
  // of one name. Also true for the full stop of "E. coli".
  bool joined = false;
  // A hyphen or a slash alone stands before it.
  bool compound = false;
  // Blanks and an opening bracket stand before it.
  bool bracketed = false;
};

// At most `limit` words. Letters and digits make words, bytes above 127 are letters.
std::vector<TextWord> TextWordsOf(absl::string_view text, size_t limit);

}  // namespace parfocal
