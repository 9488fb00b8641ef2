// What the tables of genes say, row by row, whatever their format.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gene_names.h"

namespace parfocal::internal {

using CrossId = std::pair<IdSystem, std::string>;  // Without prefix and version.

// A gene as one table describes it.
struct GeneRow {
  std::string taxon;
  CrossId id;
  std::string symbol, name;
  std::vector<std::string> previous, aliases;
  std::vector<CrossId> cross;
  std::vector<CrossId> retired;  // Ids that once were of this gene or of one merged into it.
  bool withdrawn = false;        // No gene any more: neither its id nor its symbol matches.
};

// A gene as another table refers to it; whatever is empty is not said.
struct GeneRef {
  std::string taxon;
  std::string entrez, symbol;
  CrossId own;  // The id of its database.
};

// Two genes of different species that a table calls orthologs.
struct OrthologRow {
  GeneRef human, model;
  std::vector<std::string> sources;
  // The table compiles the calls of others: it counts as a source only of pairs without any other.
  bool compilation = false;
};

// A member of a group of genes that descend from one.
struct GroupRow {
  int64_t group = 0;
  GeneRef gene;
};

struct InteractionRow {
  GeneRef a, b;
  double score = 0;
  std::string source;
};

// An id that was of `taxon` and is of no gene now.
struct RetiredIdRow {
  std::string taxon;
  IdSystem system = IdSystem::kNone;
  std::string local;
};

// An old id and the id that took its place.
struct ReplacedIdRow {
  std::string taxon;
  CrossId old_id, new_id;
};

// Takes rows in the order of the file. Taxa are CURIEs; those of strains are given as they stand.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void Add(GeneRow&& row) = 0;
  virtual void Add(OrthologRow&& row) = 0;
  virtual void Add(GroupRow&& row) = 0;
  virtual void Add(InteractionRow&& row) = 0;
  virtual void Add(RetiredIdRow&& row) = 0;
  virtual void Add(ReplacedIdRow&& row) = 0;
  // The taxon of the species called `name`, or empty if the vocabulary does not have it.
  virtual std::string TaxonNamed(absl::string_view name) = 0;
};

}  // namespace parfocal::internal
