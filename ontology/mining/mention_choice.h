// From the names that a text has to the terms that are believed.
// Thread safety: no state.
#pragma once

#include <vector>

#include "field_reader.h"
#include "parfocal/mining/mining_vocabulary.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// The terms of `mentions` whose place gives them the confidence that `rules` ask for, the surest
// first, at most `limit`.
std::vector<MinedTerm> ChooseTerms(const TermLookup& terms, const FieldMining& rules,
                                   const std::vector<Mention>& mentions, size_t limit);

}  // namespace parfocal
