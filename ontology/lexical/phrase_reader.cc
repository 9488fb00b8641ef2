#include "phrase_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "stems.h"

namespace parfocal {
namespace {

constexpr size_t kMaxParts = 8;

// Calls `take` with the words of the vocabulary's meaning of the next stems (and true), or with the
// next stem itself (and false).
template <typename Take>
void ForEachMeaning(const std::vector<std::string>& stems, const OntologyVocabulary& vocabulary,
                    const Take& take) {
  for (size_t i = 0; i < stems.size();) {
    size_t used = 0;
    for (size_t n = std::min(vocabulary.longest_phrase, stems.size() - i); n > 0 && !used; --n) {
      const auto at = stems.begin() + static_cast<std::ptrdiff_t>(i);
      const auto found =
          vocabulary.meanings.find(absl::StrJoin(at, at + static_cast<std::ptrdiff_t>(n), " "));
      if (found == vocabulary.meanings.end()) continue;
      for (const std::string& word : found->second) take(word, true);
      used = n;
    }
    if (!used) {
      take(stems[i], false);
      used = 1;
    }
    i += used;
  }
}

// Length of the connective at `at`, 0 if there is none.
size_t ConnectiveAt(absl::string_view text, size_t at) {
  if (absl::StrContains(",;+&", text.substr(at, 1))) return 1;
  if (text[at] == '/') {
    const auto letters = [](absl::string_view part, bool from_end) {
      size_t n = 0;
      while (n < part.size() && absl::ascii_isalnum(from_end ? part[part.size() - 1 - n] : part[n]))
        ++n;
      return n;
    };
    const size_t before = letters(text.substr(0, at), true),
                 after = letters(text.substr(at + 1), false);
    return (before > 2 || before == 0) && (after > 2 || after == 0) ? 1 : 0;
  }
  for (absl::string_view word : {" and ", " or "}) {
    if (absl::EqualsIgnoreCase(text.substr(at, word.size()), word)) return word.size();
  }
  return 0;
}

}  // namespace

ReadPhrase ReadWords(absl::string_view text, const OntologyVocabulary& vocabulary) {
  ReadPhrase phrase;
  const auto known = [&](const std::string& word) {
    return std::find(phrase.words.begin(), phrase.words.end(), word) != phrase.words.end();
  };
  ForEachMeaning(
      StemsOf(text, kMaxPhraseStems), vocabulary, [&](std::string word, bool by_meaning) {
        const auto found = vocabulary.roles.find(word);
        const uint8_t roles = found == vocabulary.roles.end() ? uint8_t{0} : found->second;
        phrase.roles |= roles;
        phrase.bare = phrase.bare && (roles & kBareRole) != 0;
        // "Mus musculus musculus" is not "Mus musculus"; but a name and its
        // abbreviation behind it say one thing.
        if (!by_meaning && known(word)) word += "2";
        if (!known(word) && phrase.words.size() < kMaxPhraseStems)
          phrase.words.push_back(std::move(word));
      });
  return phrase;
}

std::vector<absl::string_view> PartsOf(absl::string_view text) {
  std::vector<absl::string_view> parts;
  size_t begin = 0;
  const auto add = [&](size_t end) {
    const absl::string_view part = absl::StripAsciiWhitespace(text.substr(begin, end - begin));
    if (!part.empty()) parts.push_back(part);
  };
  for (size_t i = 0; i < text.size() && parts.size() + 1 < kMaxParts;) {
    const size_t length = ConnectiveAt(text, i);
    if (length > 0) {
      add(i);
      begin = i + length;
    }
    i += std::max<size_t>(length, 1);
  }
  add(text.size());
  return parts;
}

std::vector<std::pair<std::string, std::string>> TwoReadings(absl::string_view text) {
  const std::vector<absl::string_view> parts = PartsOf(text);
  if (parts.size() != 2) return {};
  const absl::string_view first = parts[0], second = parts[1];
  std::vector<std::pair<std::string, std::string>> readings = {
      {std::string(first), std::string(second)}};
  if (const size_t last = first.rfind(' '); last != first.npos)
    readings.emplace_back(first, absl::StrCat(first.substr(0, last), " ", second));
  if (const size_t next = second.find(' '); next != second.npos)
    readings.emplace_back(absl::StrCat(first, second.substr(next)), second);
  return readings;
}

std::string FoldedName(absl::string_view text, const OntologyVocabulary& vocabulary) {
  std::vector<std::string> kept;
  for (std::string& stem : StemsOf(text, kMaxPhraseStems)) {
    const auto meaning = vocabulary.meanings.find(stem);
    if (meaning == vocabulary.meanings.end() || !meaning->second.empty())
      kept.push_back(std::move(stem));
  }
  return absl::StrJoin(kept, " ");
}

}  // namespace parfocal
