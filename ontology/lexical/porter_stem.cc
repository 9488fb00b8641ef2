#include "porter_stem.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace parfocal {
namespace {

struct Suffix {
  absl::string_view ending;
  absl::string_view replacement;
};

// The word, and the questions that the steps of the paper ask about it.
class Stem {
 public:
  explicit Stem(absl::string_view word) : word_(word) {}

  bool IsVowel(size_t i) const {
    switch (word_[i]) {
      case 'a':
      case 'e':
      case 'i':
      case 'o':
      case 'u':
        return true;
      case 'y':
        return i > 0 && !IsVowel(i - 1);
      default:
        return false;
    }
  }
  // m of the paper: how many vowel-consonant runs the first `length` letters have.
  int Measure(size_t length) const {
    int m = 0;
    for (size_t i = 1; i < length; ++i) m += IsVowel(i - 1) && !IsVowel(i);
    return m;
  }
  bool HasVowel(size_t length) const {
    for (size_t i = 0; i < length; ++i) {
      if (IsVowel(i)) return true;
    }
    return false;
  }
  bool DoubleConsonant() const {
    const size_t n = word_.size();
    return n >= 2 && word_[n - 1] == word_[n - 2] && !IsVowel(n - 1);
  }
  // *o of the paper: consonant, vowel, consonant, and the last is not w, x or y.
  bool ShortSyllable(size_t length) const {
    if (length < 3) return false;
    const char last = word_[length - 1];
    return !IsVowel(length - 3) && IsVowel(length - 2) && !IsVowel(length - 1) && last != 'w' &&
           last != 'x' && last != 'y';
  }
  bool Ends(absl::string_view ending) const { return absl::EndsWith(word_, ending); }
  size_t Before(absl::string_view ending) const { return word_.size() - ending.size(); }
  void Replace(absl::string_view ending, absl::string_view replacement) {
    word_.resize(Before(ending));
    word_.append(replacement.data(), replacement.size());
  }
  // Replaces the first ending of `table` that fits, if more than `measure` runs are left before it.
  template <size_t kSize>
  void ReplaceFirst(const Suffix (&table)[kSize], int measure) {
    for (const Suffix& suffix : table) {
      if (!Ends(suffix.ending)) continue;
      if (Measure(Before(suffix.ending)) > measure) Replace(suffix.ending, suffix.replacement);
      return;
    }
  }

  std::string word_;
};

constexpr Suffix kStep2[] = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
    {"abli", "able"},   {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
    {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"}};
constexpr Suffix kStep3[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                             {"ical", "ic"},  {"ful", ""},   {"ness", ""}};
constexpr Suffix kStep4[] = {{"al", ""},   {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},
                             {"able", ""}, {"ible", ""}, {"ant", ""},  {"ement", ""}, {"ment", ""},
                             {"ent", ""},  {"ion", ""},  {"ou", ""},   {"ism", ""},   {"ate", ""},
                             {"iti", ""},  {"ous", ""},  {"ive", ""},  {"ize", ""}};

void Step1a(Stem* stem) {
  if (stem->Ends("sses")) {
    stem->Replace("sses", "ss");
  } else if (stem->Ends("ies")) {
    stem->Replace("ies", "i");
  } else if (stem->Ends("s") && !stem->Ends("ss")) {
    stem->Replace("s", "");
  }
}

void Step1b(Stem* stem) {
  if (stem->Ends("eed")) {
    if (stem->Measure(stem->Before("eed")) > 0) stem->Replace("eed", "ee");
    return;
  }
  for (absl::string_view ending : {"ed", "ing"}) {
    if (!stem->Ends(ending)) continue;
    if (!stem->HasVowel(stem->Before(ending))) return;
    stem->Replace(ending, "");
    if (stem->Ends("at") || stem->Ends("bl") || stem->Ends("iz")) {
      stem->word_.push_back('e');
    } else if (stem->DoubleConsonant() && !stem->Ends("l") && !stem->Ends("s") &&
               !stem->Ends("z")) {
      stem->word_.pop_back();
    } else if (stem->Measure(stem->word_.size()) == 1 && stem->ShortSyllable(stem->word_.size())) {
      stem->word_.push_back('e');
    }
    return;
  }
}

void Step4(Stem* stem) {
  for (const Suffix& suffix : kStep4) {
    if (!stem->Ends(suffix.ending)) continue;
    const size_t before = stem->Before(suffix.ending);
    const bool fits =
        suffix.ending != "ion" ||
        (before > 0 && (stem->word_[before - 1] == 's' || stem->word_[before - 1] == 't'));
    if (fits && stem->Measure(before) > 1) stem->Replace(suffix.ending, "");
    return;
  }
}

void Step5(Stem* stem) {
  if (stem->Ends("e")) {
    const size_t before = stem->word_.size() - 1;
    const int m = stem->Measure(before);
    if (m > 1 || (m == 1 && !stem->ShortSyllable(before))) stem->Replace("e", "");
  }
  if (stem->Ends("ll") && stem->Measure(stem->word_.size()) > 1) stem->word_.pop_back();
}

}  // namespace

std::string PorterStem(absl::string_view word) {
  const bool letters =
      std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (word.size() < 3 || !letters) return std::string(word);
  Stem stem(word);
  Step1a(&stem);
  Step1b(&stem);
  if (stem.Ends("y") && stem.HasVowel(stem.word_.size() - 1)) stem.word_.back() = 'i';
  stem.ReplaceFirst(kStep2, 0);
  stem.ReplaceFirst(kStep3, 0);
  Step4(&stem);
  Step5(&stem);
  return stem.word_;
}

}  // namespace parfocal
