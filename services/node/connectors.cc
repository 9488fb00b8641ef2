#include "connectors.h"

#include <memory>
#include <utility>

#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/definition/definition.h"
#include "parfocal/oai_pmh/oai_pmh_connector.h"
#include "parfocal/ro_crate/ro_crate_connector.h"

namespace parfocal {

ConnectorRegistry Connectors() {
  const auto oai_pmh = [](const Source& source, const ConnectorContext& context) {
    return MakeOaiPmhConnector(source, context);
  };
  return {{"ro-crate", MakeRoCrateConnector},
          {"oai-pmh", oai_pmh},
          {std::string(kIdrConnectorKind), MakeIdrConnector},
          {std::string(kJsonConnectorKind), MakeDefinedConnector},
          {std::string(kTableConnectorKind), MakeDefinedConnector}};
}

absl::StatusOr<Rehearsal> TryDefinition(const std::string& yaml, const std::string& name,
                                        const std::string& location, int pages,
                                        const ConnectorContext& context, NormaliserParts parts) {
  PARFOCAL_ASSIGN_OR_RETURN(definition::SourceDefinition definition,
                            definition::ParseDefinition(yaml, name));
  Source source;
  source.id = "rehearsal";
  source.location = location;
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<DefinedConnector> connector,
                            MakeConnectorOf(std::move(definition), source, context));
  // The catalogue's studies are none of the rehearsal's.
  parts.study = nullptr;
  Normaliser normaliser(std::move(parts));
  return Rehearse(connector.get(), [&](Record* record) { return normaliser.Normalise(record); },
                  {.pages = pages});
}

}  // namespace parfocal
