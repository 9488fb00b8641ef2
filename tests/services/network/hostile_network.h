// A network whose texts try to break every format.
#pragma once

#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal::testing {

// Four nodes, of which "EX:4" stands alone, three edges, two studies. Two nodes share a symbol.
v1::Network HostileNetwork();

}  // namespace parfocal::testing
