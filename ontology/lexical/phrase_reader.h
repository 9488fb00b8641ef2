// From a text to the words that count: stems, with the vocabulary's phrases replaced by their
// meaning and the empty ones dropped.
// Thread safety: no state.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/lexical/vocabulary.h"

namespace parfocal {

constexpr size_t kMaxPhraseStems = 64;

struct ReadPhrase {
  // Each once, in order; a stem that stands there twice has a 2 behind it the second time.
  std::vector<std::string> words;
  uint8_t roles = 0;  // Bits of WordRole that some word has.
  bool bare = true;   // Every word is bare.
};

// Reads at most kMaxPhraseStems words. The longest phrase of the vocabulary wins, from left to
// right.
ReadPhrase ReadWords(absl::string_view text, const OntologyVocabulary& vocabulary);

// "X and Y", "X/Y", "X, Y": the parts, trimmed; the text alone if it has no such parts. At most
// eight, the last takes the rest. A slash between one or two letters ("G2/M") divides nothing.
std::vector<absl::string_view> PartsOf(absl::string_view text);

// For "X and Y": what both may mean with the words that they share, the likelier reading unknown:
// (X, Y), (X, X without its last word and Y), (X and Y without its first word, Y). Empty unless the
// text has exactly two parts.
std::vector<std::pair<std::string, std::string>> TwoReadings(absl::string_view text);

// The form under which spelling variants of one name are equal: case, hyphens and punctuation,
// plural, British spelling; words without content such as "phenotype" are left out.
std::string FoldedName(absl::string_view text, const OntologyVocabulary& vocabulary);

}  // namespace parfocal
