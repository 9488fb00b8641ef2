#include "parfocal/identifiers/identifiers.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal {
namespace {

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace

bool IsHttpUrl(absl::string_view text) {
  if (!absl::StartsWithIgnoreCase(text, "http://") && !absl::StartsWithIgnoreCase(text, "https://"))
    return false;
  for (char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u <= 0x20 || c == '"' || c == '<' || c == '>' || u == 0x7f) return false;
  }
  return true;
}

std::string DoiOf(absl::string_view text) {
  std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  absl::string_view rest = lower;
  if (!absl::ConsumePrefix(&rest, "https://")) absl::ConsumePrefix(&rest, "http://");
  for (absl::string_view base : {"doi.org/", "dx.doi.org/", "www.doi.org/", "doi:"}) {
    if (absl::ConsumePrefix(&rest, base)) break;
  }
  rest = absl::StripLeadingAsciiWhitespace(rest);
  const size_t slash = rest.find('/');
  if (!absl::StartsWith(rest, "10.") || slash == absl::string_view::npos || slash < 7 ||
      slash + 1 == rest.size()) {
    return "";
  }
  for (char c : rest.substr(3, slash - 3)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '.') return "";
  }
  for (char c : rest) {
    if (static_cast<unsigned char>(c) <= 0x20) return "";
  }
  return std::string(rest);
}

std::string OrcidOf(absl::string_view text, bool* valid) {
  *valid = false;
  text = absl::StripAsciiWhitespace(text);
  if (const size_t site = text.find("orcid.org/"); site != absl::string_view::npos) {
    text.remove_prefix(site + 10);
  } else if (absl::StartsWithIgnoreCase(text, "orcid:")) {
    text = absl::StripLeadingAsciiWhitespace(text.substr(6));
  } else if (text.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(text[0]))) {
    return "";
  }
  std::string orcid = absl::AsciiStrToUpper(absl::StripSuffix(text, "/"));
  int total = 0, digits = 0;
  bool shape = orcid.size() == 19;
  for (size_t i = 0; shape && i < orcid.size(); ++i) {
    const char c = orcid[i];
    if (i == 4 || i == 9 || i == 14) {
      shape = c == '-';
    } else if (i == 18) {
      const int check = (12 - total % 11) % 11;
      shape = c == (check == 10 ? 'X' : static_cast<char>('0' + check));
    } else {
      shape = absl::ascii_isdigit(static_cast<unsigned char>(c));
      total = (total + (c - '0')) * 2;
      ++digits;
    }
  }
  *valid = shape && digits == 15;
  return orcid;
}

std::string RorOf(absl::string_view text) {
  const size_t site = text.find("ror.org/");
  if (site == absl::string_view::npos) return "";
  absl::string_view id = absl::StripSuffix(text.substr(site + 8), "/");
  if (id.size() != 9 || id[0] != '0') return "";
  return absl::StrCat("https://ror.org/", absl::AsciiStrToLower(id));
}

std::string PmidOf(absl::string_view text) {
  for (absl::string_view base :
       {"https://", "http://", "www.", "pubmed.ncbi.nlm.nih.gov/", "ncbi.nlm.nih.gov/pubmed/",
        "identifiers.org/pubmed:", "pmid:", "PMID:"}) {
    absl::ConsumePrefix(&text, base);
  }
  text = absl::StripAsciiWhitespace(absl::StripSuffix(text, "/"));
  if (text.empty() || text.size() > 8) return "";
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return "";
  }
  return std::string(text);
}

std::string PmcidOf(absl::string_view text) {
  const size_t at = text.rfind("PMC");
  if (at == absl::string_view::npos) return "";
  if (at > 0 && text[at - 1] != '/' && text[at - 1] != ':') return "";
  absl::string_view id = absl::StripSuffix(text.substr(at), "/");
  if (id.size() < 4 || id.size() > 12) return "";
  for (char c : id.substr(3)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return "";
  }
  return std::string(id);
}

std::string DatePart(absl::string_view text) {
  absl::string_view date = text.substr(0, text.find_first_of("T "));
  std::string digits;
  const std::vector<absl::string_view> parts = absl::StrSplit(date, '-');
  if (parts.size() > 3) return "";
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!IsDigits(parts[i])) return "";
    if (parts.size() > 1 && parts[i].size() != (i == 0 ? 4u : 2u)) return "";
    digits.append(parts[i].data(), parts[i].size());
  }
  if (digits.size() != 4 && digits.size() != 6 && digits.size() != 8) return "";
  int month = 1, day = 1;
  if (digits.size() >= 6 && !absl::SimpleAtoi(digits.substr(4, 2), &month)) return "";
  if (digits.size() == 8 && !absl::SimpleAtoi(digits.substr(6, 2), &day)) return "";
  if (month < 1 || month > 12 || day < 1 || day > 31) return "";
  std::string out = digits.substr(0, 4);
  if (digits.size() >= 6) absl::StrAppend(&out, "-", digits.substr(4, 2));
  if (digits.size() == 8) absl::StrAppend(&out, "-", digits.substr(6, 2));
  return out;
}

}  // namespace parfocal
