#include "parfocal/connector_idr/rules.h"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::idr {
namespace {

// What is read so far and where: passed down instead of a long list of arguments.
struct Reading {
  absl::string_view place;
  size_t rules = 0;

  absl::Status Fail(const YAML::Node& node, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(place, ":", node.Mark().line + 1, ": ", what));
  }
};

using Setter = std::function<absl::Status(const YAML::Node&)>;
using Setters = std::map<std::string, Setter>;

// Calls the setter of each key of a mapping; an unknown key is an error that lists the known ones.
absl::Status ReadMap(const Reading& in, const YAML::Node& node, absl::string_view what,
                     const Setters& setters) {
  if (!node.IsMap()) return in.Fail(node, absl::StrCat(what, " must be a mapping"));
  for (const auto& entry : node) {
    if (!entry.first.IsScalar())
      return in.Fail(entry.first, absl::StrCat("a key of ", what, " must be a word"));
    auto it = setters.find(entry.first.Scalar());
    if (it == setters.end()) {
      return in.Fail(entry.first,
                     absl::StrCat("unknown key '", CutUtf8(entry.first.Scalar(), 80), "' in ", what,
                                  "; known: ",
                                  absl::StrJoin(setters, ", ", [](std::string* out, const auto& s) {
                                    out->append(s.first);
                                  })));
    }
    PARFOCAL_RETURN_IF_ERROR(it->second(entry.second));
  }
  return absl::OkStatus();
}

Setter Text(const Reading& in, std::string* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsScalar()) return in.Fail(node, "must be one text");
    *out = node.Scalar();
    return absl::OkStatus();
  };
}

// A list of texts, or one text for a list of one.
Setter Texts(const Reading& in, std::vector<std::string>* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (node.IsScalar()) {
      out->push_back(node.Scalar());
      return absl::OkStatus();
    }
    if (!node.IsSequence()) return in.Fail(node, "must be a text or a list of texts");
    for (const auto& item : node) {
      if (!item.IsScalar()) return in.Fail(item, "must be a text");
      out->push_back(item.Scalar());
    }
    return absl::OkStatus();
  };
}

Setter Flag(const Reading& in, bool* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false")) {
      *out = node.Scalar() == "true";
      return absl::OkStatus();
    }
    return in.Fail(node, "must be true or false");
  };
}

