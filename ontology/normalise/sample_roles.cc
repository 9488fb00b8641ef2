#include "sample_roles.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "term_rules.h"

namespace parfocal {
namespace {

constexpr absl::string_view kOrganism = "organism";
constexpr char kSample[] = "sample";
constexpr char kOfCellLine[] = "cell_line";
constexpr char kHost[] = "host";
constexpr char kPathogen[] = "pathogen";
constexpr absl::string_view kPathogenField = "pathogen_organism";
// Begins the evidence of a role that was given here, so that it can be taken back.
constexpr absl::string_view kByTaxonomy = "by taxonomy ";

bool Together(const Statement& a, const Statement& b) {
  const bool groups = a.group == b.group || a.group == 0 || b.group == 0;
  return groups && (a.scope == b.scope || a.scope.empty() || b.scope.empty());
}

bool Related(const TermLookup& terms, absl::string_view a, absl::string_view b) {
  return a == b || IsBelow(terms, a, b) || IsBelow(terms, b, a);
}

bool IsSample(const Statement& s) {
  return s.field == kOrganism && (s.role == kSample || s.role == kOfCellLine || s.role.empty());
}

// One cell line of a record, with its organisms.
class OneLine {
 public:
  OneLine(const TermLookup& terms, const Statement& line, const CellLine* known,
          std::vector<Statement>* statements)
      : terms_(terms), line_(line), known_(known), statements_(*statements) {}

  bool has_species() const { return known_ != nullptr && !known_->species.empty(); }

  // Gives the organism of the sample its role. True if the record states an organism that agrees.
  bool FindStated() {
    std::vector<Statement*> samples;
    for (Statement& s : statements_) {
      if (IsSample(s) && Together(s, line_)) samples.push_back(&s);
    }
    bool agrees = false;
    for (Statement* s : samples) {
      const bool same =
          has_species() && !s->term.empty() && Related(terms_, s->term, known_->species);
      agrees = agrees || same;
      // Of an unknown line the only organism must be the one.
      if (same || (!has_species() && samples.size() == 1)) s->role = kOfCellLine;
    }
    return agrees;
  }

  int FlagOthers() {
    int flagged = 0;
    for (Statement& s : statements_) {
      // One that another cell line of the record explains is not at odds with this one.
      if (!IsSample(s) || s.role == kOfCellLine || s.term.empty() || !Together(s, line_)) continue;
      absl::StrAppend(&s.evidence, s.evidence.empty() ? "" : "; ", known_->label,
                      " is a cell line of ", known_->species);
      flagged += s.label_conflict ? 0 : 1;
      s.label_conflict = true;
    }
    return flagged;
  }

  Statement Species() const {
    Statement out;
    out.field = kCellLineOrganism;
    out.term = known_->species;
    out.label = terms_.LabelOf(known_->species).value_or("");
    out.value = out.label.empty() ? out.term : out.label;
    out.origin = Origin::kInferred;
    out.rule = TermRule::kMapping;
    out.role = kOfCellLine;
    out.group = line_.group;
    out.scope = line_.scope;
    out.evidence = absl::StrCat("species of ", known_->label, " (", known_->id, ")");
    return out;
  }

