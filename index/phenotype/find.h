// Genes and compounds by a term expression.
#pragma once

#include "bound_expression.h"
#include "bound_scope.h"
#include "subject_groups.h"
#include "term_evidence.h"

namespace parfocal::phenotype {

// A group that the expression holds of, with the cells that support it.
struct Match {
  SubjectGroup group;
  std::vector<PlacedCell> cells;
  int32_t studies = 0;  // With independent support.
};

struct FindRequest {
  bool compounds = false;
  std::string expression;
  BoundExpression::Options options;
  int32_t min_studies = 1;
  Pooling pooling;  // Genes alone; an empty pool_to: none.
};

// What a find came to; kept for whoever goes on from the matches.
struct Matches {
  std::vector<Match> matches;  // Most studies first, then by name, then by id.
  Explain explain;
};

absl::StatusOr<Matches> FindMatches(const MatrixData& data, const BoundScope& scope,
                                    const FindRequest& request);

absl::StatusOr<FoundGenes> FindGenes(const MatrixData& data, const FindQuery& query);
absl::StatusOr<FoundCompounds> FindCompounds(const MatrixData& data, const FindQuery& query);

// `accession/block` of the screens of these cells; sorted.
std::vector<std::string> ScreensOf(const MatrixData& data, const std::vector<Match>& matches);

}  // namespace parfocal::phenotype
