// The connectors that this node has, and the rehearsal of a source definition.
#pragma once

#include <string>

#include "parfocal/connectors/connector.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/rehearse/rehearsal.h"

namespace parfocal {

// All of them, by kind.
ConnectorRegistry Connectors();

// Rehearses the definition `yaml`, called `name` in messages, at `location` over at most `pages`
// pages, normalised with `parts`. Writes nothing. INVALID_ARGUMENT as ParseDefinition and
// MakeConnectorOf.
absl::StatusOr<Rehearsal> TryDefinition(const std::string& yaml, const std::string& name,
                                        const std::string& location, int pages,
                                        const ConnectorContext& context, NormaliserParts parts);

}  // namespace parfocal
