#include "parfocal/connector_idr/text_decoding.h"

#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>

#include "absl/strings/strip.h"

namespace parfocal::idr {
namespace {

bool IsUtf8(absl::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto size = static_cast<int64_t>(bytes.size());
  int64_t i = 0;
  while (i < size) {
    UChar32 c = 0;
    U8_NEXT(data, i, size, c);
    if (c < 0) return false;
  }
  return true;
}

// `bytes` as UTF-16 by the ICU converter `name`.
icu::UnicodeString Convert(absl::string_view bytes, const char* name) {
  return icu::UnicodeString(bytes.data(), static_cast<int32_t>(bytes.size()), name);
}

// How well one decoded character fits between its neighbours.
int Fit(UChar32 before, UChar32 c, UChar32 after) {
  if (c == 0xFFFD || u_charType(c) == U_CONTROL_CHAR) return -10;
  if (u_islower(c)) {
    if (u_isalpha(before) || u_islower(after)) return 2;
    return c == 0xB5 || c == 0x3BC ? 1 : -1;  // The micro sign stands before a unit.
  }
  if (u_isupper(c)) {
    if (u_islower(before)) return -3;
    const bool begins_word = !u_isalnum(before) && before != '+';
    return begins_word && u_isalpha(after) ? 2 : -1;
  }
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x201C:
    case 0x201D:
    case 0x2013:
    case 0x2014:
    case 0x2026:
      return 2;  // Quotes, dashes, ellipsis.
    case 0xB0:
    case 0xB1:
    case 0xD7:
    case 0xA0:
    case 0xB7:
    case 0xAE:
    case 0xA9:
    case 0x2122:
      return 1;  // Degree, plus-minus, times, no-break space, middle dot, registered, copyright,
                 // TM.
    default:
      return -2;
  }
}

int64_t Score(const icu::UnicodeString& text) {
  int64_t score = 0;
  for (int32_t i = 0; i < text.length(); ++i) {
    const UChar32 c = text.charAt(i);
    if (c < 0x80) continue;
    score +=
        Fit(i > 0 ? text.charAt(i - 1) : ' ', c, i + 1 < text.length() ? text.charAt(i + 1) : ' ');
  }
  return score;
}

}  // namespace

bool IsCleanUtf8(absl::string_view bytes) {
  return bytes.find('\0') == absl::string_view::npos && IsUtf8(bytes);
}

DecodedText DecodeText(absl::string_view bytes) {
  DecodedText out;
  if (IsUtf8(bytes)) {
    absl::ConsumePrefix(&bytes, "\xEF\xBB\xBF");
    out.text = std::string(bytes);
    out.encoding = "UTF-8";
    return out;
  }
  const icu::UnicodeString mac = Convert(bytes, "macintosh");
  const icu::UnicodeString windows = Convert(bytes, "windows-1252");
  const bool is_mac = Score(mac) > Score(windows);
  (is_mac ? mac : windows).toUTF8String(out.text);
  out.encoding = is_mac ? "macintosh" : "windows-1252";
  return out;
}

}  // namespace parfocal::idr
