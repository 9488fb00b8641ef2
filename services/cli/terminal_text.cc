#include "parfocal/cli/terminal_text.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal::cli {
namespace {

constexpr absl::string_view kReplacement = "\xef\xbf\xbd";

// The next code point of `text` at `*offset`, which it moves on; negative if the bytes are not
// UTF-8 (then one byte was passed).
UChar32 NextCodePoint(absl::string_view text, size_t* offset) {
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const int64_t length = static_cast<int64_t>(text.size());
  int64_t at = static_cast<int64_t>(*offset);
  UChar32 code_point;
  U8_NEXT(bytes, at, length, code_point);
  // U8_NEXT passes the longest ill-formed part; one byte at a time shows how much there was.
  *offset = code_point < 0 ? *offset + 1 : static_cast<size_t>(at);
  return code_point;
}

bool IsDangerous(UChar32 c) {
  if (c < 0x7f) return c < 0x20;
  switch (u_charType(c)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
      return true;
    default:
      return U_IS_UNICODE_NONCHAR(c) != 0;
  }
}

void AppendVisibly(UChar32 c, std::string* out) {
  if (c < 0x80) {
    absl::StrAppendFormat(out, "\\x%02x", c);
  } else if (c < 0x10000) {
    absl::StrAppendFormat(out, "\\u%04x", c);
  } else {
    absl::StrAppendFormat(out, "\\U%08x", c);
  }
}

int WidthOf(UChar32 c) {
  switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return 0;
    default:
      break;
  }
  const int east_asian = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
}

}  // namespace

std::string EscapeForTerminal(absl::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  size_t at = 0;
  while (at < text.size()) {
    const size_t begin = at;
    const UChar32 c = NextCodePoint(text, &at);
    if (c < 0) {
      absl::StrAppend(&out, kReplacement);
    } else if (c == '\n' && keep_lines) {
      out.push_back('\n');
    } else if (c == '\n' || c == '\t' || (c == '\r' && at < text.size() && text[at] == '\n')) {
      // Of a CR LF pair the CR vanishes and the LF decides.
      if (c != '\r') out.push_back(' ');
    } else if (IsDangerous(c)) {
      AppendVisibly(c, &out);
    } else {
      absl::StrAppend(&out, text.substr(begin, at - begin));
    }
  }
  return out;
}

std::string EscapeJson(absl::string_view json) {
  std::string out;
  out.reserve(json.size());
  size_t at = 0;
  while (at < json.size()) {
    const size_t begin = at;
    const UChar32 c = NextCodePoint(json, &at);
    if (c < 0) {
      absl::StrAppend(&out, kReplacement);
    } else if (c == '\n' || !IsDangerous(c)) {
      absl::StrAppend(&out, json.substr(begin, at - begin));
    } else if (c < 0x10000) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else {
      absl::StrAppendFormat(&out, "\\u%04x\\u%04x", U16_LEAD(c), U16_TRAIL(c));
    }
  }
  return out;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  size_t at = 0;
  while (at < text.size()) {
    const UChar32 c = NextCodePoint(text, &at);
    width += c < 0 ? 1 : WidthOf(c);
  }
  return width;
}

std::string FitToWidth(absl::string_view text, int columns) {
  if (columns <= 0 || DisplayWidth(text) <= columns) return std::string(text);
  int width = 0;
  size_t at = 0;
  size_t kept = 0;
  while (at < text.size()) {
    const UChar32 c = NextCodePoint(text, &at);
    width += c < 0 ? 1 : WidthOf(c);
    if (width > columns - 1) break;
    kept = at;
  }
  return absl::StrCat(text.substr(0, kept), "\xe2\x80\xa6");
}

std::vector<std::string> WrapText(absl::string_view text, int columns) {
  if (columns <= 0) return {std::string(text)};
  std::vector<std::string> lines;
  std::string line;
  int width = 0;
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const int word_width = DisplayWidth(word);
    if (!line.empty() && width + 1 + word_width > columns) {
      lines.push_back(std::move(line));
      line.clear();
      width = 0;
    }
    if (!line.empty()) {
      line.push_back(' ');
      ++width;
    }
    absl::StrAppend(&line, word);
    width += word_width;
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string FormatCount(int64_t count) {
  std::string digits = absl::StrCat(count);
  const size_t first = count < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string CountOf(int64_t count, absl::string_view singular) {
  if (count == 1) return absl::StrCat("1 ", singular);
  if (absl::ConsumeSuffix(&singular, "y"))
    return absl::StrCat(FormatCount(count), " ", singular, "ies");
  return absl::StrCat(FormatCount(count), " ", singular, "s");
}

std::string FormatBytes(int64_t bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return absl::StrCat(bytes, " B");
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

}  // namespace parfocal::cli
