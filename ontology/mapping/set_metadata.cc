#include "set_metadata.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace parfocal {
namespace {

// Slots whose value at the set holds for each row (`propagated: true` in the SSSOM model).
constexpr absl::string_view kPropagated[] = {
    "subject_type",          "predicate_type",         "object_type",
    "subject_source",        "subject_source_version", "object_source",
    "object_source_version", "mapping_provider",       "cardinality_scope",
    "mapping_tool",          "mapping_tool_id",        "mapping_tool_version",
    "mapping_date",          "subject_match_field",    "object_match_field",
    "subject_preprocessing", "object_preprocessing",   "curation_rule",
    "curation_rule_text",    "similarity_measure",
};

// Slots of rows that the metadata of a table without a header may give for all of them.
constexpr absl::string_view kConstants[] = {
    "predicate_id", "predicate_modifier", "mapping_justification",
    "confidence",   "subject_category",   "object_category",
    "author_id",    "author_label",
};

// Longer text is no base of an IRI.
constexpr size_t kMaxIriBytes = 2048;

bool IsPropagated(const std::string& key) {
  return std::find(std::begin(kPropagated), std::end(kPropagated), key) != std::end(kPropagated);
}

// A text, or several divided by bars; empty for anything deeper.
std::string ValueOf(const YAML::Node& node) {
  if (node.IsScalar()) return node.Scalar();
  if (!node.IsSequence()) return "";
  std::vector<std::string> values;
  for (const YAML::Node& item : node) {
    if (item.IsScalar()) values.push_back(absl::StrReplaceAll(item.Scalar(), {{"|", "\\|"}}));
  }
  return absl::StrJoin(values, "|");
}

void Take(const YAML::Node& node, SetMetadata* out) {
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) continue;
    const std::string& key = entry.first.Scalar();
    const YAML::Node& value = entry.second;
    if (key == "curie_map" && value.IsMap()) {
      for (const auto& prefix : value) {
        if (prefix.first.IsScalar() && prefix.second.IsScalar() &&
            prefix.second.Scalar().size() <= kMaxIriBytes)
          out->prefixes[prefix.first.Scalar()] = prefix.second.Scalar();
      }
    } else if (key == "columns" && value.IsSequence()) {
      for (const YAML::Node& column : value) {
        if (column.IsScalar()) out->columns.push_back(column.Scalar());
      }
    } else if (key == "mapping_set_id") {
      out->info.id = ValueOf(value);
    } else if (key == "mapping_set_title") {
      out->info.title = ValueOf(value);
    } else if (key == "license") {
      out->info.licence = ValueOf(value);
    } else {
      out->info.defaults[key] = ValueOf(value);
    }
  }
}

absl::StatusOr<YAML::Node> Load(const std::string& text, absl::string_view what) {
  YAML::Node node = YAML::Load(text);
  if (node.IsNull()) return YAML::Node(YAML::NodeType::Map);
  if (node.IsMap()) return node;
  return WithReason(
      absl::InvalidArgumentError(
          absl::StrCat(what, ": expected `key: value` lines of YAML, such as mapping_set_id: ...")),
      "MAPPING_SET", "metadata");
}

absl::StatusOr<SetMetadata> Read(const std::string& block, const std::string& separate,
                                 const std::string& id, const std::string& name) {
  SetMetadata out;
  PARFOCAL_ASSIGN_OR_RETURN(YAML::Node node, Load(block, "metadata block"));
  out.info.metadata = block;
  bool changed = false;
  if (!separate.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(const YAML::Node over, Load(separate, "separate metadata"));
    if (block.empty()) {
      node = over;
      out.info.metadata = separate;
    } else {
      for (const auto& entry : over) node[entry.first] = entry.second;
      changed = true;
    }
  }
  Take(node, &out);
  const std::string stated = out.info.id;
  if (!id.empty()) out.info.id = id;
  if (out.info.id.empty()) {
    out.info.id = name;
    out.warnings.push_back(absl::StrCat("no mapping_set_id; it is called ", name, " here"));
  }
  if (out.info.licence.empty()) out.warnings.push_back("no license is stated");
  if (out.info.id != stated) {
    node["mapping_set_id"] = out.info.id;
    changed = true;
  }
  if (!out.columns.empty()) {
    // They become columns, so that the set is written with a header.
    node.remove("columns");
    for (const absl::string_view slot : kConstants) {
      const auto it = out.info.defaults.find(std::string(slot));
      if (it == out.info.defaults.end()) continue;
      out.constants.push_back(*it);
      node.remove(it->first);
    }
    changed = true;
  }
  if (changed) out.info.metadata = absl::StrCat(YAML::Dump(node), "\n");
  // The other values are of the set itself.
  for (auto it = out.info.defaults.begin(); it != out.info.defaults.end();) {
    const bool keep = IsPropagated(it->first) && !it->second.empty();
    it = keep ? std::next(it) : out.info.defaults.erase(it);
  }
  return out;
}

}  // namespace

absl::StatusOr<SetMetadata> ReadSetMetadata(const std::string& block, const std::string& separate,
                                            const std::string& id, const std::string& name) {
  // The one place here where yaml-cpp, which throws, is called.
  try {
    return Read(block, separate, id, name);
  } catch (const YAML::Exception& e) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("metadata: line ", e.mark.line + 1, ": ", e.msg)),
        "MAPPING_SET", "metadata");
  }
}

}  // namespace parfocal
