#include "answer_conversion.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

// As the caller asked for it.
std::string FacetName(const FacetResult& facet) {
  if (facet.field != "attribute") return facet.field;
  const std::string escaped =
      absl::StrReplaceAll(facet.attribute_key, {{"\\", "\\\\"}, {"\"", "\\\""}});
  return ValidUtf8(absl::StrCat("attribute[\"", escaped, "\"]"));
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
}

void ToProto(const FacetResult& facet, SearchLevel level, v1::Facet* out) {
  out->set_field(FacetName(facet));
  for (const FacetValue& from : facet.values) {
    v1::FacetValue* value = out->add_values();
    value->set_value(ValidUtf8(from.value));
    value->set_label(ValidUtf8(from.label));
    value->set_exact_count(CountAt(level, from.exact));
    value->set_count(CountAt(level, from.count));
    value->set_image_count(from.count.images);
    ToProto(from.exact, value->mutable_exact());
    ToProto(from.count, value->mutable_rolled_up());
  }
  out->set_total_values(facet.total_values);
  out->set_missing_count(CountAt(level, facet.missing));
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
}

void ToProto(const Revision& revision, v1::Revision* out) {
  out->set_sequence(revision.sequence);
  out->set_ontology_release(ValidUtf8(revision.release));
}

}  // namespace parfocal
