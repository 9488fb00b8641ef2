#include "gene_builder.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace parfocal::internal {
namespace {

std::string IdKey(absl::string_view taxon, const CrossId& id) {
  return absl::StrCat(taxon, "\t", static_cast<int>(id.first), "\t", id.second);
}

// NCBI's symbol of a gene that nobody has named.
bool IsPlaceholder(const GeneRow& row) {
  return row.id.first == IdSystem::kNcbiGene && row.symbol == absl::StrCat("LOC", row.id.second);
}

void AddOnce(uint32_t gene, std::vector<uint32_t>* genes) {
  if (std::find(genes->begin(), genes->end(), gene) == genes->end()) genes->push_back(gene);
}

}  // namespace

std::string GeneBuilder::TaxonNamed(absl::string_view name) {
  if (name != last_species_) {
    const auto it = vocabulary_->taxon_of.find(FoldGeneName(name));
    last_taxon_ = it == vocabulary_->taxon_of.end() ? "" : it->second;
    last_species_ = std::string(name);
  }
  return last_taxon_;
}

void GeneBuilder::EndTable(const std::string& date) {
  dates_.push_back(date);
  ++table_;
}

void GeneBuilder::Add(GeneRow&& row) {
  row.taxon = std::string(vocabulary_->SpeciesOf(row.taxon));
  rows_.push_back({std::move(row), table_});
}

void GeneBuilder::Intern(GeneRef* ref) const {
  ref->taxon = std::string(vocabulary_->SpeciesOf(ref->taxon));
}

uint32_t GeneBuilder::SourceBit(const std::string& name) {
  const auto at = std::find(sources_.begin(), sources_.end(), name);
  if (at != sources_.end()) return 1u << (at - sources_.begin());
  if (sources_.size() == 32) return 0;
  sources_.push_back(name);
  return 1u << (sources_.size() - 1);
}

void GeneBuilder::Add(OrthologRow&& row) {
  Intern(&row.human);
  Intern(&row.model);
  uint32_t sources = 0;
  for (const std::string& source : row.sources) sources |= SourceBit(source);
  pairs_.push_back({std::move(row.human), std::move(row.model), sources, row.compilation});
}

void GeneBuilder::Add(GroupRow&& row) {
  Intern(&row.gene);
  groups_.push_back(std::move(row));
}

void GeneBuilder::Add(InteractionRow&& row) {
  Intern(&row.a);
  Intern(&row.b);
  interaction_rows_.push_back(std::move(row));
}

void GeneBuilder::Add(RetiredIdRow&& row) { retired_ids_.push_back(std::move(row)); }
void GeneBuilder::Add(ReplacedIdRow&& row) { replaced_ids_.push_back(std::move(row)); }

uint32_t GeneBuilder::Unique(absl::string_view taxon, const CrossId& id) const {
  if (id.second.empty()) return kNoGene;
  for (const auto* map : {&by_id_, &by_retired_id_}) {
    const auto it = map->find(IdKey(taxon, id));
    if (it == map->end()) continue;
    return it->second.size() == 1 ? it->second.front() : kNoGene;
  }
  return kNoGene;
}

bool GeneBuilder::Known(absl::string_view taxon, const CrossId& id) const {
  const std::string key = IdKey(taxon, id);
  return by_id_.contains(key) || by_retired_id_.contains(key);
}

uint32_t GeneBuilder::NewGene(std::string taxon, CrossId id) {
  const auto [at, fresh] = by_curie_.emplace(CurieOf(id.first, id.second), genes_.size());
  if (!fresh) return at->second;
  const auto gene = static_cast<uint32_t>(genes_.size());
  genes_.emplace_back();
  genes_.back().taxon = std::move(taxon);
  genes_.back().id = id;
  AddOnce(gene, &by_id_[IdKey(genes_.back().taxon, id)]);
  return gene;
}

void GeneBuilder::Learn(uint32_t gene, NameKind kind, const CrossId& id) {
  if (id.second.empty() || id == genes_[gene].id) return;
  auto& map = IsRetiredId(kind) ? by_retired_id_ : by_id_;
  AddOnce(gene, &map[IdKey(genes_[gene].taxon, id)]);
  genes_[gene].names.emplace_back(kind, id.second);
}

uint32_t GeneBuilder::FindSame(const GeneRow& row) const {
  const auto it = by_id_.find(IdKey(row.taxon, row.id));
  if (it != by_id_.end() && it->second.size() == 1) return it->second.front();
  if (row.id.first != IdSystem::kNcbiGene) return kNoGene;
  // Entrez ids are replaced now and then: the same Ensembl gene, if its name agrees or its Entrez
  // id is not known.
  std::vector<uint32_t> same;
  for (const CrossId& id : row.cross) {
    const auto at = by_id_.find(IdKey(row.taxon, id));
    if (id.first != IdSystem::kEnsembl || at == by_id_.end()) continue;
    for (uint32_t gene : at->second) AddOnce(gene, &same);
  }
  if (same.size() != 1) return kNoGene;
  const BuiltGene& gene = genes_[same.front()];
  const bool has_entrez = std::any_of(gene.names.begin(), gene.names.end(), [](const auto& name) {
    return name.first == IdName(IdSystem::kNcbiGene, false);
  });
  return !has_entrez || gene.symbol == row.symbol ? same.front() : kNoGene;
}

