#include "parfocal/connector_idr/rules.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/yaml_keys/yaml_keys.h"

namespace parfocal::idr {
namespace {

// What is read so far and where: passed down instead of a long list of arguments.
struct Reading : YamlPlace {
  size_t rules = 0;
};

const std::map<std::string, ColumnUse>& Uses() {
  static const auto* const uses = new std::map<std::string, ColumnUse>{
      {"attribute", ColumnUse::kAttribute},
      {"value", ColumnUse::kValue},
      {"identifier", ColumnUse::kIdentifier},
      {"unit", ColumnUse::kUnit},
      {"plate", ColumnUse::kPlate},
      {"well", ColumnUse::kWell},
      {"gene_identifier", ColumnUse::kGeneIdentifier},
      {"gene_symbol", ColumnUse::kGeneSymbol},
      {"term_source", ColumnUse::kTermSource},
      {"term_accession", ColumnUse::kTermAccession},
      {"control", ColumnUse::kControl},
      {"quality", ColumnUse::kQuality},
      {"has_phenotype", ColumnUse::kHasPhenotype},
      {"phenotype_level", ColumnUse::kPhenotypeLevel},
      {"phenotype", ColumnUse::kPhenotype},
      {"phenotype_term_name", ColumnUse::kPhenotypeTermName},
      {"phenotype_term_accession", ColumnUse::kPhenotypeTermAccession},
      {"channels", ColumnUse::kChannels},
      {"image_count", ColumnUse::kImageCount},
      {"personal", ColumnUse::kPersonal}};
  return *uses;
}

const std::map<std::string, ObservationKind>& Kinds() {
  static const auto* const kinds =
      new std::map<std::string, ObservationKind>{{"phenotype", ObservationKind::kPhenotype},
                                                 {"localisation", ObservationKind::kLocalisation},
                                                 {"expression", ObservationKind::kExpression},
                                                 {"anatomy", ObservationKind::kAnatomy},
                                                 {"diagnosis", ObservationKind::kDiagnosis},
                                                 {"normal", ObservationKind::kNormal},
                                                 {"other", ObservationKind::kOther}};
  return *kinds;
}

const std::map<std::string, ControlType>& Controls() {
  static const auto* const controls =
      new std::map<std::string, ControlType>{{"none", ControlType::kNone},
                                             {"negative", ControlType::kNegative},
                                             {"positive", ControlType::kPositive},
                                             {"empty", ControlType::kEmpty},
                                             {"other", ControlType::kOther}};
  return *controls;
}

const std::map<std::string, Quality>& Qualities() {
  static const auto* const qualities =
      new std::map<std::string, Quality>{{"not stated", Quality::kNotStated},
                                         {"passed", Quality::kPassed},
                                         {"failed", Quality::kFailed}};
  return *qualities;
}

const std::map<std::string, ImageKind>& ImageKinds() {
  static const auto* const kinds =
      new std::map<std::string, ImageKind>{{"original", ImageKind::kOriginal},
                                           {"mask", ImageKind::kMask},
                                           {"label", ImageKind::kLabel},
                                           {"calibration", ImageKind::kCalibration},
                                           {"derived", ImageKind::kDerived}};
  return *kinds;
}

// A list of mappings, each read by `read_one` into a new element.
template <typename T>
KeySetter List(Reading* in, std::vector<T>* out,
               absl::Status (*read_one)(const Reading&, const YAML::Node&, T*)) {
  return [in, out, read_one](const YAML::Node& node) -> absl::Status {
    if (!node.IsSequence()) return in->Fail(node, "must be a list");
    for (const auto& item : node) {
      if (++in->rules > kMaxRules)
        return in->Fail(item, absl::StrCat("more than ", kMaxRules, " rules"));
      out->emplace_back();
      PARFOCAL_RETURN_IF_ERROR(read_one(*in, item, &out->back()));
    }
    return absl::OkStatus();
  };
}

// The entries that say where a rule holds, and `because`, which is for readers.
void AddWhere(const Reading& in, Where* where, KeySetters* setters) {
  (*setters)["study"] = SetTexts(in, &where->studies);
  (*setters)["block"] = SetText(in, &where->block);
  (*setters)["because"] = [&in](const YAML::Node& node) -> absl::Status {
    return node.IsScalar() ? absl::OkStatus() : in.Fail(node, "must be one text");
  };
}

absl::Status ReadColumn(const Reading& in, const YAML::Node& node, ColumnRule* rule) {
  KeySetters setters = {
      {"match", SetTexts(in, &rule->match)},  {"as", SetChoice(in, &rule->use, Uses())},
      {"field", SetText(in, &rule->field)},   {"role", SetText(in, &rule->role)},
      {"group", SetText(in, &rule->group)},   {"of", SetText(in, &rule->of)},
      {"prefix", SetText(in, &rule->prefix)}, {"unit", SetText(in, &rule->unit)},
      {"split", SetTexts(in, &rule->split)},  {"takes_term", SetFlag(in, &rule->takes_term)}};
  AddWhere(in, &rule->where, &setters);
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(in, node, "a column rule", setters));
  if (rule->match.empty()) return in.Fail(node, "a column rule needs 'match'");
  if (rule->use == ColumnUse::kValue && rule->field.empty())
    return in.Fail(node, "'as: value' needs 'field'");
  if (rule->use == ColumnUse::kIdentifier && rule->of.empty())
    return in.Fail(node, "'as: identifier' needs 'of'");
  if (rule->use == ColumnUse::kUnit && rule->of.empty())
    return in.Fail(node, "'as: unit' needs 'of'");
  for (const std::string& separator : rule->split) {
    if (separator.empty()) return in.Fail(node, "'split' has an empty separator");
  }
  return absl::OkStatus();
}

absl::Status ReadPerturbation(const Reading& in, const YAML::Node& node, PerturbationRule* rule) {
  KeySetters setters = {{"library", SetText(in, &rule->library)},
                        {"technology", SetText(in, &rule->technology)},
                        {"study_type", SetText(in, &rule->study_type)},
                        {"type", SetText(in, &rule->type)},
                        {"gene_role", SetText(in, &rule->gene_role)},
                        {"gene_group", SetText(in, &rule->gene_group)}};
  AddWhere(in, &rule->where, &setters);
  return ReadKeys(in, node, "a perturbation rule", setters);
}

absl::Status ReadObservation(const Reading& in, const YAML::Node& node, ObservationRule* rule) {
  KeySetters setters = {{"column", SetText(in, &rule->column)},
                        {"phenotype", SetText(in, &rule->phenotype)},
                        {"term", SetText(in, &rule->term)},
                        {"kind", SetChoice(in, &rule->kind, Kinds())}};
  AddWhere(in, &rule->where, &setters);
  return ReadKeys(in, node, "an observation rule", setters);
}

absl::Status ReadScoring(const Reading& in, const YAML::Node& node, ScoringRule* rule) {
  KeySetters setters = {{"denied_by", SetTexts(in, &rule->has_phenotype)},
                        {"scored_by", SetText(in, &rule->scored_by)},
                        {"score", SetText(in, &rule->score)},
                        {"phenotype", SetText(in, &rule->phenotype)},
                        {"scored_value", SetText(in, &rule->scored_value)},
                        {"found_value", SetText(in, &rule->found_value)},
                        {"decimal_comma", SetFlag(in, &rule->decimal_comma)}};
  AddWhere(in, &rule->where, &setters);
  return ReadKeys(in, node, "a scoring rule", setters);
}

absl::Status ReadImages(const Reading& in, const YAML::Node& node, ImageRule* rule) {
  KeySetters setters = {{"column", SetText(in, &rule->column)},
                        {"value", SetText(in, &rule->value)},
                        {"control", SetText(in, &rule->control)},
                        {"available", SetFlag(in, &rule->available)},
                        {"kind", SetChoice(in, &rule->kind, ImageKinds())}};
  AddWhere(in, &rule->where, &setters);
  return ReadKeys(in, node, "an image rule", setters);
}

// word: meaning
template <typename T>
KeySetter Words(const Reading& in, std::map<std::string, T>* out,
                const std::map<std::string, T>& meanings) {
  return [&in, out, &meanings](const YAML::Node& node) -> absl::Status {
    if (!node.IsMap()) return in.Fail(node, "must be a mapping of words");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return in.Fail(entry.first, "must be a word");
      PARFOCAL_RETURN_IF_ERROR(
          SetChoice(in, &(*out)[Fold(entry.first.Scalar())], meanings)(entry.second));
    }
    return absl::OkStatus();
  };
}

