// A SearchAnswer on the wire.
#pragma once

#include "parfocal/query.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {

void ToProto(const Hit& hit, v1::SearchHit* out);
// Which count of `counts` is that of things at `level`: studies, or image sets and studies without
// any.
int64_t CountAt(SearchLevel level, const Counts& counts);
void ToProto(const FacetResult& facet, SearchLevel level, v1::Facet* out);
void ToProto(const TableResult& table, SearchLevel level, v1::Table* out);
void ToProto(const HistogramResult& histogram, SearchLevel level, v1::Histogram* out);
// `query`: the text in which the word stands.
void ToProto(const Correction& correction, const std::vector<ExplainStep>& explain,
             const std::string& query, v1::Correction* out);
void ToProto(const Suggestion& suggestion, v1::Suggestion* out);
void ToProto(const ExplainStep& step, v1::ExplainStep* out);
void ToProto(const Revision& revision, v1::Revision* out);

}  // namespace parfocal
