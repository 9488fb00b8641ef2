#include "answer_conversion.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

// As the caller asked for it.
std::string FieldName(const std::string& field, const std::string& attribute_key) {
  if (field != "attribute") return field;
  return ValidUtf8(absl::StrCat("attribute[", Quoted(attribute_key), "]"));
}

void FillValue(const FacetValue& from, SearchLevel level, v1::FacetValue* value) {
  value->set_value(ValidUtf8(from.value));
  value->set_label(ValidUtf8(from.label));
  value->set_exact_count(CountAt(level, from.exact));
  value->set_count(CountAt(level, from.count));
  value->set_image_count(from.count.images);
  ToProto(from.exact, value->mutable_exact());
  ToProto(from.count, value->mutable_rolled_up());
  value->set_depth(from.depth);
  for (const std::string& parent : from.parents) value->add_parents(ValidUtf8(parent));
}

}  // namespace

int64_t CountAt(SearchLevel level, const Counts& counts) {
  return level == SearchLevel::kStudy ? counts.studies : counts.rows;
}

void ToProto(const Hit& hit, v1::SearchHit* out) {
  out->set_name(ValidUtf8(FormatRecordName(hit.name)));
  out->set_score(static_cast<double>(hit.score) / 65536);
  ToProto(hit.counts, out->mutable_counts());
  for (const RecordName& sample : hit.samples)
    out->add_samples(ValidUtf8(FormatRecordName(sample)));
  out->set_snippet(ValidUtf8(hit.snippet));
  for (const RecordName& copy : hit.copies) out->add_copies(ValidUtf8(FormatRecordName(copy)));
}

void ToProto(const FacetResult& facet, SearchLevel level, v1::Facet* out) {
  out->set_field(FieldName(facet.field, facet.attribute_key));
  for (const FacetValue& from : facet.values) FillValue(from, level, out->add_values());
  out->set_total_values(facet.total_values);
  out->set_missing_count(CountAt(level, facet.missing));
}

void ToProto(const TableResult& table, SearchLevel level, v1::Table* out) {
  out->set_row_field(FieldName(table.spec.rows.field, table.spec.rows.attribute_key));
  out->set_column_field(FieldName(table.spec.columns.field, table.spec.columns.attribute_key));
  for (const FacetValue& column : table.columns) FillValue(column, level, out->add_columns());
  for (size_t i = 0; i < table.rows.size(); ++i) {
    v1::TableRow* row = out->add_rows();
    FillValue(table.rows[i], level, row->mutable_value());
    for (int64_t count : table.cells[i]) row->add_counts(count);
  }
  out->set_total_rows(table.total_rows);
  out->set_total_columns(table.total_columns);
}

void ToProto(const HistogramResult& histogram, SearchLevel level, v1::Histogram* out) {
  out->set_field(FieldName(histogram.spec.field, histogram.spec.attribute_key));
  for (const HistogramBin& from : histogram.bins) {
    v1::HistogramBin* bin = out->add_bins();
    bin->set_low(from.low);
    bin->set_high(from.high);
    bin->set_label(from.label);
    bin->set_count(CountAt(level, from.counts));
    ToProto(from.counts, bin->mutable_counts());
  }
  out->set_missing_count(CountAt(level, histogram.missing));
}

void ToProto(const Correction& correction, const std::vector<ExplainStep>& explain,
             const std::string& query, v1::Correction* out) {
  const ExplainStep& step = explain[correction.explain];
  out->set_text(ValidUtf8(step.text));
  out->set_suggestion(ValidUtf8(correction.word));
  std::string corrected = query;
  if (step.offset <= query.size() && query.compare(step.offset, step.text.size(), step.text) == 0) {
    corrected.replace(step.offset, step.text.size(), correction.word);
  }
  out->set_query(ValidUtf8(corrected));
}

void ToProto(const Suggestion& from, v1::Suggestion* out) {
  out->set_text(ValidUtf8(from.text));
  out->set_field(FieldName(from.field, from.attribute_key));
  out->set_value(ValidUtf8(from.value));
  out->set_rows(from.rows);
  out->set_kind(static_cast<v1::Suggestion::Kind>(static_cast<int>(from.kind) + 1));
  out->set_matched(ValidUtf8(from.matched));
  if (from.kind != SuggestionKind::kAttributeKey) {
    out->set_filter(absl::StrCat(out->field(), " = ", Quoted(out->value())));
  }
}

void ToProto(const ExplainStep& step, v1::ExplainStep* out) {
  out->set_text(ValidUtf8(step.text));
  out->set_field(ValidUtf8(step.field));
  out->set_term(ValidUtf8(step.term));
  out->set_label(ValidUtf8(step.label));
  out->set_rule(ToProto(step.rule));
  out->set_expanded_terms(step.expanded_terms);
  out->set_rows(step.rows);
  out->set_note(ValidUtf8(step.note));
  out->set_matched(ValidUtf8(step.matched));
  out->set_added_rows(step.added_rows);
}

void ToProto(const Revision& revision, v1::Revision* out) {
  out->set_sequence(revision.sequence);
  out->set_ontology_release(ValidUtf8(revision.release));
}

}  // namespace parfocal
