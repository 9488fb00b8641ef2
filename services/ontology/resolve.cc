#include "resolve.h"

#include <algorithm>
#include <optional>

#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

// Confidence of a name that equals the text: names of several terms are rare, not absent.
constexpr double kEqualName = 0.99;

}  // namespace

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

absl::StatusOr<LexicalMatch> ResolveWithCandidates(const TermLookup& terms,
                                                   const LexicalMatcher* matcher,
                                                   absl::string_view text,
                                                   const std::vector<std::string>& ontologies,
                                                   size_t limit) {
  const ResolvedText exact = ResolveText(terms, text, ontologies);
  LexicalMatch all;
  for (const TermMatch& match : exact.candidates) {
    if (all.candidates.size() == limit) break;
    LexicalCandidate candidate;
    candidate.id = match.id;
    candidate.label = match.label;
    candidate.matched = std::string(text);
    candidate.rule = match.by_synonym ? TermRule::kExactSynonym : TermRule::kExactLabel;
    if (match.id == exact.term) candidate.rule = exact.rule;
    candidate.confidence = exact.rule == TermRule::kGivenId ? 1 : kEqualName;
    candidate.score = 1;
    all.candidates.push_back(std::move(candidate));
  }
  all.accepted = exact.term.empty() ? 0 : 1;
  const bool by_id = exact.rule == TermRule::kGivenId || exact.rule == TermRule::kReplacedObsolete;
  if (by_id || matcher == nullptr) return all;
  PARFOCAL_ASSIGN_OR_RETURN(LexicalMatch near, matcher->Match(text, ontologies, limit));
  if (all.candidates.empty()) all.accepted = near.accepted;
  for (LexicalCandidate& candidate : near.candidates) {
    const bool known =
        std::any_of(all.candidates.begin(), all.candidates.end(),
                    [&](const LexicalCandidate& other) { return other.id == candidate.id; });
    if (!known && all.candidates.size() < limit) all.candidates.push_back(std::move(candidate));
  }
  return all;
}

void CandidateToProto(const LexicalCandidate& from, v1::Candidate* out) {
  out->set_id(ValidUtf8(from.id));
  out->set_label(ValidUtf8(from.label));
  out->set_score(from.confidence);
  out->set_rule(ToProto(from.rule));
  out->set_matched(ValidUtf8(from.matched));
}

}  // namespace parfocal
