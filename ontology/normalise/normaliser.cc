#include "parfocal/normalise/normaliser.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

// What one (field, value, id) comes to.
struct Resolution {
  std::string term;
  std::string label;
  TermRule rule = TermRule::kUnmapped;
  float confidence = 1.0f;
  bool conflict = false;
};

constexpr float kSynonymConfidence = 0.9f;
// Distinct triples kept; beyond that the cache starts anew. A corpus has some 100,000.
constexpr size_t kMaxCached = 500'000;

// For the comparison of a label with the words beside its id: hyphens and underscores are blanks,
// and the word "phenotype" at the end and "obsolete" at the beginning say nothing.
std::string ComparisonForm(absl::string_view text) {
  std::string folded = FoldText(text);
  std::replace(folded.begin(), folded.end(), '-', ' ');
  std::replace(folded.begin(), folded.end(), '_', ' ');
  absl::string_view form = folded;
  while (absl::StartsWith(form, "obsolete ")) form.remove_prefix(9);
  while (absl::EndsWith(form, " phenotype")) form.remove_suffix(10);
  return FoldText(form);
}

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

bool ByGivenId(const TermLookup& terms, const Statement& statement, Resolution* out) {
  const std::string& id = statement.stated_id;
  std::optional<Term> term = terms.Find(id);
  if (!term.has_value()) {
    // An IRI of an unknown base is no term; a CURIE of an ontology that is not loaded is one.
    if (CuriePrefix(id).empty()) return false;
    out->term = id;
    out->label = statement.value == id ? std::string() : statement.value;
    out->rule = TermRule::kGivenId;
    return true;
  }
  std::optional<Term> replacement;
  if (term->obsolete && !term->replaced_by.empty()) replacement = terms.Find(term->replaced_by);
  const Term& holds = replacement.has_value() ? *replacement : *term;
  out->term = holds.id;
  out->rule = replacement.has_value() ? TermRule::kReplacedObsolete : TermRule::kGivenId;
  out->label = holds.label.empty() && !IsId(statement.value, id) ? statement.value : holds.label;
  const std::string form = ComparisonForm(statement.value);
  const bool named = HasNames(*term) || HasNames(holds);
  out->conflict = !form.empty() && named && !HasName(*term, form) && !HasName(holds, form) &&
                  !IsId(statement.value, id);
  return true;
}

void ByName(const TermLookup& terms, const std::string& value,
            const std::vector<std::string>& ontologies, Resolution* out) {
  const std::vector<TermMatch> matches = terms.Exact(value, ontologies);
  if (matches.empty()) return;
  const bool synonym = matches[0].by_synonym;
  if (synonym && matches.size() != 1) return;
  const TermMatch* match = Single(matches);
  if (match == nullptr) return;
  out->term = match->id;
  out->label = match->label;
  out->rule = synonym ? TermRule::kExactSynonym : TermRule::kExactLabel;
  out->confidence = synonym ? kSynonymConfidence : 1.0f;
}

}  // namespace

struct Normaliser::Cache {
  absl::flat_hash_map<std::string, Resolution> outcomes;
  std::string key;  // Kept for its memory.
};

Normaliser::Normaliser(std::shared_ptr<const TermLookup> terms, FieldOntologies ontologies)
    : terms_(std::move(terms)),
      ontologies_(std::move(ontologies)),
      cache_(std::make_unique<Cache>()) {}

Normaliser::~Normaliser() = default;

int Normaliser::Normalise(Record* record) {
  int conflicts = 0;
  const auto normalise = [&](Statement& statement) {
    static const Resolution kUnmapped;
    const Resolution* outcome = &kUnmapped;
    auto ontologies = ontologies_.find(statement.field);
    if (!statement.stated_id.empty() ||
        (ontologies != ontologies_.end() && !statement.value.empty())) {
      std::string& key = cache_->key;
      key.clear();
      // Lengths, not separators: words may hold any byte.
      absl::StrAppend(&key, statement.field.size(), " ", statement.stated_id.size(), " ",
                      statement.field, statement.stated_id, statement.value);
      auto found = cache_->outcomes.find(key);
      if (found == cache_->outcomes.end()) {
        if (cache_->outcomes.size() >= kMaxCached) cache_->outcomes.clear();
        Resolution fresh;
        if ((statement.stated_id.empty() || !ByGivenId(*terms_, statement, &fresh)) &&
            ontologies != ontologies_.end()) {
          ByName(*terms_, statement.value, ontologies->second, &fresh);
        }
        found = cache_->outcomes.emplace(key, std::move(fresh)).first;
      }
      outcome = &found->second;
    }
    statement.term = outcome->term;
    statement.label = outcome->label;
    statement.rule = outcome->rule;
    statement.confidence = outcome->confidence;
    statement.label_conflict = outcome->conflict;
    conflicts += outcome->conflict ? 1 : 0;
  };
  if (Study* study = std::get_if<Study>(record)) {
    for (Statement& statement : study->statements) normalise(statement);
  } else if (ImageSet* set = std::get_if<ImageSet>(record)) {
    for (Statement& statement : set->statements) normalise(statement);
    for (Observation& observation : set->observations) {
      normalise(observation.finding);
      // The words of a finding are its submitter's own name for it, which is meant to differ from
      // the label of the term that the curators chose.
      if (observation.finding.label_conflict) --conflicts;
      observation.finding.label_conflict = false;
    }
  }
  return conflicts;
}

}  // namespace parfocal
