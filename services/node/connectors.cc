#include "connectors.h"

#include <xxhash.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/definition/definition.h"
#include "parfocal/oai_pmh/oai_pmh_connector.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "parfocal/sandbox/sandbox.h"

namespace parfocal {

namespace {

// `source` with the options that its definition gives, where it names one; what the source says
// itself goes before them.
absl::StatusOr<Source> WithDefinedOptions(Source source, const ConnectorContext& context) {
  const auto named = source.options.find("definition");
  if (named == source.options.end()) return source;
  PARFOCAL_ASSIGN_OR_RETURN(const definition::SourceDefinition definition,
                            definition::LoadDefinition(DefinitionPath(source, context)));
  if (definition.protocol != source.connector) {
    return absl::InvalidArgumentError(absl::StrCat("source ", source.id, ": ", definition.place,
                                                   " is a definition for connector ",
                                                   definition.protocol));
  }
  source.options.erase(named);
  for (const auto& [key, value] : definition.options) source.options.try_emplace(key, value);
  return source;
}

}  // namespace

ConnectorRegistry Connectors() {
  const auto oai_pmh =
      [](const Source& source,
         const ConnectorContext& context) -> absl::StatusOr<std::unique_ptr<Connector>> {
    PARFOCAL_ASSIGN_OR_RETURN(const Source whole, WithDefinedOptions(source, context));
    return MakeOaiPmhConnector(whole, context);
  };
  ConnectorRegistry out = {{"ro-crate", MakeRoCrateConnector},
                           {"oai-pmh", oai_pmh},
                           {std::string(kIdrConnectorKind), MakeIdrConnector}};
  for (const absl::string_view kind : kDefinedConnectorKinds)
    out[std::string(kind)] = MakeDefinedConnector;
  return out;
}

ConnectorRegistry NodeConnectors(const ParserConfig& config, const Log& log) {
  if (!config.sandbox || config.command.empty()) {
    log.Warning("what archives send is read in this process; a parser that fails ends the node");
    return Connectors();
  }
  if (!SandboxGuardsFiles()) {
    log.Warning("this kernel has no Landlock: a parser can read what the node can read");
  }
  SandboxOptions options;
  options.command = config.command;
  options.limits.memory_bytes = static_cast<size_t>(config.memory_mib) << 20;
  return Sandboxed(Connectors(), options);
}

std::string DescribeReader(const Source& source, const std::string& share_dir) {
  std::string reader = absl::StrCat(source.connector, " of parfocald ", PARFOCAL_VERSION);
  ConnectorContext context;
  context.share_dir = share_dir;
  const std::string name = DefinitionPath(source, context);
  std::ifstream file(name, std::ios::binary);
  if (!file) return reader;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return absl::StrCat(reader, ", definition ", std::filesystem::path(name).filename().string(), " ",
                      absl::Hex(XXH3_64bits(text.data(), text.size()), absl::kZeroPad16));
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
