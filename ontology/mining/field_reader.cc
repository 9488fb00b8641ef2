#include "field_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/mining/text_miner.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

// Single words that are shorter name too many things.
constexpr size_t kShortestName = 3;
constexpr size_t kShortestEpithet = 4;

bool HasSmallLetter(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_islower(c); });
}

bool HasCapitalOrDigit(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c);
  });
}

// The text from the first of the words to the last.
absl::string_view Slice(const std::vector<TextWord>& words, size_t begin, size_t end) {
  const char* const from = words[begin].raw.data();
  const absl::string_view last = words[end - 1].raw;
  return absl::string_view(from, static_cast<size_t>(last.data() + last.size() - from));
}

// Words of a label without what tells it from a namesake: "Lens <eudicots>" has one.
size_t LabelWords(absl::string_view label) {
  label = label.substr(0, label.find('<'));
  return WordsOf(label).size();
}

bool IsInitialAndEpithet(const TextWord& initial, const TextWord& epithet) {
  return initial.raw.size() == 1 && absl::ascii_isupper(initial.raw[0]) && epithet.joined &&
         epithet.raw.data() > initial.raw.data() && initial.raw.data()[1] == '.' &&
         epithet.raw.size() >= kShortestEpithet &&
         std::all_of(epithet.raw.begin(), epithet.raw.end(),
                     [](unsigned char c) { return absl::ascii_islower(c); });
}

}  // namespace

FieldReader::FieldReader(std::shared_ptr<const TermLookup> terms,
                         std::shared_ptr<const CellLines> lines,
                         std::vector<std::string> ontologies, const FieldMining& rules)
    : terms_(std::move(terms)),
      lines_(std::move(lines)),
      ontologies_(std::move(ontologies)),
      rules_(rules) {
  for (const std::string& name : rules_.weak) {
    const std::optional<Named> named = OfTerms(name, name, /*by_table=*/true);
    if (named.has_value()) weak_.insert(named->term);
  }
}

std::vector<Mention> FieldReader::Read(const std::vector<TextWord>& words, bool title) const {
  struct Place {
    Mention mention;
    size_t begin, end;
    bool by_label;
  };
  const std::vector<bool> masked = Masked(words);
  std::vector<Place> places;
  for (size_t i = 0; i < words.size();) {
    const Found found = At(words, i, masked);
    const size_t end = i + found.words;
    if (found.named.has_value() && !Denied(words, i, end)) {
      Mention mention{found.named->term, found.named->label, Slice(words, i, end), title,
                      weak_.contains(found.named->term)};
      // "the rhinoceros beetle Trypoxylus dichotomus": the name behind says which one is meant.
      if (found.named->by_label && !places.empty() && places.back().end == i &&
          !places.back().by_label && (words[i].joined || words[i].bracketed)) {
        places.pop_back();
      }
      places.push_back({std::move(mention), i, end, found.named->by_label});
    }
    i = end;
  }
  std::vector<Mention> out;
  out.reserve(places.size());
  for (Place& place : places) out.push_back(std::move(place.mention));
  return out;
}

std::vector<bool> FieldReader::Masked(const std::vector<TextWord>& words) const {
  std::vector<bool> masked(words.size(), false);
  const auto fits = [&](const std::vector<std::string>& mask, size_t begin) {
    if (begin + mask.size() > words.size()) return false;
    for (size_t k = 0; k < mask.size(); ++k) {
      if (k > 0 && !words[begin + k].joined) return false;
      if (mask[k] != "*" && mask[k] != words[begin + k].folded) return false;
    }
    return true;
  };
  for (size_t i = 0; i < words.size(); ++i) {
    for (const absl::string_view first :
         {absl::string_view(words[i].folded), absl::string_view("*")}) {
      const auto masks = rules_.masks.find(first);
      if (masks == rules_.masks.end()) continue;
      for (const std::vector<std::string>& mask : masks->second) {
        if (fits(mask, i))
          std::fill_n(masked.begin() + static_cast<std::ptrdiff_t>(i), mask.size(), true);
      }
    }
  }
  return masked;
}

// The longest name that begins at `begin`.
FieldReader::Found FieldReader::At(const std::vector<TextWord>& words, size_t begin,
                                   const std::vector<bool>& masked) const {
  if (masked[begin]) return {};
  // "CHO-K1" is not K1, nor "NIH/3T3" 3T3.
  if (lines_ != nullptr && words[begin].compound) return {};
  size_t longest = 1;
  while (longest < TextMiner::kMaxNameWords && begin + longest < words.size() &&
         words[begin + longest].joined && !masked[begin + longest]) {
    ++longest;
  }
  std::vector<absl::string_view> folded;
  for (size_t k = 0; k < longest; ++k) folded.push_back(words[begin + k].folded);
  for (size_t n = longest; n > 0; --n) {
    const std::string key =
        absl::StrJoin(folded.begin(), folded.begin() + static_cast<std::ptrdiff_t>(n), " ");
    if (rules_.never.contains(key)) return {std::nullopt, n};
    std::optional<Named> named = Lookup(key, Slice(words, begin, begin + n));
    if (named.has_value() && Allowed(*named)) return {std::move(named), n};
  }
  // Whose epithet it is may be said elsewhere in the text.
  if (rules_.capital && longest > 1 && IsInitialAndEpithet(words[begin], words[begin + 1]))
    return {Named(), 2};
  return {};
}

