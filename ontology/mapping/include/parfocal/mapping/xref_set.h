// Cross-references of an ontology as a mapping set, so that they are bridges like those of other
// sets: that two terms belong together, not how.
#pragma once

#include <string>
#include <vector>

#include "parfocal/mapping/mapping_snapshot.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// From live terms of `ontology` to ids of `prefixes`, under the name `xrefs of ONTOLOGY`.
NamedSet XrefSet(const TermLookup& terms, const std::string& ontology,
                 const std::vector<std::string>& prefixes);

}  // namespace parfocal
