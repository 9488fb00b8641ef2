// TrySource: the request to a rehearsal, its result to a response.
#pragma once

#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/v1/harvest_service.pb.h"

namespace parfocal {

absl::Status TrySource(const RehearseDefinition& rehearse, const v1::TrySourceRequest& request,
                       v1::TrySourceResponse* response);

}  // namespace parfocal
