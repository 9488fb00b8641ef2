#include "parfocal/rpc/mask.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace parfocal {
namespace {

constexpr absl::string_view kMailMask = "[e-mail masked]";
constexpr absl::string_view kPhoneMask = "[phone masked]";

struct Span {
  size_t begin = 0;
  size_t end = 0;
  absl::string_view mask;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlpha(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
bool IsAlnum(char c) { return IsDigit(c) || IsAlpha(c); }
bool IsHigh(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }
bool IsLocal(char c) {
  return IsAlnum(c) || IsHigh(c) || absl::StrContains("._+%-~#!$*'", absl::string_view(&c, 1));
}

// Whether the character at `at` is escaped by an odd number of backslashes before it.
bool Escaped(absl::string_view text, size_t at) {
  size_t slashes = 0;
  while (slashes < at && text[at - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

// If a JSON escape \uXXXX ends at `end`, returns its code unit.
std::optional<int> UnicodeEscapeBefore(absl::string_view text, size_t end) {
  if (end < 6 || text[end - 6] != '\\' || text[end - 5] != 'u' || !Escaped(text, end - 5))
    return std::nullopt;
  int value = 0;
  for (size_t i = end - 4; i < end; ++i) {
    const char c = absl::ascii_tolower(static_cast<unsigned char>(text[i]));
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
    value = value * 16 + (IsDigit(c) ? c - '0' : c - 'a' + 10);
  }
  return value;
}

// Where the local part that ends at `end` begins; `end` if there is none. The letter of an escape
// such as \n belongs to the escape, not to the address.
size_t LocalBegin(absl::string_view text, size_t end) {
  constexpr size_t kMaxLocal = 128;
  size_t begin = end;
  while (begin > 0 && end - begin < kMaxLocal) {
    if (std::optional<int> unit = UnicodeEscapeBefore(text, begin)) {
      if (*unit < 0x80) break;
      begin -= 6;
    } else if (IsLocal(text[begin - 1]) && !Escaped(text, begin - 1)) {
      --begin;
    } else {
      break;
    }
  }
  while (begin < end && !IsAlnum(text[begin]) && !IsHigh(text[begin]) && text[begin] != '_' &&
         text[begin] != '\\')
    ++begin;
  return begin;
}

// Length of a dot between labels at `at`: '.', or, if `spelt`, one written [dot], (dot) or " dot ".
size_t DotLength(absl::string_view text, size_t at, bool spelt) {
  if (text[at] == '.') return 1;
  if (!spelt) return 0;
  size_t i = at;
  while (i < text.size() && text[i] == ' ' && i - at < 2) ++i;
  for (absl::string_view dot : {"[dot]", "(dot)", "{dot}", "dot "}) {
    if (!absl::StartsWithIgnoreCase(text.substr(i), dot)) continue;
    i += dot.size();
    while (i < text.size() && text[i] == ' ') ++i;
    return i - at;
  }
  return 0;
}

// Where the domain that begins at `begin` ends: two labels at least, the last one of two letters or
// more.
std::optional<size_t> DomainEnd(absl::string_view text, size_t begin, bool spelt) {
  std::optional<size_t> end;
  size_t at = begin;
  for (int labels = 1; labels <= 16; ++labels) {
    const size_t label = at;
    bool letters = true;
    while (at < text.size() && at - label < 64 &&
           (IsAlnum(text[at]) || text[at] == '-' || IsHigh(text[at]))) {
      letters = letters && !IsDigit(text[at]);
      ++at;
    }
    if (at == label) break;
    const bool punycode = absl::StartsWithIgnoreCase(text.substr(label), "xn--");
    if (labels >= 2 && at - label >= 2 && (letters || punycode)) end = at;
    if (at >= text.size()) break;
    const size_t dot = DotLength(text, at, spelt);
    if (dot == 0) break;
    at += dot;
  }
  return end;
}

struct AtSign {
  size_t length = 0;
  bool spelt = false;  // Written as a word in brackets, perhaps with spaces around it.
};

AtSign AtSignHere(absl::string_view rest) {
  switch (rest[0]) {
    case '@':
      return {1, false};
    case '%':
      return {absl::StartsWith(rest, "%40") ? size_t{3} : 0, false};
    case '\\':
      return {absl::StartsWith(rest, "\\u0040") ? size_t{6} : 0, false};
    case '&':
      for (absl::string_view entity : {"&#64;", "&#x40;", "&commat;"}) {
        if (absl::StartsWithIgnoreCase(rest, entity)) return {entity.size(), false};
      }
      return {};
    case '[':
    case '(':
    case '{':
      for (absl::string_view word : {"[at]", "(at)", "{at}", "[@]", "(@)"}) {
        if (absl::StartsWithIgnoreCase(rest, word)) return {word.size(), true};
      }
      return {};
    default:
      return {};
  }
}

void FindMail(absl::string_view text, std::vector<Span>* spans) {
  constexpr absl::string_view kStarts = "@%\\&[({";
  for (size_t at = text.find_first_of(kStarts); at != absl::string_view::npos;
       at = text.find_first_of(kStarts, at + 1)) {
    const AtSign sign = AtSignHere(text.substr(at));
    if (sign.length == 0) continue;
    size_t local_end = at, domain = at + sign.length;
    if (sign.spelt) {
      while (local_end > 0 && text[local_end - 1] == ' ' && at - local_end < 2) --local_end;
      while (domain < text.size() && text[domain] == ' ' && domain - at - sign.length < 2) ++domain;
    }
    const size_t begin = LocalBegin(text, local_end);
    if (begin == local_end) continue;
    const std::optional<size_t> end = DomainEnd(text, domain, sign.spelt);
    if (!end) continue;
    spans->push_back({begin, *end, kMailMask});
    at = *end - 1;
  }
}

// Digits in groups, as telephone numbers are written.
struct Number {
  size_t end = 0;
  int digits = 0;
  int dots = 0;
  int separators = 0;
  std::vector<size_t> groups;  // Digits in each.
};

bool IsSeparator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')';
}

// Reads the number at `at`; nullopt if none is there, or if it touches letters on either side.
std::optional<Number> ReadNumber(absl::string_view text, size_t at) {
  if (at > 0 && (IsAlnum(text[at - 1]) || text[at - 1] == '_')) return std::nullopt;
  Number number;
  size_t i = at;
  if (i < text.size() && text[i] == '+') ++i;
  if (i < text.size() && text[i] == '(') ++i;
  while (i < text.size() && IsDigit(text[i]) && number.digits <= 24) {
    const size_t group = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    number.groups.push_back(i - group);
    number.digits += static_cast<int>(i - group);
    number.end = i;
    size_t gap = i;
    bool repeated = false;
    while (gap < text.size() && gap - i < 2 && IsSeparator(text[gap])) {
      repeated = repeated || (gap > i && text[gap] == text[gap - 1]);
      ++gap;
    }
    if (gap == i || repeated || gap >= text.size() || !IsDigit(text[gap])) break;
    number.separators += 1;
    number.dots += text.substr(i, gap - i) == "." ? 1 : 0;
    i = gap;
  }
  if (number.digits == 0) return std::nullopt;
  if (number.end < text.size() && (IsAlnum(text[number.end]) || text[number.end] == '_'))
    return std::nullopt;
  return number;
}

bool Between(int value, int low, int high) { return value >= low && value <= high; }
// One dot between two groups is a decimal number.
bool IsDecimal(const Number& number) { return number.dots == 1 && number.separators == 1; }

// (0123) 456789 and (123) 456-7890, unless a number stands before the bracket: volume (issue)
// pages.
bool IsAreaForm(absl::string_view text, size_t at, const Number& number) {
  size_t before = at;
  while (before > 0 && text[before - 1] == ' ') --before;
  if (before > 0 && IsDigit(text[before - 1])) return false;
  if (number.groups.size() < 2) return false;
  const size_t close = at + 1 + number.groups[0];
  if (close >= text.size() || text[close] != ')') return false;
  if (text[at + 1] == '0') return Between(number.digits, 8, 13) && number.groups[0] <= 5;
  return number.groups == std::vector<size_t>{3, 3, 4};
}

bool IsNorthAmerican(absl::string_view text, size_t at, const Number& number) {
  if (number.groups != std::vector<size_t>{3, 3, 4}) return false;
  const char first = text[at + 3];
  if ((first != '-' && first != '.') || text[at + 7] != first || number.end != at + 12)
    return false;
  const auto joins = [](char c) { return c == '-' || c == '.' || c == '/' || c == ':'; };
  if (at > 0 && joins(text[at - 1])) return false;
  return number.end >= text.size() || !(text[number.end] == '-' || text[number.end] == '/');
}

void FindShapedPhones(absl::string_view text, std::vector<Span>* spans) {
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (!IsDigit(c) && c != '+' && c != '(') continue;
    const bool starts = at == 0 || !IsDigit(text[at - 1]);
    const std::optional<Number> number = starts ? ReadNumber(text, at) : std::nullopt;
    if (!number) continue;
    bool phone = false;
    if (c == '+') {
      const size_t first = text.find_first_of("0123456789", at);
      phone = Between(number->digits, 8, 15) && !IsDecimal(*number) && text[first] != '0';
    } else if (c == '(') {
      phone = IsAreaForm(text, at, *number);
    } else {
      phone = IsNorthAmerican(text, at, *number);
    }
    if (!phone) continue;
    spans->push_back({at, number->end, kPhoneMask});
    at = number->end - 1;
  }
}

// If a word for a telephone stands at `at`, returns where it ends.
std::optional<size_t> PhoneWordEnd(absl::string_view text, size_t at) {
  static constexpr absl::string_view kWords[] = {"telephone", "telefon", "telefax",
                                                 "phone",     "tel",     "fax"};
  // A capital inside a name begins a word: contactPhone.
  if (at > 0 && IsAlnum(text[at - 1]) &&
      !(absl::ascii_isupper(text[at]) && absl::ascii_islower(text[at - 1]))) {
    return std::nullopt;
  }
  for (absl::string_view word : kWords) {
    if (!absl::StartsWithIgnoreCase(text.substr(at), word)) continue;
    size_t end = at + word.size();
    for (absl::string_view tail : {"numbers", "number", "s"}) {
      if (absl::StartsWithIgnoreCase(text.substr(end), tail)) {
        end += tail.size();
        break;
      }
    }
    if (end >= text.size() || !IsAlnum(text[end])) return end;
  }
  return std::nullopt;
}

std::optional<Number> PhoneAt(absl::string_view text, size_t at) {
  std::optional<Number> number = ReadNumber(text, at);
  if (!number || !Between(number->digits, 6, 15) || IsDecimal(*number)) return std::nullopt;
  return number;
}

// Skips what may stand between the word and its numbers, "no." and "number" included.
size_t SkipToNumber(absl::string_view text, size_t at, bool* in_list) {
  while (at < text.size()) {
    const char c = text[at];
    if (c == '[') *in_list = true;
    const bool line_end = c == '\n' || c == '\r';
    if (line_end ? *in_list : absl::StrContains(" \t\"':=.,;>#[]|/_", absl::string_view(&c, 1))) {
      ++at;
      continue;
    }
    size_t skipped = 0;
    for (absl::string_view word : {"number", "nr", "no"}) {
      const size_t end = at + word.size();
      if (absl::StartsWithIgnoreCase(text.substr(at), word) &&
          (end >= text.size() || !IsAlnum(text[end]))) {
        skipped = word.size();
        break;
      }
    }
    if (skipped == 0) break;
    at += skipped;
  }
  return at;
}

void FindNamedPhones(absl::string_view text, std::vector<Span>* spans) {
  for (size_t at = text.find_first_of("tTpPfF"); at != absl::string_view::npos;
       at = text.find_first_of("tTpPfF", at + 1)) {
    std::optional<size_t> end = PhoneWordEnd(text, at);
    if (!end) continue;
    bool in_list = false;
    size_t next = SkipToNumber(text, *end, &in_list);
    while (next < text.size() && (IsDigit(text[next]) || text[next] == '+' || text[next] == '(')) {
      const std::optional<Number> number = PhoneAt(text, next);
      if (!number) break;
      spans->push_back({next, number->end, kPhoneMask});
      next = SkipToNumber(text, number->end, &in_list);
    }
    at = std::max(at, next == *end ? *end - 1 : next - 1);
  }
}

// The cells of a line: begin and end of each, without quotes.
std::vector<std::pair<size_t, size_t>> Cells(absl::string_view text, size_t begin, size_t end,
                                             char delimiter) {
  std::vector<std::pair<size_t, size_t>> cells;
  size_t cell = begin;
  bool quoted = false;
  for (size_t i = begin; i <= end; ++i) {
    if (i < end && text[i] == '"') quoted = !quoted;
    if (i < end && (quoted || text[i] != delimiter)) continue;
    size_t first = cell, last = i;
    while (first < last && (text[first] == '"' || text[first] == ' ')) ++first;
    while (last > first &&
           (text[last - 1] == '"' || text[last - 1] == ' ' || text[last - 1] == '\r'))
      --last;
    cells.emplace_back(first, last);
    cell = i + 1;
  }
  return cells;
}

// Cells below a header cell that names a telephone.
void FindColumnPhones(absl::string_view text, std::vector<Span>* spans) {
  const size_t header_end = text.find('\n');
  if (header_end == absl::string_view::npos) return;
  const absl::string_view header = text.substr(0, header_end);
  const char delimiter = absl::StrContains(header, "\t") ? '\t' : ',';
  std::vector<size_t> columns;
  const auto names = Cells(text, 0, header_end, delimiter);
  for (size_t column = 0; column < names.size(); ++column) {
    for (size_t at = names[column].first; at < names[column].second; ++at) {
      if (!PhoneWordEnd(text, at)) continue;
      columns.push_back(column);
      break;
    }
  }
  if (columns.empty() || names.size() < 2) return;
  for (size_t begin = header_end + 1; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const auto cells = Cells(text, begin, end, delimiter);
    for (size_t column : columns) {
      if (column >= cells.size()) continue;
      const std::optional<Number> number = PhoneAt(text, cells[column].first);
      if (number && number->end <= cells[column].second)
        spans->push_back({cells[column].first, number->end, kPhoneMask});
    }
    begin = end + 1;
  }
}

}  // namespace

Masked MaskPersonalData(absl::string_view text) {
  std::vector<Span> spans;
  FindMail(text, &spans);
  FindShapedPhones(text, &spans);
  FindNamedPhones(text, &spans);
  FindColumnPhones(text, &spans);
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  Masked masked;
  size_t done = 0;
  for (const Span& span : spans) {
    if (span.begin < done) continue;
    masked.text.append(text.data() + done, span.begin - done);
    masked.text.append(span.mask.data(), span.mask.size());
    ++masked.places;
    done = span.end;
  }
  masked.text.append(text.data() + done, text.size() - done);
  return masked;
}

}  // namespace parfocal
