#include "stems.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libstemmer.h"
#include "parfocal/terms/text_fold.h"

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

// Porter's stemmer (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980). Words of
// fewer than three letters, or with anything but a-z, are left as they are: they are names.
std::string Stem(const std::string& word) {
  struct Delete {
    void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
  };
  // A stemmer has a buffer of its own, so each thread needs one.
  thread_local const std::unique_ptr<sb_stemmer, Delete> stemmer(sb_stemmer_new("porter", nullptr));
  if (stemmer == nullptr || word.size() < 3 ||
      !std::all_of(word.begin(), word.end(),
                   [](unsigned char c) { return absl::ascii_islower(c); }))
    return word;
  const sb_symbol* stem =
      sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                      static_cast<int>(word.size()));
  if (stem == nullptr) return word;  // Out of memory.
  return std::string(reinterpret_cast<const char*>(stem),
                     static_cast<size_t>(sb_stemmer_length(stemmer.get())));
}

}  // namespace

std::vector<std::string> StemsOf(absl::string_view text, size_t limit) {
  const std::string folded = FoldText(text);
  std::vector<std::string> stems;
  for (absl::string_view word : WordsOf(folded)) {
    if (stems.size() == limit) break;
    stems.push_back(Stem(American(word)));
  }
  return stems;
}

}  // namespace parfocal
