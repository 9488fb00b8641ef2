// The calls of PhenotypeService, each as a function of its request. One file per group:
// find_calls.cc (genes and compounds by term), gene_calls.cc (about given genes), set_calls.cc
// (enrichment, network), list_calls.cc (what there is, and the evidence).
//
// Thread safety: any thread.
#pragma once

#include "matrix_pages.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal {

absl::Status FindGenes(MatrixPages& pages, const v1::FindGenesRequest& request,
                       v1::FindGenesResponse* response);
absl::Status FindCompounds(MatrixPages& pages, const v1::FindCompoundsRequest& request,
                           v1::FindCompoundsResponse* response);

absl::Status GetGeneProfile(const MatrixPages& pages, const v1::GetGeneProfileRequest& request,
                            v1::GeneProfile* response);
absl::Status BatchGetGeneProfiles(const MatrixPages& pages,
                                  const v1::BatchGetGeneProfilesRequest& request,
                                  v1::BatchGetGeneProfilesResponse* response);
absl::Status SimilarGenes(MatrixPages& pages, const v1::SimilarGenesRequest& request,
                          v1::SimilarGenesResponse* response);
absl::Status CompareProfiles(MatrixPages& pages, const v1::CompareProfilesRequest& request,
                             v1::CompareProfilesResponse* response);

absl::Status EnrichTerms(MatrixPages& pages, const v1::EnrichTermsRequest& request,
                         v1::EnrichTermsResponse* response);
absl::Status EnrichGenes(MatrixPages& pages, const v1::EnrichGenesRequest& request,
                         v1::EnrichGenesResponse* response);
absl::Status BuildNetwork(MatrixPages& pages, const v1::BuildNetworkRequest& request,
                          v1::Network* response);

absl::Status SampleTerms(MatrixPages& pages, const v1::SampleTermsRequest& request,
                         v1::SampleTermsResponse* response);
absl::Status CoverageReport(MatrixPages& pages, const v1::CoverageReportRequest& request,
                            v1::CoverageReportResponse* response);
absl::Status ListUnattributed(MatrixPages& pages, const v1::ListUnattributedRequest& request,
                              v1::ListUnattributedResponse* response);
absl::Status GetEvidence(MatrixPages& pages, const RecordStore& store,
                         const v1::GetEvidenceRequest& request, v1::GetEvidenceResponse* response);

}  // namespace parfocal
