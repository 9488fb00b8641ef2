// One row of a table as an ImageSet. The reader remembers which ids it has given, so that rows of
// equal keys are told apart by their order; it reads the rows of one table in order, from one
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/connector_idr/column_witness.h"
#include "parfocal/connector_idr/table_plan.h"
#include "parfocal/record.h"

namespace parfocal::idr {

// The cells of a row, in the order of the plan's header, untrimmed.
using Cells = std::vector<absl::string_view>;

class RowReader {
 public:
  // Both must outlive the reader. `witness`: of the same table, or nullptr.
  explicit RowReader(const TablePlan* plan, const ColumnWitness* witness = nullptr)
      : plan_(*plan), witness_(witness) {}

  // Why the row cannot become an ImageSet; empty if it can. Gives no id.
  std::string Problem(const Cells& cells) const;

  // The id of the row: the folder, then the values of the key columns; a row with the keys of an
  // earlier one gets "#2", "#3"... REQUIRES: Problem(cells) is empty. Call once for each row.
  std::string NextId(const Cells& cells);

  ImageSet Draft(const Cells& cells, std::string id);

 private:
  void Attributes(const Cells& cells, ImageSet* set) const;
  void Values(const Cells& cells, ImageSet* set);
  void Identifiers(const Cells& cells, ImageSet* set);
  void Units(const Cells& cells, ImageSet* set) const;
  void Genes(const Cells& cells, ImageSet* set) const;
  void Channels(const Cells& cells, ImageSet* set);
  void States(const Cells& cells, ImageSet* set) const;
  void Images(const Cells& cells, ImageSet* set) const;
  void Positives(const Cells& cells, ImageSet* set, std::vector<std::string>* found);
  void Negatives(const Cells& cells, const std::vector<std::string>& found, ImageSet* set);
  // Of a declared phenotype, by its folded name; empty if there is none.
  std::string ScoreOf(const Cells& cells, const std::string& folded) const;
  void Observe(const std::string& column, const std::string& name,
               const std::vector<std::string>& terms, Outcome outcome, const std::string& level,
               const std::string& score, ImageSet* set);
  const std::string& Curie(absl::string_view accession, absl::string_view ref);
  ObservationKind Kind(const std::string& column, const std::string& name, const std::string& term);
  bool Empty(absl::string_view cell) const;

  const TablePlan& plan_;
  const ColumnWitness* const witness_;
  absl::flat_hash_map<uint64_t, uint32_t> given_;  // Hash of an id -> how often its keys were seen.
  absl::flat_hash_map<std::string, std::string> curies_;
  absl::flat_hash_map<std::string, ObservationKind> kinds_;
  mutable absl::flat_hash_map<std::string, bool> empty_;
  uint32_t next_group_ = 0;  // Of the row being read.
};

// The field that what was found is a value of: a phenotype, unless its kind is one of the others.
absl::string_view FieldOf(ObservationKind kind);

}  // namespace parfocal::idr
