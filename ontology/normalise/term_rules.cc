#include "term_rules.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "comparison_form.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

// Distinct statements kept; beyond that the memory starts anew. A corpus has some 100,000.
constexpr size_t kMaxRemembered = 500'000;

bool HasName(const Term& term, absl::string_view form) {
  if (ComparisonForm(term.label) == form) return true;
  return std::any_of(term.synonyms.begin(), term.synonyms.end(),
                     [&](const Synonym& synonym) { return ComparisonForm(synonym.text) == form; });
}

bool HasNames(const Term& term) { return !term.label.empty() || !term.synonyms.empty(); }

// Whether the words are an id themselves, under the ontology of the id beside them.
bool IsId(absl::string_view value, absl::string_view id) {
  return value == id || !CanonicalCurie(value, CuriePrefix(id)).empty();
}

// The one match of the best ontology; null if there is none or it has several of one name.
const TermMatch* Single(const std::vector<TermMatch>& matches) {
  if (matches.empty()) return nullptr;
  const bool tie = matches.size() > 1 && CuriePrefix(matches[0].id) == CuriePrefix(matches[1].id);
  return tie ? nullptr : &matches[0];
}

void Say(absl::string_view what, Resolution* out) {
  if (what.empty()) return;
  absl::StrAppend(&out->evidence, out->evidence.empty() ? "" : "; ", what);
}

}  // namespace

bool IsBelow(const TermLookup& terms, absl::string_view id, absl::string_view above) {
  if (id == above) return false;
  const std::vector<std::string> ancestors = terms.Ancestors(id);
  return std::binary_search(ancestors.begin(), ancestors.end(), above);
}

const Resolution& TermRules::Resolve(const Statement& statement, absl::string_view witness,
                                     bool finding) {
  static const Resolution kUnmapped;
  const std::vector<std::string>* ontologies = OntologiesOf(statement.field);
  if (statement.stated_id.empty() && (ontologies == nullptr || statement.value.empty())) {
    return kUnmapped;
  }
  key_.clear();
  // Lengths, not separators: words may hold any byte.
  absl::StrAppend(&key_, finding ? "f" : "s", statement.field.size(), " ",
                  statement.stated_id.size(), " ", witness.size(), " ", statement.field,
                  statement.stated_id, witness, statement.value);
  auto found = outcomes_.find(key_);
  if (found == outcomes_.end()) {
    if (outcomes_.size() >= kMaxRemembered) outcomes_.clear();
    found = outcomes_.emplace(key_, Fresh(statement, witness, finding)).first;
  }
  return found->second;
}

Resolution TermRules::Fresh(const Statement& statement, absl::string_view witness,
                            bool finding) const {
  Resolution out;
  if (!statement.stated_id.empty() && ByGivenId(statement, witness, finding, &out)) return out;
  out = ByWords(statement.field, statement.value);
  const std::vector<std::string>* ontologies = OntologiesOf(statement.field);
  if (out.mapped() || out.rule == TermRule::kCuratorDecision || ontologies == nullptr ||
      parts_.lexical == nullptr || statement.field == kCellLine) {
    return out;  // Cell lines of like names are different cell lines.
  }
  const std::optional<LexicalTerm> near = parts_.lexical(statement.value, *ontologies);
  if (!near.has_value() ||
      (parts_.mappings != nullptr &&
       parts_.mappings->Rejected(statement.field, statement.value, near->id))) {
    return out;
  }
  out.term = near->id;
  out.label = near->label;
  out.rule = near->rule;
  out.confidence = near->confidence;
  out.evidence = near->evidence;
  return out;
}

bool TermRules::ByGivenId(const Statement& statement, absl::string_view witness, bool finding,
                          Resolution* out) const {
  const std::string& id = statement.stated_id;
  const std::optional<Term> term = parts_.terms->Find(id);
  if (!term.has_value()) return ByUnknownId(statement, witness, finding, out);
  if (ByDeclaration(statement.field, id, /*known=*/true, out) ||
      ByForeignId(statement.field, id, out)) {
    return true;
  }
  std::optional<Term> replacement;
  if (term->obsolete && !term->replaced_by.empty()) {
    replacement = parts_.terms->Find(term->replaced_by);
  }
  const Term& holds = replacement.has_value() ? *replacement : *term;
  out->term = holds.id;
  out->rule = replacement.has_value() ? TermRule::kReplacedObsolete : TermRule::kGivenId;
  if (replacement.has_value()) Say(absl::StrCat(id, " is obsolete"), out);
  out->label = holds.label.empty() && !IsId(statement.value, id) ? statement.value : holds.label;
  Unite(statement.field, out);
  if (finding || IsLineNamed(statement.field, id, statement.value)) return true;
  const std::string form = ComparisonForm(statement.value);
  const bool named = HasNames(*term) || HasNames(holds);
  if (!form.empty() && named && !HasName(*term, form) && !HasName(holds, form) &&
      !IsId(statement.value, id)) {
    Settle(statement, *term, witness, out);
  }
  return true;
}

