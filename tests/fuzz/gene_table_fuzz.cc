// Any bytes as a table of genes (the first byte says as which, so that each format is reached): no
// crash; what is read builds a release that reads back; and the rest of the bytes, as a text, has
// an outcome that fits its candidates in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "gene_builder.h"
#include "indexed_gene_lookup.h"
#include "table_reader.h"

namespace {

using namespace parfocal;            // NOLINT
using namespace parfocal::internal;  // NOLINT

const GeneVocabulary& Words() {
  static const auto* const words = [] {
    auto* out = new GeneVocabulary();
    out->species_of["NCBITaxon:11"] = "NCBITaxon:10";
    int taxon = 1;
    for (const char* name :
         {"homo sapiens", "mus musculus", "drosophila melanogaster", "caenorhabditis elegans",
          "saccharomyces cerevisiae", "schizosaccharomyces pombe"}) {
      out->taxon_of[name] = "NCBITaxon:" + std::to_string(taxon++);
    }
    out->not_genes = {"control", "neg*"};
    out->months = {{3, "march", 3, "en"}, {9, "september", 3, "en"}, {3, "m\xc3\xa4rz", 3, "de"}};
    return out;
  }();
  return *words;
}

void CheckResolution(const GeneLookup& genes, absl::string_view text, absl::string_view taxon) {
  const GeneResolution got = genes.Resolve(text, taxon);
  const size_t n = got.candidates.size();
  if (got.outcome == GeneOutcome::kOne && n != 1) std::abort();
  if (got.outcome == GeneOutcome::kAmbiguous && (n == 0 || got.reason.empty())) std::abort();
  if (got.outcome != GeneOutcome::kOne && got.outcome != GeneOutcome::kAmbiguous && n != 0) {
    std::abort();
  }
  for (const GeneCandidate& candidate : got.candidates) {
    const auto gene = genes.Find(candidate.id);
    if (!gene || gene->symbol != candidate.symbol) std::abort();
    for (const std::string& other : genes.Taxa()) genes.Orthologs(candidate.id, other);
    genes.Interactions(candidate.id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const auto formats = TableFormats();
  const TableFormat& format = formats[data[0] % formats.size()];
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string file =
      format.header.empty() ? bytes : std::string(format.header) + "\n" + bytes;
  GeneReadLimits limits;
  limits.file_bytes = 1 << 20;
  limits.line_bytes = 1 << 12;
  limits.rows = 1000;
  GeneBuilder builder(&Words());
  GeneTableReport table;
  const auto in = ByteStream::OpenBytes(file, limits.file_bytes, "genes");
  if (!ReadGeneTable(in.get(), limits, &builder, &table).ok()) return 0;
  if (table.bad > table.rows) std::abort();
  builder.EndTable(table.date);
  GeneLoadReport report;
  auto index = GeneIndex::Parse(builder.Build("release", "fingerprint", &report));
  if (!index.ok() || static_cast<int64_t>((*index)->genes()) != report.genes) std::abort();
  const IndexedGeneLookup genes(std::shared_ptr<const GeneIndex>(*std::move(index)),
                                std::shared_ptr<const GeneVocabulary>(&Words(), [](auto*) {}));
  std::string taxon;
  if (!genes.Taxa().empty()) taxon = genes.Taxa().front();
  CheckResolution(genes, bytes.substr(0, 2048), taxon);
  genes.Visit(taxon, [&](const Gene& gene) {
    CheckResolution(genes, gene.symbol, taxon);
    CheckResolution(genes, gene.id, "");
    return true;
  });
  return 0;
}