std::optional<FieldReader::Named> FieldReader::Lookup(const std::string& key,
                                                      absl::string_view raw) const {
  if (!HasSmallLetter(raw)) {
    const std::string as_written =
        absl::StrJoin(absl::StrSplit(raw, absl::ByAnyChar(" -"), absl::SkipEmpty()), " ");
    if (const auto known = rules_.abbreviations.find(as_written);
        known != rules_.abbreviations.end())
      return OfTerms(known->second, raw, /*by_table=*/true);
  }
  if (const auto known = rules_.names.find(key); known != rules_.names.end())
    return OfTerms(known->second, raw, /*by_table=*/true);
  if (key.size() < kShortestName) return std::nullopt;
  if (lines_ != nullptr) return OfLines(raw);
  std::optional<Named> named = OfTerms(key, raw, /*by_table=*/false);
  if (!named.has_value() && absl::StrContains(raw, '-'))
    named = OfTerms(raw, raw, /*by_table=*/false);
  if (!named.has_value() && key.size() > kShortestName && key.back() == 's' &&
      !absl::EndsWith(key, "ss")) {
    named = OfTerms(absl::string_view(key).substr(0, key.size() - 1), raw, /*by_table=*/false);
  }
  return named;
}

std::optional<FieldReader::Named> FieldReader::OfTerms(absl::string_view name,
                                                       absl::string_view raw, bool by_table) const {
  const std::vector<TermMatch> matches = terms_->Exact(name, ontologies_);
  if (matches.empty()) return std::nullopt;
  const TermMatch& first = matches[0];
  if (first.scope != SynonymScope::kExact) return std::nullopt;
  for (size_t i = 1; i < matches.size(); ++i) {
    const bool as_good = matches[i].by_synonym == first.by_synonym &&
                         CuriePrefix(matches[i].id) == CuriePrefix(first.id);
    if (as_good && matches[i].id != first.id) return std::nullopt;  // Two terms of one name.
  }
  Named named{first.id, first.label, !first.by_synonym && !by_table};
  if (by_table) return named;
  if (LabelWords(first.label) < rules_.label_words) return std::nullopt;
  const bool small = !absl::ascii_isupper(static_cast<unsigned char>(raw[0]));
  if (rules_.capital && named.by_label && small) return std::nullopt;
  // "did", "film" and "flip" are words, DiD, FILM and FLIP are not.
  if (named.by_label && !HasSmallLetter(first.label) && raw != first.label) return std::nullopt;
  return named;
}

std::optional<FieldReader::Named> FieldReader::OfLines(absl::string_view raw) const {
  // Three letters are short for many things; "S2" and "3T3" are not.
  const std::string name = CellLines::FoldName(raw);
  const bool digit =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!HasCapitalOrDigit(raw) || (!digit && name.size() <= kShortestName)) return std::nullopt;
  const CellLine* const line = lines_->Named(raw);
  if (line == nullptr) return std::nullopt;
  return Named{line->id, line->label, false};
}

bool FieldReader::Allowed(const Named& named) const {
  if (rules_.below.empty() && rules_.not_below.empty()) return true;
  const std::vector<std::string> above = terms_->Ancestors(named.term);
  const auto any = [&](const std::vector<std::string>& roots) {
    return std::any_of(roots.begin(), roots.end(), [&](const std::string& root) {
      return std::find(above.begin(), above.end(), root) != above.end();
    });
  };
  return (rules_.below.empty() || any(rules_.below)) && !any(rules_.not_below);
}

// By the words beside it.
bool FieldReader::Denied(const std::vector<TextWord>& words, size_t begin, size_t end) const {
  const bool has_next = end < words.size() && words[end].joined;
  if (begin > 0 && words[begin].joined && rules_.before.contains(words[begin - 1].folded))
    return true;
  if (has_next && rules_.behind.contains(words[end].folded)) return true;
  if (rules_.next.empty() || rules_.next.contains(words[end - 1].folded)) return false;
  return !has_next || !rules_.next.contains(words[end].folded);
}

void ResolveInitials(std::vector<Mention>* mentions) {
  for (Mention& open : *mentions) {
    if (!open.term.empty()) continue;
    const absl::string_view epithet = open.words.substr(open.words.rfind(' ') + 1);
    for (const Mention& full : *mentions) {
      const std::vector<absl::string_view> label = absl::StrSplit(full.label, ' ');
      if (full.term.empty() || label.size() < 2 || label[0].empty()) continue;
      if (label[0][0] != open.words[0] || label[1] != epithet) continue;
      open.term = full.term;
      open.label = full.label;
      open.weak = full.weak;
      break;
    }
  }
  std::erase_if(*mentions, [](const Mention& mention) { return mention.term.empty(); });
}

}  // namespace parfocal
