// Any bytes as the name of a gene, and as the file of a release: no crash, no name outside a few
// genes that are there, and a damaged file is refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "gene_builder.h"
#include "indexed_gene_lookup.h"

namespace {

using namespace parfocal;            // NOLINT
using namespace parfocal::internal;  // NOLINT

constexpr char kTaxon[] = "NCBITaxon:1";

std::unique_ptr<IndexedGeneLookup> MakeGenes() {
  auto words = std::make_shared<GeneVocabulary>();
  words->months = {{3, "march", 3, "en"}, {9, "september", 3, "en"}, {3, "m\xc3\xa4rz", 3, "de"}};
  words->not_genes = {"control", "neg*"};
  GeneBuilder builder(words.get());
  int number = 1;
  for (const char* symbol : {"SEPTIN2", "Dl", "dl", "G\xce\xb2", "MARCH1", "MARC1"}) {
    GeneRow row;
    row.taxon = kTaxon;
    row.id = {IdSystem::kHgnc, std::to_string(number)};
    row.symbol = symbol;
    row.previous = {"SEPT2"};
    row.aliases = {"alias", "Alias;1"};
    row.cross = {{IdSystem::kNcbiGene, std::to_string(100 + number++)},
                 {IdSystem::kEnsembl, "ENSG00000000001"}};
    builder.Add(std::move(row));
  }
  builder.EndTable("");
  GeneLoadReport report;
  auto index = GeneIndex::Parse(builder.Build("r", "f", &report));
  if (!index.ok()) std::abort();
  return std::make_unique<IndexedGeneLookup>(std::shared_ptr<const GeneIndex>(*std::move(index)),
                                             words);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const IndexedGeneLookup* const genes = MakeGenes().release();
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (absl::string_view taxon : {absl::string_view(kTaxon), absl::string_view()}) {
    const GeneResolution got = genes->Resolve(text, taxon);
    if ((got.outcome == GeneOutcome::kOne) != (got.candidates.size() == 1) &&
        got.outcome != GeneOutcome::kAmbiguous) {
      std::abort();
    }
    for (const GeneCandidate& candidate : got.candidates) {
      if (!genes->Find(candidate.id)) std::abort();
    }
  }
  if (auto index = GeneIndex::Parse(text); index.ok() && (*index)->genes() > text.size()) {
    std::abort();
  }
  return 0;
}
