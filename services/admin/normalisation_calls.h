// The calls that report on normalisation, without their transport.
//
// Thread safety: any thread.
#pragma once

#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/rpc/call.h"
#include "parfocal/v1/admin_service.pb.h"

namespace parfocal {

// DEADLINE_EXCEEDED or CANCELLED as `call` says; looked at every 1,000 records.
absl::Status ReportNormalisation(const AdminServiceOptions& options, const Call& call,
                                 const v1::ReportNormalisationRequest& request,
                                 v1::ReportNormalisationResponse* response);
absl::Status ListDifferences(const AdminServiceOptions& options, const Call& call,
                             const v1::ListDifferencesRequest& request,
                             v1::ListDifferencesResponse* response);

}  // namespace parfocal
