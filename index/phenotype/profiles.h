// What is known of one gene.
#pragma once

#include "bound_scope.h"
#include "matrix_data.h"

namespace parfocal::phenotype {

// Everything but what was asked and how it was resolved.
GeneProfile ProfileOf(const MatrixData& data, const BoundScope& scope, uint32_t subject);
absl::StatusOr<std::vector<GeneProfile>> Profiles(const MatrixData& data,
                                                  const std::vector<std::string>& names,
                                                  const std::string& organism, const Scope& scope);

}  // namespace parfocal::phenotype
