#include "stems.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/terms/text_fold.h"
#include "porter_stem.h"

namespace parfocal {
namespace {

// "localised" and "organisation" are "localized" and "organization" in most labels.
std::string American(absl::string_view word) {
  constexpr absl::string_view kEndings[] = {"isations", "isation", "ising", "ised", "ises", "ise"};
  for (absl::string_view ending : kEndings) {
    if (word.size() < ending.size() + 4 || !absl::EndsWith(word, ending)) continue;
    word.remove_suffix(ending.size());
    ending.remove_prefix(2);
    return absl::StrCat(word, "iz", ending);
  }
  return std::string(word);
}

}  // namespace

std::vector<std::string> StemsOf(absl::string_view text, size_t limit) {
  const std::string folded = FoldText(text);
  std::vector<std::string> stems;
  for (absl::string_view word : WordsOf(folded)) {
    if (stems.size() == limit) break;
    stems.push_back(PorterStem(American(word)));
  }
  return stems;
}

}  // namespace parfocal