 private:
  const TermLookup& terms_;
  const Statement& line_;
  const CellLine* const known_;
  std::vector<Statement>& statements_;
};

void GiveRole(absl::string_view role, absl::string_view why, Statement* s) {
  s->role = std::string(role);
  absl::StrAppend(&s->evidence, s->evidence.empty() ? "" : "; ", kByTaxonomy, why);
}

// Organisms that can only be somebody's pathogen, beside a cell line or another organism.
void FindPathogens(Pathogens* pathogens, std::vector<Statement>* statements) {
  for (Statement& s : *statements) {
    if (s.field != kOrganism || s.role != kSample || !pathogens->Has(s.term)) continue;
    const auto carries = [&](const Statement& other) {
      if (!Together(s, other)) return false;
      return other.field == kCellLine ||
             (other.field == kOrganism && other.term != s.term && !pathogens->Has(other.term));
    };
    if (std::any_of(statements->begin(), statements->end(), carries))
      GiveRole(kPathogen, "the pathogen of the other organism", &s);
  }
}

// The one organism that is left beside a pathogen.
void FindHost(Pathogens* pathogens, std::vector<Statement>* statements) {
  const auto found = [](const Statement& s) {
    return s.field == kOrganism && s.role == kPathogen &&
           absl::StrContains(s.evidence, kByTaxonomy);
  };
  if (std::none_of(statements->begin(), statements->end(), found)) return;
  for (Statement& s : *statements) {
    if (s.field != kOrganism || s.role != kSample || s.term.empty() || pathogens->Has(s.term))
      continue;
    bool infected = false, alone = true;
    for (const Statement& other : *statements) {
      if (other.field != kOrganism || !Together(s, other)) continue;
      infected |= found(other);
      alone &= other.role == kPathogen || other.term == s.term;
    }
    if (infected && alone) GiveRole(kHost, "the host of the other organism", &s);
  }
}

// The roles of organisms beside cell lines; how many were flagged.
int SettleCellLines(const TermLookup& terms, const CellLines* lines,
                    std::vector<Statement>* statements) {
  int flagged = 0;
  std::vector<Statement> added;
  const bool some = std::any_of(statements->begin(), statements->end(),
                                [](const Statement& s) { return s.field == kCellLine; });
  if (!some) return 0;
  std::vector<std::pair<Statement, const CellLine*>> unstated;
  for (const Statement& s : *statements) {
    if (s.field != kCellLine) continue;
    const CellLine* known = lines == nullptr || s.term.empty() ? nullptr : lines->Of(s.term);
    OneLine line(terms, s, known, statements);
    if (!line.FindStated() && line.has_species()) unstated.emplace_back(s, known);
  }
  for (const auto& [statement, known] : unstated) {
    OneLine line(terms, statement, known, statements);
    flagged += line.FlagOthers();
    Statement species = line.Species();
    const bool fresh = std::none_of(added.begin(), added.end(), [&](const Statement& a) {
      return a.term == species.term && a.group == species.group && a.scope == species.scope;
    });
    if (fresh) added.push_back(std::move(species));
  }
  statements->insert(statements->end(), added.begin(), added.end());
  return flagged;
}

}  // namespace

bool Pathogens::Has(const std::string& term) {
  if (declared_ == nullptr || term.empty()) return false;
  const auto [known, fresh] = known_.try_emplace(term, false);
  if (!fresh) return known->second;
  const std::vector<std::string> above = terms_.Ancestors(term);
  known->second = std::any_of(above.begin(), above.end(), [&](const std::string& ancestor) {
    return declared_->Find(kPathogenField, ancestor) != nullptr;
  });
  return known->second;
}

void ForgetRoles(std::vector<Statement>* statements) {
  std::erase_if(*statements, [](const Statement& s) {
    return s.field == kCellLineOrganism && s.origin == Origin::kInferred;
  });
  for (Statement& s : *statements) {
    if (s.field != kOrganism) continue;
    const bool given = s.role == kHost || s.role == kPathogen;
    // Who states no role speaks of the sample. (Were it left open, a record whose organism was once
    // that of a cell line would come out of a second normalisation other than a fresh one.)
    if (s.role.empty() || s.role == kOfCellLine ||
        (given && absl::StrContains(s.evidence, kByTaxonomy)))
      s.role = kSample;
  }
}

int SettleRoles(const TermLookup& terms, const CellLines* lines, Pathogens* pathogens,
                std::vector<Statement>* statements) {
  FindPathogens(pathogens, statements);
  const int flagged = SettleCellLines(terms, lines, statements);
  FindHost(pathogens, statements);
  return flagged;
}

}  // namespace parfocal
