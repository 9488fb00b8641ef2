// Draft x terms x genes x mappings -> Statements: fills in term, label, rule, confidence, evidence
// and the label-conflict flag of every statement, by the first rule that holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/mapping_lookup.h"
#include "parfocal/normalise/cell_lines.h"
#include "parfocal/normalise/declared_terms.h"
#include "parfocal/record.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// In which ontologies the words of a field are looked up: field name -> prefixes, best first.
// Fields that are not listed are never looked up. (index/schema has the table; the composition root
// passes it.)
using FieldOntologies = absl::flat_hash_map<std::string, std::vector<std::string>>;

// The study that an image set belongs to, as the catalogue has it; nullopt if it has none. What a
// row leaves unsaid (its organism) is taken from there.
using StudyLookup = std::function<std::optional<Study>(const ImageSet& set)>;

// A term that a lexical rule takes for words that equal no name.
struct LexicalTerm {
  std::string id;
  std::string label;
  TermRule rule = TermRule::kLexical;
  float confidence = 0;
  std::string evidence;
};
// The term that words are close enough to be taken for, in one of `ontologies`; nullopt if none is.
using LexicalRule = std::function<std::optional<LexicalTerm>(
    absl::string_view words, const std::vector<std::string>& ontologies)>;

// A term that a text names (rule kMined).
struct MinedTerm {
  std::string id;
  std::string label;
  std::string words;  // As they stand in the text.
  float confidence = 0;
  std::string evidence;  // Where they stand: 'in the title: "mice"'.
};
// The terms of `field` that the title and the description of a study name.
using MiningRule = std::function<std::vector<MinedTerm>(
    absl::string_view field, absl::string_view title, absl::string_view description)>;

// What texts name is a field of its own, so that no other ever holds it: "mined_organism".
inline constexpr char kMinedPrefix[] = "mined_";

// Version of the rules: raise it when the same parts would give other terms than before, so that
// nodes normalise their records anew.
inline constexpr int kNormaliserRules = 6;

// What a Normaliser works with. All but `terms` may be missing: the rules that need it then do not
// hold. All are immutable and of one state, so that equal parts give equal answers.
struct NormaliserParts {
  std::shared_ptr<const TermLookup> terms;
  std::shared_ptr<const GeneLookup> genes;
  std::shared_ptr<const MappingLookup> mappings;
  std::shared_ptr<const DeclaredTerms> declared;
  std::shared_ptr<const CellLines> cell_lines;
  LexicalRule lexical;
  // For studies without a statement of one of `mined_fields`.
  MiningRule mine;
  std::vector<std::string> mined_fields;
  // Names the tables of words that `lexical` and `mine` use.
  std::string vocabulary;
  StudyLookup study;
  FieldOntologies ontologies;
};

// The rules, in order: the given id as stated (an obsolete one is replaced, one of another ontology
// than the field's is mapped where a declared table or a mapping set says how); a curator's
// decision; a mapping set; the exact label; the exact synonym of one term alone; the same after
// folding hyphens, plural and the word "phenotype"; a lexical candidate that is certain enough.
// What no rule covers stays unmapped.
//
// A given id whose label says something else than the words beside it is flagged, and both are
// kept. If the words name another term: a curator's decision or a third witness
// (parfocal/witness.h; the organism of the study; the same words beside an id that agrees, in the
// same record) lets the words hold; without one the more specific of two relatives holds, else the
// id. Findings are exempt: their words are their submitter's own name for them, which is meant to
// differ.
//
// Genes: the identifier, else the symbol, among the genes of the record's organism or else of its
// study's, as a curator decided for that organism or as the tables say. What names no gene, or
// several, stays unmapped, with the reason as evidence.
//
// Cell lines (cell_lines.h) are one term each, whatever the id or the spelling. An organism of role
// "sample" whose sample is a cell line gets the role "cell_line"; the species of a line is added as
// an inferred statement of the field "cell_line_organism" where the record does not state it, and
// an organism of the sample that is no relative of it is flagged. Of organisms that are all stated
// as the sample, one below a term that is declared for "pathogen_organism" is the pathogen, the one
// other its host.
//
// A study that says nothing of one of the mined fields gets what its title and description name, as
// inferred statements of the field kMinedPrefix + name, at the end. Not a study of several screens
// or experiments: its rows say it for themselves. About the texts of one study a curator decides
// with that field and the study's name (FormatRecordName) as words: a term that they do not name is
// left out, a term that they do name stands alone, none at all leaves the field empty.
//
// Never changes `value`, `stated_id` or `origin` of what is stated. The outcome depends on the
// record, its study and the parts alone: not on other records, pages or the order in which records
// come. A record that was normalised before may be normalised again, with other parts.
//
// Thread safety: Normalise may be called from one thread at a time (it caches look-ups).
class Normaliser {
 public:
  explicit Normaliser(NormaliserParts parts);
  ~Normaliser();
  // Returns how many statements have an id whose own label says something else.
  int Normalise(Record* record);
  // The study that image sets belong to is remembered from one to the next; to be called when the
  // catalogue may have another version of it.
  void ForgetStudy();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace parfocal
