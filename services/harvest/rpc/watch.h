// The stream of WatchRun: looks at the run four times a second, holding no thread meanwhile.
#pragma once

#include <memory>

#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/rpc/call.h"
#include "parfocal/v1/harvest_service.pb.h"

namespace parfocal {

void ToProto(const RunProgress& progress, v1::Run* out);

// Sends the run now, whenever it has moved, and a last time when it ended; then closes `stream`.
// `runner` must outlive the call.
void Watch(const HarvestRunner* runner, std::string source, std::string run,
           std::shared_ptr<StreamCall<v1::Run>> stream);

}  // namespace parfocal
