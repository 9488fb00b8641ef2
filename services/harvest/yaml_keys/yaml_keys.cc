#include "parfocal/yaml_keys/yaml_keys.h"

#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "parfocal/status.h"

namespace parfocal {
namespace {

// A longer one is no slip of a hand.
constexpr size_t kLongestKeyShown = 80;

std::string Shown(const std::string& key) {
  return key.size() <= kLongestKeyShown ? absl::StrCat("'", key, "'")
                                        : absl::StrCat("of ", key.size(), " bytes");
}

}  // namespace

absl::Status YamlPlace::Fail(const YAML::Node& node, absl::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(place, ":", node.Mark().line + 1, ": ", what));
}

absl::Status ReadKeys(const YamlPlace& in, const YAML::Node& node, absl::string_view what,
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
      return in.Fail(entry.first,
                     absl::StrCat("unknown key ", Shown(key), " in ", what, "; known: ", known));
    }
    if (!seen.insert(key).second)
      return in.Fail(entry.first, absl::StrCat("the key '", key, "' stands twice in ", what));
    PARFOCAL_RETURN_IF_ERROR(it->second(entry.second));
  }
  return absl::OkStatus();
}

KeySetter SetText(const YamlPlace& in, std::string* out) {
  return [&in, out](const YAML::Node& node) -> absl::Status {
    if (!node.IsScalar()) return in.Fail(node, "must be one text");
    *out = node.Scalar();
    return absl::OkStatus();
  };
}

KeySetter SetTexts(const YamlPlace& in, std::vector<std::string>* out) {
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

KeySetter SetFlag(const YamlPlace& in, bool* out) {
  return SetChoice<bool>(in, out, {{"true", true}, {"false", false}});
}

KeySetter SetNumber(const YamlPlace& in, int64_t least, int64_t most, int64_t* out) {
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

}  // namespace parfocal
