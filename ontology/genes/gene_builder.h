// Joins the rows of all tables into one release; see gene_store.h for what becomes of what. One
// thread; used once.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gene_index.h"
#include "gene_vocabulary.h"
#include "table_rows.h"

namespace parfocal::internal {

// A gene while it is built.
struct BuiltGene {
  std::string taxon;
  CrossId id;
  std::string symbol, symbol_date;
  std::string name, name_date;
  std::vector<std::pair<NameKind, std::string>> names;  // But for the symbol; ids, too.
};

class GeneBuilder : public RowSink {
 public:
  // `vocabulary` must outlive the builder.
  explicit GeneBuilder(const GeneVocabulary* vocabulary) : vocabulary_(vocabulary) {}

  void Add(GeneRow&& row) override;
  void Add(OrthologRow&& row) override;
  void Add(GroupRow&& row) override;
  void Add(InteractionRow&& row) override;
  void Add(RetiredIdRow&& row) override;
  void Add(ReplacedIdRow&& row) override;
  std::string TaxonNamed(absl::string_view name) override;
  // The rows added since the last call are of one table of this date.
  void EndTable(const std::string& date);

  // Joins everything that was added and returns the file of the release. Adds to the counts of
  // `report`.
  std::string Build(absl::string_view release, absl::string_view fingerprint,
                    GeneLoadReport* report);

 private:
  struct DatedRow {
    GeneRow row;
    size_t table;
  };
  struct PairRow {
    GeneRef human, model;
    uint32_t sources;
    bool compilation;
  };
  struct Support {
    uint32_t sources = 0;
    uint32_t compilations = 0;
  };

  void Intern(GeneRef* ref) const;
  uint32_t SourceBit(const std::string& name);

  // Genes.
  void JoinGenes();
  uint32_t FindSame(const GeneRow& row) const;
  void Merge(GeneRow&& row, const std::string& date, uint32_t gene);
  uint32_t NewGene(std::string taxon, CrossId id);
  void Learn(uint32_t gene, NameKind kind, const CrossId& id);
  void ReplaceIds();
  // A gene without a symbol is called by its systematic name, as its database does.
  void NameTheNameless();
  // The one gene of an id, a current one if there is any; kNoGene if there is none or several.
  uint32_t Unique(absl::string_view taxon, const CrossId& id) const;
  bool Known(absl::string_view taxon, const CrossId& id) const;

  // Orthologs and interactions.
  void IndexSymbols();
  uint32_t ByIds(const GeneRef& ref) const;
  uint32_t BySymbol(const GeneRef& ref) const;
  // The gene of `ref`, a new one if its ids are of none; kNoGene if it tells no single gene.
  uint32_t Resolve(const GeneRef& ref);
  void LearnFrom(const GeneRef& ref, uint32_t gene);
  void JoinOrthologs(GeneLoadReport* report);
  void JoinGroups();
  void JoinInteractions(GeneLoadReport* report);
  void AddPair(uint32_t human, uint32_t model, uint32_t sources, bool compilation);

  // The file. `order`: genes by CURIE; `rank`: the place of each in it.
  std::vector<uint32_t> Order() const;
  std::string Write(absl::string_view release, absl::string_view fingerprint,
                    GeneLoadReport* report) const;
  void WriteGenes(const std::vector<uint32_t>& order, ImageWriter* out,
                  GeneLoadReport* report) const;
  void WritePairs(const std::vector<uint32_t>& rank, ImageWriter* out,
                  GeneLoadReport* report) const;
  void WriteInteractions(const std::vector<uint32_t>& rank, ImageWriter* out,
                         GeneLoadReport* report) const;

  const GeneVocabulary* const vocabulary_;
  std::string last_species_, last_taxon_;  // A parser asks for the same one again and again.
  size_t table_ = 0;
  std::vector<std::string> dates_;
  std::vector<DatedRow> rows_;
  std::vector<PairRow> pairs_;
  std::vector<GroupRow> groups_;
  std::vector<InteractionRow> interaction_rows_;
  std::vector<RetiredIdRow> retired_ids_;
  std::vector<ReplacedIdRow> replaced_ids_;
  std::vector<std::string> sources_;

  std::vector<BuiltGene> genes_;
  absl::flat_hash_map<std::string, uint32_t> by_curie_;
  // Genes that an id is of, by taxon, system and local part; retired ids apart.
  absl::flat_hash_map<std::string, std::vector<uint32_t>> by_id_, by_retired_id_;
  absl::flat_hash_map<std::string, std::vector<uint32_t>> by_symbol_, by_other_name_;
  std::map<std::pair<uint32_t, uint32_t>, Support> support_;  // Human gene, gene of a model.
  // Two genes, the smaller number first, and a source: the score.
  std::map<std::pair<std::pair<uint32_t, uint32_t>, uint32_t>, double> interactions_;
  std::vector<std::string> interaction_sources_;
  std::set<std::string> withdrawn_;  // As GeneIndex::withdrawn.
  int64_t withdrawn_entries_ = 0;
};

}  // namespace parfocal::internal
