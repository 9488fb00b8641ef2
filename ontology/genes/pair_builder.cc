// Orthologs and interactions: which genes the rows of their tables speak of, and the pairs.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gene_builder.h"

namespace parfocal::internal {
namespace {

std::string NameKey(absl::string_view taxon, absl::string_view name) {
  return absl::StrCat(taxon, "\t", name);
}

void AddOnce(uint32_t gene, std::vector<uint32_t>* genes) {
  if (std::find(genes->begin(), genes->end(), gene) == genes->end()) genes->push_back(gene);
}

}  // namespace

void GeneBuilder::IndexSymbols() {
  for (uint32_t i = 0; i < genes_.size(); ++i) {
    const BuiltGene& gene = genes_[i];
    if (!gene.symbol.empty()) AddOnce(i, &by_symbol_[NameKey(gene.taxon, gene.symbol)]);
    for (const auto& [kind, name] : gene.names) {
      if (!IsId(kind)) AddOnce(i, &by_other_name_[NameKey(gene.taxon, name)]);
    }
  }
}

uint32_t GeneBuilder::BySymbol(const GeneRef& ref) const {
  if (ref.symbol.empty()) return kNoGene;
  for (const auto* map : {&by_symbol_, &by_other_name_}) {
    const auto it = map->find(NameKey(ref.taxon, ref.symbol));
    if (it != map->end()) return it->second.size() == 1 ? it->second.front() : kNoGene;
  }
  // Genes without a symbol of their own stand there by their systematic names.
  for (IdSystem system :
       {IdSystem::kFlyBase, IdSystem::kWormBase, IdSystem::kSgd, IdSystem::kPomBase}) {
    const uint32_t gene = Unique(ref.taxon, {system, ref.symbol});
    if (gene != kNoGene) return gene;
  }
  return kNoGene;
}

uint32_t GeneBuilder::ByIds(const GeneRef& ref) const {
  // An Ensembl id may be of several genes, so Entrez goes before it; the id of the species' own
  // database before both.
  uint32_t gene = kNoGene;
  const bool ensembl = ref.own.first == IdSystem::kEnsembl;
  if (!ensembl) gene = Unique(ref.taxon, ref.own);
  if (gene == kNoGene) gene = Unique(ref.taxon, {IdSystem::kNcbiGene, ref.entrez});
  if (gene == kNoGene && ensembl) gene = Unique(ref.taxon, ref.own);
  return gene;
}

void GeneBuilder::LearnFrom(const GeneRef& ref, uint32_t gene) {
  const CrossId entrez = {IdSystem::kNcbiGene, ref.entrez};
  for (const CrossId& id : {entrez, ref.own}) {
    if (!id.second.empty() && Unique(ref.taxon, id) == kNoGene) {
      Learn(gene, IdName(id.first, false), id);
    }
  }
  if (ref.symbol.empty() || ref.symbol == genes_[gene].symbol) return;
  std::vector<uint32_t>& others = by_other_name_[NameKey(ref.taxon, ref.symbol)];
  if (std::find(others.begin(), others.end(), gene) != others.end()) return;
  others.push_back(gene);
  genes_[gene].names.emplace_back(kAliasName, ref.symbol);
}

uint32_t GeneBuilder::Resolve(const GeneRef& ref) {
  uint32_t gene = ByIds(ref);
  if (gene == kNoGene) gene = BySymbol(ref);
  if (gene != kNoGene) {
    LearnFrom(ref, gene);
    return gene;
  }
  // An id that several genes share tells none of them, and is no new one either.
  const bool own_new = !ref.own.second.empty() && !Known(ref.taxon, ref.own);
  const CrossId entrez = {IdSystem::kNcbiGene, ref.entrez};
  const bool entrez_new = !ref.entrez.empty() && !Known(ref.taxon, entrez);
  const bool own_first = own_new && ref.own.first != IdSystem::kEnsembl;
  if (own_first || (own_new && !entrez_new)) {
    gene = NewGene(ref.taxon, ref.own);
  } else if (entrez_new) {
    gene = NewGene(ref.taxon, entrez);
  } else {
    return kNoGene;
  }
  if (genes_[gene].symbol.empty()) genes_[gene].symbol = ref.symbol;
  if (!ref.symbol.empty()) AddOnce(gene, &by_symbol_[NameKey(ref.taxon, ref.symbol)]);
  LearnFrom(ref, gene);
  return gene;
}

void GeneBuilder::AddPair(uint32_t human, uint32_t model, uint32_t sources, bool compilation) {
  Support& support = support_[{human, model}];
  (compilation ? support.compilations : support.sources) |= sources;
}

void GeneBuilder::JoinOrthologs(GeneLoadReport* report) {
  // Rows with ids first: what they teach of a gene's ids and names helps to tell the others.
  const auto knows_ids = [](const PairRow& row) {
    return row.compilation ? (row.model.own.second.empty() ? 2 : 1) : 0;
  };
  std::stable_sort(pairs_.begin(), pairs_.end(),
                   [&](const PairRow& a, const PairRow& b) { return knows_ids(a) < knows_ids(b); });
  const auto compiled =
      std::find_if(pairs_.begin(), pairs_.end(), [](const PairRow& r) { return r.compilation; });
  const auto join = [&](auto begin, auto end) {
    for (auto row = begin; row != end; ++row) {
      const uint32_t human = Resolve(row->human);
      const uint32_t model = Resolve(row->model);
      if (human == kNoGene || model == kNoGene || human == model) {
        ++report->ortholog_rows_lost;
      } else {
        AddPair(human, model, row->sources, row->compilation);
      }
    }
  };
  join(pairs_.begin(), compiled);
  JoinGroups();
  join(compiled, pairs_.end());
  pairs_.clear();
  pairs_.shrink_to_fit();
}

void GeneBuilder::JoinGroups() {
  const std::string human = TaxonNamed("Homo sapiens");
  const uint32_t source = groups_.empty() ? 0 : SourceBit("HomoloGene");
  std::map<int64_t, std::pair<std::vector<uint32_t>, std::vector<uint32_t>>> groups;
  for (const GroupRow& row : groups_) {
    const uint32_t gene = Resolve(row.gene);
    if (gene == kNoGene) continue;
    auto& [humans, models] = groups[row.group];
    (row.gene.taxon == human ? humans : models).push_back(gene);
  }
  for (const auto& [number, members] : groups) {
    for (uint32_t a : members.first) {
      for (uint32_t b : members.second) AddPair(a, b, source, false);
    }
  }
  groups_.clear();
  groups_.shrink_to_fit();
}

void GeneBuilder::JoinInteractions(GeneLoadReport* report) {
  for (const InteractionRow& row : interaction_rows_) {
    const uint32_t a = BySymbol(row.a);
    const uint32_t b = BySymbol(row.b);
    if (a == kNoGene || b == kNoGene || a == b) {
      ++report->interaction_rows_lost;
      continue;
    }
    auto source = std::find(interaction_sources_.begin(), interaction_sources_.end(), row.source);
    if (source == interaction_sources_.end()) {
      source = interaction_sources_.insert(source, row.source);
    }
    const auto number = static_cast<uint32_t>(source - interaction_sources_.begin());
    // Several proteins of a gene: the best pair counts.
    double& score = interactions_[{{std::min(a, b), std::max(a, b)}, number}];
    score = std::max(score, row.score);
  }
}

}  // namespace parfocal::internal
