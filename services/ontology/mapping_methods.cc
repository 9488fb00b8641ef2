#include "mapping_methods.h"

#include <memory>
#include <utility>

#include "mapping_answers.h"
#include "parfocal/rpc/call.h"

namespace parfocal {

grpc::ServerUnaryReactor* MappingMethods::ListMappings(grpc::CallbackServerContext* context,
                                                       const v1::ListMappingsRequest* request,
                                                       v1::ListMappingsResponse* response) {
  return HandleUnary(*options_of_mappings_.dispatcher, context,
                     "parfocal.v1.OntologyService/ListMappings", request, response,
                     [this](const Call&, const auto& r, auto* out) {
                       return AnswerListMappings(options_of_mappings_, r, out);
                     });
}

grpc::ServerUnaryReactor* MappingMethods::ListMappingSets(grpc::CallbackServerContext* context,
                                                          const v1::ListMappingSetsRequest* request,
                                                          v1::ListMappingSetsResponse* response) {
  return HandleUnary(*options_of_mappings_.dispatcher, context,
                     "parfocal.v1.OntologyService/ListMappingSets", request, response,
                     [this](const Call&, const auto&, auto* out) {
                       return AnswerListMappingSets(options_of_mappings_, out);
                     });
}

grpc::ServerUnaryReactor* MappingMethods::AcceptMapping(grpc::CallbackServerContext* context,
                                                        const v1::AcceptMappingRequest* request,
                                                        v1::MappingDecision* response) {
  return HandleUnary(*options_of_mappings_.dispatcher, context,
                     "parfocal.v1.OntologyService/AcceptMapping", request, response,
                     [this](const Call&, const auto& r, auto* out) {
                       return AnswerAcceptMapping(options_of_mappings_, r, out);
                     });
}

grpc::ServerUnaryReactor* MappingMethods::RejectMapping(grpc::CallbackServerContext* context,
                                                        const v1::RejectMappingRequest* request,
                                                        v1::MappingDecision* response) {
  return HandleUnary(*options_of_mappings_.dispatcher, context,
                     "parfocal.v1.OntologyService/RejectMapping", request, response,
                     [this](const Call&, const auto& r, auto* out) {
                       return AnswerRejectMapping(options_of_mappings_, r, out);
                     });
}

grpc::ServerUnaryReactor* MappingMethods::ImportMappings(grpc::CallbackServerContext* context,
                                                         const v1::ImportMappingsRequest* request,
                                                         v1::ImportMappingsResponse* response) {
  return HandleUnary(*options_of_mappings_.dispatcher, context,
                     "parfocal.v1.OntologyService/ImportMappings", request, response,
                     [this](const Call&, const auto& r, auto* out) {
                       return AnswerImportMappings(options_of_mappings_, r, out);
                     });
}

grpc::ServerWriteReactor<v1::ExportMappingsResponse>* MappingMethods::ExportMappings(
    grpc::CallbackServerContext* context, const v1::ExportMappingsRequest* request) {
  return HandleStream<v1::ExportMappingsResponse>(
      *options_of_mappings_.dispatcher, context, "parfocal.v1.OntologyService/ExportMappings",
      request,
      [this, request](const std::shared_ptr<StreamCall<v1::ExportMappingsResponse>>& stream) {
        stream->Start(nullptr);
        const v1::ExportMappingsRequest wanted = *request;
        const bool accepted = options_of_mappings_.dispatcher->pool->Run([this, wanted, stream] {
          stream->Close(AnswerExportMappings(
              options_of_mappings_, wanted,
              [&](v1::ExportMappingsResponse part) { stream->Send(std::move(part)); }));
        });
        if (!accepted) stream->Close(Overloaded());
      });
}

}  // namespace parfocal
