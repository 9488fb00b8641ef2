#include "facet_request.h"

#include <algorithm>

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

}  // namespace

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
