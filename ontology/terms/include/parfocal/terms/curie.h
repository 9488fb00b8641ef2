// One canonical CURIE for all the spellings that archives use.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

// Returns the canonical CURIE of `id`: `http://purl.obolibrary.org/obo/EX_0000246`,
// `obo:EX_0000246`, `Ex_0000246`, `EX:246` and the bare digits `246` under the ontology
// `EX` are all `EX:0000246`; zero-padded taxa lose their zeros. `ontology` is what the source
// names beside the id ("Fbbi", "NCBITaxon"); it decides only for ids without a prefix of their own.
// An absolute IRI with an unknown base is returned as it is; anything else that names no known
// prefix returns an empty string.
std::string CanonicalCurie(absl::string_view id, absl::string_view ontology = "");

// The prefix of a CURIE ("FBbi"); empty for an IRI or no CURIE.
absl::string_view CuriePrefix(absl::string_view curie);

}  // namespace parfocal
