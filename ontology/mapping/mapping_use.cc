#include "parfocal/mapping/mapping_use.h"

#include <xxhash.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "id_canonical.h"

namespace parfocal {
namespace {

constexpr size_t kMaxBytes = 64 * 1024;

struct Place {
  std::string file;
  absl::Status Error(const YAML::Node& node, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", node.Mark().line + 1, ": ", what));
  }
};

absl::Status ReadUse(const YAML::Node& node, const Place& place,
                     std::map<std::string, SetUse>* uses) {
  if (!node.IsSequence()) return place.Error(node, "expected a list of sets");
  const std::map<std::string, std::string> none;
  for (const YAML::Node& item : node) {
    if (!item.IsMap() || !item["set"] || !item["set"].IsScalar())
      return place.Error(item, "expected `set: ID` and its conditions");
    SetUse use;
    for (const auto& entry : item) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      if (key == "set") continue;
      if (key == "min_confidence") {
        if (!YAML::convert<float>::decode(entry.second, use.min_confidence))
          return place.Error(entry.second, "min_confidence: expected a number from 0 to 1");
      } else if (key == "predicates" && entry.second.IsSequence()) {
        use.relations.clear();
        IdCanonical ids(none);
        for (const YAML::Node& predicate : entry.second) {
          const MappingRelation relation =
              ids.RelationOf(predicate.IsScalar() ? predicate.Scalar() : "");
          if (relation == MappingRelation::kOther)
            return place.Error(predicate, "expected a mapping predicate such as skos:exactMatch");
          use.relations.insert(relation);
        }
      } else {
        return place.Error(
            entry.first,
            absl::StrCat("unknown key '", key, "'; there are: set, predicates, min_confidence"));
      }
    }
    (*uses)[item["set"].Scalar()] = use;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadWords(const YAML::Node& node, const Place& place) {
  if (!node.IsSequence()) return place.Error(node, "expected a list");
  std::vector<std::string> words;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar() || item.Scalar().empty()) return place.Error(item, "expected a word");
    words.push_back(item.Scalar());
  }
  return words;
}

using Lists = std::map<std::string, std::vector<std::string>>;

absl::Status ReadLists(const YAML::Node& node, const Place& place,
                       const std::function<std::string(const std::string&)>& key, Lists* out) {
  if (!node.IsMap()) return place.Error(node, "expected `name: [..]` lines");
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) return place.Error(entry.first, "expected a name");
    PARFOCAL_ASSIGN_OR_RETURN((*out)[key(entry.first.Scalar())], ReadWords(entry.second, place));
  }
  return absl::OkStatus();
}

absl::StatusOr<MappingUse> ReadAll(const YAML::Node& root, const Place& place) {
  MappingUse use;
  if (root.IsNull()) return use;
  if (!root.IsMap()) return place.Error(root, "expected `key: value` lines");
  for (const auto& entry : root) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (key == "words") {
      PARFOCAL_RETURN_IF_ERROR(ReadUse(entry.second, place, &use.words));
    } else if (key == "terms") {
      PARFOCAL_RETURN_IF_ERROR(ReadUse(entry.second, place, &use.terms));
    } else if (key == "categories") {
      PARFOCAL_RETURN_IF_ERROR(ReadLists(entry.second, place, FoldedCategory, &use.categories));
    } else if (key == "bridge_only") {
      PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> prefixes,
                                ReadWords(entry.second, place));
      use.bridge_only.insert(prefixes.begin(), prefixes.end());
    } else if (key == "xrefs") {
      PARFOCAL_RETURN_IF_ERROR(ReadLists(
          entry.second, place, [](const std::string& name) { return name; }, &use.xrefs));
    } else {
      return place.Error(
          entry.first, absl::StrCat("unknown key '", key,
                                    "'; there are: words, terms, categories, bridge_only, xrefs"));
    }
  }
  return use;
}

}  // namespace

std::string FoldedCategory(absl::string_view category) {
  std::string out;
  for (size_t i = 0; i < category.size(); ++i) {
    const char c = category[i];
    const bool hump = i > 0 && absl::ascii_isupper(c) && absl::ascii_islower(category[i - 1]);
    const bool gap = c == '_' || c == '-' || absl::ascii_isspace(c);
    if ((hump || gap) && !out.empty() && out.back() != ' ') out.push_back(' ');
    if (!gap) out.push_back(absl::ascii_tolower(c));
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

absl::StatusOr<MappingUse> MappingUse::Parse(const std::string& yaml, const std::string& file) {
  const Place place{file};
  if (yaml.size() > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": ", yaml.size(), " bytes; at most ", kMaxBytes));
  }
  // yaml-cpp throws; nothing that it throws leaves this function.
  try {
    PARFOCAL_ASSIGN_OR_RETURN(MappingUse use, ReadAll(YAML::Load(yaml), place));
    use.fingerprint =
        absl::StrCat(absl::Hex(XXH3_64bits(yaml.data(), yaml.size()), absl::kZeroPad16));
    return use;
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", e.mark.line + 1, ": ", e.msg));
  }
}

absl::StatusOr<MappingUse> MappingUse::Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("mapping sets: ", path, " cannot be read"));
  std::ostringstream text;
  text << in.rdbuf();
  return Parse(text.str(), path);
}

}  // namespace parfocal
