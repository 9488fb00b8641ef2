// The connectors that this node has, and the rehearsal of a source definition.
#pragma once

#include <string>

#include "config.h"
#include "log.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/rehearse/rehearsal.h"

namespace parfocal {

// All of them, by kind.
ConnectorRegistry Connectors();

// The same, each in a process of its own unless `config` says otherwise; `log` is told which.
ConnectorRegistry NodeConnectors(const ParserConfig& config, const Log& log);

// What reads `source`: connector and version of the program, the definition and its digest if there
// is one in `share_dir`.
std::string DescribeReader(const Source& source, const std::string& share_dir);

// Rehearses the definition `yaml`, called `name` in messages, at `location` over at most `pages`
// pages, normalised with `parts`. Writes nothing. INVALID_ARGUMENT as ParseDefinition and
// MakeConnectorOf.
absl::StatusOr<Rehearsal> TryDefinition(const std::string& yaml, const std::string& name,
                                        const std::string& location, int pages,
                                        const ConnectorContext& context, NormaliserParts parts);

}  // namespace parfocal
