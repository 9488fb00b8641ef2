// One pinned state of the index and the execution of queries over it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "matcher.h"
#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/rows/snapshot_rows.h"
#include "parfocal/search_index.h"
#include "ranking.h"
#include "suggester.h"
#include "text_finder.h"
#include "value_names.h"

namespace parfocal {

// What the snapshots of one index directory, vocabulary and ontology release share.
struct SearchResources {
  SearchResources(std::string directory, std::shared_ptr<const Vocabulary> vocabulary,
                  std::shared_ptr<const TermLookup> terms);

  const std::string directory;
  const std::shared_ptr<const Vocabulary> vocabulary;
  const std::shared_ptr<const TermLookup> terms;
  const std::shared_ptr<FacetDictionary> dictionary;
  LabelLengths lengths;
  TextFinder text;
  ValueNames names;
  Suggester suggester;
};

class IndexSnapshot final : public Snapshot {
 public:
  // `resources` have grown to the vocabulary of `rows`.
  IndexSnapshot(std::shared_ptr<const SnapshotRows> rows,
                std::shared_ptr<SearchResources> resources)
      : rows_(std::move(rows)), resources_(std::move(resources)) {}

  const SnapshotRows& rows() const { return *rows_; }
  Revision revision() const override;
  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery& query) const override;
  absl::StatusOr<SearchAnswer> Execute(const BoundQuery& query, const Statistics* statistics,
                                       absl::Time deadline, bool (*cancelled)(const void*),
                                       const void* context) const override;
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view prefix,
                                                  const std::vector<std::string>& fields,
                                                  int limit) const override;
  std::vector<std::string> ValuesNamed(absl::string_view field,
                                       absl::string_view text) const override;
  void CountTerm(absl::string_view curie, Counts* exact, Counts* rolled_up) const override;
  absl::StatusOr<std::vector<Suggestion>> SuggestWithin(const SuggestQuestion& question,
                                                        absl::Time deadline) const override;
  absl::StatusOr<QueryNode> LikenessOf(const RecordName& name) const override;
  std::vector<std::string> AttributeKeysNear(absl::string_view key, size_t limit) const override;

 private:
  absl::Status CountFacets(const BoundQuery& query, const RowSet& others,
                           const std::vector<RowSet>& conditions, const RankedRows& match,
                           Interrupt* interrupt, SearchAnswer* answer) const;

  absl::Status CountTables(const BoundQuery& query, const RowSet& others,
                           const std::vector<RowSet>& conditions, Interrupt* interrupt,
                           SearchAnswer* answer) const;

  const std::shared_ptr<const SnapshotRows> rows_;
  const std::shared_ptr<SearchResources> resources_;
};

}  // namespace parfocal
