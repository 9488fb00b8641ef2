#include "creative_commons.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal::internal {
namespace {

constexpr absl::string_view kSite = "creativecommons.org/";

// The elements of a licence's name.
struct Elements {
  bool cc = false;  // The words say that it is a Creative Commons licence.
  bool zero = false, mark = false;
  bool by = false, nc = false, sa = false, nd = false;
  std::string version;
  std::string port;
};

Tristate Flag(bool yes) { return yes ? Tristate::kYes : Tristate::kNo; }

std::string Code(const Elements& e) {
  return absl::StrCat("by", e.nc ? "-nc" : "", e.nd ? "-nd" : "", e.sa ? "-sa" : "");
}

bool IsVersion(absl::string_view v) {
  return v == "1.0" || v == "2.0" || v == "2.1" || v == "2.5" || v == "3.0" || v == "4.0";
}

Licence PublicDomain(const Elements& e) {
  Licence out;
  out.commercial_use = out.derivatives = Tristate::kYes;
  out.share_alike = out.attribution = Tristate::kNo;
  if (!e.version.empty() && e.version != "1.0") return out;
  out.url =
      absl::StrCat("https://creativecommons.org/publicdomain/", e.zero ? "zero" : "mark", "/1.0/");
  // The public domain mark is a notice, not a licence: SPDX has no id for it.
  if (e.zero) out.spdx = "CC0-1.0";
  return out;
}

std::optional<Licence> Build(const Elements& e) {
  if (e.zero || e.mark) {
    if (e.zero == e.mark || e.by || e.nc || e.sa || e.nd) return std::nullopt;
    return PublicDomain(e);
  }
  // Share-alike and no-derivatives exclude each other; 1.0 without "by" is older than what we know.
  if (!e.by || (e.sa && e.nd)) return std::nullopt;
  Licence out;
  out.commercial_use = Flag(!e.nc);
  out.derivatives = Flag(!e.nd);
  out.share_alike = Flag(e.sa);
  out.attribution = Tristate::kYes;
  if (e.version.empty()) return out;
  const std::string code = Code(e);
  const std::string port = e.port.empty() ? "" : e.port + "/";
  out.url = absl::StrCat("https://creativecommons.org/licenses/", code, "/", e.version, "/", port);
  if (port.empty()) out.spdx = absl::StrCat("CC-", absl::AsciiStrToUpper(code), "-", e.version);
  return out;
}

bool AddElement(absl::string_view word, Elements* e) {
  if (word == "by") return e->by = true;
  if (word == "nc") return e->nc = true;
  if (word == "sa") return e->sa = true;
  if (word == "nd") return e->nd = true;
  return false;
}

bool AddVersion(absl::string_view word, Elements* e) {
  absl::ConsumePrefix(&word, "v");
  std::string version(word);
  if (version.size() == 1) version += ".0";
  if (!IsVersion(version)) return false;
  if (!e->version.empty() && e->version != version) return false;
  e->version = version;
  return true;
}

// Takes one word of a name into `e`; false if it has no place in one.
bool AddWord(absl::string_view word, Elements* e) {
  if (word == "cc" || word == "creativecommons") return e->cc = true;
  if (word == "cc0" || word == "cczero") return e->cc = e->zero = true;
  if (word == "zero" || word == "0") return e->zero = true;
  if (word == "publicdomainmark") return e->mark = true;
  if (word == "ccby") return e->cc = e->by = true;
  for (absl::string_view filler :
       {"licence", "license", "licensed", "under", "the", "a", "international", "unported",
        "generic", "universal", "public", "version", "publicdomaindedication", "publicdomain",
        "dedication"}) {
    if (word == filler) return true;
  }
  return AddElement(word, e) || AddVersion(word, e);
}

}  // namespace

std::optional<Licence> CreativeCommonsByUrl(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "https://") && !absl::ConsumePrefix(&text, "http://") &&
      !absl::StartsWith(text, kSite) && !absl::StartsWith(text, "www.")) {
    return std::nullopt;
  }
  absl::ConsumePrefix(&text, "www.");
  if (!absl::ConsumePrefix(&text, kSite)) return std::nullopt;
  std::vector<std::string> parts = absl::StrSplit(text, '/', absl::SkipEmpty());
  // What follows the version names the page or a language, except for a country.
  while (!parts.empty() && (absl::StartsWith(parts.back(), "legalcode") ||
                            absl::StartsWith(parts.back(), "deed") || parts.back() == "rdf")) {
    parts.pop_back();
  }
  if (parts.size() < 3 || parts.size() > 4 || !IsVersion(parts[2])) return std::nullopt;
  Elements e;
  e.cc = true;
  e.version = parts[2];
  if (parts[0] == "publicdomain" && parts.size() == 3) {
    e.zero = parts[1] == "zero";
    e.mark = parts[1] == "mark";
    return Build(e);
  }
  if (parts[0] != "licenses") return std::nullopt;
  for (absl::string_view word : absl::StrSplit(parts[1], '-')) {
    if (!AddElement(word, &e)) return std::nullopt;
  }
  if (parts.size() == 4) {
    for (char c : parts[3]) {
      if (!absl::ascii_isalpha(static_cast<unsigned char>(c))) return std::nullopt;
    }
    if (parts[3].size() > 4) return std::nullopt;
    e.port = parts[3];
  }
  return Build(e);
}

std::optional<Licence> CreativeCommonsByName(absl::string_view text) {
  std::string words = absl::AsciiStrToLower(text);
  for (char& c : words) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 && !absl::ascii_isalnum(u) && c != '.') c = ' ';
  }
  absl::RemoveExtraAsciiWhitespace(&words);
  words = absl::StrReplaceAll(words, {{"creative commons", "cc"},
                                      {"public domain mark", "publicdomainmark"},
                                      {"public domain", "publicdomain"},
                                      {"attribution", "by"},
                                      {"noncommercial", "nc"},
                                      {"non commercial", "nc"},
                                      {"sharealike", "sa"},
                                      {"share alike", "sa"},
                                      {"noderivatives", "nd"},
                                      {"no derivatives", "nd"},
                                      {"noderivs", "nd"},
                                      {"no derivs", "nd"}});
  Elements e;
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    absl::ConsumeSuffix(&word, ".");
    if (!AddWord(word, &e)) return std::nullopt;
  }
  if (!e.cc) return std::nullopt;
  return Build(e);
}

}  // namespace parfocal::internal
