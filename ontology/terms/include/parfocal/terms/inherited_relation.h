// Relations that hold for a class hold for all below it: the species of a class of cell lines is
// that of each of its lines.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// The targets of the relation `predicate` of the term itself or, where it has none, of the nearest
// terms above that have one; sorted, distinct. Empty for an unknown id. Targets that the release
// does not know count as none. Looks at 10,000 terms at most.
std::vector<std::string> InheritedTargets(const TermLookup& terms, absl::string_view curie,
                                          absl::string_view predicate);

}  // namespace parfocal
