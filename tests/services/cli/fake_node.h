// A node in this process that answers the client over a real socket: two sources, a handful of
// records, answers and failures as the test sets them. It remembers the requests that it got.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "parfocal/cli/cli.h"
#include "parfocal/v1/admin_service.grpc.pb.h"
#include "parfocal/v1/catalogue_service.grpc.pb.h"
#include "parfocal/v1/harvest_service.grpc.pb.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "parfocal/v1/search_service.grpc.pb.h"
#include "services/cli/fake_phenotype.h"

namespace parfocal::cli {

// A gRPC status with ErrorInfo, as the node makes it.
grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::string& field = "");

class FakeHarvest final : public v1::HarvestService::Service {
 public:
  grpc::Status CreateSource(grpc::ServerContext*, const v1::CreateSourceRequest* request,
                            v1::Source* response) override;
  grpc::Status GetSource(grpc::ServerContext*, const v1::GetSourceRequest* request,
                         v1::Source* response) override;
  grpc::Status ListSources(grpc::ServerContext*, const v1::ListSourcesRequest* request,
                           v1::ListSourcesResponse* response) override;
  grpc::Status UpdateSource(grpc::ServerContext*, const v1::UpdateSourceRequest* request,
                            v1::Source* response) override;
  grpc::Status DeleteSource(grpc::ServerContext*, const v1::DeleteSourceRequest* request,
                            google::protobuf::Empty*) override;
  grpc::Status StartRun(grpc::ServerContext*, const v1::StartRunRequest* request,
                        v1::Run* response) override;
  grpc::Status WatchRun(grpc::ServerContext*, const v1::WatchRunRequest*,
                        grpc::ServerWriter<v1::Run>* writer) override;
  grpc::Status ListRuns(grpc::ServerContext*, const v1::ListRunsRequest*,
                        v1::ListRunsResponse* response) override;
  grpc::Status ListRejections(grpc::ServerContext*, const v1::ListRejectionsRequest* request,
                              v1::ListRejectionsResponse* response) override;
  grpc::Status TrySource(grpc::ServerContext*, const v1::TrySourceRequest* request,
                         v1::TrySourceResponse* response) override;

  std::map<std::string, v1::Source> sources;
  v1::Run end;  // How the run ends; sent last.
  v1::StartRunRequest last_start;
  v1::UpdateSourceRequest last_update;
  v1::ListRejectionsRequest last_rejections;
  v1::TrySourceRequest last_try;
  v1::TrySourceResponse tried;
  int rejections = 0;
};

class FakeCatalogue final : public v1::CatalogueService::Service {
 public:
  grpc::Status GetRecord(grpc::ServerContext*, const v1::GetRecordRequest* request,
                         v1::Record* response) override;
  grpc::Status GetRawRecord(grpc::ServerContext*, const v1::GetRawRecordRequest* request,
                            v1::RawRecord* response) override;
  grpc::Status GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                         v1::NodeStatus* response) override;

  std::map<std::string, v1::Record> records;
  std::map<std::string, std::string> raw;
  v1::NormalisationStatus normalisation;  // Of the status.
  int gets = 0;
};

class FakeSearch final : public v1::SearchService::Service {
 public:
  grpc::Status Search(grpc::ServerContext*, const v1::SearchRequest* request,
                      v1::SearchResponse* response) override;
  grpc::Status StreamSearch(grpc::ServerContext*, const v1::SearchRequest* request,
                            grpc::ServerWriter<v1::SearchHit>* writer) override;
  grpc::Status Suggest(grpc::ServerContext*, const v1::SuggestRequest* request,
                       v1::SuggestResponse* response) override;
  grpc::Status CiteSearch(grpc::ServerContext*, const v1::CiteSearchRequest* request,
                          v1::SearchCitation* response) override;
  grpc::Status GetSearchCitation(grpc::ServerContext*, const v1::GetSearchCitationRequest* request,
                                 v1::SearchCitation* response) override;

