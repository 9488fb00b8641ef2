#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

constexpr size_t kMaxNumberBytes = 64;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Whether `mantissa` is groups of three digits, parted by `separator`, behind one to three digits.
bool IsGrouped(absl::string_view mantissa, char separator) {
  size_t at = 0;
  while (at < mantissa.size() && IsDigit(mantissa[at])) ++at;
  if (at == 0 || at > 3 || at == mantissa.size()) return false;
  while (at < mantissa.size()) {
    if (mantissa[at] != separator || mantissa.size() - at < 4) return false;
    for (size_t i = 1; i <= 3; ++i) {
      if (!IsDigit(mantissa[at + i])) return false;
    }
    at += 4;
  }
  return true;
}

size_t CountOf(absl::string_view text, char c) {
  size_t count = 0;
  for (char other : text) count += other == c;
  return count;
}

// The mantissa with a point and without groups; empty if it is none.
std::string PlainMantissa(absl::string_view text) {
  const size_t commas = CountOf(text, ','), points = CountOf(text, '.');
  // The one that comes last parts the decimals if there is just one of it.
  char decimal = '\0';
  if (commas > 0 && points > 0) {
    decimal = text.rfind(',') > text.rfind('.') ? ',' : '.';
    if (CountOf(text, decimal) != 1) return "";
  } else if (points == 1) {
    decimal = '.';
  } else if (commas == 1 && (!IsGrouped(text, ',') || text[0] == '0')) {
    decimal = ',';
  }
  const size_t cut = decimal == '\0' ? text.size() : text.find(decimal);
  absl::string_view whole = text.substr(0, cut);
  const char group = decimal == ',' ? '.' : decimal == '.' ? ',' : commas > 0 ? ',' : '.';
  std::string out;
  if (CountOf(whole, group) > 0 && !IsGrouped(whole, group)) return "";
  for (char c : whole) {
    if (IsDigit(c)) {
      out.push_back(c);
    } else if (c != group) {
      return "";
    }
  }
  const absl::string_view part = decimal == '\0' ? absl::string_view() : text.substr(cut + 1);
  for (char c : part) {
    if (!IsDigit(c)) return "";
  }
  if (out.empty() && part.empty()) return "";
  return absl::StrCat(out.empty() ? "0" : out, part.empty() ? "" : ".", part);
}

}  // namespace

std::optional<double> NumberIn(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || text.size() > kMaxNumberBytes) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const size_t e = text.find_first_of("eE");
  const std::string mantissa = PlainMantissa(text.substr(0, e));
  if (mantissa.empty()) return std::nullopt;
  int exponent = 0;
  // SimpleAtoi takes blanks, a person does not write them here.
  if (e != absl::string_view::npos &&
      (text.find(' ') != absl::string_view::npos ||
       !absl::SimpleAtoi(text.substr(e + 1), &exponent) || exponent < -400 || exponent > 400)) {
    return std::nullopt;
  }
  double number = 0;
  if (!absl::SimpleAtod(absl::StrCat(mantissa, "e", exponent), &number) || !std::isfinite(number)) {
    return std::nullopt;
  }
  return negative ? -number : number;
}

}  // namespace parfocal
