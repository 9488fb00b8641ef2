#include "connector_parts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace parfocal::defined {
namespace {

absl::Status ReadOptions(const Source& source, RecordLimits* limits,
                         definition::SourceDefinition* definition) {
  for (const auto& [key, value] : source.options) {
    if (key == "definition") continue;
    if (key == "tree") {
      PARFOCAL_ASSIGN_OR_RETURN(definition->tree, definition::DefaultTree(value));
      continue;
    }
    int64_t number = 0;
    constexpr int64_t kMost = 16 << 20;
    if (key != "max_record_bytes") {
      return absl::InvalidArgumentError(
          absl::StrCat("source ", source.id, ": unknown option '", key,
                       "'; known: definition, max_record_bytes, tree"));
    }
    if (!absl::SimpleAtoi(value, &number) || number < 1 || number > kMost) {
      return absl::InvalidArgumentError(
          absl::StrCat("option ", key, " = '", value, "': expected 1 to ", kMost));
    }
    limits->record_bytes = static_cast<size_t>(number);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConnectorParts> MakeParts(definition::SourceDefinition definition,
                                         const Source& source, const ConnectorContext& context) {
  ConnectorParts parts;
  PARFOCAL_RETURN_IF_ERROR(ReadOptions(source, &parts.limits, &definition));
  const std::string& location = source.location;
  const bool http = absl::StartsWith(location, "http://") || absl::StartsWith(location, "https://");
  if (http && context.fetcher == nullptr) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "location '", location, "': this node reads local files only")),
                      "SOURCE_DEFINITION", "location");
  }
  if (definition.protocol == "oai-pmh") {
    return absl::InvalidArgumentError(absl::StrCat(
        definition.place, ": a definition of oai-pmh holds options of that connector; ",
        "add the source with --connector oai-pmh"));
  }
  const uint64_t fingerprint = definition.fingerprint;
  parts.definition = std::make_unique<const definition::SourceDefinition>(std::move(definition));
  absl::StatusOr<std::unique_ptr<Documents>> documents;
  if (http) {
    parts.held = std::make_unique<HeldDocuments>(context, fingerprint);
    parts.today = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
    const WebAccess access{context.fetcher, parts.held.get(), parts.limits, parts.today};
    if (parts.definition->tree) {
      documents = TreeDocuments(location, *parts.definition, access);
    } else {
      documents = WebDocuments(location, *parts.definition, access);
    }
  } else {
    documents = LocalDocuments(location, *parts.definition);
  }
  if (!documents.ok()) return WithReason(documents.status(), "SOURCE_DEFINITION", "location");
  parts.documents = *std::move(documents);
  return parts;
}

}  // namespace parfocal::defined
