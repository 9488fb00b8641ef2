#include "parfocal/terms/text_fold.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <xxhash.h>

#include "absl/strings/ascii.h"

namespace parfocal {
namespace {

bool IsAscii(absl::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

std::string FoldCase(absl::string_view text) {
  if (IsAscii(text)) return absl::AsciiStrToLower(text);
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode error = U_ZERO_ERROR;
  icu::CaseMap::utf8Fold(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                         nullptr, error);
  return U_SUCCESS(error) ? out : absl::AsciiStrToLower(text);
}

bool IsWordByte(char c) { return absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::string FoldText(absl::string_view text) {
  std::string folded = FoldCase(text);
  std::string out;
  out.reserve(folded.size());
  for (size_t i = 0; i < folded.size(); ++i) {
    // U+00A0 is white space, too.
    const bool no_break = folded[i] == '\xc2' && i + 1 < folded.size() && folded[i + 1] == '\xa0';
    if (no_break) ++i;
    if (!no_break && !absl::ascii_isspace(folded[i])) {
      out.push_back(folded[i]);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

uint32_t HashText(absl::string_view folded) {
  return static_cast<uint32_t>(XXH3_64bits(folded.data(), folded.size()));
}

std::vector<absl::string_view> WordsOf(absl::string_view folded) {
  std::vector<absl::string_view> out;
  size_t i = 0;
  while (i < folded.size()) {
    while (i < folded.size() && !IsWordByte(folded[i])) ++i;
    const size_t begin = i;
    while (i < folded.size() && IsWordByte(folded[i])) ++i;
    if (i > begin) out.push_back(folded.substr(begin, i - begin));
  }
  return out;
}

}  // namespace parfocal
