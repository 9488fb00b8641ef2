#include "yaml_reading.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace parfocal::definition {

absl::Status YamlReading::Count(const YAML::Node& node) {
  if (++rules <= kMaxDefinitionRules) return absl::OkStatus();
  return Fail(node, absl::StrCat("more than ", kMaxDefinitionRules, " rules"));
}

KeySetter SetPath(const YamlReading& in, ItemPath* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsScalar()) return in.Fail(node, "must be a path");
    absl::StatusOr<ItemPath> path = ItemPath::Parse(node.Scalar());
    if (!path.ok()) return in.Fail(node, path.status().message());
    *out = *std::move(path);
    return absl::OkStatus();
  };
}

KeySetter SetTemplate(const YamlReading& in, ValueTemplate* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsScalar()) return in.Fail(node, "must be one text");
    absl::StatusOr<ValueTemplate> made = ValueTemplate::Parse(node.Scalar());
    if (!made.ok()) return in.Fail(node, made.status().message());
    *out = *std::move(made);
    return absl::OkStatus();
  };
}

KeySetter SetValue(const YamlReading& in, ValueRule* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    const auto add = [&](const YAML::Node& item) {
      ValueTemplate made;
      absl::Status status = SetTemplate(in, &made)(item);
      if (status.ok()) out->any_of.push_back(std::move(made));
      return status;
    };
    if (!node.IsSequence()) return add(node);
    for (const auto& item : node) PARFOCAL_RETURN_IF_ERROR(add(item));
    return absl::OkStatus();
  };
}

KeySetter SetConditions(YamlReading* in, std::vector<Condition>* out) {
  return SetList<Condition>(
      in, out, [](YamlReading* reading, const YAML::Node& node, Condition* condition) {
        PARFOCAL_RETURN_IF_ERROR(ReadKeys(*reading, node, "a condition",
                                          {{"value", SetTemplate(*reading, &condition->value)},
                                           {"is", SetTexts(*reading, &condition->is)},
                                           {"is_not", SetTexts(*reading, &condition->is_not)},
                                           {"absent", SetFlag(*reading, &condition->absent)}}));
        if (condition->value.text().empty())
          return reading->Fail(node, "a condition needs 'value'");
        if (condition->absent && !(condition->is.empty() && condition->is_not.empty()))
          return reading->Fail(node, "'absent' stands alone");
        return absl::OkStatus();
      });
}

}  // namespace parfocal::definition
