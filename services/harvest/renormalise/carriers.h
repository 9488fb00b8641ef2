// Which studies, and which records of them, carry given words in a field.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/search_index.h"
#include "parfocal/status.h"

namespace parfocal {

// Names of the studies of which a row of `snapshot` carries `words` in `field`: unmapped, stated
// without an id, or flagged. By name. INVALID_ARGUMENT for a field that the schema lacks.
absl::StatusOr<std::vector<RecordName>> StudiesThatCarry(const Snapshot& snapshot,
                                                         const std::string& field,
                                                         const std::string& words);

// Whether some statement or finding of `record` in `field` has the words whose FoldText is
// `folded`.
bool Carries(const Record& record, absl::string_view field, absl::string_view folded);

}  // namespace parfocal
