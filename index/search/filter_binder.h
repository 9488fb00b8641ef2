// Binds the filter of a request; see parfocal/search/binder.h.
#pragma once

#include <string>
#include <vector>

#include "parfocal/filter/filter.h"
#include "parfocal/query.h"
#include "parfocal/schema/schema.h"
#include "parfocal/search/binder.h"
#include "parfocal/search_index.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// Fills conditions and rest from filter.
void SplitConditions(BoundQuery* query);

class FilterBinder {
 public:
  FilterBinder(const TermLookup* terms, const Snapshot* snapshot, const OtherNames& names,
               std::vector<ExplainStep>* explain)
      : terms_(terms), snapshot_(snapshot), names_(names), explain_(explain) {}

  absl::StatusOr<QueryNode> Bind(const FilterNode& node);

 private:
  absl::StatusOr<QueryNode> Condition(const FilterNode& node);
  absl::StatusOr<QueryNode> AttributeValue(const FilterNode& node, const std::string& value);
  void NoteNearKeys(const std::string& key, ExplainStep* step) const;
  absl::StatusOr<QueryNode> FieldValue(const FilterNode& node, const Field& field,
                                       const std::string& value);
  absl::StatusOr<QueryNode> Range(const FilterNode& node, const Field& field,
                                  const std::string& value);
  absl::StatusOr<QueryNode> Equal(const FilterNode& node, const Field& field,
                                  const std::string& value);
  absl::Status AddClosure(const std::string& term, const std::string& value, QueryNode* out,
                          ExplainStep* step) const;
  absl::Status ResolveTerms(const Field& field, const std::string& value, bool closure,
                            QueryNode* out, ExplainStep* step) const;
  absl::Status ResolveStated(const Field& field, const std::string& value, bool closure,
                             QueryNode* out, ExplainStep* step) const;
  void AddSameWords(const Field& field, const std::string& curie, QueryNode* out,
                    ExplainStep* step) const;
  absl::Status AddOtherNames(const Field& field, const std::string& value, bool closure,
                             QueryNode* out, ExplainStep* step) const;
  // Enters `step` and ties `node` to it.
  QueryNode Explained(QueryNode node, ExplainStep step);

  const TermLookup* const terms_;
  const Snapshot* const snapshot_;
  const OtherNames& names_;
  std::vector<ExplainStep>* const explain_;
};

}  // namespace parfocal
