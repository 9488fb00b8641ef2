// The names (labels and synonyms) of one ontology, indexed by their words, and the ranking.
//
// Score of a name for a text, both read by ReadWords, words weighted by rarity
// w = log(1 + names / names with the word) (K. Sparck Jones, J. Documentation 28(1), 1972):
//   text side  P = sum over the text's words of w * best likeness to a word of the name / sum of w
//   name side  R = the same with the roles exchanged
//   F = P^a * R^(1-a), a = text_share; score = (1-t) F + t T, t = trigrams, where T is the likeness
//   of the character trigrams of both, as read (it knows the order of words);
// then the factors of MatchWeights for opposite directions, directions that the text does not have,
// and synonyms that are not exact. Likeness of two words: 1 if equal, as in related.tsv, or, for a
// word that the ontology does not have, 1 - errors / letters to one it has (spelling errors).
//
// Thread safety: immutable after the constructor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/lexical/vocabulary.h"
#include "parfocal/term_lookup.h"
#include "phrase_reader.h"

namespace parfocal {

// How nearly a text equals a name, the best last.
enum class NameEquality : uint8_t {
  kNone = 0,
  kFoldedWide,    // As below, of a broad, narrow or related synonym.
  kFolded,        // See FoldedName.
  kExactSynonym,  // But for case and white space.
  kExactLabel,
};

// A term, by its best name.
struct RankedTerm {
  uint32_t term = 0;  // Position among the terms of the index.
  uint32_t name = 0;  // Position among its names.
  double score = 0;
  double text_covered = 0;  // P
  double name_covered = 0;  // R
  NameEquality equality = NameEquality::kNone;
};

class NameIndex {
 public:
  struct IndexedTerm {
    std::string id;
    std::string label;
  };
  struct Name {
    uint32_t term = 0;
    uint32_t words_begin = 0, words_end = 0;
    float weight = 0;  // Of its words.
    uint8_t roles = 0;
    bool label = false;
    SynonymScope scope = SynonymScope::kExact;
    size_t exact = 0;   // Hash of FoldText.
    size_t folded = 0;  // Hash of FoldedName.
    std::vector<uint32_t> trigrams;
    std::string text;
  };

  // Reads the live terms of `ontology`. At most 5 million names, the rest is left out.
  NameIndex(const TermLookup& terms, const std::string& ontology, OntologyVocabulary vocabulary);
  NameIndex(const NameIndex&) = delete;
  NameIndex& operator=(const NameIndex&) = delete;

  // The best `limit` terms for `text`, best first; ties go to the label, then to the shorter name,
  // then to the smaller id. Empty if no word is known.
  std::vector<RankedTerm> Rank(absl::string_view text, size_t limit) const;

  const std::vector<IndexedTerm>& terms() const { return terms_; }
  const std::vector<Name>& names() const { return names_; }
  const OntologyVocabulary& vocabulary() const { return vocabulary_; }

 private:
  struct QueryWord {
    float weight = 0;
    std::vector<std::pair<uint32_t, float>> near;  // Word of the index, likeness.
  };
  struct Query {
    ReadPhrase phrase;
    std::vector<QueryWord> words;
    std::vector<uint32_t> trigrams;
    size_t exact = 0, folded = 0;
    double weight = 0;
  };

  void AddName(uint32_t term, absl::string_view text, bool label, SynonymScope scope);
  void Finish();
  Query Read(absl::string_view text) const;
  QueryWord ReadWord(const std::string& word) const;
  void AddMisspelt(const std::string& word, QueryWord* out) const;
  std::vector<uint32_t> Promising(const Query& query) const;
  RankedTerm Score(const Query& query, uint32_t name) const;
  static NameEquality EqualityOf(const Query& query, const Name& name);
  double Factor(const Query& query, const Name& name) const;

  OntologyVocabulary vocabulary_;
  std::vector<IndexedTerm> terms_;
  std::vector<Name> names_;
  std::vector<uint32_t> name_words_;
  absl::flat_hash_map<std::string, uint32_t> words_;
  std::vector<const std::string*>
      word_text_;  // The keys of words_, which does not change any more.
  std::vector<float> word_weight_;
  std::vector<std::vector<uint32_t>> names_with_word_;
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> words_with_trigram_;
  std::vector<uint32_t> trigrams_of_word_;  // How many.
  float greatest_weight_ = 0;
};

}  // namespace parfocal
