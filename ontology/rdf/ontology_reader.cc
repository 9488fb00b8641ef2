#include "parfocal/rdf/ontology_reader.h"

#include <memory>

#include "byte_stream.h"
#include "readers.h"

namespace parfocal {
namespace {

absl::StatusOr<ReadReport> Read(internal::ByteStream* in, const ReadLimits& limits,
                                const TermSink& sink) {
  PARFOCAL_ASSIGN_OR_RETURN(absl::string_view head, in->Peek());
  ReadReport report;
  PARFOCAL_ASSIGN_OR_RETURN(report.format, SniffOntology(head));
  absl::Status status;
  switch (report.format) {
    case OntologyFormat::kObo:
      status = internal::ReadObo(in, limits, sink, &report);
      break;
    case OntologyFormat::kOboGraphs:
    case OntologyFormat::kNodeLink:
    case OntologyFormat::kObsoleteList:
      status = internal::ReadJson(in, report.format, limits, sink, &report);
      break;
    default:
      status = internal::ReadRdf(in, report.format, limits, sink, &report);
  }
  PARFOCAL_RETURN_IF_ERROR(status);
  report.bytes = in->decoded();
  return report;
}

}  // namespace

absl::StatusOr<ReadReport> ReadOntologyFile(const std::string& path, const ReadLimits& limits,
                                            const TermSink& sink) {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<internal::ByteStream> in,
                            internal::ByteStream::OpenFile(path, limits.file_bytes));
  absl::StatusOr<ReadReport> report = Read(in.get(), limits, sink);
  if (!report.ok()) return Annotate(report.status(), path);
  return report;
}

absl::StatusOr<ReadReport> ReadOntologyBytes(absl::string_view bytes, absl::string_view name,
                                             const ReadLimits& limits, const TermSink& sink) {
  std::unique_ptr<internal::ByteStream> in =
      internal::ByteStream::OpenBytes(bytes, limits.file_bytes);
  absl::StatusOr<ReadReport> report = Read(in.get(), limits, sink);
  if (!report.ok()) return Annotate(report.status(), name);
  return report;
}

}  // namespace parfocal
