#include "name_index.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "parfocal/terms/text_fold.h"
#include "trigrams.h"

namespace parfocal {
namespace {

constexpr size_t kMaxNames = 5'000'000;
// Names that are scored in full; more share too little with the text to be among the best.
constexpr size_t kPromising = 200;
// Shorter words are too like each other to be taken as misspelt.
constexpr size_t kShortestMisspelt = 5;
constexpr size_t kLongestMisspelt = 40;

// Definitions up to this length say no more than what the abbreviation in the label stands for.
constexpr size_t kLongestExpansion = 100;

bool IsAbbreviation(absl::string_view label) {
  return label.size() <= 6 && std::all_of(label.begin(), label.end(), absl::ascii_isupper);
}

bool HasDigit(absl::string_view word) {
  return std::any_of(word.begin(), word.end(), absl::ascii_isdigit);
}

// Of two likenesses of the same word the greater.
void Raise(std::vector<std::pair<uint32_t, float>>* near, uint32_t word, float likeness) {
  for (auto& [known, value] : *near) {
    if (known != word) continue;
    value = std::max(value, likeness);
    return;
  }
  near->emplace_back(word, likeness);
}

}  // namespace

NameIndex::NameIndex(const TermLookup& terms, const std::string& ontology,
                     OntologyVocabulary vocabulary)
    : vocabulary_(std::move(vocabulary)) {
  terms.Visit(ontology, [this](const Term& term) {
    if (term.obsolete || term.label.empty()) return true;
    const auto number = static_cast<uint32_t>(terms_.size());
    terms_.push_back({term.id, term.label});
    AddName(number, term.label, true, SynonymScope::kExact);
    for (const Synonym& synonym : term.synonyms)
      AddName(number, synonym.text, false, synonym.scope);
    if (IsAbbreviation(term.label) && term.definition.size() <= kLongestExpansion)
      AddName(number, term.definition, false, SynonymScope::kRelated);
    return names_.size() < kMaxNames;
  });
  Finish();
}

void NameIndex::AddName(uint32_t term, absl::string_view text, bool label, SynonymScope scope) {
  const ReadPhrase phrase = ReadWords(text, vocabulary_);
  if (phrase.words.empty()) return;
  Name name;
  name.term = term;
  name.label = label;
  name.scope = scope;
  name.roles = phrase.roles;
  name.text = std::string(text);
  name.exact = std::hash<std::string>()(FoldText(text));
  name.folded = std::hash<std::string>()(FoldedName(text, vocabulary_));
  name.trigrams = TrigramsOf(absl::StrJoin(phrase.words, " "));
  name.words_begin = static_cast<uint32_t>(name_words_.size());
  for (const std::string& word : phrase.words) {
    const auto [at, added] = words_.try_emplace(word, static_cast<uint32_t>(words_.size()));
    if (added) names_with_word_.emplace_back();
    names_with_word_[at->second].push_back(static_cast<uint32_t>(names_.size()));
    name_words_.push_back(at->second);
  }
  name.words_end = static_cast<uint32_t>(name_words_.size());
  names_.push_back(std::move(name));
}

void NameIndex::Finish() {
  word_weight_.resize(words_.size());
  trigrams_of_word_.resize(words_.size());
  word_text_.resize(words_.size());
  for (const auto& [word, number] : words_) {
    word_text_[number] = &word;
    const double with = static_cast<double>(names_with_word_[number].size());
    word_weight_[number] =
        static_cast<float>(std::log(1.0 + static_cast<double>(names_.size()) / with));
    if (const auto role = vocabulary_.roles.find(word);
        role != vocabulary_.roles.end() && (role->second & kMinorRole)) {
      word_weight_[number] *= static_cast<float>(vocabulary_.weights.minor_word);
    }
    greatest_weight_ = std::max(greatest_weight_, word_weight_[number]);
    if (word.size() < kShortestMisspelt) continue;
    const std::vector<uint32_t> trigrams = TrigramsOf(word);
    trigrams_of_word_[number] = static_cast<uint32_t>(trigrams.size());
    for (uint32_t trigram : trigrams) words_with_trigram_[trigram].push_back(number);
  }
  for (Name& name : names_) {
    for (uint32_t i = name.words_begin; i < name.words_end; ++i)
      name.weight += word_weight_[name_words_[i]];
  }
}

void NameIndex::AddMisspelt(const std::string& word, QueryWord* out) const {
  // Letters repeat and words are long in hostile text alone.
  if (word.size() > kLongestMisspelt) return;
  const std::vector<uint32_t> trigrams = TrigramsOf(word);
  absl::flat_hash_map<uint32_t, uint32_t> shared;
  for (uint32_t trigram : trigrams) {
    const auto found = words_with_trigram_.find(trigram);
    if (found == words_with_trigram_.end()) continue;
    for (uint32_t other : found->second) ++shared[other];
  }
  // Four letters are one error, eight are two: "flourescence" has two trigrams in three wrong.
  const size_t errors = std::max<size_t>(1, word.size() / 4);
  for (const auto& [other, count] : shared) {
    const double likeness =
        2.0 * count / static_cast<double>(trigrams.size() + trigrams_of_word_[other]);
    if (likeness < vocabulary_.weights.spelling) continue;
    const size_t distance = EditDistance(word, *word_text_[other], errors);
    if (distance > errors) continue;
    Raise(&out->near, other, 1.0f - static_cast<float>(distance) / static_cast<float>(word.size()));
  }
}

NameIndex::QueryWord NameIndex::ReadWord(const std::string& word) const {
  QueryWord out;
  const auto known = words_.find(word);
  if (known != words_.end()) {
    out.weight = word_weight_[known->second];
    out.near.emplace_back(known->second, 1.0f);
  } else {
    const MatchWeights& weights = vocabulary_.weights;
    out.weight =
        static_cast<float>(HasDigit(word) ? weights.unknown_symbol : weights.unknown_word) *
        greatest_weight_;
  }
  if (const auto related = vocabulary_.related.find(word); related != vocabulary_.related.end()) {
    for (const auto& [other, likeness] : related->second) {
      if (const auto found = words_.find(other); found != words_.end())
        Raise(&out.near, found->second, likeness);
    }
  }
  // One digit makes another clone or strain; that is no spelling error.
  if (out.near.empty() && word.size() >= kShortestMisspelt && !HasDigit(word))
    AddMisspelt(word, &out);
  std::sort(out.near.begin(), out.near.end());
  return out;
}

NameIndex::Query NameIndex::Read(absl::string_view text) const {
  Query query;
  query.phrase = ReadWords(text, vocabulary_);
  for (const std::string& word : query.phrase.words) {
    query.words.push_back(ReadWord(word));
    query.weight += query.words.back().weight;
  }
  query.trigrams = TrigramsOf(absl::StrJoin(query.phrase.words, " "));
  query.exact = std::hash<std::string>()(FoldText(text));
  query.folded = std::hash<std::string>()(FoldedName(text, vocabulary_));
  return query;
}

std::vector<uint32_t> NameIndex::Promising(const Query& query) const {
  std::vector<float> sum(names_.size(), 0.0f);
  std::vector<uint32_t> touched;
  for (const QueryWord& word : query.words) {
    for (const auto& [other, likeness] : word.near) {
      for (uint32_t name : names_with_word_[other]) {
        if (sum[name] == 0) touched.push_back(name);
        sum[name] += std::min(word.weight, word_weight_[other]) * likeness;
      }
    }
  }
  for (uint32_t name : touched) sum[name] /= std::sqrt(names_[name].weight);
  const auto better = [&](uint32_t a, uint32_t b) {
    return sum[a] != sum[b] ? sum[a] > sum[b] : a < b;
  };
  const size_t kept = std::min(kPromising, touched.size());
  std::partial_sort(touched.begin(), touched.begin() + static_cast<std::ptrdiff_t>(kept),
                    touched.end(), better);
  touched.resize(kept);
  return touched;
}

NameEquality NameIndex::EqualityOf(const Query& query, const Name& name) {
  if (query.folded != name.folded) return NameEquality::kNone;
  if (!name.label && name.scope != SynonymScope::kExact) return NameEquality::kFoldedWide;
  if (query.exact != name.exact) return NameEquality::kFolded;
  return name.label ? NameEquality::kExactLabel : NameEquality::kExactSynonym;
}

double NameIndex::Factor(const Query& query, const Name& name) const {
  const MatchWeights& weights = vocabulary_.weights;
  const uint8_t asked = query.phrase.roles, said = name.roles;
  double factor = 1;
  const bool up = (asked & kIncreaseRole) && !(asked & kDecreaseRole);
  const bool down = (asked & (kDecreaseRole | kAbsenceRole)) && !(asked & kIncreaseRole);
  const bool name_up = (said & kIncreaseRole) && !(said & kDecreaseRole);
  const bool name_down = (said & (kDecreaseRole | kAbsenceRole)) && !(said & kIncreaseRole);
  if ((up && name_down) || (down && name_up)) factor *= weights.opposite;
  constexpr uint8_t kDirections = kIncreaseRole | kDecreaseRole | kAbsenceRole;
  if (!(asked & kDirections) && (said & kDirections)) factor *= weights.added_direction;
  if (!name.label && name.scope != SynonymScope::kExact) factor *= weights.wide_synonym;
  return factor;
}

RankedTerm NameIndex::Score(const Query& query, uint32_t number) const {
  const Name& name = names_[number];
  const MatchWeights& weights = vocabulary_.weights;
  const auto begin = name_words_.begin() + name.words_begin,
             end = name_words_.begin() + name.words_end;
  std::vector<float> best(static_cast<size_t>(end - begin), 0.0f);
  double text_side = 0, name_side = 0;
  for (const QueryWord& word : query.words) {
    float likest = 0;
    for (auto at = begin; at != end; ++at) {
      for (const auto& [other, likeness] : word.near) {
        if (other != *at) continue;
        likest = std::max(likest, likeness);
        float& of_name = best[static_cast<size_t>(at - begin)];
        of_name = std::max(of_name, likeness);
      }
    }
    text_side += word.weight * likest;
  }
  for (auto at = begin; at != end; ++at)
    name_side += word_weight_[*at] * best[static_cast<size_t>(at - begin)];
  RankedTerm ranked;
  ranked.term = name.term;
  ranked.name = number;
  ranked.text_covered = text_side / query.weight;
  ranked.name_covered = name_side / name.weight;
  const double words = std::pow(ranked.text_covered, weights.text_share) *
                       std::pow(ranked.name_covered, 1 - weights.text_share);
  const double letters = Likeness(query.trigrams, name.trigrams);
  ranked.score =
      ((1 - weights.trigrams) * words + weights.trigrams * letters) * Factor(query, name);
  ranked.equality = EqualityOf(query, name);
  return ranked;
}

std::vector<RankedTerm> NameIndex::Rank(absl::string_view text, size_t limit) const {
  const Query query = Read(text);
  std::vector<RankedTerm> ranked;
  if (query.weight <= 0) return ranked;
  for (uint32_t name : Promising(query)) ranked.push_back(Score(query, name));
  std::sort(ranked.begin(), ranked.end(), [this](const RankedTerm& a, const RankedTerm& b) {
    if (a.equality != b.equality) return a.equality > b.equality;
    if (a.score != b.score) return a.score > b.score;
    if (names_[a.name].label != names_[b.name].label) return names_[a.name].label;
    if (names_[a.name].weight != names_[b.name].weight)
      return names_[a.name].weight < names_[b.name].weight;
    return a.name < b.name;
  });
  absl::flat_hash_set<uint32_t> seen;
  std::vector<RankedTerm> out;
  for (const RankedTerm& candidate : ranked) {
    if (out.size() == limit) break;
    if (seen.insert(candidate.term).second) out.push_back(candidate);
  }
  return out;
}

}  // namespace parfocal
