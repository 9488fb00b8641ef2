#include "parfocal/normalise/filter_names.h"

#include <set>

#include "parfocal/terms/curie.h"

namespace parfocal {

std::vector<std::string> GenesCalled(absl::string_view text, const GeneLookup* genes) {
  if (genes == nullptr) return {};
  std::set<std::string> best;
  GeneMatch match = GeneMatch::kRepairedSymbol;
  for (const std::string& taxon : genes->Taxa()) {
    const GeneResolution found = genes->Resolve(text, taxon);
    if (found.outcome != GeneOutcome::kOne && found.outcome != GeneOutcome::kAmbiguous) continue;
    for (const GeneCandidate& gene : found.candidates) {
      if (gene.match > match) continue;
      if (gene.match < match) best.clear();
      match = gene.match;
      best.insert(gene.id);
    }
  }
  return {best.begin(), best.end()};
}

std::string CellLineCalled(absl::string_view text, const CellLines* lines) {
  if (lines == nullptr) return "";
  const std::string curie = CanonicalCurie(text);
  const CellLine* line = curie.empty() ? lines->Named(text) : lines->Of(curie);
  return line == nullptr ? "" : line->id;
}

}  // namespace parfocal
