// The methods of OntologyService that are about mappings. Included by .cc files of this folder
// alone.
#pragma once

#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"

namespace parfocal {

class MappingMethods : public v1::OntologyService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ListMappings(grpc::CallbackServerContext* context,
                                         const v1::ListMappingsRequest* request,
                                         v1::ListMappingsResponse* response) override;
  grpc::ServerUnaryReactor* ListMappingSets(grpc::CallbackServerContext* context,
                                            const v1::ListMappingSetsRequest* request,
                                            v1::ListMappingSetsResponse* response) override;
  grpc::ServerUnaryReactor* AcceptMapping(grpc::CallbackServerContext* context,
                                          const v1::AcceptMappingRequest* request,
                                          v1::MappingDecision* response) override;
  grpc::ServerUnaryReactor* RejectMapping(grpc::CallbackServerContext* context,
                                          const v1::RejectMappingRequest* request,
                                          v1::MappingDecision* response) override;
  grpc::ServerUnaryReactor* ImportMappings(grpc::CallbackServerContext* context,
                                           const v1::ImportMappingsRequest* request,
                                           v1::ImportMappingsResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportMappingsResponse>* ExportMappings(
      grpc::CallbackServerContext* context, const v1::ExportMappingsRequest* request) override;

 protected:
  explicit MappingMethods(const OntologyServiceOptions& options) : options_of_mappings_(options) {}

 private:
  const OntologyServiceOptions options_of_mappings_;
};

}  // namespace parfocal
