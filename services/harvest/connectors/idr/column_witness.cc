#include "parfocal/connector_idr/column_witness.h"

#include <xxhash.h>

#include <algorithm>

#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::idr {

bool ColumnWitness::Needed(const TablePlan& plan) {
  return std::any_of(plan.values.begin(), plan.values.end(),
                     [](const TablePlan::ValueColumn& c) { return c.term_accession >= 0; });
}

absl::StatusOr<ColumnWitness> ColumnWitness::Count(TableSource* source, const TablePlan& plan) {
  ColumnWitness out;
  out.columns_.resize(plan.values.size());
  std::vector<bool> counted(plan.values.size());
  for (size_t i = 0; i < plan.values.size(); ++i) counted[i] = plan.values[i].term_accession >= 0;
  SourceRow row;
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, source->Next(&row));
    if (!some) return out;
    if (!row.problem.empty() || row.cells.size() != plan.header().size()) continue;
    for (size_t i = 0; i < plan.values.size(); ++i) {
      if (!counted[i]) continue;
      const TablePlan::ValueColumn& column = plan.values[i];
      const absl::string_view words = Trim(row.cells[static_cast<size_t>(column.column)]);
      const absl::string_view id = Trim(row.cells[static_cast<size_t>(column.term_accession)]);
      if (words.empty() || id.empty()) continue;
      auto& by_words = out.columns_[i];
      auto it = by_words.find(words);
      if (it == by_words.end()) it = by_words.emplace(words, Accessions()).first;
      it->second.insert(XXH3_64bits(id.data(), id.size()));
      if (by_words.size() <= kMaxWords) continue;
      by_words.clear();
      counted[i] = false;
    }
  }
}

int64_t ColumnWitness::Ids(size_t index, absl::string_view words) const {
  if (index >= columns_.size()) return 0;
  auto it = columns_[index].find(words);
  return it == columns_[index].end() ? 0 : static_cast<int64_t>(it->second.size());
}

}  // namespace parfocal::idr
