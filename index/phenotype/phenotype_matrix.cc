#include "parfocal/phenotype/phenotype_matrix.h"

#include <utility>

#include "find.h"
#include "matrix_data.h"
#include "profiles.h"

namespace parfocal::phenotype {

PhenotypeMatrix::PhenotypeMatrix(std::shared_ptr<const MatrixData> data) : data_(std::move(data)) {}
PhenotypeMatrix::~PhenotypeMatrix() = default;

int64_t PhenotypeMatrix::sequence() const { return data_->sequence(); }
const std::string& PhenotypeMatrix::revision() const { return data_->revision(); }
size_t PhenotypeMatrix::MemoryBytes() const { return data_->MemoryBytes(); }

absl::StatusOr<FoundGenes> PhenotypeMatrix::FindGenes(const FindQuery& query) const {
  return phenotype::FindGenes(*data_, query);
}
absl::StatusOr<FoundCompounds> PhenotypeMatrix::FindCompounds(const FindQuery& query) const {
  return phenotype::FindCompounds(*data_, query);
}
absl::StatusOr<std::vector<GeneProfile>> PhenotypeMatrix::Profiles(
    const std::vector<std::string>& names, const std::string& organism, const Scope& scope) const {
  return phenotype::Profiles(*data_, names, organism, scope);
}

}  // namespace parfocal::phenotype