void GeneBuilder::Merge(GeneRow&& row, const std::string& date, uint32_t number) {
  BuiltGene* gene = &genes_[number];
  const bool placeholder = IsPlaceholder(row) && !gene->symbol.empty();
  if (row.symbol == gene->symbol || row.symbol.empty()) {
    gene->symbol_date = std::max(gene->symbol_date, date);
  } else if (placeholder) {
    gene->names.emplace_back(kAliasName, row.symbol);
  } else if (gene->symbol.empty() || date >= gene->symbol_date) {
    if (!gene->symbol.empty()) gene->names.emplace_back(kFormerName, gene->symbol);
    gene->symbol = row.symbol;
    gene->symbol_date = date;
  } else {
    gene->names.emplace_back(kFormerName, row.symbol);
  }
  if (!row.name.empty() && (gene->name.empty() || date >= gene->name_date)) {
    gene->name = std::move(row.name);
    gene->name_date = date;
  }
  for (std::string& name : row.previous) gene->names.emplace_back(kPreviousName, std::move(name));
  for (std::string& name : row.aliases) gene->names.emplace_back(kAliasName, std::move(name));
  Learn(number, IdName(row.id.first, false), row.id);
  for (const CrossId& id : row.cross) Learn(number, IdName(id.first, false), id);
  for (const CrossId& id : row.retired) Learn(number, IdName(id.first, true), id);
}

void GeneBuilder::JoinGenes() {
  // The database that names the genes of a species first: the others are joined to its genes.
  const auto other = [](const DatedRow& row) { return row.row.id.first == IdSystem::kNcbiGene; };
  std::stable_sort(rows_.begin(), rows_.end(),
                   [&](const DatedRow& a, const DatedRow& b) { return other(a) < other(b); });
  std::map<CrossId, std::string> withdrawn;
  for (const DatedRow& dated : rows_) {
    const GeneRow& row = dated.row;
    if (!row.withdrawn) continue;
    std::string& date = withdrawn[row.id];
    date = std::max(date, dates_[dated.table]);
  }
  for (DatedRow& dated : rows_) {
    GeneRow& row = dated.row;
    const std::string& date = dates_[dated.table];
    const auto gone = withdrawn.find(row.id);
    if (row.withdrawn || (gone != withdrawn.end() && gone->second >= date)) {
      withdrawn_.insert(absl::StrCat(row.taxon, "\t", FoldGeneName(row.symbol)));
      withdrawn_.insert(
          absl::StrCat(row.taxon, "\t", FoldGeneName(CurieOf(row.id.first, row.id.second))));
      ++withdrawn_entries_;
      continue;
    }
    uint32_t gene = FindSame(row);
    if (gene == kNoGene) gene = NewGene(row.taxon, row.id);
    Merge(std::move(row), date, gene);
  }
  rows_.clear();
  rows_.shrink_to_fit();
}

void GeneBuilder::ReplaceIds() {
  std::map<std::string, std::vector<const ReplacedIdRow*>> by_old;
  for (const ReplacedIdRow& row : replaced_ids_) by_old[row.old_id.second].push_back(&row);
  constexpr int kMaxChain = 16;
  for (const ReplacedIdRow& row : replaced_ids_) {
    const ReplacedIdRow* at = &row;
    uint32_t gene = Unique(at->taxon, at->new_id);
    for (int i = 0; gene == kNoGene && i < kMaxChain; ++i) {
      const auto next = by_old.find(at->new_id.second);
      if (next == by_old.end() || next->second.size() != 1) break;
      at = next->second.front();
      gene = Unique(at->taxon, at->new_id);
    }
    if (gene != kNoGene) {
      Learn(gene, IdName(row.old_id.first, true), row.old_id);
    } else {
      retired_ids_.push_back({row.taxon, row.old_id.first, row.old_id.second});
    }
  }
  for (const RetiredIdRow& row : retired_ids_) {
    const std::string key = IdKey(row.taxon, {row.system, row.local});
    if (by_id_.contains(key) || by_retired_id_.contains(key)) continue;
    const bool fresh =
        withdrawn_.insert(absl::StrCat(row.taxon, "\t", FoldGeneName(row.local))).second;
    withdrawn_.insert(absl::StrCat(row.taxon, "\t", FoldGeneName(CurieOf(row.system, row.local))));
    if (fresh) ++withdrawn_entries_;
  }
}

void GeneBuilder::NameTheNameless() {
  for (BuiltGene& gene : genes_) {
    if (gene.symbol.empty() && !IsNumbered(gene.id.first)) gene.symbol = gene.id.second;
  }
}

std::string GeneBuilder::Build(absl::string_view release, absl::string_view fingerprint,
                               GeneLoadReport* report) {
  JoinGenes();
  ReplaceIds();
  IndexSymbols();
  JoinOrthologs(report);
  JoinInteractions(report);
  NameTheNameless();
  report->withdrawn = withdrawn_entries_;
  return Write(release, fingerprint, report);
}

}  // namespace parfocal::internal
