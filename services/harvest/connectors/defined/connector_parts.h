// What a connector that reads a source definition is made of.
#pragma once

#include <memory>
#include <string>

#include "documents.h"
#include "held_documents.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/definition/definition.h"
#include "records.h"

namespace parfocal::defined {

// Each outlives what is named after it.
struct ConnectorParts {
  std::unique_ptr<const definition::SourceDefinition> definition;
  std::unique_ptr<HeldDocuments> held;  // Over http(s) alone.
  std::unique_ptr<Documents> documents;
  RecordLimits limits;
  std::string today;  // YYYY-MM-DD, UTC; with `held`.
};

// Fails as MakeConnectorOf.
absl::StatusOr<ConnectorParts> MakeParts(definition::SourceDefinition definition,
                                         const Source& source, const ConnectorContext& context);

}  // namespace parfocal::defined
