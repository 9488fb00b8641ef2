// The entities of a crate by @id, whatever shape its JSON-LD has: lists, @value objects, bodies
// nested in place of references, properties by term, prefix or IRI. The only place that knows JSON.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/ro_crate/crate_parser.h"
#include "parfocal/status.h"

namespace parfocal::crate {

// The beginning of `text`, at most `bytes`, cut between characters: for messages.
absl::string_view Head(absl::string_view text, size_t bytes);

struct Value {
  enum class Kind { kText, kNumber, kFlag, kReference };
  Kind kind = Kind::kText;
  // The text; a number or flag in JSON spelling; of a reference its @id.
  std::string text;
  bool in_list = false;  // The crate writes a list, be it of one.
  friend bool operator==(const Value& a, const Value& b) {
    return a.kind == b.kind && a.text == b.text;
  }
};
using Values = std::vector<Value>;

struct Entity {
  std::string id;
  std::vector<std::string> types;
  std::vector<std::pair<std::string, Values>>
      properties;  // In order of appearance; values not empty.

  bool Is(absl::string_view type) const;
  // Empty if the entity lacks the property.
  const Values& Get(absl::string_view property) const;
  // The first text of the property, or "".
  const std::string& Text(absl::string_view property) const;
};

class Graph {
 public:
  // INVALID_ARGUMENT, RESOURCE_EXHAUSTED: see ParseCrate.
  static absl::StatusOr<Graph> Parse(absl::string_view bytes, const CrateLimits& limits);

  // The entity of that @id, also in another spelling (`./x` and `x`, an ontology term as CURIE and
  // as PURL); nullptr if there is none.
  const Entity* Find(absl::string_view id) const;
  // What a reference leads to; nullptr for other values and for a reference that leads nowhere.
  const Entity* Target(const Value& value) const;
  const std::vector<Entity>& entities() const { return entities_; }
  // Ids that more than one entity of the file has; their properties were taken together.
  const std::vector<std::string>& merged() const { return merged_; }

 private:
  friend class GraphReader;
  std::vector<Entity> entities_;
  std::map<std::string, size_t, std::less<>> by_id_;
  std::map<std::string, size_t, std::less<>> by_curie_;
  std::vector<std::string> merged_;
};

}  // namespace parfocal::crate
