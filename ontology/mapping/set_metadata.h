// The YAML that describes a mapping set: the block in front of its table, a text of its own, or
// both. At most SssomLimits::metadata_bytes; aliases are not followed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_set.h"
#include "parfocal/status.h"

namespace parfocal {

struct SetMetadata {
  MappingSetInfo info;
  std::map<std::string, std::string> prefixes;  // curie_map: prefix -> IRI.
  std::vector<std::string> columns;             // Declared, for a table without a header.
  std::vector<std::string> warnings;
};

// `block` is what stood in the table, `separate` goes over it key by key; `id` over both. `name` is
// the id where none is stated. INVALID_ARGUMENT with MAPPING_SET naming the line if one is no YAML.
absl::StatusOr<SetMetadata> ReadSetMetadata(const std::string& block, const std::string& separate,
                                            const std::string& id, const std::string& name);

}  // namespace parfocal
