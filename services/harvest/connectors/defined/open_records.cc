#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "records.h"

namespace parfocal::defined {
namespace {

enum class Form { kJson, kTable, kXml, kRdf, kPage, kYaml };

bool EndsAs(absl::string_view name, std::initializer_list<absl::string_view> endings) {
  for (const absl::string_view ending : endings) {
    if (absl::EndsWithIgnoreCase(name, ending)) return true;
  }
  return false;
}

// A protocol that has a form of its own for what its documents hold keeps it for endings that could
// be anything (.xml, .json).
Form FormOf(absl::string_view name, const std::string& protocol) {
  name = absl::StripSuffix(absl::StripSuffix(name, ".gz"), ".xz");
  if (protocol == "rdf") return Form::kRdf;
  if (EndsAs(name, {".html", ".htm", ".jsonld"})) return Form::kPage;
  if (protocol == "json-ld-pages" && !EndsAs(name, {".xml"})) return Form::kPage;
  if (EndsAs(name, {".json"})) return Form::kJson;
  if (EndsAs(name, {".csv", ".tsv", ".txt", ".tab"})) return Form::kTable;
  if (EndsAs(name, {".xml"})) return Form::kXml;
  if (EndsAs(name, {".yaml", ".yml", ".md"})) return Form::kYaml;
  if (EndsAs(name, {".ttl", ".nt", ".rdf", ".trig", ".nq", ".owl"})) return Form::kRdf;
  if (protocol == "json-rest") return Form::kJson;
  if (protocol == "xml-rest") return Form::kXml;
  return protocol == "git-folder" ? Form::kYaml : Form::kTable;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> OpenRecords(const std::string& name,
                                                          absl::string_view document,
                                                          const RecordFormat& format,
                                                          const RecordLimits& limits) {
  const std::string records = format.one_record ? "" : format.records;
  switch (FormOf(name, format.protocol)) {
    case Form::kJson:
      return OpenJson(document, records, limits);
    case Form::kXml:
      return OpenXml(document, records, limits);
    case Form::kRdf:
      return OpenRdf(document, name, format, limits);
    case Form::kPage:
      // A record may hold a graph of its own, which is not taken apart.
      return format.one_record ? OpenJson(document, "", limits) : OpenPages(document, limits);
    case Form::kYaml:
      return OpenYaml(document, limits);
    case Form::kTable:
      break;
  }
  const bool csv = absl::EndsWithIgnoreCase(absl::StripSuffix(name, ".gz"), ".csv");
  return OpenRows(document, !format.separator.empty() ? format.separator : csv ? "," : "\t");
}

absl::StatusOr<definition::Item> ParsePage(absl::string_view document, const RecordFormat& format,
                                           const RecordLimits& limits) {
  if (format.protocol == "xml-rest") return ParseXml(document, limits);
  if (format.protocol == "rdf") return ParseRdf(document, format, limits);
  return ParseJson(document, limits);
}

}  // namespace parfocal::defined
