#include "parfocal/lexical/lexical_matcher.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "name_index.h"

namespace parfocal {
namespace {

// Confidence of a name that equals the text.
constexpr double kEqualName = 0.99;
// Below it an equal name is not accepted either: denied, bare or ambiguous.
constexpr double kEqualNameAccepted = 0.95;
// At most: of a text that denies what it names, and of one that names a thing and nothing about it.
constexpr double kDenied = 0.1;
constexpr double kBare = 0.6;
// At most: of the first of several that fit alike.
constexpr double kAmbiguous = 0.7;

// The point of the rising line `points` above `score`; the line is flat outside its ends.
double OnLine(const std::vector<std::pair<float, float>>& points, double score) {
  if (points.empty()) return score;
  if (score <= points.front().first) return points.front().second;
  for (size_t i = 1; i < points.size(); ++i) {
    const auto& [x0, y0] = points[i - 1];
    const auto& [x1, y1] = points[i];
    if (score <= x1) return y0 + (y1 - y0) * (score - x0) / std::max(1e-9f, x1 - x0);
  }
  return points.back().second;
}

TermRule RuleOf(const RankedTerm& ranked) {
  switch (ranked.equality) {
    case NameEquality::kExactLabel:
      return TermRule::kExactLabel;
    case NameEquality::kExactSynonym:
      return TermRule::kExactSynonym;
    case NameEquality::kFolded:
      return TermRule::kFoldedLabel;
    default:
      return TermRule::kLexical;
  }
}

// The terms of the whole text and those of its parts, best first.
std::vector<RankedTerm> RankWithParts(const NameIndex& index, absl::string_view text,
                                      size_t limit) {
  std::vector<RankedTerm> all = index.Rank(text, limit);
  const std::vector<absl::string_view> parts = PartsOf(text);
  if (parts.size() < 2) return all;
  for (absl::string_view part : parts) {
    const double share = static_cast<double>(part.size()) / static_cast<double>(text.size());
    for (RankedTerm ranked : index.Rank(part, limit)) {
      ranked.score *= std::pow(share, index.vocabulary().weights.part);
      ranked.text_covered *= share;
      ranked.equality = NameEquality::kNone;
      all.push_back(ranked);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const RankedTerm& a, const RankedTerm& b) {
    return a.equality != b.equality ? a.equality > b.equality : a.score > b.score;
  });
  std::vector<RankedTerm> once;
  for (const RankedTerm& ranked : all) {
    const bool known = std::any_of(once.begin(), once.end(), [&](const RankedTerm& other) {
      return other.term == ranked.term;
    });
    if (!known && once.size() < limit) once.push_back(ranked);
  }
  return once;
}

double Confidence(const OntologyVocabulary& vocabulary, const ReadPhrase& phrase,
                  const RankedTerm& ranked, TermRule rule) {
  if (rule == TermRule::kExactLabel || rule == TermRule::kExactSynonym) return kEqualName;
  double confidence =
      rule == TermRule::kFoldedLabel ? kEqualName : OnLine(vocabulary.confidence, ranked.score);
  if (phrase.roles & kNegationRole) confidence = std::min(confidence, kDenied);
  if (phrase.bare) confidence = std::min(confidence, kBare);
  return confidence;
}

// Two terms fit alike: by names that are equal or unequal in the same way, with scores closer than
// the margin. A label is its term's own, so it settles a tie with a synonym.
bool Ambiguous(const NameIndex& index, const std::vector<RankedTerm>& ranked) {
  if (ranked.size() < 2) return false;
  if (ranked[0].equality != ranked[1].equality) return false;
  if (index.names()[ranked[0].name].label && !index.names()[ranked[1].name].label) return false;
  return ranked[0].score - ranked[1].score < index.vocabulary().weights.margin;
}

// Two terms for a text of two parts, if each part names its own for certain.
std::vector<RankedTerm> TwoTerms(const NameIndex& index, absl::string_view text) {
  const OntologyVocabulary& vocabulary = index.vocabulary();
  std::vector<RankedTerm> best;
  double surest = vocabulary.weights.accept;
  for (const auto& [first, second] : TwoReadings(text)) {
    const std::vector<RankedTerm> a = index.Rank(first, 2), b = index.Rank(second, 2);
    if (a.empty() || b.empty() || a[0].term == b[0].term) continue;
    const auto sure = [&](const std::string& part, const std::vector<RankedTerm>& ranked) {
      if (Ambiguous(index, ranked)) return 0.0;
      const TermRule rule = RuleOf(ranked[0]);
      return Confidence(vocabulary, ReadWords(part, vocabulary), ranked[0], rule);
    };
    const double both = std::min(sure(first, a), sure(second, b));
    if (both < surest) continue;
    surest = both;
    best = {a[0], b[0]};
  }
  return best;
}

LexicalMatch MatchOne(const NameIndex& index, absl::string_view text, size_t limit) {
  LexicalMatch match;
  const OntologyVocabulary& vocabulary = index.vocabulary();
  std::vector<RankedTerm> ranked = RankWithParts(index, text, std::max<size_t>(limit, 10));
  if (ranked.empty() || limit == 0) return match;
  const ReadPhrase phrase = ReadWords(text, vocabulary);
  std::vector<RankedTerm> two;
  if (ranked[0].equality == NameEquality::kNone) two = TwoTerms(index, text);
  for (size_t i = 0; i < two.size(); ++i) {
    ranked.erase(std::remove_if(ranked.begin(), ranked.end(),
                                [&](const RankedTerm& other) { return other.term == two[i].term; }),
                 ranked.end());
  }
  ranked.insert(ranked.begin(), two.begin(), two.end());
  const bool close = two.empty() && Ambiguous(index, ranked);
  for (size_t i = 0; i < ranked.size() && i < limit; ++i) {
    const NameIndex::Name& name = index.names()[ranked[i].name];
    LexicalCandidate candidate;
    candidate.id = index.terms()[ranked[i].term].id;
    candidate.label = index.terms()[ranked[i].term].label;
    candidate.matched = name.text;
    candidate.rule = two.empty() ? RuleOf(ranked[i]) : TermRule::kLexical;
    candidate.score = ranked[i].score;
    candidate.confidence = Confidence(vocabulary, phrase, ranked[i], candidate.rule);
    if (close) candidate.confidence = std::min(candidate.confidence, kAmbiguous);
    if (i > 0)
      candidate.confidence = std::min(candidate.confidence, match.candidates.back().confidence);
    match.candidates.push_back(std::move(candidate));
  }
  if (!two.empty()) {
    // One of two terms is no answer.
    match.accepted = two.size() <= match.candidates.size() ? two.size() : 0;
    return match;
  }
  const LexicalCandidate& first = match.candidates[0];
  const double needed =
      first.rule == TermRule::kLexical ? vocabulary.weights.accept : kEqualNameAccepted;
  if (!close && first.confidence >= needed) match.accepted = 1;
  return match;
}

}  // namespace

// The names of one ontology, read once.
struct LexicalMatcher::Slot {
  Mutex mu;
  std::shared_ptr<const NameIndex> index ABSL_GUARDED_BY(mu);
};

LexicalMatcher::LexicalMatcher(std::shared_ptr<const TermLookup> terms,
                               std::vector<std::string> ontologies,
                               std::shared_ptr<const WordVocabulary> vocabulary)
    : terms_(std::move(terms)),
      ontologies_(std::move(ontologies)),
      vocabulary_(std::move(vocabulary)) {}

LexicalMatcher::~LexicalMatcher() = default;

std::string LexicalMatcher::release() const { return terms_->release(); }

std::shared_ptr<const NameIndex> LexicalMatcher::IndexOf(const std::string& ontology) const {
  std::shared_ptr<Slot> slot;
  {
    MutexLock lock(&mu_);
    std::shared_ptr<Slot>& known = slots_[ontology];
    if (known == nullptr) known = std::make_shared<Slot>();
    slot = known;
  }
  std::shared_ptr<const NameIndex> index;
  {
    MutexLock lock(&slot->mu);
    if (slot->index == nullptr)
      slot->index = std::make_shared<NameIndex>(*terms_, ontology, vocabulary_->For(ontology));
    index = slot->index;
  }
  if (!index->names().empty()) return index;
  // A prefix that no ontology has takes no place, or callers could drive out those that have names.
  MutexLock lock(&mu_);
  const auto known = slots_.find(ontology);
  if (known != slots_.end() && known->second == slot) slots_.erase(known);
  return index;
}

size_t LexicalMatcher::Prepare(const std::vector<std::string>& ontologies) const {
  size_t names = 0;
  for (const std::string& ontology : ontologies.empty() ? ontologies_ : ontologies)
    names += IndexOf(ontology)->names().size();
  return names;
}

absl::StatusOr<LexicalMatch> LexicalMatcher::Match(absl::string_view text,
                                                   const std::vector<std::string>& ontologies,
                                                   size_t limit) const {
  if (text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("text: ", text.size(), " bytes; at most ", kMaxTextBytes));
  }
  if (ontologies.size() > kMaxOntologies) {
    return absl::InvalidArgumentError(
        absl::StrCat("ontologies: ", ontologies.size(), "; at most ", kMaxOntologies));
  }
  limit = std::min(limit, kMaxCandidates);
  LexicalMatch all;
  bool doubtful = false;
  for (const std::string& ontology : ontologies.empty() ? ontologies_ : ontologies) {
    LexicalMatch match = MatchOne(*IndexOf(ontology), text, limit);
    const bool first = match.accepted > 0 && all.accepted == 0;
    doubtful = doubtful || (match.accepted > 0 && !first);
    // The accepted ones stand in front.
    all.candidates.insert(first ? all.candidates.begin() : all.candidates.end(),
                          match.candidates.begin(), match.candidates.end());
    if (first) all.accepted = match.accepted;
  }
  // The caller's order is a preference, the standard one is none.
  if (doubtful && ontologies.empty()) all.accepted = 0;
  std::stable_sort(all.candidates.begin() + static_cast<std::ptrdiff_t>(all.accepted),
                   all.candidates.end(), [](const LexicalCandidate& a, const LexicalCandidate& b) {
                     return a.confidence > b.confidence;
                   });
  if (all.candidates.size() > limit) all.candidates.resize(limit);
  all.accepted = std::min(all.accepted, all.candidates.size());
  return all;
}

}  // namespace parfocal
