#include <utility>

#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "yaml_reading.h"

namespace parfocal::definition {
namespace {

absl::Status ReadObservation(YamlReading* in, const YAML::Node& node, ObservationFrom* out) {
  KeySetters keys = StatementKeys(in, &out->finding);
  keys.erase("field");
  keys.erase("role");
  keys["kind"] = SetChoice<ObservationKind>(*in, &out->kind,
                                            {{"phenotype", ObservationKind::kPhenotype},
                                             {"localisation", ObservationKind::kLocalisation},
                                             {"expression", ObservationKind::kExpression},
                                             {"anatomy", ObservationKind::kAnatomy},
                                             {"diagnosis", ObservationKind::kDiagnosis},
                                             {"normal", ObservationKind::kNormal},
                                             {"other", ObservationKind::kOther}});
  keys["outcome"] = SetChoice<Outcome>(*in, &out->outcome,
                                       {{"positive", Outcome::kPositive},
                                        {"negative", Outcome::kTestedNegative},
                                        {"not_scored", Outcome::kNotScored}});
  keys["level"] = SetText(*in, &out->level);
  keys["score"] = SetValue(*in, &out->score);
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(*in, node, "an observation", keys));
  if (out->finding.value.empty() && out->finding.id.empty())
    return in->Fail(node, "an observation needs 'value' or 'id'");
  return absl::OkStatus();
}

// {value: "{path}", words: {word: state}}
template <typename T>
KeySetter SetState(YamlReading* in, StateRule<T>* out, std::map<std::string, T> states) {
  return [in, out, states = std::move(states)](const YAML::Node& node) -> absl::Status {
    const auto words = [&](const YAML::Node& map) -> absl::Status {
      if (!map.IsMap()) return in->Fail(map, "must be a mapping of words");
      for (const auto& entry : map) {
        if (!entry.first.IsScalar()) return in->Fail(entry.first, "must be a word");
        PARFOCAL_RETURN_IF_ERROR(in->Count(entry.first));
        T* state = &out->words[idr::Fold(entry.first.Scalar())];
        PARFOCAL_RETURN_IF_ERROR(SetChoice<T>(*in, state, states)(entry.second));
      }
      return absl::OkStatus();
    };
    return ReadKeys(*in, node, "a state",
                    {{"value", SetValue(*in, &out->value)}, {"words", words}});
  };
}

absl::Status ReadExtents(YamlReading* in, const YAML::Node& node, SetRule* out) {
  return ReadKeys(
      *in, node, "extents",
      {{"x", SetValue(*in, &out->size_x)},
       {"y", SetValue(*in, &out->size_y)},
       {"z", SetValue(*in, &out->size_z)},
       {"c", SetValue(*in, &out->size_c)},
       {"t", SetValue(*in, &out->size_t_)},
       {"pixel_x", SetValue(*in, &out->pixel_x)},
       {"pixel_y", SetValue(*in, &out->pixel_y)},
       {"pixel_z", SetValue(*in, &out->pixel_z)},
       {"unit",
        SetChoice<std::string>(
            *in, &out->pixel_unit,
            {{"um", "um"}, {"nm", "nm"}, {"mm", "mm"}, {"m", "m"}, {"angstrom", "angstrom"}})}});
}

KeySetter SetAttributes(YamlReading* in, SetRule* out) {
  return [in, out](const YAML::Node& node) -> absl::Status {
    out->all_attributes = false;
    if (!node.IsSequence()) return in->Fail(node, "must be a list of templates");
    for (const auto& item : node) {
      out->attributes.emplace_back();
      PARFOCAL_RETURN_IF_ERROR(SetValue(*in, &out->attributes.back())(item));
    }
    return absl::OkStatus();
  };
}

}  // namespace

absl::Status ReadSetRule(YamlReading* in, const YAML::Node& node, SetRule* out) {
  const KeySetters keys = {
      {"when", SetConditions(in, &out->when)},
      {"each", SetPath(*in, &out->each)},
      {"id", SetValue(*in, &out->id)},
      {"block", SetValue(*in, &out->block)},
      {"plate", SetValue(*in, &out->plate)},
      {"well", SetValue(*in, &out->well)},
      {"image_count", SetValue(*in, &out->image_count)},
      {"derived_from", SetValue(*in, &out->derived_from)},
      {"basis",
       SetChoice<CountBasis>(*in, &out->basis,
                             {{"stated", CountBasis::kStated}, {"counted", CountBasis::kCounted}})},
      {"images_available", SetFlag(*in, &out->images_available)},
      {"control", SetState<ControlType>(in, &out->control,
                                        {{"none", ControlType::kNone},
                                         {"negative", ControlType::kNegative},
                                         {"positive", ControlType::kPositive},
                                         {"empty", ControlType::kEmpty},
                                         {"other", ControlType::kOther}})},
      {"quality", SetState<Quality>(in, &out->quality,
                                    {{"not stated", Quality::kNotStated},
                                     {"passed", Quality::kPassed},
                                     {"failed", Quality::kFailed}})},
      {"image_kind", SetState<ImageKind>(in, &out->image_kind,
                                         {{"original", ImageKind::kOriginal},
                                          {"mask", ImageKind::kMask},
                                          {"label", ImageKind::kLabel},
                                          {"calibration", ImageKind::kCalibration},
                                          {"derived", ImageKind::kDerived}})},
      {"extents", [&](const YAML::Node& n) { return ReadExtents(in, n, out); }},
      {"statements", SetList(in, &out->statements, ReadStatementRule)},
      {"observations", SetList(in, &out->observations, ReadObservation)},
      {"attributes", SetAttributes(in, out)}};
  PARFOCAL_RETURN_IF_ERROR(ReadKeys(*in, node, "a set", keys));
  if (out->id.empty()) return in->Fail(node, "a set needs 'id'");
  return absl::OkStatus();
}

}  // namespace parfocal::definition
