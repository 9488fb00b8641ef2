#include "resolve.h"

#include <algorithm>
#include <optional>

#include "parfocal/terms/curie.h"

namespace parfocal {

ResolvedText ResolveText(const TermLookup& terms, absl::string_view text,
                         const std::vector<std::string>& ontologies) {
  ResolvedText resolved;
  const std::string curie = CanonicalCurie(text);
  if (std::optional<Term> given = curie.empty() ? std::nullopt : terms.Find(curie)) {
    const bool replaced = given->obsolete && !given->replaced_by.empty();
    resolved.term = replaced ? given->replaced_by : given->id;
    resolved.rule = replaced ? TermRule::kReplacedObsolete : TermRule::kGivenId;
    resolved.candidates.push_back({resolved.term, terms.LabelOf(resolved.term).value_or("")});
    return resolved;
  }
  resolved.candidates = terms.Exact(text, ontologies);
  // Labels before synonyms, exact synonyms before wider ones.
  std::stable_sort(resolved.candidates.begin(), resolved.candidates.end(),
                   [](const TermMatch& a, const TermMatch& b) {
                     return a.by_synonym != b.by_synonym ? b.by_synonym : a.scope < b.scope;
                   });
  const auto& found = resolved.candidates;
  const auto labels =
      std::count_if(found.begin(), found.end(), [](const TermMatch& m) { return !m.by_synonym; });
  const auto synonyms = std::count_if(found.begin(), found.end(), [](const TermMatch& m) {
    return m.by_synonym && m.scope == SynonymScope::kExact;
  });
  if (labels == 1 || (labels == 0 && synonyms == 1)) {
    resolved.term = found.front().id;
    resolved.rule = labels == 1 ? TermRule::kExactLabel : TermRule::kExactSynonym;
  }
  return resolved;
}

}  // namespace parfocal
