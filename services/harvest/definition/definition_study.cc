#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "yaml_reading.h"

namespace parfocal::definition {
namespace {

absl::Status ReadPerson(YamlReading* in, const YAML::Node& node, PersonRule* out) {
  return ReadKeys(*in, node, "a rule of people",
                  {{"when", SetConditions(in, &out->when)},
                   {"each", SetPath(*in, &out->each)},
                   {"name", SetValue(*in, &out->name)},
                   {"orcid", SetValue(*in, &out->orcid)},
                   {"affiliation", SetValue(*in, &out->affiliation)},
                   {"ror", SetValue(*in, &out->ror)},
                   {"role", SetText(*in, &out->role)}});
}

absl::Status ReadPublication(YamlReading* in, const YAML::Node& node, PublicationRule* out) {
  return ReadKeys(*in, node, "a rule of publications",
                  {{"when", SetConditions(in, &out->when)},
                   {"each", SetPath(*in, &out->each)},
                   {"doi", SetValue(*in, &out->doi)},
                   {"pmid", SetValue(*in, &out->pmid)},
                   {"pmcid", SetValue(*in, &out->pmcid)},
                   {"url", SetValue(*in, &out->url)},
                   {"title", SetValue(*in, &out->title)},
                   {"authors", SetValue(*in, &out->authors)}});
}

absl::Status ReadFunding(YamlReading* in, const YAML::Node& node, FundingRule* out) {
  return ReadKeys(*in, node, "a rule of funding",
                  {{"each", SetPath(*in, &out->each)},
                   {"funder", SetValue(*in, &out->funder)},
                   {"funder_id", SetValue(*in, &out->funder_id)},
                   {"award", SetValue(*in, &out->award)}});
}

absl::Status ReadRelation(YamlReading* in, const YAML::Node& node, RelationRule* out) {
  return ReadKeys(*in, node, "a rule of relations",
                  {{"when", SetConditions(in, &out->when)},
                   {"type", SetChoice<RelationType>(*in, &out->type,
                                                    {{"copy", RelationType::kCopy},
                                                     {"conversion", RelationType::kConversion},
                                                     {"subset", RelationType::kSubset},
                                                     {"same_specimen", RelationType::kSameSpecimen},
                                                     {"same_paper", RelationType::kSamePaper},
                                                     {"other", RelationType::kOther}})},
                   {"target", SetValue(*in, &out->target)},
                   {"because", SetText(*in, &out->because)}});
}

// One value, or a list of values that are all taken.
KeySetter SetValues(const YamlReading& in, std::vector<ValueRule>* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsSequence()) {
      out->emplace_back();
      return SetValue(in, &out->back())(node);
    }
    for (const auto& item : node) {
      out->emplace_back();
      PARFOCAL_RETURN_IF_ERROR(SetValue(in, &out->back())(item));
    }
    return absl::OkStatus();
  };
}

}  // namespace

KeySetters StatementKeys(YamlReading* in, StatementRule* out) {
  return {{"field", SetText(*in, &out->field)},
          {"when", SetConditions(in, &out->when)},
          {"each", SetPath(*in, &out->each)},
          {"value", SetValue(*in, &out->value)},
          {"id", SetValue(*in, &out->id)},
          {"split", SetTexts(*in, &out->split)},
          {"pattern", SetText(*in, &out->pattern)},
          {"map", SetText(*in, &out->map)},
          {"role", SetText(*in, &out->role)},
          {"unit", SetText(*in, &out->unit)},
          {"ontology", SetText(*in, &out->ontology)},
          {"group", SetText(*in, &out->group)}};
}

absl::Status ReadStatementRule(YamlReading* in, const YAML::Node& node, StatementRule* out) {
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(*in, node, "a statement", StatementKeys(in, out)));
  if (out->field.empty()) return in->Fail(node, "a statement needs 'field'");
  if (out->value.empty() && out->id.empty())
    return in->Fail(node, "a statement needs 'value' or 'id'");
  for (const std::string& separator : out->split) {
    if (separator.empty()) return in->Fail(node, "'split' has an empty separator");
  }
  if (!out->pattern.empty() &&
      (!absl::StrContains(out->pattern, "{value}") || !absl::StrContains(out->pattern, "{id}"))) {
    return in->Fail(node, "'pattern' must hold {value} and {id}");
  }
  return absl::OkStatus();
}

absl::Status ReadStudyRule(YamlReading* in, const YAML::Node& node, StudyRule* out) {
  return ReadKeys(*in, node, "study",
                  {{"accession", SetValue(*in, &out->accession)},
                   {"title", SetValue(*in, &out->title)},
                   {"description", SetValue(*in, &out->description)},
                   {"publisher", SetValue(*in, &out->publisher)},
                   {"publisher_id", SetValue(*in, &out->publisher_id)},
                   {"release_date", SetValue(*in, &out->release_date)},
                   {"landing_page", SetValue(*in, &out->landing_page)},
                   {"thumbnail", SetValue(*in, &out->thumbnail)},
                   {"data_doi", SetValue(*in, &out->data_doi)},
                   {"licence", SetValue(*in, &out->licence)},
                   {"licence_map", SetText(*in, &out->licence_map)},
                   {"bytes", SetValue(*in, &out->bytes)},
                   {"file_count", SetValue(*in, &out->file_count)},
                   {"image_count", SetValue(*in, &out->image_count)},
                   {"data_access", SetValue(*in, &out->data_access)},
                   {"keywords", SetValues(*in, &out->keywords)},
                   {"alternate_ids", SetValues(*in, &out->alternate_ids)},
                   {"people", SetList(in, &out->people, ReadPerson)},
                   {"publications", SetList(in, &out->publications, ReadPublication)},
                   {"funding", SetList(in, &out->funding, ReadFunding)},
                   {"relations", SetList(in, &out->relations, ReadRelation)},
                   {"statements", SetList(in, &out->statements, ReadStatementRule)},
                   {"attributes", SetValues(*in, &out->attributes)}});
}

}  // namespace parfocal::definition
