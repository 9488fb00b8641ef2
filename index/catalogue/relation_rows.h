// Rows of Family::kState that hold what was found between studies: one for all relations of a study
// and one for each decision of a curator. A catalogue without them has no relations; a program that
// does not know them passes them over.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/relation_store.h"
#include "parfocal/status.h"

namespace parfocal::catalogue {

inline constexpr char kRelationsKeyPrefix[] = "relations/";
inline constexpr char kDecisionKeyPrefix[] = "relation-decision/";
// Studies that were taken down: they are not to come back.
inline constexpr char kTakedownKeyPrefix[] = "takedown/";

// `key` is a RecordKey.
std::string RelationsKey(absl::string_view key);
std::string DecisionKey(absl::string_view from, absl::string_view to);
std::string TakedownKey(absl::string_view key);

std::string Encode(const StudyRelations& row);
std::string Encode(const RelationDecision& row);
// DATA_LOSS for bytes that the matching Encode did not write. `row->study` is not in the bytes.
absl::Status Decode(absl::string_view bytes, StudyRelations* row);
absl::Status Decode(absl::string_view bytes, RelationDecision* row);
// The work alone, without reading the rest.
absl::Status DecodeWork(absl::string_view bytes, std::string* work);

}  // namespace parfocal::catalogue