template <typename T>
Setter Word(const Reading& in, T* out, const std::map<std::string, T>& words) {
  return [&in, out, &words](const YAML::Node& node) -> absl::Status {
    auto it = node.IsScalar() ? words.find(node.Scalar()) : words.end();
    if (it == words.end()) {
      return in.Fail(node,
                     absl::StrCat("must be one of: ",
                                  absl::StrJoin(words, ", ", [](std::string* s, const auto& w) {
                                    s->append(w.first);
                                  })));
    }
    *out = it->second;
    return absl::OkStatus();
  };
}

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
Setter List(Reading* in, std::vector<T>* out,
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
void AddWhere(const Reading& in, Where* where, Setters* setters) {
  (*setters)["study"] = Texts(in, &where->studies);
  (*setters)["block"] = Text(in, &where->block);
  (*setters)["because"] = [&in](const YAML::Node& node) -> absl::Status {
    return node.IsScalar() ? absl::OkStatus() : in.Fail(node, "must be one text");
  };
}

absl::Status ReadColumn(const Reading& in, const YAML::Node& node, ColumnRule* rule) {
  Setters setters = {
      {"match", Texts(in, &rule->match)},  {"as", Word(in, &rule->use, Uses())},
      {"field", Text(in, &rule->field)},   {"role", Text(in, &rule->role)},
      {"group", Text(in, &rule->group)},   {"of", Text(in, &rule->of)},
      {"prefix", Text(in, &rule->prefix)}, {"unit", Text(in, &rule->unit)},
      {"split", Texts(in, &rule->split)},  {"takes_term", Flag(in, &rule->takes_term)}};
  AddWhere(in, &rule->where, &setters);
  PARFOCAL_RETURN_IF_ERROR(ReadMap(in, node, "a column rule", setters));
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
  Setters setters = {
      {"library", Text(in, &rule->library)},       {"technology", Text(in, &rule->technology)},
      {"study_type", Text(in, &rule->study_type)}, {"type", Text(in, &rule->type)},
      {"gene_role", Text(in, &rule->gene_role)},   {"gene_group", Text(in, &rule->gene_group)}};
  AddWhere(in, &rule->where, &setters);
  return ReadMap(in, node, "a perturbation rule", setters);
}

absl::Status ReadObservation(const Reading& in, const YAML::Node& node, ObservationRule* rule) {
  Setters setters = {{"column", Text(in, &rule->column)},
                     {"phenotype", Text(in, &rule->phenotype)},
                     {"term", Text(in, &rule->term)},
                     {"kind", Word(in, &rule->kind, Kinds())}};
  AddWhere(in, &rule->where, &setters);
  return ReadMap(in, node, "an observation rule", setters);
}

absl::Status ReadScoring(const Reading& in, const YAML::Node& node, ScoringRule* rule) {
  Setters setters = {{"denied_by", Texts(in, &rule->has_phenotype)},
                     {"scored_by", Text(in, &rule->scored_by)},
                     {"score", Text(in, &rule->score)},
                     {"phenotype", Text(in, &rule->phenotype)},
                     {"scored_value", Text(in, &rule->scored_value)},
                     {"found_value", Text(in, &rule->found_value)},
                     {"decimal_comma", Flag(in, &rule->decimal_comma)}};
  AddWhere(in, &rule->where, &setters);
  return ReadMap(in, node, "a scoring rule", setters);
}

absl::Status ReadImages(const Reading& in, const YAML::Node& node, ImageRule* rule) {
  Setters setters = {{"column", Text(in, &rule->column)},
                     {"value", Text(in, &rule->value)},
                     {"control", Text(in, &rule->control)},
                     {"available", Flag(in, &rule->available)},
                     {"kind", Word(in, &rule->kind, ImageKinds())}};
  AddWhere(in, &rule->where, &setters);
  return ReadMap(in, node, "an image rule", setters);
}

// word: meaning
template <typename T>
Setter Words(const Reading& in, std::map<std::string, T>* out,
             const std::map<std::string, T>& meanings) {
  return [&in, out, &meanings](const YAML::Node& node) -> absl::Status {
    if (!node.IsMap()) return in.Fail(node, "must be a mapping of words");
    for (const auto& entry : node) {
      if (!entry.first.IsScalar()) return in.Fail(entry.first, "must be a word");
      PARFOCAL_RETURN_IF_ERROR(
          Word(in, &(*out)[Fold(entry.first.Scalar())], meanings)(entry.second));
    }
    return absl::OkStatus();
  };
}

Setter RowKeys(const Reading& in, std::vector<std::vector<std::string>>* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsSequence()) return in.Fail(node, "must be a list of lists of columns");
    for (const auto& item : node) {
      out->emplace_back();
      PARFOCAL_RETURN_IF_ERROR(Texts(in, &out->back())(item));
      if (out->back().empty()) return in.Fail(item, "a row key needs a column");
    }
    return absl::OkStatus();
  };
}

absl::Status ReadAll(const YAML::Node& root, Reading* in, Rules* rules) {
  const Setters publisher = {{"name", Text(*in, &rules->publisher)},
                             {"id", Text(*in, &rules->publisher_id)}};
  const Setters setters = {
      {"publisher",
       [&](const YAML::Node& node) { return ReadMap(*in, node, "publisher", publisher); }},
      {"landing_page", Text(*in, &rules->landing_page)},
      {"institution_words", Texts(*in, &rules->institution_words)},
      {"empty_values", Texts(*in, &rules->empty_values)},
      {"not_genes", Texts(*in, &rules->not_genes)},
      {"row_keys", RowKeys(*in, &rules->row_keys)},
      {"columns", List(in, &rules->columns, ReadColumn)},
      {"perturbations", List(in, &rules->perturbations, ReadPerturbation)},
      {"observations", List(in, &rules->observations, ReadObservation)},
      {"scoring", List(in, &rules->scoring, ReadScoring)},
      {"images", List(in, &rules->images, ReadImages)},
      {"controls", Words(*in, &rules->controls, Controls())},
      {"quality", Words(*in, &rules->quality, Qualities())}};
  return ReadMap(*in, root, "the rules", setters);
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
  Reading in{place};
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
