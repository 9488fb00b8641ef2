#include "parfocal/normalise/normaliser.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "comparison_form.h"
#include "gene_rules.h"
#include "parfocal/normalise/witness.h"
#include "parfocal/record_name.h"
#include "sample_roles.h"
#include "term_rules.h"

namespace parfocal {
namespace {

constexpr absl::string_view kOrganism = "organism";
constexpr absl::string_view kGene = "gene";

void Apply(const Resolution& outcome, absl::string_view witness, Statement* statement) {
  statement->term = outcome.term;
  statement->label = outcome.label;
  statement->rule = outcome.rule;
  statement->confidence = outcome.confidence;
  statement->label_conflict = outcome.conflict;
  std::string evidence(witness.empty() ? DefinitionEvidenceOf(statement->evidence) : witness);
  if (!outcome.evidence.empty()) {
    absl::StrAppend(&evidence, evidence.empty() ? "" : "; ", outcome.evidence);
  }
  statement->evidence = std::move(evidence);
}

// In which order the organisms of a record are asked for a gene: those of the sample before those
// that live in or on it.
int RankOfRole(absl::string_view role) { return role == "pathogen" ? 1 : 0; }

// Terms of the organisms of `statements`, the sample's first; those of other blocks left out.
std::vector<std::string> TaxaOf(const std::vector<Statement>& statements, absl::string_view block) {
  std::vector<std::string> taxa;
  for (const int rank : {0, 1}) {
    for (const Statement& s : statements) {
      if (s.field != kOrganism || s.term.empty() || RankOfRole(s.role) != rank) continue;
      if (!s.scope.empty() && !block.empty() && s.scope != block) continue;
      if (std::find(taxa.begin(), taxa.end(), s.term) == taxa.end()) taxa.push_back(s.term);
    }
  }
  return taxa;
}

}  // namespace

struct Normaliser::State {
  explicit State(NormaliserParts p)
      : parts(std::move(p)),
        terms(&parts),
        genes(parts.genes.get(), parts.mappings.get()),
        pathogens(parts.terms.get(), parts.declared.get()) {}

  int All(std::vector<Statement>* statements, const ImageSet* set);
  int Term(Statement* statement, const std::vector<Statement>& all, const ImageSet* set);
  void Finding(Statement* finding);
  void Mine(Study* study) const;
  bool Decided(const std::string& field, const std::string& name,
               std::vector<Statement>* statements) const;
  std::string ThirdWitness(const Statement& statement, const std::vector<Statement>& all,
                           const ImageSet* set);
  const std::vector<Statement>& StudyStatements(const ImageSet& set);
  void Remember(const Study& study);