// The words say something else than the label of the id that stands beside them.
void TermRules::Settle(const Statement& statement, const Term& stated, absl::string_view witness,
                       Resolution* out) const {
  Resolution words = ByWords(statement.field, statement.value);
  if (words.mapped() && words.term == out->term) return;  // Another spelling of one name.
  out->conflict = true;
  const std::string both = absl::StrCat(stated.id, " is \"", stated.label, "\"");
  if (!words.mapped()) {
    // Nothing says what the words mean; that the id was filled down says that it is wrong.
    if (witness.empty()) return Say(both, out);
    *out = Resolution();
    out->conflict = true;
    return Say(both, out);
  }
  const bool decided = words.rule == TermRule::kCuratorDecision;
  const bool narrower = IsBelow(*parts_.terms, words.term, out->term);
  if (!decided && witness.empty() && !narrower) {
    Say(absl::StrCat(both, ", the words name ", words.term), out);
    if (IsBelow(*parts_.terms, out->term, words.term)) Say("the id is the more specific", out);
    return;
  }
  words.conflict = true;
  if (!decided) words.rule = TermRule::kLabelOverId;
  Say(both, &words);
  if (!decided && witness.empty()) Say("the words are the more specific", &words);
  *out = std::move(words);
}

// An id that no loaded ontology describes.
bool TermRules::ByUnknownId(const Statement& statement, absl::string_view witness, bool finding,
                            Resolution* out) const {
  const std::string& id = statement.stated_id;
  // An IRI of an unknown base is no term; a CURIE of an ontology that is not loaded is one.
  if (CuriePrefix(id).empty()) return false;
  if (ByDeclaration(statement.field, id, /*known=*/false, out) ||
      ByForeignId(statement.field, id, out)) {
    return true;
  }
  if (!witness.empty() && !finding && !IsId(statement.value, id)) {
    // Filled down, and past the end of the ontology: the id is wrong, the words may be right.
    *out = ByWords(statement.field, statement.value);
    if (out->mapped() && out->rule != TermRule::kCuratorDecision)
      out->rule = TermRule::kLabelOverId;
    out->conflict = true;
    Say(absl::StrCat(id, " is in no loaded ontology"), out);
    return true;
  }
  out->term = id;
  out->label = statement.value == id ? std::string() : statement.value;
  out->rule = TermRule::kGivenId;
  Unite(statement.field, out);
  if (finding || IsId(statement.value, id)) return true;
  // One ontology does not call two terms so: flagged, and a third witness may still back the words.
  const Resolution words = ByWords(statement.field, statement.value);
  if (words.mapped() && words.term != out->term && CuriePrefix(words.term) == CuriePrefix(id)) {
    out->conflict = true;
    Say(absl::StrCat(id, " is in no loaded ontology, the words name ", words.term), out);
  }
  return true;
}

bool TermRules::ByDeclaration(absl::string_view field, absl::string_view id, bool known,
                              Resolution* out) const {
  if (parts_.declared == nullptr) return false;
  const DeclaredTerms::Entry* entry = parts_.declared->Find(field, id);
  if (entry == nullptr || (known && !entry->always)) return false;
  out->term = entry->term;
  out->label = LabelOf(entry->term);
  out->rule = TermRule::kMapping;
  Say(absl::StrCat(id, ": ", entry->because), out);
  return true;
}

// An id of an ontology in which the field's words are not looked up.
bool TermRules::ByForeignId(absl::string_view field, absl::string_view id, Resolution* out) const {
  const std::vector<std::string>* ontologies = OntologiesOf(field);
  if (parts_.mappings == nullptr || ontologies == nullptr) return false;
  if (std::find(ontologies->begin(), ontologies->end(), CuriePrefix(id)) != ontologies->end()) {
    return false;
  }
  const std::optional<MappedTerm> mapped = parts_.mappings->OfTerm(id, *ontologies);
  if (!mapped.has_value() || mapped->term.empty()) return false;
  out->term = mapped->term;
  out->label = LabelOf(mapped->term);
  if (out->label.empty()) out->label = mapped->label;
  out->rule = TermRule::kMapping;
  out->confidence = mapped->confidence;
  Say(absl::StrCat(id, " by mapping set ", mapped->set), out);
  return true;
}

