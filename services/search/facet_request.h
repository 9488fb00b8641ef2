// The facets of a request, against the schema.
#pragma once

#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "parfocal/query.h"
#include "parfocal/status.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {

inline constexpr int kMaxFacetSpecs = 20;

// Spells out `*` and `attribute["key"]`, puts in the default limits. INVALID_ARGUMENT with
// LIMIT_EXCEEDED, FILTER_UNKNOWN_FIELD, FILTER_TYPE (a field that is no facet) or
// VALUE_OUT_OF_RANGE.
absl::StatusOr<std::vector<FacetSpec>> ReadFacets(
    const google::protobuf::RepeatedPtrField<v1::FacetSpec>& specs);

inline constexpr int kMaxTables = 4;
inline constexpr int kMaxHistograms = 8;

// Likewise for two-way tables and histograms.
absl::StatusOr<std::vector<TableSpec>> ReadTables(
    const google::protobuf::RepeatedPtrField<v1::TableSpec>& specs);
absl::StatusOr<std::vector<HistogramSpec>> ReadHistograms(
    const google::protobuf::RepeatedPtrField<v1::HistogramSpec>& specs);

}  // namespace parfocal
