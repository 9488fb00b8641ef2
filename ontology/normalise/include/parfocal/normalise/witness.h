// What a connector can tell of a statement beyond its words and its id: that the words stand beside
// many ids in their column, as in a spreadsheet whose accessions were filled downwards. It is kept
// at the beginning of Statement::evidence, so that normalising the record again finds it there.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

// Fewer ids beside the same words say nothing: a slip of the pen, or two terms of one name.
inline constexpr int64_t kManyIds = 3;

// The witness that the words of a column stand beside `ids` distinct ids there.
std::string ManyIdsWitness(int64_t ids);

// The witness at the beginning of `evidence`; empty if there is none.
absl::string_view WitnessOf(absl::string_view evidence);

// The evidence of a statement that a source definition supplied in place of the source: `what` it
// did, such as which value map it used. It is kept likewise, and ends at the first semicolon.
std::string DefinitionEvidence(absl::string_view what);

// Such evidence at the beginning of `evidence`; empty if there is none.
absl::string_view DefinitionEvidenceOf(absl::string_view evidence);

}  // namespace parfocal
