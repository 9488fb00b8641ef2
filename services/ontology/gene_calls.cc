#include "gene_calls.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "parfocal/rpc/gene_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

constexpr int kMaxTexts = 10'000;
constexpr size_t kMaxInteractions = 200;
constexpr absl::string_view kOrganisms = "NCBITaxon";

absl::Status CheckLoaded(const GeneLookup& genes) {
  if (!genes.Taxa().empty()) return absl::OkStatus();
  return WithReason(absl::FailedPreconditionError(
                        "genes: no tables of genes are loaded; start the node with --genes"),
                    "GENES_NOT_LOADED");
}

// The taxon that `organism` names: a CURIE in any spelling, a number, a label, an exact synonym.
absl::StatusOr<std::string> TaxonOf(const TermLookup& terms, const std::string& organism) {
  if (organism.empty()) return organism;
  std::string curie = CanonicalCurie(organism, kOrganisms);
  if (CuriePrefix(curie) == kOrganisms) return curie;
  const std::vector<TermMatch> found = terms.Exact(organism, {std::string(kOrganisms)});
  std::vector<std::string> labels, synonyms;
  for (const TermMatch& match : found) {
    if (!match.by_synonym) labels.push_back(match.id);
    if (match.by_synonym && match.scope == SynonymScope::kExact) synonyms.push_back(match.id);
  }
  const std::vector<std::string>& best = labels.empty() ? synonyms : labels;
  if (best.size() == 1) return best.front();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat(
          "organism '", organism.substr(0, 200), "': ",
          best.empty() ? "no label or synonym of a loaded taxon" : "several taxa are called so",
          "; give its NCBITaxon id")),
      "TERM_UNKNOWN", "organism");
}

using parfocal::ToProto;  // The one below would hide it.

void ToProto(const GeneLookup& genes, const Gene& gene, v1::Gene* out) {
  out->set_name("genes/" + ValidUtf8(gene.id));
  out->set_id(ValidUtf8(gene.id));
  out->set_organism(ValidUtf8(gene.taxon));
  out->set_symbol(ValidUtf8(gene.symbol));
  out->set_full_name(ValidUtf8(gene.name));
  for (const std::string& symbol : gene.previous_symbols)
    out->add_previous_symbols(ValidUtf8(symbol));
  for (const std::string& alias : gene.aliases) out->add_aliases(ValidUtf8(alias));
  for (const std::string& id : gene.cross_ids) out->add_cross_ids(ValidUtf8(id));
  for (const std::string& taxon : genes.Taxa()) {
    for (const Ortholog& ortholog : genes.Orthologs(gene.id, taxon)) {
      auto* added = out->add_orthologs();
      added->set_gene(ValidUtf8(ortholog.id));
      added->set_symbol(ValidUtf8(ortholog.symbol));
      added->set_organism(ValidUtf8(taxon));
      for (const std::string& source : ortholog.sources) added->add_sources(ValidUtf8(source));
    }
  }
  const std::vector<Interaction> interactions = genes.Interactions(gene.id);
  out->set_interaction_count(static_cast<int64_t>(interactions.size()));
  for (size_t i = 0; i < std::min(interactions.size(), kMaxInteractions); ++i) {
    auto* added = out->add_interactions();
    added->set_gene(ValidUtf8(interactions[i].id));
    added->set_symbol(ValidUtf8(interactions[i].symbol));
    added->set_score(interactions[i].score);
    added->set_source(ValidUtf8(interactions[i].source));
  }
}

}  // namespace

absl::Status ResolveGenes(const GeneLookup& genes, const TermLookup& terms,
                          const v1::ResolveGenesRequest& request,
                          v1::ResolveGenesResponse* response) {
  if (request.texts_size() > kMaxTexts) {
    return LimitExceeded("genes.texts", kMaxTexts, "texts",
                         absl::StrCat("texts: ", request.texts_size(), "; at most ", kMaxTexts));
  }
  PARFOCAL_RETURN_IF_ERROR(CheckLoaded(genes));
  PARFOCAL_ASSIGN_OR_RETURN(const std::string taxon, TaxonOf(terms, request.organism()));
  for (const std::string& text : request.texts()) {
    ToProto(genes.Resolve(text, taxon), text, response->add_resolutions());
  }
  return absl::OkStatus();
}

absl::Status GetGene(const GeneLookup& genes, const v1::GetGeneRequest& request,
                     v1::Gene* response) {
  absl::string_view id = request.name();
  if (!absl::ConsumePrefix(&id, "genes/") || id.empty() || id.size() > 512) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("gene name '", request.name().substr(0, 200),
                                                "': expected genes/{CURIE}")),
        "RESOURCE_NAME", "name");
  }
  PARFOCAL_RETURN_IF_ERROR(CheckLoaded(genes));
  std::optional<Gene> gene = genes.Find(id);
  if (!gene) {
    const GeneResolution resolution = genes.Resolve(id, "");
    if (resolution.outcome == GeneOutcome::kOne) {
      gene = genes.Find(resolution.candidates.front().id);
    }
  }
  if (!gene) {
    return WithReason(
        absl::NotFoundError(absl::StrCat("gene '", id, "' is in none of the loaded tables")),
        "RESOURCE_NOT_FOUND", "name");
  }
  ToProto(genes, *gene, response);
  return absl::OkStatus();
}

}  // namespace parfocal
