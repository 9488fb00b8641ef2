#include "text_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace parfocal {
namespace {

// Length of the punctuation mark or blank beyond ASCII at `at`: general punctuation (U+2000 to
// U+206F: dashes, quotation marks, thin blanks) and Latin-1 signs (the no-break space).
size_t SignAt(absl::string_view text, size_t at) {
  const absl::string_view rest = text.substr(at);
  if (absl::StartsWith(rest, "\xe2\x80") || absl::StartsWith(rest, "\xe2\x81"))
    return std::min<size_t>(3, rest.size());
  const bool latin = rest.size() > 1 && rest[0] == '\xc2' && static_cast<uint8_t>(rest[1]) < 0xc0;
  return latin ? 2 : 0;
}

// Length of the letter or digit at `at`, counted in bytes; 0 if it is none.
size_t LetterAt(absl::string_view text, size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) return absl::ascii_isalnum(c) ? 1 : 0;
  return SignAt(text, at) > 0 ? 0 : 1;
}

bool IsInitial(absl::string_view word) { return word.size() == 1 && absl::ascii_isupper(word[0]); }

bool IsHyphen(absl::string_view between) {
  return between == "-" || between == "\xe2\x80\x90" || between == "\xe2\x80\x91";
}

// What stands between two words.
bool Joins(absl::string_view between, absl::string_view before) {
  constexpr absl::string_view kNoBreakSpace = "\xc2\xa0";
  if (IsHyphen(between) || between == kNoBreakSpace) return true;
  if (IsInitial(before) && !between.empty() && between[0] == '.') between.remove_prefix(1);
  return !between.empty() && std::all_of(between.begin(), between.end(),
                                         [](unsigned char c) { return absl::ascii_isspace(c); });
}

bool OpensBracket(absl::string_view between) {
  between = absl::StripAsciiWhitespace(between);
  return between == "(";
}

}  // namespace

std::vector<TextWord> TextWordsOf(absl::string_view text, size_t limit) {
  std::vector<TextWord> out;
  size_t end = 0;  // Of the word before.
  for (size_t i = 0; i < text.size() && out.size() < limit;) {
    if (LetterAt(text, i) == 0) {
      i += std::max<size_t>(1, SignAt(text, i));
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && LetterAt(text, i) > 0) ++i;
    TextWord word;
    word.raw = text.substr(begin, i - begin);
    word.folded = absl::AsciiStrToLower(word.raw);
    if (!out.empty()) {
      const absl::string_view between = text.substr(end, begin - end);
      word.joined = Joins(between, out.back().raw);
      word.compound = IsHyphen(between) || between == "/";
      word.bracketed = OpensBracket(between);
    }
    end = i;
    out.push_back(std::move(word));
  }
  return out;
}

}  // namespace parfocal
