// Any bytes as a layout of tables and, behind a NUL, as a table. What is read holds its own counts
// and limits.
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "parfocal/rdf/ontology_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = text.find('\0');
  auto tables = parfocal::TableLayouts::Parse(text.substr(0, cut), "layouts");
  if (!tables.ok()) {
    if (!absl::StartsWith(tables.status().message(), "layouts:")) std::abort();
    return 0;
  }
  if (cut == absl::string_view::npos) return 0;
  parfocal::ReadLimits limits;
  limits.file_bytes = 1 << 20;
  limits.classes = 100;
  limits.synonyms_per_term = 50;
  limits.line_bytes = 4096;
  limits.literal_bytes = 256;
  int64_t terms = 0;
  auto report = parfocal::ReadOntologyBytes(
      text.substr(cut + 1), "fuzz", limits,
      [&](parfocal::ParsedTerm&& term) {
        if (term.id.empty() || term.synonyms.size() > 50 || term.label.size() > 256) std::abort();
        ++terms;
        return absl::OkStatus();
      },
      &*tables);
  if (terms > limits.classes) std::abort();
  if (report.ok() && (report->classes != terms || report->labelled > terms)) std::abort();
  return 0;
}
