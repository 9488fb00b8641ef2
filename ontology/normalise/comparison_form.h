// Forms of words in which two spellings of one name are the same.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

// For the comparison of a label with the words beside its id: case and white space folded, hyphens
// and underscores are blanks, and the word "phenotype" at the end and "obsolete" at the beginning
// say nothing.
std::string ComparisonForm(absl::string_view text);

// Other spellings under which an ontology may have the name `text`, without `text` itself: with and
// without hyphens, in singular and plural, with and without the word "phenotype". At most 40, the
// nearest first.
std::vector<std::string> OtherSpellings(absl::string_view text);

}  // namespace parfocal
