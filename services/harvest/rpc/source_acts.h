// What a person does to a source besides harvesting it: acts with a name and a reason, which stand
// in the audit log before they are carried out; pings; the quarantine.
#pragma once

#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/v1/harvest_service.pb.h"

namespace parfocal {

// Each fails as its call says in proto/parfocal/v1/harvest_service.proto.
absl::Status ResumeSource(const HarvestServiceOptions& options,
                          const v1::ResumeSourceRequest& request);
absl::StatusOr<RunProgress> ReleaseRun(const HarvestServiceOptions& options,
                                       const v1::ReleaseRunRequest& request);
absl::StatusOr<int64_t> RestoreRecords(const HarvestServiceOptions& options,
                                       const v1::RestoreRecordsRequest& request);
absl::StatusOr<RunProgress> ReplayRejections(const HarvestServiceOptions& options,
                                             const v1::ReplayRejectionsRequest& request);
absl::StatusOr<Rejection> GetRejection(const HarvestServiceOptions& options,
                                       const v1::GetRejectionRequest& request);

// Begins a run of `source`. That it may delete any number of records is audited, without a name.
absl::StatusOr<RunProgress> StartRun(const HarvestServiceOptions& options,
                                     const std::string& source, bool accept_deletions);

}  // namespace parfocal
