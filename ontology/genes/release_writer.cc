// The file of a release from the joined genes and pairs.
#include <xxhash.h>

#include <algorithm>
#include <numeric>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gene_builder.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal::internal {
namespace {

using Names = std::vector<std::pair<NameKind, std::string>>;

// The names of a gene, its symbol first, each once: by the strongest kind that it has.
Names DistinctNames(const BuiltGene& gene) {
  Names out;
  if (!gene.symbol.empty()) out.emplace_back(kSymbolName, gene.symbol);
  out.emplace_back(IdName(gene.id.first, false), gene.id.second);
  out.insert(out.end(), gene.names.begin(), gene.names.end());
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  absl::flat_hash_set<absl::string_view> names, ids;
  Names distinct;
  distinct.reserve(out.size());
  for (auto& [kind, name] : out) {
    if (name.empty() || (IsId(kind) ? ids : names).contains(name)) continue;
    distinct.emplace_back(kind, name);
    (IsId(kind) ? ids : names).insert(name);
  }
  return distinct;
}

// Lists of entries, by gene, from pairs sorted by gene.
template <typename Entry>
std::vector<uint32_t> Firsts(const std::vector<std::pair<uint32_t, Entry>>& pairs, size_t genes) {
  std::vector<uint32_t> first(genes + 1, 0);
  for (const auto& pair : pairs) ++first[pair.first + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  return first;
}

template <typename Entry>
std::vector<Entry> Seconds(const std::vector<std::pair<uint32_t, Entry>>& pairs) {
  std::vector<Entry> out;
  out.reserve(pairs.size());
  for (const auto& pair : pairs) out.push_back(pair.second);
  return out;
}

// A name without regard to case, as a hash, and a gene that has it.
using NameOfGene = std::pair<uint64_t, uint32_t>;

// What is counted of a species while its names are written.
struct SpeciesNames {
  GeneSpeciesReport report;
  std::vector<NameOfGene> symbols, others;
  absl::flat_hash_set<std::string> exact_symbols;

  void Count(NameKind kind, const std::string& name, const std::string& folded, uint32_t gene) {
    if (IsId(kind)) return;
    const uint64_t hash = XXH3_64bits(folded.data(), folded.size());
    (kind == kSymbolName ? symbols : others).emplace_back(hash, gene);
    if (kind == kSymbolName) exact_symbols.insert(name);
  }
  GeneSpeciesReport Finish() {
    std::sort(symbols.begin(), symbols.end());
    std::sort(others.begin(), others.end());
    others.erase(std::unique(others.begin(), others.end()), others.end());
    report.symbols = static_cast<int64_t>(exact_symbols.size());
    report.case_matters = CountNames(symbols) < exact_symbols.size();
    report.other_names = static_cast<int64_t>(CountNames(others));
    for (auto name = others.begin(); name != others.end();) {
      const auto end = std::find_if(
          name, others.end(), [&](const NameOfGene& other) { return other.first != name->first; });
      const bool several = end - name > 1;
      if (several) ++report.ambiguous_names;
      const auto symbol =
          std::lower_bound(symbols.begin(), symbols.end(), NameOfGene(name->first, 0));
      const bool is_symbol = symbol != symbols.end() && symbol->first == name->first;
      if (is_symbol && (several || symbol->second != name->second)) ++report.shadowed_names;
      name = end;
    }
    return report;
  }

 private:
  // Distinct names of a sorted list.
  static size_t CountNames(const std::vector<NameOfGene>& names) {
    size_t count = 0;
    for (size_t i = 0; i < names.size(); ++i) {
      if (i == 0 || names[i].first != names[i - 1].first) ++count;
    }
    return count;
  }
};

}  // namespace

std::vector<uint32_t> GeneBuilder::Order() const {
  std::vector<std::pair<std::string, uint32_t>> ids;
  ids.reserve(genes_.size());
  for (uint32_t i = 0; i < genes_.size(); ++i) {
    ids.emplace_back(CurieOf(genes_[i].id.first, genes_[i].id.second), i);
  }
  std::sort(ids.begin(), ids.end());
  std::vector<uint32_t> order;
  order.reserve(ids.size());
  for (const auto& id : ids) order.push_back(id.second);
  return order;
}

void GeneBuilder::WriteGenes(const std::vector<uint32_t>& order, ImageWriter* out,
                             GeneLoadReport* report) const {
  std::map<std::string, SpeciesNames> species;
  for (const BuiltGene& gene : genes_) ++species[gene.taxon].report.genes;
  std::vector<std::string> taxa, ids, full_names, names;
  for (auto& [taxon, counted] : species) {
    counted.report.taxon = taxon;
    taxa.push_back(taxon);
  }
  std::vector<uint16_t> taxon_numbers;
  std::vector<uint32_t> first_name = {0};
  std::vector<NameKind> kinds;
  std::vector<NameEntry> entries;
  for (uint32_t rank = 0; rank < order.size(); ++rank) {
    const BuiltGene& gene = genes_[order[rank]];
    ids.push_back(CurieOf(gene.id.first, gene.id.second));
    full_names.push_back(gene.name);
    const auto at = std::lower_bound(taxa.begin(), taxa.end(), gene.taxon);
    taxon_numbers.push_back(static_cast<uint16_t>(at - taxa.begin()));
    SpeciesNames& counted = species[gene.taxon];
    for (auto& [kind, name] : DistinctNames(gene)) {
      const std::string folded = FoldGeneName(name);
      counted.Count(kind, name, folded, rank);
      entries.push_back({HashText(folded), static_cast<uint32_t>(names.size())});
      kinds.push_back(kind);
      names.push_back(std::move(name));
    }
    first_name.push_back(static_cast<uint32_t>(names.size()));
  }
  std::sort(entries.begin(), entries.end());
  std::vector<uint8_t> case_matters;
  for (auto& [taxon, counted] : species) {
    report->species.push_back(counted.Finish());
    case_matters.push_back(report->species.back().case_matters ? 1 : 0);
  }
  report->genes = static_cast<int64_t>(ids.size());
  report->names = static_cast<int64_t>(names.size());
  out->PutTexts(taxa);
  out->Put(case_matters);
  out->PutTexts(ids);
  out->Put(taxon_numbers);
  out->PutTexts(full_names);
  out->Put(first_name);
  out->PutTexts(names);
  out->Put(kinds);
  out->Put(entries);
}

void GeneBuilder::WritePairs(const std::vector<uint32_t>& rank, ImageWriter* out,
                             GeneLoadReport* report) const {
  std::vector<std::pair<uint32_t, OrthologEntry>> pairs;
  pairs.reserve(2 * support_.size());
  for (const auto& [genes, support] : support_) {
    const uint32_t sources = support.sources != 0 ? support.sources : support.compilations;
    pairs.push_back({rank[genes.first], {rank[genes.second], sources}});
    pairs.push_back({rank[genes.second], {rank[genes.first], sources}});
  }
  std::sort(pairs.begin(), pairs.end());
  report->ortholog_pairs = static_cast<int64_t>(support_.size());
  out->Put(Firsts(pairs, rank.size()));
  out->Put(Seconds(pairs));
  out->PutTexts(sources_);
}

void GeneBuilder::WriteInteractions(const std::vector<uint32_t>& rank, ImageWriter* out,
                                    GeneLoadReport* report) const {
  std::vector<std::pair<uint32_t, InteractionEntry>> pairs;
  pairs.reserve(2 * interactions_.size());
  for (const auto& [key, score] : interactions_) {
    const auto& [genes, source] = key;
    pairs.push_back({rank[genes.first], {rank[genes.second], source, score}});
    pairs.push_back({rank[genes.second], {rank[genes.first], source, score}});
  }
  std::sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second.score != b.second.score) return a.second.score > b.second.score;
    if (a.second.gene != b.second.gene) return a.second.gene < b.second.gene;
    return a.second.source < b.second.source;
  });
  report->interaction_pairs = static_cast<int64_t>(interactions_.size());
  out->Put(Firsts(pairs, rank.size()));
  out->Put(Seconds(pairs));
  out->PutTexts(interaction_sources_);
}

std::string GeneBuilder::Write(absl::string_view release, absl::string_view fingerprint,
                               GeneLoadReport* report) const {
  const std::vector<uint32_t> order = Order();
  std::vector<uint32_t> rank(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  ImageWriter out;
  out.Put(fingerprint);
  out.Put(release);
  WriteGenes(order, &out, report);
  WritePairs(rank, &out, report);
  WriteInteractions(rank, &out, report);
  out.PutTexts({withdrawn_.begin(), withdrawn_.end()});
  return out.Finish();
}

}  // namespace parfocal::internal
