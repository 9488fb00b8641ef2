// What an archive's curators may want to correct, gathered per study.
//
// Thread safety: any thread.
#pragma once

#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/rpc/call.h"
#include "parfocal/v1/admin_service.pb.h"

namespace parfocal {

// Of one statement; false if there is nothing to correct. `kind` and what is proposed are filled
// in.
bool ProposeCorrection(const Statement& statement, v1::CorrectionProposal* out);

// DEADLINE_EXCEEDED or CANCELLED as `call` says; looked at every 1,000 records.
absl::Status ListCorrections(const AdminServiceOptions& options, const Call& call,
                             const v1::ListCorrectionsRequest& request,
                             v1::ListCorrectionsResponse* response);

}  // namespace parfocal
