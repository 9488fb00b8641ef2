// What only a whole table shows of one of its cells: beside how many distinct accessions its words
// stand in their column. A spreadsheet whose accessions were filled downwards has one word and a
// thousand ids, each of which looks valid. Rows are read in pages, so this is counted beforehand: a
// row says the same wherever a page begins.
//
// Thread safety: immutable after Count; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "parfocal/connector_idr/table_plan.h"
#include "parfocal/connector_idr/table_source.h"

namespace parfocal::idr {

class ColumnWitness {
 public:
  // A column with more distinct words than this is not counted: nobody fills such a one.
  static constexpr size_t kMaxWords = 10'000;

  // Reads `source` to its end. Rows that do not fit the header are passed over. Fails as the source
  // does. Costs a second reading of the table, so ask Needed first.
  static absl::StatusOr<ColumnWitness> Count(TableSource* source, const TablePlan& plan);
  // Whether the table has a column with accessions.
  static bool Needed(const TablePlan& plan);

  // Beside how many accessions `words` (trimmed) stand in the column plan.values[index]; 0 if
  // nothing was counted.
  int64_t Ids(size_t index, absl::string_view words) const;

 private:
  using Accessions = absl::flat_hash_set<uint64_t>;  // Hashes.
  // By index in plan.values; empty for columns that are not counted.
  std::vector<absl::flat_hash_map<std::string, Accessions>> columns_;
};

}  // namespace parfocal::idr
