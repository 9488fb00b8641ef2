// Any bytes as a table, comma- or tab-separated (by the first byte), in pieces of any size (by the
// second): no crash; the pieces do not matter; each row's bytes are a part of the file, in order; a
// row that can be used becomes an ImageSet with an id of its own.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "parfocal/connector_idr/delimited_reader.h"
#include "parfocal/connector_idr/row_draft.h"
#include "parfocal/connector_idr/table_plan.h"

namespace {

using namespace parfocal::idr;  // NOLINT

DelimitedReader::Source Pieces(std::string text, size_t step) {
  return [text = std::move(text), step, at = size_t{0}](
             char* data, size_t size) mutable -> absl::StatusOr<size_t> {
    const size_t n = std::min({step, size, text.size() - at});
    std::copy_n(text.data() + at, n, data);
    at += n;
    return n;
  };
}

std::vector<std::vector<std::string>> Rows(const std::string& text, Dialect dialect, size_t step,
                                           size_t* bytes) {
  DelimitedReader reader(Pieces(text, step), dialect);
  std::vector<std::vector<std::string>> out;
  DelimitedRow row;
  while (true) {
    auto some = reader.Next(&row);
    if (!some.ok()) std::abort();
    if (!*some) return out;
    *bytes += row.raw.size();
    out.emplace_back(row.cells.begin(), row.cells.end());
    out.back().push_back(row.problem);
    if (row.problem.empty() == row.cells.empty()) std::abort();
  }
}

const Rules& TheRules() {
  static const auto* const rules = new Rules(*ParseRules(R"yaml(
row_keys: [[a]]
columns:
  - {match: a, as: plate}
  - {match: b, as: value, field: organism, takes_term: true, split: ";"}
  - {match: "Term Source # REF", as: term_source}
  - {match: "Term Source # Accession", as: term_accession}
  - {match: "Gene Identifier", as: gene_identifier, split: ";"}
  - {match: "Gene Symbol", as: gene_symbol, split: ";"}
  - {match: Channels, as: channels}
  - {match: "Phenotype #", as: phenotype}
  - {match: Has Phenotype, as: has_phenotype}
scoring: [{denied_by: ["no"]}]
)yaml",
                                                         "fuzz"));
  return *rules;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const Dialect dialect = data[0] % 2 == 0 ? Dialect::kCsv : Dialect::kTsv;
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  size_t bytes = 0, again = 0;
  const auto rows = Rows(text, dialect, 1 << 16, &bytes);
  if (bytes > text.size() || Rows(text, dialect, 1 + data[1] % 16, &again) != rows ||
      again != bytes)
    std::abort();
  if (rows.empty() || !rows[0].back().empty()) return 0;
  const std::vector<absl::string_view> header(rows[0].begin(), rows[0].end() - 1);
  BlockFacts facts;
  facts.id = "screenA";
  facts.gene_group = "gene";
  facts.phenotypes = {{"round", {{"EX:1", "x"}}}};
  const TablePlan plan =
      TablePlan::Make(CleanHeader(header), {"ex", "ex1", "screenA", false}, facts, TheRules());
  RowReader reader(&plan);
  std::set<std::string> ids;
  for (size_t i = 1; i < rows.size(); ++i) {
    const Cells cells(rows[i].begin(), rows[i].end() - 1);
    if (!rows[i].back().empty() || !reader.Problem(cells).empty()) continue;
    const parfocal::ImageSet set = reader.Draft(cells, reader.NextId(cells));
    if (set.id.empty() || !ids.insert(set.id).second) std::abort();
  }
  return 0;
}
