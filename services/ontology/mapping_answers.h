// Requests about mappings: proto <-> MappingStore and MappingSnapshot. Free functions over the
// options of the service.
#pragma once

#include <functional>

#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/status.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

absl::Status AnswerListMappings(const OntologyServiceOptions& options,
                                const v1::ListMappingsRequest& request,
                                v1::ListMappingsResponse* response);
absl::Status AnswerListMappingSets(const OntologyServiceOptions& options,
                                   v1::ListMappingSetsResponse* response);
// INVALID_ARGUMENT with TERM_UNKNOWN if no loaded ontology has the term or it is obsolete, with
// VALUE_OUT_OF_RANGE or LIMIT_EXCEEDED for another part of the request.
absl::Status AnswerAcceptMapping(const OntologyServiceOptions& options,
                                 const v1::AcceptMappingRequest& request,
                                 v1::MappingDecision* response);
absl::Status AnswerRejectMapping(const OntologyServiceOptions& options,
                                 const v1::RejectMappingRequest& request,
                                 v1::MappingDecision* response);
absl::Status AnswerImportMappings(const OntologyServiceOptions& options,
                                  const v1::ImportMappingsRequest& request,
                                  v1::ImportMappingsResponse* response);
// NOT_FOUND if there is no such set.
absl::Status AnswerExportMappings(const OntologyServiceOptions& options,
                                  const v1::ExportMappingsRequest& request,
                                  const std::function<void(v1::ExportMappingsResponse)>& send);

}  // namespace parfocal
