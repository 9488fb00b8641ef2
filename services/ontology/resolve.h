// Which term a text means, by the rules that need no record around it: an id in any spelling, the
// exact label, the exact synonym.
#pragma once

#include <string>
#include <vector>

#include "parfocal/statement.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

struct ResolvedText {
  std::string term;  // Empty if none fits, or several do.
  TermRule rule = TermRule::kUnmapped;
  std::vector<TermMatch> candidates;  // The chosen one first.
};

// `ontologies`: only these prefixes; empty means all.
ResolvedText ResolveText(const TermLookup& terms, absl::string_view text,
                         const std::vector<std::string>& ontologies);

}  // namespace parfocal
