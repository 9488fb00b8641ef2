#include "damage.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gene_names.h"

namespace parfocal::internal {
namespace {

// A date has at most three parts, and no part is longer than the name of a month.
constexpr size_t kMaxDateBytes = 40;

bool IsBoundary(absl::string_view text, size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

// 0 if the word is no month; else notes its language.
int MonthOf(absl::string_view word, const GeneVocabulary& vocabulary, Damage* out) {
  const std::string folded = FoldGeneName(word);
  for (const MonthName& name : vocabulary.months) {
    if (folded.size() < name.least || !absl::StartsWith(name.name, folded)) continue;
    out->language = name.language;
    return name.month;
  }
  return 0;
}

// -1 if it is no number of so many digits.
int NumberOf(absl::string_view text, size_t least, size_t most) {
  int out = 0;
  const bool good = text.size() >= least && text.size() <= most && AllDigits(text);
  return good && absl::SimpleAtoi(text, &out) ? out : -1;
}

absl::string_view WithoutTime(absl::string_view text) {
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return text;
  const size_t at = text.find_last_of(" T", colon);
  return at == absl::string_view::npos ? text : absl::StripAsciiWhitespace(text.substr(0, at));
}

void AddReading(int month, int number, Damage* out) {
  if (month < 1 || month > 12 || number < 1 || number > 31) return;
  const std::pair<int, int> reading = {month, number};
  if (std::find(out->readings.begin(), out->readings.end(), reading) == out->readings.end()) {
    out->readings.push_back(reading);
  }
}

void ReadTwoParts(absl::string_view a, absl::string_view b, const GeneVocabulary& vocabulary,
                  Damage* out) {
  for (const auto& [word, number] : {std::pair(a, b), std::pair(b, a)}) {
    const int month = MonthOf(word, vocabulary, out);
    if (month == 0 || (NumberOf(number, 1, 2) < 0 && NumberOf(number, 4, 4) < 0)) continue;
    out->kind = Damage::kDate;
    AddReading(month, NumberOf(number, 1, 2), out);
    return;
  }
}

void ReadThreeParts(const std::vector<absl::string_view>& parts, bool slash,
                    const GeneVocabulary& vocabulary, Damage* out) {
  const auto year = [&](absl::string_view part) {
    return NumberOf(part, 4, 4) >= 1900 || (slash && NumberOf(part, 2, 2) >= 0);
  };
  const int middle = MonthOf(parts[1], vocabulary, out);
  if (middle != 0) {  // 1-Mar-06, 2006-Mar-01
    const bool year_first = NumberOf(parts[0], 4, 4) >= 1900;
    const int day = NumberOf(year_first ? parts[2] : parts[0], 1, 2);
    const bool has_year = year_first || NumberOf(parts[2], 2, 2) >= 0 || year(parts[2]);
    if (day < 0 || !has_year) return;
    out->kind = Damage::kDate;
    AddReading(middle, day, out);
    return;
  }
  const int second = NumberOf(parts[1], 1, 2);
  if (second < 0) return;
  if (NumberOf(parts[0], 4, 4) >= 1900 && NumberOf(parts[2], 1, 2) >= 0) {  // 2006-03-01
    out->kind = Damage::kDate;
    AddReading(second, NumberOf(parts[2], 1, 2), out);
  } else if (NumberOf(parts[0], 1, 2) >= 0 && year(parts[2])) {  // 01/03/2006, of either order
    out->kind = Damage::kDate;
    AddReading(NumberOf(parts[0], 1, 2), second, out);
    AddReading(second, NumberOf(parts[0], 1, 2), out);
  }
  if (out->readings.empty()) out->kind = Damage::kNone;
}

// 2.31E+13, 1E+05
bool IsFloat(absl::string_view text) {
  const size_t e = text.find_first_of("eE");
  if (e == absl::string_view::npos || e + 2 >= text.size() || text[e + 1] != '+') return false;
  absl::string_view mantissa = text.substr(0, e);
  const size_t dot = mantissa.find_first_of(".,");
  const bool digits = dot == absl::string_view::npos ? AllDigits(mantissa)
                                                     : AllDigits(mantissa.substr(0, dot)) &&
                                                           AllDigits(mantissa.substr(dot + 1));
  return digits && AllDigits(text.substr(e + 2));
}

}  // namespace

Damage ReadDamage(absl::string_view text, const GeneVocabulary& vocabulary) {
  Damage out;
  if (!vocabulary.months.empty()) out.language = vocabulary.months.front().language;
  if (text.empty() || text.size() > kMaxDateBytes) return out;
  if (IsFloat(text)) {
    out.kind = Damage::kFloat;
    return out;
  }
  const size_t dot = text.find('.');
  if (dot != absl::string_view::npos && AllDigits(text.substr(0, dot)) && dot + 1 < text.size() &&
      text.find_first_not_of('0', dot + 1) == absl::string_view::npos) {
    out.kind = Damage::kWholeNumber;
    out.number = std::string(text.substr(0, dot));
    return out;
  }
  const absl::string_view day = WithoutTime(text);
  const std::vector<absl::string_view> parts =
      absl::StrSplit(day, absl::ByAnyChar("-/ "), absl::AllowEmpty());
  if (parts.size() == 2) ReadTwoParts(parts[0], parts[1], vocabulary, &out);
  if (parts.size() == 3) ReadThreeParts(parts, absl::StrContains(day, "/"), vocabulary, &out);
  return out;
}

std::vector<std::string> SymbolsOfDate(int month, int number, absl::string_view language,
                                       const GeneVocabulary& vocabulary) {
  std::vector<std::string> out;
  for (const MonthName& name : vocabulary.months) {
    if (name.month != month || name.language != language) continue;
    for (size_t n = name.least; n <= name.name.size(); ++n) {
      if (!IsBoundary(name.name, n)) continue;
      const absl::string_view stem = absl::string_view(name.name).substr(0, n);
      out.push_back(absl::StrCat(stem, number));
      out.push_back(absl::StrCat(stem, "-", number));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace parfocal::internal