  const NormaliserParts parts;
  TermRules terms;
  GeneRules genes;
  Pathogens pathogens;
  // The study that was asked for last, with its organisms and cell lines normalised.
  std::string study_source, study_accession;
  std::vector<Statement> study_statements;
};

void Normaliser::State::Remember(const Study& study) {
  study_source = study.source;
  study_accession = study.accession;
  study_statements.clear();
  for (const Statement& statement : study.statements) {
    if (statement.field == kOrganism || statement.field == kCellLine)
      study_statements.push_back(statement);
  }
  ForgetRoles(&study_statements);
  // As its own record had it, so that what is taken from a study does not depend on whether the
  // study was normalised with the same parts.
  const std::vector<Statement> all = study_statements;
  for (Statement& statement : study_statements) Term(&statement, all, nullptr);
  SettleRoles(*parts.terms, parts.cell_lines.get(), &pathogens, &study_statements);
}

const std::vector<Statement>& Normaliser::State::StudyStatements(const ImageSet& set) {
  if (set.source == study_source && set.study == study_accession) return study_statements;
  Study study;
  if (parts.study != nullptr) study = parts.study(set).value_or(Study());
  study.source = set.source;
  study.accession = set.study;
  Remember(study);
  return study_statements;
}

// What backs the words of a statement whose id says something else, beyond what its connector saw.
std::string Normaliser::State::ThirdWitness(const Statement& statement,
                                            const std::vector<Statement>& all,
                                            const ImageSet* set) {
  const std::string form = ComparisonForm(statement.value);
  for (const Statement& other : all) {
    if (other.field != statement.field || other.stated_id.empty() ||
        other.stated_id == statement.stated_id || ComparisonForm(other.value) != form) {
      continue;
    }
    const Resolution& outcome = terms.Resolve(other, WitnessOf(other.evidence), false);
    if (outcome.mapped() && !outcome.conflict) {
      return absl::StrCat("the same words beside ", other.stated_id);
    }
  }
  if (set == nullptr || statement.field != kOrganism) return "";
  const Resolution words = terms.ByWords(statement.field, statement.value);
  if (!words.mapped()) return "";
  for (const Statement& organism : StudyStatements(*set)) {
    if (organism.field == kOrganism && organism.term == words.term)
      return absl::StrCat("organism of the study: ", words.term);
  }
  return "";
}

int Normaliser::State::Term(Statement* statement, const std::vector<Statement>& all,
                            const ImageSet* set) {
  const std::string seen(WitnessOf(statement->evidence));
  const Resolution* outcome = &terms.Resolve(*statement, seen, /*finding=*/false);
  if (outcome->conflict && seen.empty()) {
    const std::string third = ThirdWitness(*statement, all, set);
    outcome = &terms.Resolve(*statement, third, /*finding=*/false);
    Resolution backed = *outcome;
    if (!third.empty()) {
      backed.evidence = absl::StrCat(third, backed.evidence.empty() ? "" : "; ", backed.evidence);
    }
    Apply(backed, "", statement);
  } else {
    Apply(*outcome, seen, statement);
  }
  return statement->label_conflict ? 1 : 0;
}

int Normaliser::State::All(std::vector<Statement>* statements, const ImageSet* set) {
  int conflicts = 0;
  ForgetRoles(statements);
  for (Statement& statement : *statements) {
    if (statement.field != kGene || parts.genes == nullptr) {
      conflicts += Term(&statement, *statements, set);
    }
  }
  conflicts += SettleRoles(*parts.terms, parts.cell_lines.get(), &pathogens, statements);
  if (parts.genes == nullptr) return conflicts;
  std::vector<std::string> taxa;
  bool have_taxa = false;
  for (Statement& statement : *statements) {
    if (statement.field != kGene) continue;
    if (!have_taxa) {
      taxa = TaxaOf(*statements, "");
      if (taxa.empty() && set != nullptr) taxa = TaxaOf(StudyStatements(*set), set->block);
      have_taxa = true;
    }
    Apply(genes.Resolve(statement, taxa), "", &statement);
    conflicts += statement.label_conflict ? 1 : 0;
  }
  return conflicts;
}

void Normaliser::State::Finding(Statement* finding) {
  Apply(terms.Resolve(*finding, "", /*finding=*/true), "", finding);
}

// A study's own statements are normalised: what they leave unsaid is looked for in its texts.
void Normaliser::State::Mine(Study* study) const {
  std::vector<Statement>& statements = study->statements;
  if (parts.mine == nullptr || !study->blocks.empty()) return;
  const std::string name = FormatRecordName({study->source, study->accession, ""});
  for (const std::string& base : parts.mined_fields) {
    const bool said = std::any_of(statements.begin(), statements.end(),
                                  [&](const Statement& s) { return s.field == base; });
    if (said) continue;
    const std::string field = absl::StrCat(kMinedPrefix, base);
    if (Decided(field, name, &statements)) continue;
    for (MinedTerm& mined : parts.mine(base, study->title, study->description)) {
      if (parts.mappings != nullptr && parts.mappings->Rejected(field, name, mined.id)) continue;
      Statement statement;
      statement.field = field;
      statement.value = std::move(mined.words);
      statement.term = std::move(mined.id);
      statement.label = std::move(mined.label);
      statement.origin = Origin::kInferred;
      statement.rule = TermRule::kMined;
      statement.confidence = mined.confidence;
      statement.evidence = std::move(mined.evidence);
      statements.push_back(std::move(statement));
    }
  }
}

// What a curator decided about the texts of the study `name`: one term, or that there is none.
bool Normaliser::State::Decided(const std::string& field, const std::string& name,
                                std::vector<Statement>* statements) const {
  if (parts.mappings == nullptr) return false;
  std::optional<MappedTerm> decided = parts.mappings->Decision(field, name);
  if (!decided.has_value()) return false;
  if (decided->term.empty()) return true;
  Statement statement;
  statement.field = field;
  statement.term = std::move(decided->term);
  statement.label = parts.terms->LabelOf(statement.term).value_or(decided->label);
  statement.value = statement.label.empty() ? statement.term : statement.label;
  statement.origin = Origin::kInferred;
  statement.rule = TermRule::kCuratorDecision;
  statement.confidence = 1.0f;
  statements->push_back(std::move(statement));
  return true;
}

Normaliser::Normaliser(NormaliserParts parts) : state_(std::make_unique<State>(std::move(parts))) {}

Normaliser::~Normaliser() = default;

void Normaliser::ForgetStudy() {
  state_->study_source.clear();  // No image set is of the source "".
  state_->study_accession.clear();
  state_->study_statements.clear();
}

int Normaliser::Normalise(Record* record) {
  if (Study* study = std::get_if<Study>(record)) {
    // What another state of the parts had found: no archive states such a field.
    std::erase_if(study->statements, [](const Statement& s) {
      return s.rule == TermRule::kMined || absl::StartsWith(s.field, kMinedPrefix);
    });
    state_->Remember(*study);
    const int conflicts = state_->All(&study->statements, nullptr);
    state_->Mine(study);
    return conflicts;
  }
  ImageSet* set = std::get_if<ImageSet>(record);
  const int conflicts = state_->All(&set->statements, set);
  for (Observation& observation : set->observations) state_->Finding(&observation.finding);
  return conflicts;
}

}  // namespace parfocal