Resolution TermRules::ByWords(absl::string_view field, absl::string_view words) const {
  Resolution out;
  const std::vector<std::string>* ontologies = OntologiesOf(field);
  if (words.empty() || ontologies == nullptr) return out;
  if (!ByMapping(field, words, &out) && !ByName(words, *ontologies, &out)) {
    if (field == kCellLine && parts_.cell_lines != nullptr) {
      ByLineName(words, &out);
    } else {
      BySpelling(words, *ontologies, &out);
    }
  }
  Unite(field, &out);
  if (out.rule == TermRule::kCuratorDecision) return out;
  if (out.mapped() && parts_.mappings != nullptr &&
      parts_.mappings->Rejected(field, words, out.term)) {
    return Resolution();
  }
  return out;
}

// A curator's decision, else a mapping set. True also for the decision that no term exists.
bool TermRules::ByMapping(absl::string_view field, absl::string_view words, Resolution* out) const {
  if (parts_.mappings == nullptr) return false;
  std::optional<MappedTerm> mapped = parts_.mappings->Decision(field, words);
  out->rule = TermRule::kCuratorDecision;
  if (!mapped.has_value()) {
    mapped = parts_.mappings->OfWords(field, words, *OntologiesOf(field));
    if (!mapped.has_value() || parts_.mappings->Rejected(field, words, mapped->term)) {
      out->rule = TermRule::kUnmapped;
      return false;
    }
    out->rule = TermRule::kMapping;
  }
  out->term = mapped->term;
  out->label = LabelOf(mapped->term);
  if (out->label.empty()) out->label = mapped->label;
  out->confidence = mapped->confidence;
  if (mapped->term.empty()) {
    Say("no term exists", out);
  } else if (out->rule == TermRule::kMapping) {
    Say(absl::StrCat("mapping set ", mapped->set), out);
  }
  return true;
}

bool TermRules::ByName(absl::string_view words, const std::vector<std::string>& ontologies,
                       Resolution* out) const {
  const std::vector<TermMatch> matches = parts_.terms->Exact(words, ontologies);
  if (matches.empty()) return false;
  const bool synonym = matches[0].by_synonym;
  if (synonym && matches.size() != 1) return false;
  const TermMatch* match = Single(matches);
  if (match == nullptr) return false;
  out->term = match->id;
  out->label = match->label;
  out->rule = synonym ? TermRule::kExactSynonym : TermRule::kExactLabel;
  out->confidence = synonym ? kSynonymConfidence : 1.0f;
  if (synonym) Say(absl::StrCat("synonym \"", words, "\""), out);
  return true;
}

// The one term that another spelling of the words names; labels go before synonyms.
bool TermRules::BySpelling(absl::string_view words, const std::vector<std::string>& ontologies,
                           Resolution* out) const {
  Resolution best;
  for (const std::string& spelling : OtherSpellings(words)) {
    Resolution found;
    if (!ByName(spelling, ontologies, &found)) continue;
    const bool by_label = found.rule == TermRule::kExactLabel;
    found.evidence = absl::StrCat(by_label ? "label \"" : "synonym \"", spelling, "\"");
    if (!best.mapped() || (by_label && best.rule != TermRule::kExactLabel)) {
      best = std::move(found);
    } else if (best.term != found.term && by_label == (best.rule == TermRule::kExactLabel)) {
      return false;  // Two spellings, two terms: no guess.
    }
  }
  if (!best.mapped()) return false;
  best.rule = TermRule::kFoldedLabel;
  best.confidence = kFoldedConfidence;
  *out = std::move(best);
  return true;
}

void TermRules::ByLineName(absl::string_view words, Resolution* out) const {
  const CellLine* line = parts_.cell_lines->Named(words);
  if (line == nullptr) return;
  out->term = line->id;
  out->label = line->label;
  out->rule = TermRule::kFoldedLabel;
  out->confidence = kFoldedConfidence;
}

// The one id of a cell line, for all of its ids.
void TermRules::Unite(absl::string_view field, Resolution* out) const {
  if (field != kCellLine || parts_.cell_lines == nullptr || out->term.empty()) return;
  const CellLine* line = parts_.cell_lines->Of(out->term);
  if (line == nullptr || line->id == out->term) return;
  Say(absl::StrCat(out->term, " is the same cell line"), out);
  out->term = line->id;
  out->label = line->label;
}

bool TermRules::IsLineNamed(absl::string_view field, absl::string_view id,
                            absl::string_view words) const {
  if (field != kCellLine || parts_.cell_lines == nullptr) return false;
  const CellLine* line = parts_.cell_lines->Of(id);
  return line != nullptr && line == parts_.cell_lines->Named(words);
}

const std::vector<std::string>* TermRules::OntologiesOf(absl::string_view field) const {
  auto it = parts_.ontologies.find(field);
  return it == parts_.ontologies.end() ? nullptr : &it->second;
}

std::string TermRules::LabelOf(absl::string_view id) const {
  return parts_.terms->LabelOf(id).value_or("");
}

}  // namespace parfocal
