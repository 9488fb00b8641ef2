#include "parfocal/search/binder.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter_binder.h"
#include "parfocal/filter/filter.h"
#include "parfocal/filter/query_parser.h"
#include "parfocal/schema/schema.h"
#include "word_binder.h"

namespace parfocal {

namespace {

absl::Status CheckFacet(const FacetSpec& spec) {
  if (spec.field == "attribute") {
    if (!spec.attribute_key.empty() && !IsPersonalAttribute(spec.attribute_key)) {
      return absl::OkStatus();
    }
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "facet: attribute '", spec.attribute_key, "' cannot be counted")),
                      "FILTER_UNKNOWN_FIELD", "facets");
  }
  const Field* field = FindField(spec.field);
  if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "facet: no field '", spec.field,
                          "' (nearest: ", absl::StrJoin(NearestFieldNames(spec.field), ", "), ")")),
                      "FILTER_UNKNOWN_FIELD", "facets");
  }
  if (!field->facet) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("facet: '", spec.field, "' cannot be counted by value")),
                      "FILTER_TYPE", "facets");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BoundQuery> Binder::Bind(const SearchText& text) const {
  BoundQuery out;
  out.level = text.level;
  out.order = text.order;
  out.page_size = text.page_size;
  out.after = text.after;
  out.facets = text.facets;
  out.snippets = text.snippets;
  out.tables = text.tables;
  out.histograms = text.histograms;
  out.corrections = text.corrections;
  for (const FacetSpec& spec : text.facets) PARFOCAL_RETURN_IF_ERROR(CheckFacet(spec));

  PARFOCAL_ASSIGN_OR_RETURN(const WordQuery words, WordQuery::Parse(text.query));
  PARFOCAL_ASSIGN_OR_RETURN(const Filter filter, Filter::Parse(text.filter));
  const WordBinder::Knowledge knowledge{terms_, snapshot_, &names_, everyday_};
  PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> bound,
                            WordBinder(knowledge, text.exact, &out.explain).Bind(words.root()));
  if (bound) out.words = *std::move(bound);
  if (text.similar_to) {
    PARFOCAL_ASSIGN_OR_RETURN(QueryNode alike, snapshot_->LikenessOf(*text.similar_to));
    if (bound) {
      QueryNode both;
      both.kind = QueryNode::Kind::kAnd;
      both.children.push_back(std::move(out.words));
      both.children.push_back(std::move(alike));
      alike = std::move(both);
    }
    out.words = std::move(alike);
  }
  PARFOCAL_ASSIGN_OR_RETURN(
      out.filter, FilterBinder(terms_, snapshot_, names_, &out.explain).Bind(filter.root()));
  SplitConditions(&out);
  return out;
}

}  // namespace parfocal
