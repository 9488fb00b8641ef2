// PhenotypeService of the node in this process: it knows six genes by hostile names and remembers
// what it was asked.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <vector>

#include "parfocal/v1/phenotype_service.grpc.pb.h"

namespace parfocal::cli {

class FakePhenotype final : public v1::PhenotypeService::Service {
 public:
  grpc::Status FindGenes(grpc::ServerContext*, const v1::FindGenesRequest* request,
                         v1::FindGenesResponse* response) override;
  grpc::Status FindCompounds(grpc::ServerContext*, const v1::FindCompoundsRequest* request,
                             v1::FindCompoundsResponse* response) override;
  grpc::Status BatchGetGeneProfiles(grpc::ServerContext*,
                                    const v1::BatchGetGeneProfilesRequest* request,
                                    v1::BatchGetGeneProfilesResponse* response) override;
  grpc::Status SimilarGenes(grpc::ServerContext*, const v1::SimilarGenesRequest* request,
                            v1::SimilarGenesResponse* response) override;
  grpc::Status CompareProfiles(grpc::ServerContext*, const v1::CompareProfilesRequest* request,
                               v1::CompareProfilesResponse* response) override;
  grpc::Status EnrichTerms(grpc::ServerContext*, const v1::EnrichTermsRequest* request,
                           v1::EnrichTermsResponse* response) override;
  grpc::Status EnrichGenes(grpc::ServerContext*, const v1::EnrichGenesRequest* request,
                           v1::EnrichGenesResponse* response) override;
  grpc::Status BuildNetwork(grpc::ServerContext*, const v1::BuildNetworkRequest* request,
                            v1::Network* response) override;
  grpc::Status SampleTerms(grpc::ServerContext*, const v1::SampleTermsRequest* request,
                           v1::SampleTermsResponse* response) override;
  grpc::Status CoverageReport(grpc::ServerContext*, const v1::CoverageReportRequest* request,
                              v1::CoverageReportResponse* response) override;
  grpc::Status ListUnattributed(grpc::ServerContext*, const v1::ListUnattributedRequest* request,
                                v1::ListUnattributedResponse* response) override;
  grpc::Status GetEvidence(grpc::ServerContext*, const v1::GetEvidenceRequest* request,
                           v1::GetEvidenceResponse* response) override;

  v1::FindGenesRequest last_find;
  v1::FindCompoundsRequest last_compounds;
  v1::SimilarGenesRequest last_similar;
  v1::EnrichTermsRequest last_enrich;
  v1::BuildNetworkRequest last_network;
  v1::GetEvidenceRequest last_evidence;
  std::vector<int> batches;  // Names of each call of BatchGetGeneProfiles.
  // Answers that many profiles of a call and cuts the others down to their resolution.
  int profiles_that_fit = 1 << 20;
  // From this call of BatchGetGeneProfiles on (counted from 0) the matrix is another one.
  size_t changes_at_batch = SIZE_MAX;
};

}  // namespace parfocal::cli
