#include "parfocal/licence/licence.h"

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "creative_commons.h"

namespace parfocal {
namespace {

// A licence that is known by a fixed set of names.
struct Row {
  absl::string_view spdx;
  absl::string_view url;
  // Besides the SPDX id and the URL; folded (see Fold), separated by '|'.
  absl::string_view names;
  bool commercial, derivatives, share_alike, attribution;
};

// Flags as the texts of the licences say: attribution is yes where the notice must be kept.
constexpr Row kRows[] = {
    {"MIT", "https://opensource.org/licenses/MIT", "expat|opensource.org/licenses/mit", true, true,
     false, true},
    {"Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0",
     "apache 2|apache2|asl 2.0|apache software 2.0|opensource.org/licenses/apache 2.0|"
     "apache.org/licenses/license 2.0.html|apache.org/licenses/license 2.0.txt",
     true, true, false, true},
    {"BSD-2-Clause", "https://opensource.org/licenses/BSD-2-Clause", "simplified bsd|freebsd|bsd 2",
     true, true, false, true},
    {"BSD-3-Clause", "https://opensource.org/licenses/BSD-3-Clause",
     "new bsd|modified bsd|revised bsd|bsd 3", true, true, false, true},
    {"ISC", "https://opensource.org/licenses/ISC", "", true, true, false, true},
    {"MPL-2.0", "https://www.mozilla.org/MPL/2.0/", "mozilla public 2.0|mpl 2", true, true, true,
     true},
    {"GPL-2.0-only", "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
     "gpl 2.0|gpl 2|gplv2|gnu gpl 2", true, true, true, true},
    {"GPL-2.0-or-later", "https://www.gnu.org/licenses/old-licenses/gpl-2.0-standalone.html",
     "gpl 2.0+|gpl 2+", true, true, true, true},
    {"GPL-3.0-only", "https://www.gnu.org/licenses/gpl-3.0.html",
     "gpl 3.0|gpl 3|gplv3|gnu gpl 3|gnu.org/licenses/gpl 3.0|gnu.org/licenses/gpl 3.0.en.html",
     true, true, true, true},
    {"GPL-3.0-or-later", "https://www.gnu.org/licenses/gpl-3.0-standalone.html", "gpl 3.0+|gpl 3+",
     true, true, true, true},
    {"LGPL-3.0-only", "https://www.gnu.org/licenses/lgpl-3.0.html", "lgpl 3.0|lgpl 3|lgplv3", true,
     true, true, true},
    {"AGPL-3.0-only", "https://www.gnu.org/licenses/agpl-3.0.html", "agpl 3.0|agpl 3|agplv3", true,
     true, true, true},
    {"Unlicense", "https://unlicense.org/", "", true, true, false, false},
    {"ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/",
     "odbl|open database|odc odbl|opendatacommons.org/licenses/odbl|odc open database 1.0", true,
     true, true, true},
    {"ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/",
     "odc by|odc attribution|open data commons attribution 1.0|opendatacommons.org/licenses/by",
     true, true, false, true},
    {"PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/",
     "pddl|open data commons public domain dedication and|opendatacommons.org/licenses/pddl", true,
     true, false, false},
    {"OGL-UK-3.0", "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
     "open government 3.0|ogl 3.0|ogl uk 3.0", true, true, false, true},
    {"CDLA-Permissive-1.0", "https://cdla.dev/permissive-1-0/", "", true, true, false, true},
    {"CDLA-Permissive-2.0", "https://cdla.dev/permissive-2-0/", "", true, true, false, true},
    {"CDLA-Sharing-1.0", "https://cdla.dev/sharing-1-0/", "", true, true, true, true},
    {"etalab-2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
     "licence ouverte 2.0", true, true, false, true},
};

// Lower case, without scheme, `www.` and final slash; hyphens, commas and brackets become one
// blank; the words "the", "licence" and "version" go.
std::string Fold(absl::string_view text) {
  std::string lower = absl::AsciiStrToLower(text);
  absl::string_view rest = lower;
  if (!absl::ConsumePrefix(&rest, "https://")) absl::ConsumePrefix(&rest, "http://");
  absl::ConsumePrefix(&rest, "www.");
  absl::ConsumeSuffix(&rest, "/");
  std::string out;
  for (absl::string_view word :
       absl::StrSplit(rest, absl::ByAnyChar(" \t\n-_,()\""), absl::SkipEmpty())) {
    if (word == "the" || word == "licence" || word == "license" || word == "version") continue;
    if (word.size() > 1 && word[0] == 'v' &&
        absl::ascii_isdigit(static_cast<unsigned char>(word[1]))) {
      word.remove_prefix(1);
    }
    if (!out.empty()) out += ' ';
    out.append(word.data(), word.size());
  }
  return out;
}

bool Names(const Row& row, const std::string& folded) {
  if (folded == Fold(row.spdx) || folded == Fold(row.url)) return true;
  for (absl::string_view name : absl::StrSplit(row.names, '|', absl::SkipEmpty())) {
    if (folded == name) return true;
  }
  return false;
}

std::optional<Licence> ByTable(absl::string_view text) {
  const std::string folded = Fold(text);
  if (folded.empty()) return std::nullopt;
  for (const Row& row : kRows) {
    if (!Names(row, folded)) continue;
    auto flag = [](bool yes) { return yes ? Tristate::kYes : Tristate::kNo; };
    Licence out;
    out.url = std::string(row.url);
    out.spdx = std::string(row.spdx);
    out.commercial_use = flag(row.commercial);
    out.derivatives = flag(row.derivatives);
    out.share_alike = flag(row.share_alike);
    out.attribution = flag(row.attribution);
    return out;
  }
  return std::nullopt;
}

// `https://spdx.org/licenses/X`, with or without .html or .json: X.
absl::string_view WithoutSpdxBase(absl::string_view text) {
  for (absl::string_view base : {"https://", "http://"}) absl::ConsumePrefix(&text, base);
  absl::ConsumePrefix(&text, "www.");
  if (!absl::ConsumePrefix(&text, "spdx.org/licenses/")) return "";
  absl::ConsumeSuffix(&text, "/");
  if (!absl::ConsumeSuffix(&text, ".html")) absl::ConsumeSuffix(&text, ".json");
  return text;
}

}  // namespace

Licence LicenceFromStated(absl::string_view stated) {
  // No name or address of a licence is longer; what is longer is a text about one.
  constexpr size_t kLongestName = 300;
  Licence out;
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(stated));
  if (lower.size() <= kLongestName) {
    absl::string_view text = lower;
    if (absl::string_view id = WithoutSpdxBase(lower); !id.empty()) text = id;
    std::optional<Licence> found = internal::CreativeCommonsByUrl(text);
    if (!found) found = internal::CreativeCommonsByName(text);
    if (!found) found = ByTable(text);
    if (found) out = *std::move(found);
  }
  out.stated = std::string(stated);
  return out;
}

}  // namespace parfocal
