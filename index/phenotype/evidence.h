// From a number of the matrix down to the image sets behind it.
#pragma once

#include "matrix_data.h"

namespace parfocal::phenotype {

absl::StatusOr<Evidence> FindEvidence(const MatrixData& data, const EvidenceQuery& query,
                                      const RecordStore& store);

}  // namespace parfocal::phenotype
