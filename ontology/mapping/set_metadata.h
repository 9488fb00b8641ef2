// The YAML that describes a mapping set: the block in front of its table, a text of its own, or
// both. At most SssomLimits::metadata_bytes; aliases are not followed.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_set.h"
#include "parfocal/status.h"

namespace parfocal {

struct SetMetadata {
  MappingSetInfo info;
  std::map<std::string, std::string> prefixes;  // curie_map: prefix -> IRI.
  // Of a table without a header: its columns, and slots that have one value in all rows.
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, std::string>> constants;
  std::vector<std::string> warnings;
};

// `block` is what stood in the table, `separate` goes over it key by key; `id` over both. `name` is
// the id where none is stated. INVALID_ARGUMENT with MAPPING_SET naming the line if one is no YAML.
absl::StatusOr<SetMetadata> ReadSetMetadata(const std::string& block, const std::string& separate,
                                            const std::string& id, const std::string& name);

}  // namespace parfocal
