// Networks of genes.
#pragma once

#include "matrix_data.h"

namespace parfocal::phenotype {

absl::StatusOr<Network> BuildNetwork(const MatrixData& data, const NetworkQuery& query);

}  // namespace parfocal::phenotype
