// The calls that change what a node holds beside harvests (decisions about relations, takedowns)
// and the log of them, without their transport.
//
// Thread safety: any thread.
#pragma once

#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/v1/admin_service.pb.h"

namespace parfocal {

absl::Status DecideRelation(const AdminServiceOptions& options,
                            const v1::DecideRelationRequest& request,
                            v1::DecideRelationResponse* response);
absl::Status TakeDown(const AdminServiceOptions& options, const v1::TakeDownRequest& request,
                      v1::TakeDownResponse* response);
absl::Status ListAudit(const AdminServiceOptions& options, const v1::ListAuditRequest& request,
                       v1::ListAuditResponse* response);

}  // namespace parfocal
