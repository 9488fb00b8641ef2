// What the lexical matcher knows of words: phrases that mean the same, words that are near each
// other, words with a role (direction, negation), and the few weights of the ranking. It is general
// knowledge of language and biology, kept as tables in deploy/vocabulary; no row names a term.
//
// The tables are tab-separated with a header line; a line that begins with # is a comment. Column
// one names the ontologies for which a row holds, comma-separated prefixes or * for all:
//   words.tsv    ontologies  phrase  meaning  reason     meaning empty: the phrase says nothing
//   related.tsv  ontologies  word  near  similarity  reason
//   roles.tsv    ontologies  role  word  reason          see WordRole
//   weights.tsv  ontologies  name  value  reason         see MatchWeights
//   confidence.tsv ontologies  score  confidence  reason points of a rising line, see Confidence
//
// Thread safety: immutable after Parse.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// What a word does to the meaning of a phrase beyond naming a thing. Bits: a phrase has several.
enum WordRole : uint8_t {
  kIncreaseRole = 1,  // "increased", "more": never matches a decrease.
  kDecreaseRole = 2,
  kAbsenceRole = 4,   // "absence", "no"
  kNegationRole = 8,  // "normal", "control": the phrase denies what it names, no term is accepted.
  kMinorRole = 16,    // "cell": stands in most names or is often left out.
  kBareRole = 32,  // "nucleus", "migration": alone it names a thing or process, nothing seen of it.
};

// The numbers of the ranking, by the names that weights.tsv uses.
struct MatchWeights {
  // Weight of a word that no name of the ontology has, as a share of the rarest word's.
  double unknown_word = 0.5;
  // The same for words with a digit: names of genes, clones and doses, beside the point.
  double unknown_symbol = 0.15;
  // How much of the score is "the text's words are in the name"; the rest is the reverse.
  double text_share = 0.5;
  // Share of the likeness of character trigrams of the whole text in the score.
  double trigrams = 0.15;
  // Share of the weight that a minor word keeps.
  double minor_word = 0.4;
  // Factors for names that say the opposite, or a direction that the text does not.
  double opposite = 0.4;
  double added_direction = 0.93;
  // Factors for synonyms that are broad, narrow or related.
  double wide_synonym = 0.95;
  // Least likeness of trigrams (Dice) at which the letters of an unknown word are compared with
  // those of a known one.
  double spelling = 0.4;
  // Exponent of the weight share of a part ("X" of "X and Y") in the part's score.
  double part = 0.5;
  // How far ahead of the second candidate the first must be to be certain: see Confidence.
  double margin = 0.05;
  // Confidence from which the first candidate is accepted; above 1: never, names that equal the
  // text excepted.
  double accept = 0.97;
};

// What one ontology's matcher uses.
struct OntologyVocabulary {
  // Stems of a phrase, joined by blanks -> stems of its meaning.
  absl::flat_hash_map<std::string, std::vector<std::string>> meanings;
  size_t longest_phrase = 1;  // Words.
  absl::flat_hash_map<std::string, std::vector<std::pair<std::string, float>>> related;
  absl::flat_hash_map<std::string, uint8_t> roles;  // Stem -> bits of WordRole.
  MatchWeights weights;
  std::vector<std::pair<float, float>> confidence;  // (score, confidence), by score.
};

class WordVocabulary {
 public:
  // `tables`: file name -> content; see above for the names, absent ones are empty. At most 1 MiB
  // and 20,000 rows a table, phrases of at most 8 words. INVALID_ARGUMENT with table and line
  // otherwise, and for unknown roles, weights and tables.
  static absl::StatusOr<std::shared_ptr<const WordVocabulary>> Parse(
      const std::map<std::string, std::string>& tables);
  // The tables of deploy/vocabulary as they were when the program was built.
  static std::shared_ptr<const WordVocabulary> Standard();
  // The tables of a folder, for trying out changes. NOT_FOUND if it has none of them.
  static absl::StatusOr<std::shared_ptr<const WordVocabulary>> Read(const std::string& folder);

  // Rows of `ontology` (a prefix) and of all ontologies; for one value the ontology's own row
  // holds.
  OntologyVocabulary For(absl::string_view ontology) const;

  // Names the content of the tables.
  const std::string& release() const { return release_; }

 private:
  struct Row {
    std::vector<std::string> ontologies;  // Empty: all.
    std::vector<std::string> cells;       // Without the ontologies and the reason.
    double number = 0;                    // Of the last cell, where that is a number.
  };
  using Rows = std::map<std::string, std::vector<Row>, std::less<>>;
  static absl::StatusOr<Row> ParseRow(const std::string& table, absl::string_view line);
  std::vector<const Row*> RowsFor(absl::string_view table, absl::string_view ontology) const;
  Rows tables_;
  std::string release_;
};

}  // namespace parfocal