  v1::SuggestRequest last_suggest;
  v1::SuggestResponse suggestions;
  v1::GetSearchCitationRequest last_cited;
  v1::SearchCitation citation;
  v1::SearchRequest last;
  std::vector<v1::SearchRequest> all;
  v1::SearchResponse answer;
  std::map<std::string, v1::SearchResponse> by_filter;  // Before `answer`.
  grpc::Status failure;                                 // Of Search, and at the end of each stream.
  std::vector<v1::SearchHit> stream;  // Tokens are indexes; every third hit carries one.
  std::vector<int>
      break_after;  // For each call: after how many hits the stream breaks; then whole.
  size_t stream_calls = 0;
  bool reordered = false;  // From the second call on the stream begins elsewhere.
};

class FakeOntology final : public v1::OntologyService::Service {
 public:
  grpc::Status GetTerm(grpc::ServerContext*, const v1::GetTermRequest* request,
                       v1::Term* response) override;
  grpc::Status ListTerms(grpc::ServerContext*, const v1::ListTermsRequest* request,
                         v1::ListTermsResponse* response) override;
  grpc::Status Descendants(grpc::ServerContext*, const v1::ClosureRequest* request,
                           v1::ClosureResponse* response) override;
  grpc::Status Resolve(grpc::ServerContext*, const v1::ResolveRequest* request,
                       v1::ResolveResponse* response) override;
  grpc::Status ListOntologies(grpc::ServerContext*, const v1::ListOntologiesRequest* request,
                              v1::ListOntologiesResponse* response) override;
  grpc::Status ResolveGenes(grpc::ServerContext*, const v1::ResolveGenesRequest* request,
                            v1::ResolveGenesResponse* response) override;
  grpc::Status GetGene(grpc::ServerContext*, const v1::GetGeneRequest* request,
                       v1::Gene* response) override;
  grpc::Status LoadOntology(grpc::ServerContext*, const v1::LoadOntologyRequest* request,
                            grpc::ServerWriter<v1::LoadOntologyProgress>* writer) override;
  grpc::Status ListMappings(grpc::ServerContext*, const v1::ListMappingsRequest* request,
                            v1::ListMappingsResponse* response) override;
  grpc::Status ListMappingSets(grpc::ServerContext*, const v1::ListMappingSetsRequest*,
                               v1::ListMappingSetsResponse* response) override;
  grpc::Status AcceptMapping(grpc::ServerContext*, const v1::AcceptMappingRequest* request,
                             v1::MappingDecision* response) override;
  grpc::Status RejectMapping(grpc::ServerContext*, const v1::RejectMappingRequest* request,
                             v1::MappingDecision* response) override;
  grpc::Status ImportMappings(grpc::ServerContext*, const v1::ImportMappingsRequest* request,
                              v1::ImportMappingsResponse* response) override;
  grpc::Status ExportMappings(grpc::ServerContext*, const v1::ExportMappingsRequest* request,
                              grpc::ServerWriter<v1::ExportMappingsResponse>* writer) override;

  v1::ListMappingsRequest last_list;
  v1::AcceptMappingRequest last_accept;
  v1::RejectMappingRequest last_reject;
  v1::ImportMappingsRequest last_import;
  v1::ExportMappingsRequest last_export;
};

class FakeAdmin final : public v1::AdminService::Service {
 public:
  grpc::Status CreateCheckpoint(grpc::ServerContext*, const v1::CreateCheckpointRequest* request,
                                v1::Checkpoint* response) override;
  grpc::Status RebuildIndex(grpc::ServerContext*, const v1::RebuildIndexRequest*,
                            grpc::ServerWriter<v1::RebuildIndexProgress>* writer) override;
  grpc::Status CheckIndex(grpc::ServerContext*, const v1::CheckIndexRequest*,
                          v1::CheckIndexResponse* response) override;

  std::vector<std::string> problems;
};

// What a command printed.
struct Output {
  int code = 0;
  std::string out;
  std::string err;
};

class FakeNode {
 public:
  FakeNode();
  std::string address() const;
  // Runs `parfocal ARGUMENTS --node ADDRESS` with streams that are no terminal, or are one of
  // `columns` columns.
  Output Run(std::vector<std::string> arguments, int columns = 0) const;

  FakeHarvest harvest;
  FakeCatalogue catalogue;
  FakeSearch search;
  FakeOntology ontology;
  FakePhenotype phenotype;
  FakeAdmin admin;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace parfocal::cli
