// Which term a text means, by the rules that need no record around it: an id in any spelling, the
// exact label, the exact synonym; and the terms that it may mean.
#pragma once

#include <string>
#include <vector>

#include "parfocal/lexical/lexical_matcher.h"
#include "parfocal/statement.h"
#include "parfocal/term_lookup.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

struct ResolvedText {
  std::string term;  // Empty if none fits, or several do.
  TermRule rule = TermRule::kUnmapped;
  std::vector<TermMatch> candidates;  // The chosen one first.
};

// `ontologies`: only these prefixes; empty means all.
ResolvedText ResolveText(const TermLookup& terms, absl::string_view text,
                         const std::vector<std::string>& ontologies);

// The same, and where no name equals the text what it may mean (`matcher` may be null): candidates
// in order with score and rule, the accepted ones first. INVALID_ARGUMENT for a text that is too
// long, see LexicalMatcher.
absl::StatusOr<LexicalMatch> ResolveWithCandidates(const TermLookup& terms,
                                                   const LexicalMatcher* matcher,
                                                   absl::string_view text,
                                                   const std::vector<std::string>& ontologies,
                                                   size_t limit);

void CandidateToProto(const LexicalCandidate& from, v1::Candidate* out);

}  // namespace parfocal
