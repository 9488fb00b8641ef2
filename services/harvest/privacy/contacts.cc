#include "parfocal/privacy/contacts.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace parfocal {
namespace {

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// Bytes of a multi-byte character count as letters: names are not ASCII alone.
bool IsLocalPart(char c) {
  return IsAlnum(c) || (static_cast<unsigned char>(c) & 0x80) || c == '.' || c == '_' || c == '%' ||
         c == '+' || c == '-';
}

bool IsDomain(char c) {
  return IsAlnum(c) || (static_cast<unsigned char>(c) & 0x80) || c == '.' || c == '-';
}

// The end of the domain that begins at `from`, or `from` if there is none with a dot inside.
size_t DomainEnd(absl::string_view text, size_t from) {
  size_t end = from;
  while (end < text.size() && IsDomain(text[end])) ++end;
  while (end > from && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  const size_t dot = text.substr(from, end - from).find('.');
  return dot == absl::string_view::npos || dot == 0 ? from : end;
}

std::string WithoutEmails(absl::string_view text) {
  std::string out;
  size_t copied = 0;  // Everything before it is in `out`.
  for (size_t at = text.find('@'); at != absl::string_view::npos; at = text.find('@', at + 1)) {
    size_t begin = at;
    while (begin > copied && IsLocalPart(text[begin - 1])) --begin;
    const size_t end = DomainEnd(text, at + 1);
    if (begin == at || end == at + 1) continue;
    constexpr absl::string_view kScheme = "mailto:";
    if (begin >= copied + kScheme.size() &&
        absl::EqualsIgnoreCase(text.substr(begin - kScheme.size(), kScheme.size()), kScheme)) {
      begin -= kScheme.size();
    }
    out.append(text.data() + copied, begin - copied);
    out.append(kEmailMask.data(), kEmailMask.size());
    copied = end;
    at = end - 1;
  }
  out.append(text.data() + copied, text.size() - copied);
  return out;
}

// The word for a telephone at `at`, with its length; 0 if none begins there.
size_t TelephoneWord(absl::string_view text, size_t at) {
  if (at > 0 && IsAlnum(text[at - 1])) return 0;
  for (absl::string_view word : {"telephone", "telefax", "mobile", "phone", "tel", "fax"}) {
    if (!absl::EqualsIgnoreCase(text.substr(at, word.size()), word)) continue;
    const size_t end = at + word.size();
    if (end < text.size() && IsAlnum(text[end])) continue;
    return word.size();
  }
  return 0;
}

// Skips what may stand between the word and its number: ". no. : ".
size_t SkipToNumber(absl::string_view text, size_t at) {
  const size_t limit = at + 16;
  while (at < text.size() && at < limit) {
    if (text[at] == ' ' || text[at] == ':' || text[at] == '.' || text[at] == '=' ||
        text[at] == '/') {
      ++at;
    } else if (absl::StartsWithIgnoreCase(text.substr(at), "number")) {
      at += 6;
    } else if (absl::StartsWithIgnoreCase(text.substr(at), "no")) {
      at += 2;
    } else {
      break;
    }
  }
  return at;
}

// The end of a telephone number that begins at `from`, or `from`: at least 6 digits.
size_t NumberEnd(absl::string_view text, size_t from) {
  size_t at = from, end = from;
  int digits = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (IsDigit(c)) {
      ++digits;
      end = at + 1;
    } else if (c != '+' && c != '-' && c != '(' && c != ')' && c != ' ' && c != '.' && c != '/') {
      break;
    }
  }
  return digits >= 6 ? end : from;
}

std::string WithoutNumbers(absl::string_view text) {
  std::string out;
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char first = absl::ascii_tolower(static_cast<unsigned char>(text[at]));
    if (first != 't' && first != 'p' && first != 'f' && first != 'm') continue;
    const size_t word = TelephoneWord(text, at);
    if (word == 0) continue;
    const size_t begin = SkipToNumber(text, at + word);
    const size_t end = NumberEnd(text, begin);
    if (end == begin) continue;
    out.append(text.data() + copied, begin - copied);
    out.append(kNumberMask.data(), kNumberMask.size());
    copied = end;
    at = end - 1;
  }
  out.append(text.data() + copied, text.size() - copied);
  return out;
}

}  // namespace

std::string WithoutContacts(absl::string_view text) { return WithoutNumbers(WithoutEmails(text)); }

}  // namespace parfocal