KeySetter RowKeys(const Reading& in, std::vector<std::vector<std::string>>* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsSequence()) return in.Fail(node, "must be a list of lists of columns");
    for (const auto& item : node) {
      out->emplace_back();
      PARFOCAL_RETURN_IF_ERROR(SetTexts(in, &out->back())(item));
      if (out->back().empty()) return in.Fail(item, "a row key needs a column");
    }
    return absl::OkStatus();
  };
}

absl::Status ReadAll(const YAML::Node& root, Reading* in, Rules* rules) {
  const KeySetters publisher = {{"name", SetText(*in, &rules->publisher)},
                                {"id", SetText(*in, &rules->publisher_id)}};
  const KeySetters setters = {
      {"publisher",
       [&](const YAML::Node& node) { return ReadKeys(*in, node, "publisher", publisher); }},
      {"landing_page", SetText(*in, &rules->landing_page)},
      {"institution_words", SetTexts(*in, &rules->institution_words)},
      {"empty_values", SetTexts(*in, &rules->empty_values)},
      {"not_genes", SetTexts(*in, &rules->not_genes)},
      {"row_keys", RowKeys(*in, &rules->row_keys)},
      {"columns", List(in, &rules->columns, ReadColumn)},
      {"perturbations", List(in, &rules->perturbations, ReadPerturbation)},
      {"observations", List(in, &rules->observations, ReadObservation)},
      {"scoring", List(in, &rules->scoring, ReadScoring)},
      {"images", List(in, &rules->images, ReadImages)},
      {"controls", Words(*in, &rules->controls, Controls())},
      {"quality", Words(*in, &rules->quality, Qualities())}};
  return ReadKeys(*in, root, "the rules", setters);
}

}  // namespace

bool Where::Holds(absl::string_view study, absl::string_view block_id) const {
  if (!block.empty() && !Matches(block, block_id)) return false;
  if (studies.empty()) return true;
  for (const std::string& pattern : studies) {
    if (Matches(pattern, study)) return true;
  }
  return false;
}

absl::StatusOr<Rules> ParseRules(absl::string_view yaml, absl::string_view place) {
  if (yaml.size() > kMaxRulesBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ": ", yaml.size(), " bytes; at most ", kMaxRulesBytes));
  }
  Rules rules;
  Reading in;
  in.place = std::string(place);
  try {  // The one border to yaml-cpp, which throws.
    const YAML::Node root = YAML::Load(std::string(yaml));
    PARFOCAL_RETURN_IF_ERROR(ReadAll(root, &in, &rules));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ":", error.mark.line + 1, ": ", error.msg));
  }
  return rules;
}

absl::StatusOr<Rules> LoadRules(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return absl::NotFoundError(
        absl::StrCat(path, ": no rules file; give its path as option 'rules'"));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return ParseRules(text, path);
}

}  // namespace parfocal::idr
