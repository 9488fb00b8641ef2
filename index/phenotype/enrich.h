// What a list of genes, or a term, has more of than its background.
#pragma once

#include "matrix_data.h"

namespace parfocal::phenotype {

absl::StatusOr<Enrichments> EnrichTerms(const MatrixData& data, const EnrichTermsQuery& query);
absl::StatusOr<Enrichments> EnrichGenes(const MatrixData& data, const EnrichGenesQuery& query);

}  // namespace parfocal::phenotype
