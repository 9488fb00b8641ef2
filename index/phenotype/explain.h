// What answers say of what they rest on.
#pragma once

#include <string>
#include <vector>

#include "background.h"
#include "bound_expression.h"
#include "bound_scope.h"

namespace parfocal::phenotype {

// The rules that every answer of this matrix rests on, and what the information content is computed
// from: `background`, or, if it is null, the whole matrix for the scope's kind.
std::vector<std::string> CommonRules(const MatrixData& data, const BoundScope& scope,
                                     const BoundBackground* background = nullptr);

// `accession/block` of the screens in scope; sorted.
std::vector<std::string> ScreensInScope(const MatrixData& data, const BoundScope& scope);

// Adds to `*left_out` what the request names and the matrix has not, and how many findings of the
// scope's studies entered no count, for each reason; with `expression` those of its terms alone.
void AddLeftOut(const MatrixData& data, const BoundScope& scope, const BoundExpression* expression,
                std::vector<std::string>* left_out);

// For answers without an explanation of their own: terms, screens in scope, what was left out,
// rules. An empty expression has no terms. Errors of scope and expression as everywhere.
absl::StatusOr<Explain> ExplainScope(const MatrixData& data, const Scope& scope,
                                     const std::string& expression, bool exact,
                                     bool bridges = false);

}  // namespace parfocal::phenotype
