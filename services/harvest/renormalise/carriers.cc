#include "carriers.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "parfocal/schema/schema.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

constexpr int kPage = 1000;

QueryNode OneOf(absl::string_view field, std::vector<std::string> values) {
  QueryNode node;
  node.kind = QueryNode::Kind::kValue;
  node.field = std::string(field);
  node.values = std::move(values);
  return node;
}

// Values of `field` whose key is the words; not those whose label is, which have an id.
std::vector<std::string> KeysEqual(const Snapshot& snapshot, absl::string_view field,
                                   absl::string_view words) {
  std::vector<std::string> keys;
  const std::string folded = FoldText(words);
  for (std::string& key : snapshot.ValuesNamed(field, words)) {
    if (FoldText(key) == folded) keys.push_back(std::move(key));
  }
  return keys;
}

// Keys of the field "flagged" that are of these words.
absl::StatusOr<std::vector<std::string>> FlaggedKeys(const Snapshot& snapshot,
                                                     const std::string& field,
                                                     const std::string& words) {
  BoundQuery query;
  query.page_size = 0;
  FacetSpec spec;
  spec.field = std::string(kFlaggedField);
  spec.contains = field;
  spec.limit = INT32_MAX;
  query.facets = {spec};
  PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                            snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
  std::vector<std::string> keys;
  const std::string folded = FoldText(words);
  for (const FacetValue& value : answer.facets[0].values) {
    const std::optional<FlaggedWords> flagged = ParseFlaggedKey(value.value);
    if (flagged && flagged->field == field && FoldText(flagged->words) == folded)
      keys.push_back(value.value);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

bool Says(const Statement& statement, absl::string_view field, absl::string_view folded) {
  return statement.field == field && FoldText(statement.value) == folded;
}

}  // namespace

absl::StatusOr<std::vector<RecordName>> StudiesThatCarry(const Snapshot& snapshot,
                                                         const std::string& field,
                                                         const std::string& words) {
  const Field* found = FindField(field);
  if (found == nullptr) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("field: there is no '", field, "'")),
                      "FILTER_UNKNOWN_FIELD", "field");
  }
  BoundQuery query;
  query.filter.kind = QueryNode::Kind::kOr;
  query.filter.children.push_back(OneOf(field, KeysEqual(snapshot, field, words)));
  if (found->twin != found->id) {
    const absl::string_view twin = Fields()[found->twin].name;
    query.filter.children.push_back(OneOf(twin, KeysEqual(snapshot, twin, words)));
  }
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<std::string> flagged, FlaggedKeys(snapshot, field, words));
  query.filter.children.push_back(OneOf(kFlaggedField, std::move(flagged)));
  query.rest = query.filter;
  query.order = SearchOrder::kName;
  query.page_size = kPage;
  std::vector<RecordName> studies;
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                              snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
    for (const Hit& hit : answer.hits) studies.push_back({hit.name.source, hit.name.accession, ""});
    if (!answer.more || answer.hits.empty()) break;
    query.after = answer.hits.back().sort_key;
  }
  return studies;
}

bool Carries(const Record& record, absl::string_view field, absl::string_view folded) {
  const auto any = [&](const std::vector<Statement>& statements) {
    return std::any_of(statements.begin(), statements.end(),
                       [&](const Statement& s) { return Says(s, field, folded); });
  };
  if (const Study* study = std::get_if<Study>(&record)) return any(study->statements);
  const ImageSet& set = std::get<ImageSet>(record);
  return any(set.statements) ||
         std::any_of(set.observations.begin(), set.observations.end(),
                     [&](const Observation& o) { return Says(o.finding, field, folded); });
}

}  // namespace parfocal
