#include "facet_request.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

constexpr int kStandardValues = 50;
constexpr int kMaxValues = 1000;

absl::Status OutOfRange(absl::string_view what) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat("facets: ", what)),
                    "VALUE_OUT_OF_RANGE", "facets");
}

absl::Status UnknownField(absl::string_view name, absl::string_view why) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("facets: '", name.substr(0, 200), "' ", why)),
      "FILTER_UNKNOWN_FIELD", "facets");
}

// attribute["key"], with \ before a quote or a backslash of the key.
absl::StatusOr<std::string> AttributeKey(absl::string_view text) {
  absl::string_view rest = text;
  if (!absl::ConsumePrefix(&rest, "attribute[\"") || !absl::ConsumeSuffix(&rest, "\"]")) {
    return UnknownField(text, "is not of the form attribute[\"key\"]");
  }
  std::string key;
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
    key.push_back(rest[i]);
  }
  if (key.empty()) return UnknownField(text, "has an empty key");
  if (IsPersonalAttribute(key)) return UnknownField(text, "speaks of persons and is no facet");
  return key;
}

absl::Status CheckField(const std::string& name) {
  const Field* field = FindField(name);
  if (field == nullptr) {
    return UnknownField(name, absl::StrCat("is not a field; near it: ",
                                           absl::StrJoin(NearestFieldNames(name), ", ")));
  }
  if (field->facet && field->privacy == FieldPrivacy::kOpen) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("facets: the field '", name, "' is no facet")),
      "FILTER_TYPE", "facets");
}

// A facet field or an attribute into `field` and `key`.
absl::Status ReadField(const std::string& name, std::string* field, std::string* key) {
  if (absl::StartsWith(name, "attribute[")) {
    *field = "attribute";
    PARFOCAL_ASSIGN_OR_RETURN(*key, AttributeKey(name));
    return absl::OkStatus();
  }
  *field = name;
  return CheckField(name);
}

absl::StatusOr<FacetSort> ReadSort(v1::FacetSpec::Sort sort) {
  switch (sort) {
    case v1::FacetSpec::SORT_UNSPECIFIED:
    case v1::FacetSpec::BY_COUNT:
      return FacetSort::kCount;
    case v1::FacetSpec::BY_LABEL:
      return FacetSort::kLabel;
    case v1::FacetSpec::BY_TREE:
      return FacetSort::kTree;
    default:
      return OutOfRange("an order of values that this node does not know");
  }
}

// `wanted`, or `standard` for 0, at most `maximum`.
absl::StatusOr<int> ReadLimit(int wanted, int standard, int maximum) {
  if (wanted < 0) return OutOfRange(absl::StrCat("a negative limit; 0 means ", standard));
  return wanted == 0 ? standard : std::min(wanted, maximum);
}

}  // namespace

absl::StatusOr<std::vector<TableSpec>> ReadTables(
    const google::protobuf::RepeatedPtrField<v1::TableSpec>& specs) {
  constexpr int kStandard = 10, kMaximum = 50;
  if (specs.size() > kMaxTables) {
    return LimitExceeded("tables", kMaxTables, "tables",
                         absl::StrCat("tables: ", specs.size(), "; at most ", kMaxTables));
  }
  std::vector<TableSpec> out;
  for (const v1::TableSpec& from : specs) {
    TableSpec& spec = out.emplace_back();
    PARFOCAL_RETURN_IF_ERROR(
        ReadField(from.row_field(), &spec.rows.field, &spec.rows.attribute_key));
    PARFOCAL_RETURN_IF_ERROR(
        ReadField(from.column_field(), &spec.columns.field, &spec.columns.attribute_key));
    PARFOCAL_ASSIGN_OR_RETURN(spec.rows.limit, ReadLimit(from.row_limit(), kStandard, kMaximum));
    PARFOCAL_ASSIGN_OR_RETURN(spec.columns.limit,
                              ReadLimit(from.column_limit(), kStandard, kMaximum));
    if (from.row_offset() < 0) return OutOfRange("a negative row_offset");
    spec.rows.offset = from.row_offset();
  }
  return out;
}

absl::StatusOr<std::vector<HistogramSpec>> ReadHistograms(
    const google::protobuf::RepeatedPtrField<v1::HistogramSpec>& specs) {
  constexpr int kStandard = 20, kMaximum = 200;
  if (specs.size() > kMaxHistograms) {
    return LimitExceeded("histograms", kMaxHistograms, "histograms",
                         absl::StrCat("histograms: ", specs.size(), "; at most ", kMaxHistograms));
  }
  std::vector<HistogramSpec> out;
  for (const v1::HistogramSpec& from : specs) {
    HistogramSpec& spec = out.emplace_back();
    spec.field = from.field();
    if (absl::StartsWith(from.field(), "attribute[")) {
      spec.field = "attribute";
      PARFOCAL_ASSIGN_OR_RETURN(spec.attribute_key, AttributeKey(from.field()));
    }
    if (!(from.width() >= 0) || std::isinf(from.width())) {
      return OutOfRange("the width of a histogram's bins is neither 0 nor a positive number");
    }
    spec.width = from.width();
    PARFOCAL_ASSIGN_OR_RETURN(spec.bins, ReadLimit(from.bins(), kStandard, kMaximum));
    spec.months = from.months();
  }
  return out;
}

absl::StatusOr<std::vector<FacetSpec>> ReadFacets(
    const google::protobuf::RepeatedPtrField<v1::FacetSpec>& specs) {
  if (specs.size() > kMaxFacetSpecs) {
    return LimitExceeded(
        "facet_specs", kMaxFacetSpecs, "facets",
        absl::StrCat("facets: ", specs.size(), " specs; at most ", kMaxFacetSpecs));
  }
  std::vector<FacetSpec> out;
  for (const v1::FacetSpec& from : specs) {
    if (from.limit() < 0) return OutOfRange("a negative limit; 0 means 50");
    if (from.offset() < 0) return OutOfRange("a negative offset");
    FacetSpec spec;
    spec.limit = from.limit() == 0 ? kStandardValues : std::min(from.limit(), kMaxValues);
    spec.offset = from.offset();
    spec.contains = from.contains();
    PARFOCAL_ASSIGN_OR_RETURN(spec.sort, ReadSort(from.sort()));
    if (from.field() == "*") {
      for (const Field& field : Fields()) {
        if (!field.facet || field.stated || field.privacy != FieldPrivacy::kOpen) continue;
        spec.field = std::string(field.name);
        out.push_back(spec);
      }
      continue;
    }
    if (absl::StartsWith(from.field(), "attribute[")) {
      spec.field = "attribute";
      PARFOCAL_ASSIGN_OR_RETURN(spec.attribute_key, AttributeKey(from.field()));
    } else {
      spec.field = from.field();
      PARFOCAL_RETURN_IF_ERROR(CheckField(spec.field));
    }
    out.push_back(spec);
  }
  return out;
}

}  // namespace parfocal
