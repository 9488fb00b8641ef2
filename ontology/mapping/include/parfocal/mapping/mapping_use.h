// Which mapping sets are used in normalisation, for which fields, and which never: data, read from
// YAML (deploy/vocabulary/mapping-sets.yaml documents the keys). A set that is not named is loaded,
// listed and gives bridges, but decides nothing.
//
// Thread safety: immutable once read.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_set.h"
#include "parfocal/status.h"

namespace parfocal {

// When rows of a set count.
struct SetUse {
  std::set<MappingRelation> relations = {MappingRelation::kExact};
  float min_confidence = 0;
};

struct MappingUse {
  // By id of the set. Of `words` the rows whose subjects are literals, of `terms` the others.
  std::map<std::string, SetUse> words;
  std::map<std::string, SetUse> terms;
  // Fields for the words of a category, by FoldedCategory.
  std::map<std::string, std::vector<std::string>> categories;
  // Prefixes between two of which a mapping is always a bridge and nothing else.
  std::set<std::string> bridge_only;
  // From which ontology's cross-references to which prefixes bridges are made.
  std::map<std::string, std::vector<std::string>> xrefs;
  std::string fingerprint;  // Names the content.

  // INVALID_ARGUMENT as "file:line: ...". At most 64 KiB.
  static absl::StatusOr<MappingUse> Parse(const std::string& yaml, const std::string& file);
  // The same of a file. NOT_FOUND.
  static absl::StatusOr<MappingUse> Read(const std::string& path);
};

// One form for "cell_type", "cellType" and "Cell type".
std::string FoldedCategory(absl::string_view category);

}  // namespace parfocal
