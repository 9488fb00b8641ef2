// What the parts of a definition share when they are read from YAML. ParseDefinition is the one
// border that catches what yaml-cpp throws.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parfocal/definition/definition.h"
#include "parfocal/yaml_keys/yaml_keys.h"

namespace parfocal::definition {

struct YamlReading : YamlPlace {
  size_t rules = 0;
  size_t words = 0;

  // Counts one rule more.
  absl::Status Count(const YAML::Node& node);
};

KeySetter SetPath(const YamlReading& in, ItemPath* out);
KeySetter SetTemplate(const YamlReading& in, ValueTemplate* out);
KeySetter SetValue(const YamlReading& in, ValueRule* out);
KeySetter SetConditions(YamlReading* in, std::vector<Condition>* out);

// A list of mappings, each read by `read` into a new element.
template <typename T>
KeySetter SetList(YamlReading* in, std::vector<T>* out,
                  absl::Status (*read)(YamlReading*, const YAML::Node&, T*)) {
  return [in, out, read](const YAML::Node& node) -> absl::Status {
    if (!node.IsSequence()) return in->Fail(node, "must be a list");
    for (const auto& item : node) {
      PARFOCAL_RETURN_IF_ERROR(in->Count(item));
      out->emplace_back();
      PARFOCAL_RETURN_IF_ERROR(read(in, item, &out->back()));
    }
    return absl::OkStatus();
  };
}

// definition_study.cc
absl::Status ReadStudyRule(YamlReading* in, const YAML::Node& node, StudyRule* out);
absl::Status ReadStatementRule(YamlReading* in, const YAML::Node& node, StatementRule* out);
// The keys of a statement, for a rule that has more.
KeySetters StatementKeys(YamlReading* in, StatementRule* out);

// definition_set.cc
absl::Status ReadSetRule(YamlReading* in, const YAML::Node& node, SetRule* out);

}  // namespace parfocal::definition
