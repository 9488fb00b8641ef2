// Requests of PhenotypeService as questions to the matrix. What is wrong with a request by itself
// is found here: VALUE_OUT_OF_RANGE, LIMIT_EXCEEDED; what its words mean is the matrix's business.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "parfocal/phenotype/answers.h"
#include "parfocal/status.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal {

// At most this many values in each list of a scope.
inline constexpr int kMaxScopeValues = 1000;
// A name of a gene or compound beyond this is noise, and is cut: no gene table has one so long, and
// the answer that repeats it must stay small.
inline constexpr size_t kMaxNameBytes = 1024;

// The page of a question is not read here: see MatrixPages.
absl::StatusOr<phenotype::Scope> ReadScope(const v1::PhenotypeScope& scope);
// `value`, or `standard` for 0, at most `maximum`; an error if it is negative.
absl::StatusOr<int> ReadCount(int64_t value, int standard, int maximum, absl::string_view field);
// As ReadCount, but more than `maximum` is an error too.
absl::StatusOr<int> ReadBounded(int64_t value, int standard, int maximum, absl::string_view field);
absl::StatusOr<phenotype::Background> ReadBackground(const v1::InformationBackground& background);
absl::StatusOr<phenotype::FindQuery> ReadQuery(const v1::FindGenesRequest& request);
absl::StatusOr<phenotype::FindQuery> ReadQuery(const v1::FindCompoundsRequest& request);
absl::StatusOr<phenotype::SimilarQuery> ReadQuery(const v1::SimilarGenesRequest& request);
absl::StatusOr<phenotype::CompareQuery> ReadQuery(const v1::CompareProfilesRequest& request);
absl::StatusOr<phenotype::EnrichTermsQuery> ReadQuery(const v1::EnrichTermsRequest& request);
absl::StatusOr<phenotype::EnrichGenesQuery> ReadQuery(const v1::EnrichGenesRequest& request);
absl::StatusOr<phenotype::NetworkQuery> ReadQuery(const v1::BuildNetworkRequest& request);
absl::StatusOr<phenotype::EvidenceQuery> ReadQuery(const v1::GetEvidenceRequest& request);
// Names of genes, each cut to kMaxNameBytes. LIMIT_EXCEEDED above `most` names.
absl::StatusOr<std::vector<std::string>> ReadNames(
    const google::protobuf::RepeatedPtrField<std::string>& names, size_t most,
    absl::string_view field);

}  // namespace parfocal
