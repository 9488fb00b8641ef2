#include "parfocal/phenotype/phenotype_matrix.h"

#include <utility>

#include "coverage.h"
#include "enrich.h"
#include "evidence.h"
#include "explain.h"
#include "find.h"
#include "matrix_data.h"
#include "network.h"
#include "profiles.h"
#include "similar.h"

namespace parfocal::phenotype {

PhenotypeMatrix::PhenotypeMatrix(std::shared_ptr<const MatrixData> data) : data_(std::move(data)) {}
PhenotypeMatrix::~PhenotypeMatrix() = default;

int64_t PhenotypeMatrix::sequence() const { return data_->sequence(); }
const std::string& PhenotypeMatrix::revision() const { return data_->revision(); }
size_t PhenotypeMatrix::MemoryBytes() const { return data_->MemoryBytes(); }

absl::StatusOr<FoundGenes> PhenotypeMatrix::FindGenes(const FindQuery& query) const {
  return phenotype::FindGenes(*data_, query);
}
absl::StatusOr<Explain> PhenotypeMatrix::ExplainScope(const Scope& scope,
                                                      const std::string& expression,
                                                      bool exact) const {
  return phenotype::ExplainScope(*data_, scope, expression, exact);
}
absl::StatusOr<FoundCompounds> PhenotypeMatrix::FindCompounds(const FindQuery& query) const {
  return phenotype::FindCompounds(*data_, query);
}
absl::StatusOr<std::vector<GeneProfile>> PhenotypeMatrix::Profiles(
    const std::vector<std::string>& names, const std::string& organism, const Scope& scope) const {
  return phenotype::Profiles(*data_, names, organism, scope);
}
absl::StatusOr<SimilarAnswer> PhenotypeMatrix::Similar(const SimilarQuery& query) const {
  return phenotype::Similar(*data_, query);
}
absl::StatusOr<Comparison> PhenotypeMatrix::Compare(const CompareQuery& query) const {
  return phenotype::Compare(*data_, query);
}
absl::StatusOr<Enrichments> PhenotypeMatrix::EnrichTerms(const EnrichTermsQuery& query) const {
  return phenotype::EnrichTerms(*data_, query);
}
absl::StatusOr<Enrichments> PhenotypeMatrix::EnrichGenes(const EnrichGenesQuery& query) const {
  return phenotype::EnrichGenes(*data_, query);
}
absl::StatusOr<Network> PhenotypeMatrix::BuildNetwork(const NetworkQuery& query) const {
  return phenotype::BuildNetwork(*data_, query);
}
absl::StatusOr<SampledTerms> PhenotypeMatrix::SampleTerms(const Scope& scope, Window window) const {
  return phenotype::SampleTerms(*data_, scope, window);
}
absl::StatusOr<Coverage> PhenotypeMatrix::CoverageReport(const Scope& scope, Window window) const {
  return phenotype::CoverageReport(*data_, scope, window);
}
absl::StatusOr<UnattributedFindings> PhenotypeMatrix::Unattributed(const Scope& scope,
                                                                   Window window) const {
  return phenotype::Unattributed(*data_, scope, window);
}
absl::StatusOr<Evidence> PhenotypeMatrix::FindEvidence(const EvidenceQuery& query,
                                                       const RecordStore& store) const {
  return phenotype::FindEvidence(*data_, query, store);
}

}  // namespace parfocal::phenotype
