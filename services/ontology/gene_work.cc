#include "gene_work.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "parfocal/normalise/gene_match_rule.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

constexpr char kGene[] = "gene";
constexpr char kOrganism[] = "organism";

// Every value of `field` that a row has.
absl::StatusOr<std::vector<FacetValue>> ValuesOf(const Snapshot& snapshot, const char* field) {
  BoundQuery query;
  query.page_size = 0;
  query.level = SearchLevel::kImageSet;
  FacetSpec spec;
  spec.field = field;
  spec.limit = INT32_MAX;
  query.facets = {spec};
  PARFOCAL_ASSIGN_OR_RETURN(SearchAnswer answer,
                            snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
  std::vector<FacetValue> values = std::move(answer.facets[0].values);
  std::erase_if(values, [](const FacetValue& value) { return value.exact.rows == 0; });
  return values;
}

}  // namespace

absl::StatusOr<std::vector<WaitingWords>> GeneNamesThatWait(const Snapshot& snapshot,
                                                            const GeneLookup& genes) {
  // Keys of the organisms of each species that there are genes of.
  std::map<std::string, std::vector<std::string>> species;
  for (const std::string& taxon : genes.Taxa()) species[taxon];
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<FacetValue> organisms, ValuesOf(snapshot, kOrganism));
  for (const FacetValue& organism : organisms) {
    const auto found = species.find(genes.SpeciesOf(organism.value));
    if (found != species.end()) found->second.push_back(organism.value);
  }
  std::erase_if(species, [](const auto& entry) { return entry.second.empty(); });
  for (auto& [taxon, keys] : species) std::sort(keys.begin(), keys.end());
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<FacetValue> names, ValuesOf(snapshot, kGene));
  // By species and folded name, as decisions are kept.
  std::map<std::pair<std::string, std::string>, WaitingWords> found;
  for (const FacetValue& name : names) {
    if (genes.Find(name.value).has_value()) continue;
    for (const auto& [taxon, keys] : species) {
      if (genes.Resolve(name.value, taxon).outcome != GeneOutcome::kAmbiguous) continue;
      WaitingWords& waiting = found[{taxon, FoldText(name.value)}];
      if (waiting.keys.empty()) waiting.words = name.value;  // The most frequent comes first.
      waiting.field = kGene;
      waiting.organism = taxon;
      waiting.organism_keys = keys;
      waiting.keys.push_back(name.value);
    }
  }
  std::vector<WaitingWords> out;
  for (auto& [key, waiting] : found) {
    std::sort(waiting.keys.begin(), waiting.keys.end());
    BoundQuery query = Carrying(waiting);
    query.page_size = 0;
    PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                              snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
    waiting.counts = answer.total;
    if (waiting.counts.rows > 0) out.push_back(std::move(waiting));
  }
  return out;
}

void AddGeneCandidates(const GeneLookup& genes, const WaitingWords& waiting, size_t limit,
                       v1::WorkItem* item) {
  const GeneResolution resolution = genes.Resolve(waiting.words, waiting.organism);
  for (const GeneCandidate& gene : resolution.candidates) {
    if (static_cast<size_t>(item->candidates_size()) == limit) return;
    v1::Candidate* out = item->add_candidates();
    out->set_id(ValidUtf8(gene.id));
    out->set_label(ValidUtf8(gene.symbol));
    out->set_rule(ToProto(RuleOf(gene.match)));
    out->set_matched(ValidUtf8(waiting.words));
    // None is likelier than the others.
    out->set_score(1.0 / static_cast<double>(resolution.candidates.size()));
  }
}

}  // namespace parfocal
