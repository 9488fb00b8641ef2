// Sources and their upkeep, on the wire and off it.
#pragma once

#include <vector>

#include "parfocal/clock.h"
#include "parfocal/harvest.h"
#include "parfocal/schedule/upkeep.h"
#include "parfocal/v1/harvest_service.pb.h"

namespace parfocal {

// `runs`: newest first.
void ToProto(const Source& source, const std::vector<Run>& runs, const ScheduleLimits& limits,
             absl::Time now, v1::Source* out);

// INVALID_ARGUMENT with VALUE_OUT_OF_RANGE.
absl::Status FromProto(const v1::Schedule& schedule, Schedule* out);

}  // namespace parfocal
