#include "sample_roles.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "term_rules.h"

namespace parfocal {
namespace {

constexpr absl::string_view kOrganism = "organism";
constexpr char kSample[] = "sample";
constexpr char kOfCellLine[] = "cell_line";

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

}  // namespace

void ForgetRoles(std::vector<Statement>* statements) {
  std::erase_if(*statements, [](const Statement& s) {
    return s.field == kCellLineOrganism && s.origin == Origin::kInferred;
  });
  for (Statement& s : *statements) {
    if (s.field == kOrganism && s.role == kOfCellLine) s.role = kSample;
  }
}

int SettleRoles(const TermLookup& terms, const CellLines* lines,
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

}  // namespace parfocal
