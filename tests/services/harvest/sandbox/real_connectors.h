// Connectors of local files, as a node has them.
#pragma once

#include <string>

#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/ro_crate/ro_crate_connector.h"

namespace parfocal::testing {

inline ConnectorRegistry RealConnectors() {
  return {{"ro-crate", MakeRoCrateConnector}, {std::string(kIdrConnectorKind), MakeIdrConnector}};
}

}  // namespace parfocal::testing
