#include "indexed_gene_lookup.h"

#include <algorithm>

#include "gene_resolver.h"

namespace parfocal::internal {

std::string IndexedGeneLookup::release() const { return std::string(index_->release); }

std::vector<std::string> IndexedGeneLookup::Taxa() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < index_->taxa.size(); ++i) out.emplace_back(index_->taxa[i]);
  return out;
}

std::string IndexedGeneLookup::SpeciesOf(absl::string_view taxon) const {
  return std::string(vocabulary_->SpeciesOf(taxon));
}

GeneResolution IndexedGeneLookup::Resolve(absl::string_view text, absl::string_view taxon) const {
  return GeneResolver(*index_, *vocabulary_, vocabulary_->SpeciesOf(taxon)).Resolve(text);
}

Gene IndexedGeneLookup::MakeGene(uint32_t number) const {
  Gene out;
  out.id = std::string(index_->ids[number]);
  out.taxon = std::string(index_->taxa[index_->taxon[number]]);
  out.name = std::string(index_->full_names[number]);
  for (uint32_t i = index_->first_name[number]; i < index_->first_name[number + 1]; ++i) {
    const NameKind kind = index_->name_kinds[i];
    std::string name(index_->names[i]);
    if (kind == kSymbolName) {
      out.symbol = std::move(name);
    } else if (kind == kFormerName || kind == kPreviousName) {
      out.previous_symbols.push_back(std::move(name));
    } else if (kind == kAliasName) {
      out.aliases.push_back(std::move(name));
    } else {
      std::string curie = CurieOf(SystemOf(kind), name);
      if (curie != out.id) out.cross_ids.push_back(std::move(curie));
    }
  }
  std::sort(out.cross_ids.begin(), out.cross_ids.end());
  return out;
}

std::optional<Gene> IndexedGeneLookup::Find(absl::string_view id) const {
  const uint32_t gene = index_->Find(id);
  return gene == kNoGene ? std::nullopt : std::optional<Gene>(MakeGene(gene));
}

void IndexedGeneLookup::Visit(absl::string_view taxon,
                              const std::function<bool(const Gene&)>& visit) const {
  const uint32_t number = index_->TaxonNumber(vocabulary_->SpeciesOf(taxon));
  for (uint32_t gene = 0; gene < index_->genes(); ++gene) {
    if (index_->taxon[gene] == number && !visit(MakeGene(gene))) return;
  }
}

std::vector<Ortholog> IndexedGeneLookup::Orthologs(absl::string_view id,
                                                   absl::string_view taxon) const {
  std::vector<Ortholog> out;
  const uint32_t gene = index_->Find(id);
  const uint32_t wanted = index_->TaxonNumber(vocabulary_->SpeciesOf(taxon));
  if (gene == kNoGene || wanted == kNoGene) return out;
  for (uint32_t i = index_->first_ortholog[gene]; i < index_->first_ortholog[gene + 1]; ++i) {
    const OrthologEntry& entry = index_->orthologs[i];
    if (index_->taxon[entry.gene] != wanted) continue;
    Ortholog ortholog;
    ortholog.id = std::string(index_->ids[entry.gene]);
    ortholog.symbol = std::string(index_->SymbolOf(entry.gene));
    for (size_t s = 0; s < index_->ortholog_sources.size(); ++s) {
      if ((entry.sources >> s & 1) != 0) {
        ortholog.sources.emplace_back(index_->ortholog_sources[s]);
      }
    }
    std::sort(ortholog.sources.begin(), ortholog.sources.end());
    out.push_back(std::move(ortholog));
  }
  // Entries are in the order of ids.
  std::stable_sort(out.begin(), out.end(), [](const Ortholog& a, const Ortholog& b) {
    return a.sources.size() > b.sources.size();
  });
  return out;
}

std::vector<Interaction> IndexedGeneLookup::Interactions(absl::string_view id) const {
  std::vector<Interaction> out;
  const uint32_t gene = index_->Find(id);
  if (gene == kNoGene) return out;
  for (uint32_t i = index_->first_interaction[gene]; i < index_->first_interaction[gene + 1]; ++i) {
    const InteractionEntry& entry = index_->interactions[i];
    out.push_back({std::string(index_->ids[entry.gene]), std::string(index_->SymbolOf(entry.gene)),
                   entry.score, std::string(index_->interaction_sources[entry.source])});
  }
  return out;
}

}  // namespace parfocal::internal
