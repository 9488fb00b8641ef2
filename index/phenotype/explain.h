// What answers say of what they rest on.
#pragma once

#include <string>
#include <vector>

#include "bound_expression.h"
#include "bound_scope.h"

namespace parfocal::phenotype {

// The rules that every answer of this matrix rests on, and of the scope's kind the background of
// the information content.
std::vector<std::string> CommonRules(const MatrixData& data, const BoundScope& scope);

// `accession/block` of the screens in scope; sorted.
std::vector<std::string> ScreensInScope(const MatrixData& data, const BoundScope& scope);

// Adds to `*left_out` what the request names and the matrix has not, and how many findings of the
// scope's studies entered no count, for each reason; with `expression` those of its terms alone.
void AddLeftOut(const MatrixData& data, const BoundScope& scope, const BoundExpression* expression,
                std::vector<std::string>* left_out);

// For answers without an explanation of their own: terms, screens in scope, what was left out,
// rules. An empty expression has no terms. Errors of scope and expression as everywhere.
absl::StatusOr<Explain> ExplainScope(const MatrixData& data, const Scope& scope,
                                     const std::string& expression, bool exact);

}  // namespace parfocal::phenotype
