#include "explain.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parfocal::phenotype {
namespace {

absl::string_view WordFor(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPositive:
      return "positive ";
    case Outcome::kTestedNegative:
      return "negative ";
    case Outcome::kNotScored:
      break;
  }
  return "";
}

// What was done in the screens in scope.
std::set<std::string> TypesInScope(const MatrixData& data, const BoundScope& scope) {
  std::set<std::string> out;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    const auto& screens = data.studies()[study].tally->screens();
    for (uint32_t screen = 0; screen < screens.size(); ++screen) {
      if (!scope.Has(study, screen)) continue;
      out.insert(screens[screen].type.empty() ? "not stated" : screens[screen].type);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> CommonRules(const MatrixData& data, const BoundScope& scope,
                                     const BoundBackground* background) {
  std::vector<std::string> out = {
      absl::StrCat(scope.labelled() ? "genes whose product is tagged or bound by an antibody"
                                    : "genes in the role perturbed",
                   "; controls and image sets that failed quality control count for nothing"),
      "a positive counts for its term and all above it, a negative for the very term alone",
      background != nullptr ? background->rule()
                            : BoundBackground::Bind(data, Background(), scope.kind())->rule(),
  };
  if (const std::set<std::string> types = TypesInScope(data, scope); types.size() > 1) {
    out.push_back(absl::StrCat("types of perturbation in scope: ", absl::StrJoin(types, "; "),
                               "; each line of evidence is of one"));
  }
  if (scope.single_target()) out.push_back("only image sets with one target alone");
  return out;
}

std::vector<std::string> ScreensInScope(const MatrixData& data, const BoundScope& scope) {
  std::set<std::string> out;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    const MatrixData::StudyPart& part = data.studies()[study];
    const auto& screens = part.tally->screens();
    for (uint32_t screen = 0; screen < screens.size(); ++screen) {
      if (scope.Has(study, screen)) out.insert(ScreenName(part.key, screens[screen].block));
    }
  }
  return {out.begin(), out.end()};
}

void AddLeftOut(const MatrixData& data, const BoundScope& scope, const BoundExpression* expression,
                std::vector<std::string>* left_out) {
  left_out->insert(left_out->end(), scope.notes().begin(), scope.notes().end());
  std::map<std::pair<StudyTally::Reason, Outcome>, int64_t> counts;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    for (const StudyTally::LeftOut& left : data.studies()[study].tally->left_out()) {
      if (left.kind != scope.kind() || !scope.HasPlace(study, left.block)) continue;
      if (expression != nullptr) {
        const auto term = data.terms().Find(left.term);
        if (!term.has_value() || !expression->CountsAny(*term)) continue;
      }
      counts[{left.reason, left.outcome}] += left.observations;
    }
  }
  for (const auto& [why, count] : counts) {
    left_out->push_back(absl::StrCat(count, " ", WordFor(why.second), "findings",
                                     expression == nullptr ? "" : " of these terms", ": ",
                                     WordsOf(why.first)));
  }
}

absl::StatusOr<Explain> ExplainScope(const MatrixData& data, const Scope& scope,
                                     const std::string& expression, bool exact, bool bridges) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  Explain out;
  std::optional<BoundExpression> terms;
  if (!expression.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(terms, BoundExpression::Bind(data, expression, {exact, bridges}));
    std::vector<bool> seen = AssertedTerms(data, bound, /*compounds=*/false);
    const std::vector<bool> of_compounds = AssertedTerms(data, bound, /*compounds=*/true);
    for (size_t term = 0; term < seen.size(); ++term) {
      if (of_compounds[term]) seen[term] = true;
    }
    out.terms = terms->Expansions(seen);
  }
  out.studies = ScreensInScope(data, bound);
  AddLeftOut(data, bound, terms.has_value() ? &*terms : nullptr, &out.left_out);
  out.rules = CommonRules(data, bound);
  return out;
}

}  // namespace parfocal::phenotype
