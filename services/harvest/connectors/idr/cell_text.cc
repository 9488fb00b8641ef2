#include "parfocal/connector_idr/cell_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace parfocal::idr {
namespace {

constexpr absl::string_view kWide[] = {"\xC2\xA0", "\xE2\x80\x89", "\xE2\x80\xAF", "\xEF\xBB\xBF"};

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Matches both already folded; `number` is set by the one `#`.
bool MatchFolded(absl::string_view pattern, absl::string_view text, int* number) {
  // `*` by backtracking to the last star only, as in a file glob: linear in practice.
  size_t p = 0, t = 0, star = absl::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '#' && number != nullptr && IsDigit(text[t])) {
      size_t end = t;
      while (end < text.size() && IsDigit(text[end]) && end - t < 9) ++end;
      if (!absl::SimpleAtoi(text.substr(t, end - t), number)) return false;
      t = end;
      ++p;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

absl::string_view Trim(absl::string_view text) {
  for (bool again = true; again;) {
    again = false;
    text = absl::StripAsciiWhitespace(text);
    for (absl::string_view space : kWide) {
      if (absl::ConsumePrefix(&text, space) || absl::ConsumeSuffix(&text, space)) again = true;
    }
  }
  return text;
}

std::string Fold(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (char c : Trim(text)) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      space = true;
      continue;
    }
    if (space) out.push_back(' ');
    space = false;
    out.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

bool Matches(absl::string_view pattern, absl::string_view text) {
  return MatchFolded(Fold(pattern), Fold(text), nullptr);
}

int MatchNumber(absl::string_view pattern, absl::string_view text) {
  int number = 0;
  return MatchFolded(Fold(pattern), Fold(text), &number) ? number : -1;
}

std::string CanonicalDoi(absl::string_view text) {
  std::string lower = absl::AsciiStrToLower(Trim(text));
  absl::string_view rest = lower;
  if (absl::ConsumePrefix(&rest, "https://") || absl::ConsumePrefix(&rest, "http://")) {
    absl::ConsumePrefix(&rest, "dx.");
    absl::ConsumePrefix(&rest, "www.");
    if (!absl::ConsumePrefix(&rest, "doi.org/")) return "";
  } else if (absl::ConsumePrefix(&rest, "doi:")) {
    rest = Trim(rest);
  }
  const size_t end = rest.find_first_of(" \t,;");
  rest = rest.substr(0, end);
  if (!absl::StartsWith(rest, "10.") || !absl::StrContains(rest, "/")) return "";
  return std::string(rest);
}

std::string CheckedOrcid(absl::string_view text) {
  text = Trim(text);
  const size_t at = text.find("orcid.org/");
  if (at != absl::string_view::npos) text.remove_prefix(at + 10);
  if (text.size() < 19) return "";
  std::string id = absl::AsciiStrToUpper(text.substr(0, 19));
  int total = 0;
  for (size_t i = 0; i < 19; ++i) {
    if (i == 4 || i == 9 || i == 14) {
      if (id[i] != '-') return "";
      continue;
    }
    if (i == 18) break;
    if (!IsDigit(id[i])) return "";
    total = (total + (id[i] - '0')) * 2 % 11;  // ISO 7064, MOD 11-2.
  }
  const int check = (12 - total % 11) % 11;
  if (id[18] != (check == 10 ? 'X' : static_cast<char>('0' + check))) return "";
  return id;
}

std::string CanonicalPubMedId(absl::string_view text) {
  text = Trim(text);
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), IsDigit)) return "";
  return std::string(text);
}

std::string CanonicalPmcId(absl::string_view text) {
  text = Trim(text);
  if (text.size() > 3 && absl::EqualsIgnoreCase(text.substr(0, 3), "PMC")) text.remove_prefix(3);
  const std::string digits = CanonicalPubMedId(text);
  return digits.empty() ? "" : absl::StrCat("PMC", digits);
}

std::optional<int64_t> ReadCount(absl::string_view text) {
  text = Trim(text);
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsDigit(text[i])) {
      digits.push_back(text[i]);
    } else if (!(text[i] == ',' && !digits.empty() && i + 1 < text.size() &&
                 IsDigit(text[i + 1]))) {
      break;
    }
  }
  int64_t value = 0;
  if (digits.empty() || digits.size() > 15 || !absl::SimpleAtoi(digits, &value))
    return std::nullopt;
  return value;
}

absl::string_view CutUtf8(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace parfocal::idr
