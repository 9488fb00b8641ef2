// Reads the keys of YAML mappings into values, for files that people write by hand: each key has a
// setter; an unknown key, and one that stands twice, is an error that names the line.
//
// yaml-cpp throws: whoever loads a file catches. Setters borrow the place and what they set; both
// must outlive them. No state; any thread.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace parfocal {

// The file that is read, as errors name it.
struct YamlPlace {
  std::string place;

  // INVALID_ARGUMENT "<place>:<line>: <what>".
  absl::Status Fail(const YAML::Node& node, absl::string_view what) const;
};

using KeySetter = std::function<absl::Status(const YAML::Node&)>;
using KeySetters = std::map<std::string, KeySetter>;

// Calls the setter of each key of the mapping `node`; `what` is its name in errors.
absl::Status ReadKeys(const YamlPlace& in, const YAML::Node& node, absl::string_view what,
                      const KeySetters& setters);

KeySetter SetText(const YamlPlace& in, std::string* out);
// A list of texts, or one text for a list of one; what is in `out` already stays.
KeySetter SetTexts(const YamlPlace& in, std::vector<std::string>* out);
KeySetter SetFlag(const YamlPlace& in, bool* out);
KeySetter SetNumber(const YamlPlace& in, int64_t least, int64_t most, int64_t* out);

// One of a few words.
template <typename T>
KeySetter SetChoice(const YamlPlace& in, T* out, std::map<std::string, T> words) {
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

}  // namespace parfocal
