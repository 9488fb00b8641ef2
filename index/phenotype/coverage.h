// How much is known: by term, by species, by screen, and what was left out.
#pragma once

#include "matrix_data.h"

namespace parfocal::phenotype {

absl::StatusOr<SampledTerms> SampleTerms(const MatrixData& data, const Scope& scope, Window window);
absl::StatusOr<Coverage> CoverageReport(const MatrixData& data, const Scope& scope, Window window);
absl::StatusOr<UnattributedFindings> Unattributed(const MatrixData& data, const Scope& scope,
                                                  Window window);

}  // namespace parfocal::phenotype
