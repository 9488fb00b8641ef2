// Reads YAML nodes into values, as the parts of a definition need it: each key has a setter, an
// unknown key is an error that names the line and the keys that there are.
//
// yaml-cpp throws; ParseDefinition is the one border that catches.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "parfocal/definition/definition.h"
#include "yaml-cpp/yaml.h"

namespace parfocal::definition {

struct YamlReading {
  std::string place;
  size_t rules = 0;
  size_t words = 0;

  absl::Status Fail(const YAML::Node& node, absl::string_view what) const;
  // Counts one rule more.
  absl::Status Count(const YAML::Node& node);
};

using KeySetter = std::function<absl::Status(const YAML::Node&)>;
using KeySetters = std::map<std::string, KeySetter>;

absl::Status ReadKeys(const YamlReading& in, const YAML::Node& node, absl::string_view what,
                      const KeySetters& setters);

KeySetter SetText(const YamlReading& in, std::string* out);
KeySetter SetTexts(const YamlReading& in, std::vector<std::string>* out);
KeySetter SetFlag(const YamlReading& in, bool* out);
KeySetter SetNumber(const YamlReading& in, int64_t least, int64_t most, int64_t* out);
KeySetter SetPath(const YamlReading& in, ItemPath* out);
KeySetter SetTemplate(const YamlReading& in, ValueTemplate* out);
KeySetter SetValue(const YamlReading& in, ValueRule* out);
KeySetter SetConditions(YamlReading* in, std::vector<Condition>* out);

// One of a few words.
template <typename T>
KeySetter SetChoice(const YamlReading& in, T* out, std::map<std::string, T> words) {
  return [&in, out, words = std::move(words)](const YAML::Node& node) -> absl::Status {
    const auto it = node.IsScalar() ? words.find(node.Scalar()) : words.end();
    if (it != words.end()) {
      *out = it->second;
      return absl::OkStatus();
    }
    std::string known;
    for (const auto& [word, unused] : words)
      absl::StrAppend(&known, known.empty() ? "" : ", ", word);
    return in.Fail(node, absl::StrCat("must be one of: ", known));
  };
}

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
