#include "yaml_reading.h"

#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::definition {

absl::Status YamlReading::Fail(const YAML::Node& node, absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(place, ":", node.Mark().line + 1, ": ", what));
}

absl::Status YamlReading::Count(const YAML::Node& node) {
  if (++rules <= kMaxDefinitionRules) return absl::OkStatus();
  return Fail(node, absl::StrCat("more than ", kMaxDefinitionRules, " rules"));
}

absl::Status ReadKeys(const YamlReading& in, const YAML::Node& node, absl::string_view what,
                      const KeySetters& setters) {
  if (!node.IsMap()) return in.Fail(node, absl::StrCat(what, " must be a mapping"));
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar())
      return in.Fail(entry.first, absl::StrCat("a key of ", what, " must be a word"));
    const std::string& key = entry.first.Scalar();
    const auto it = setters.find(key);
    if (it == setters.end()) {
      const std::string known = absl::StrJoin(
          setters, ", ", [](std::string* out, const auto& s) { out->append(s.first); });
      return in.Fail(entry.first, absl::StrCat("unknown key '", idr::CutUtf8(key, 80), "' in ",
                                               what, "; known: ", known));
    }
    if (!seen.insert(key).second)
      return in.Fail(entry.first, absl::StrCat("the key '", key, "' stands twice in ", what));
    PARFOCAL_RETURN_IF_ERROR(it->second(entry.second));
  }
  return absl::OkStatus();
}

KeySetter SetText(const YamlReading& in, std::string* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsScalar()) return in.Fail(node, "must be one text");
    *out = node.Scalar();
    return absl::OkStatus();
  };
}

KeySetter SetTexts(const YamlReading& in, std::vector<std::string>* out) {
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

KeySetter SetFlag(const YamlReading& in, bool* out) {
  return SetChoice<bool>(in, out, {{"true", true}, {"false", false}});
}

KeySetter SetNumber(const YamlReading& in, int64_t least, int64_t most, int64_t* out) {
  return [&in, least, most, out](const YAML::Node& node) -> absl::Status {
    int64_t number = 0;
    if (!node.IsScalar() || !absl::SimpleAtoi(node.Scalar(), &number) || number < least ||
        number > most) {
      return in.Fail(node, absl::StrCat("must be a number from ", least, " to ", most));
    }
    *out = number;
    return absl::OkStatus();
  };
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
