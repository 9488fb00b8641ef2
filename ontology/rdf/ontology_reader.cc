#include "parfocal/rdf/ontology_reader.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "parfocal/rdf/byte_stream.h"
#include "readers.h"

namespace parfocal {
namespace {

absl::StatusOr<ReadReport> Read(ByteStream* in, const ReadLimits& limits, const TermSink& sink,
                                const TableLayouts* tables) {
  PARFOCAL_ASSIGN_OR_RETURN(absl::string_view head, in->Peek());
  ReadReport report;
  PARFOCAL_ASSIGN_OR_RETURN(report.format, SniffOntology(head));
  static const auto* const no_tables = new TableLayouts();
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
    case OntologyFormat::kTable:
      status =
          internal::ReadTable(in, tables != nullptr ? *tables : *no_tables, limits, sink, &report);
      break;
    default:
      status = internal::ReadRdf(in, report.format, limits, sink, &report);
  }
  PARFOCAL_RETURN_IF_ERROR(status);
  report.bytes = in->decoded();
  return report;
}

// Whether a file begins like one that we read.
bool IsReadable(const std::string& path) {
  auto in = ByteStream::OpenFile(path, 1 << 20);
  if (!in.ok()) return false;
  const absl::StatusOr<absl::string_view> head = (*in)->Peek();
  return head.ok() && SniffOntology(*head).ok();
}

// The file beside `path` that holds the same ontology in a syntax that we read: its name goes on
// where that of `path` ends ("x.owl.gz", "x-2020.converted.ttl.gz"). The first by name; or "".
std::string ReadableBeside(const std::string& path) {
  namespace fs = std::filesystem;
  const std::string own = fs::path(path).filename().string();
  const std::string stem = own.substr(0, own.find('.'));
  std::vector<std::string> names;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    const absl::string_view rest =
        absl::string_view(name).substr(std::min(stem.size(), name.size()));
    const bool goes_on = absl::StartsWith(rest, "-") || absl::StartsWith(rest, ".");
    if (name != own && absl::StartsWith(name, stem) && goes_on) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (IsReadable((folder / name).string())) return name;
  }
  return "";
}

}  // namespace

absl::StatusOr<ReadReport> ReadOntologyFile(const std::string& path, const ReadLimits& limits,
                                            const TermSink& sink, const TableLayouts* tables) {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> in,
                            ByteStream::OpenFile(path, limits.file_bytes));
  absl::StatusOr<ReadReport> report = Read(in.get(), limits, sink, tables);
  if (report.ok()) return report;
  absl::Status status = Annotate(report.status(), path);
  if (!absl::IsInvalidArgument(status) || IsReadable(path)) return status;
  const std::string beside = ReadableBeside(path);
  if (beside.empty()) return status;
  absl::Status more(status.code(), absl::StrCat(status.message(), "; beside it lies ", beside,
                                                ", whose syntax is read"));
  return WithReason(std::move(more), ReasonOf(status));
}

absl::StatusOr<ReadReport> ReadOntologyBytes(absl::string_view bytes, absl::string_view name,
                                             const ReadLimits& limits, const TermSink& sink,
                                             const TableLayouts* tables) {
  std::unique_ptr<ByteStream> in = ByteStream::OpenBytes(bytes, limits.file_bytes);
  absl::StatusOr<ReadReport> report = Read(in.get(), limits, sink, tables);
  if (!report.ok()) return Annotate(report.status(), name);
  return report;
}

}  // namespace parfocal
