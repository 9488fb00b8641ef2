// Text of records made safe and measurable for a terminal. Records are hostile: an escape sequence
// in a title can repaint the screen or set the clipboard, and a bidi override can make a name read
// as another. No byte of a record reaches the terminal but through EscapeForTerminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::cli {

// Returns `text` as valid UTF-8 in which every control character (C0, DEL, C1), format character
// (bidi controls, zero width, soft hyphen, tags), line and paragraph separator, surrogate, private
// use and non-character is shown as \x1b or \u202e, and each byte that is not UTF-8 as U+FFFD.
// A line end and a tab become one space, unless `keep_lines`: then a line feed stays.
std::string EscapeForTerminal(absl::string_view text, bool keep_lines = false);

// The same for JSON text: what is dangerous can only stand inside a string of it, where \uXXXX
// means the same character. White space of the layout stays.
std::string EscapeJson(absl::string_view json);

// Columns that `text` takes: 2 for wide characters, 0 for combining ones. `text` was escaped.
int DisplayWidth(absl::string_view text);

// `text`, or as much of it as fits into `columns` with an ellipsis at its end. 0 columns: whole.
std::string FitToWidth(absl::string_view text, int columns);

// Breaks `text` at spaces into lines of at most `columns`; a longer word has a line of its own.
// 0 columns: one line.
std::vector<std::string> WrapText(absl::string_view text, int columns);

// 1234567 as 1,234,567.
std::string FormatCount(int64_t count);
// "1 study", "2 studies", "1,000 image sets".
std::string CountOf(int64_t count, absl::string_view singular);
// 1234567 as 1.2 MB.
std::string FormatBytes(int64_t bytes);

}  // namespace parfocal::cli
