#include "release_lookup.h"

#include <algorithm>
#include <iterator>
#include <queue>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal::internal {
namespace {

// Place of the term's ontology among `ontologies`; -1 if it is not among them.
int RankOf(absl::string_view id, const std::vector<std::string>& ontologies) {
  if (ontologies.empty()) return 0;
  const absl::string_view prefix = CuriePrefix(id);
  for (size_t i = 0; i < ontologies.size(); ++i) {
    if (prefix == ontologies[i]) return static_cast<int>(i);
  }
  return -1;
}

std::vector<std::string> Prefixes(const std::vector<std::string>& hashes) {
  std::vector<std::string> out;
  for (const std::string& hash : hashes) out.push_back(PartPrefix(hash));
  return out;
}

void AddNewSynonyms(std::vector<Synonym>&& from, std::vector<Synonym>* to) {
  for (Synonym& synonym : from) {
    const bool have = std::any_of(to->begin(), to->end(), [&](const Synonym& s) {
      return s.scope == synonym.scope && s.text == synonym.text && s.language == synonym.language;
    });
    if (!have) to->push_back(std::move(synonym));
  }
}

}  // namespace

ReleaseLookup::ReleaseLookup(std::string release, TermIndex index, std::vector<std::string> hashes,
                             std::shared_ptr<const PinnedSnapshot> snapshot)
    : release_(std::move(release)),
      index_(std::move(index)),
      prefixes_(Prefixes(hashes)),
      snapshot_(std::move(snapshot)) {}

void ReleaseLookup::ReadParts(uint32_t term, Term* out,
                              std::vector<ParsedRelation>* relations) const {
  const std::vector<uint16_t>& files = index_.file_sets[index_.file_set[term]];
  for (auto file = files.rbegin(); file != files.rend(); ++file) {  // Newest first.
    rocksdb::PinnableSlice bytes;
    const std::string key = absl::StrCat(prefixes_[*file], index_.ids[term]);
    rocksdb::Status status = snapshot_->db()->Get(
        snapshot_->options(), snapshot_->db()->DefaultColumnFamily(), key, &bytes);
    ParsedTerm part;
    // The release promises the key. A block that cannot be read costs this term's details, no more.
    if (!status.ok() || !DecodeTerm(FromSlice(bytes), &part)) continue;
    if (out->definition.empty()) out->definition = std::move(part.definition);
    AddNewSynonyms(std::move(part.synonyms), &out->synonyms);
    for (std::string& xref : part.xrefs) {
      if (std::find(out->xrefs.begin(), out->xrefs.end(), xref) == out->xrefs.end()) {
        out->xrefs.push_back(std::move(xref));
      }
    }
    relations->insert(relations->end(), std::make_move_iterator(part.relations.begin()),
                      std::make_move_iterator(part.relations.end()));
  }
}

void ReleaseLookup::AddRelation(const ParsedRelation& from, Term* out) const {
  TermRelation relation{from.predicate, from.target, from.label};
  if (relation.target.empty()) {
    const std::vector<TermMatch> matches = Exact(relation.label, from.among);
    // Of several ontologies the first that knows the label; within it the label must be one term's.
    const bool one = !matches.empty() && (matches.size() == 1 ||
                                          CuriePrefix(matches[0].id) != CuriePrefix(matches[1].id));
    if (one) relation.target = matches[0].id;
  }
  const bool have =
      std::any_of(out->relations.begin(), out->relations.end(), [&](const TermRelation& r) {
        return r.predicate == relation.predicate && r.target == relation.target &&
               (!r.target.empty() || r.label == relation.label);
      });
  if (!have) out->relations.push_back(std::move(relation));
}

std::optional<Term> ReleaseLookup::Find(absl::string_view curie) const {
  const uint32_t at = index_.Find(curie);
  if (at == kNoTerm || !index_.Described(at)) return std::nullopt;
  Term term;
  term.id = std::string(curie);
  term.ontology = std::string(CuriePrefix(curie));
  term.label = std::string(index_.labels[at]);
  term.obsolete = index_.Obsolete(at);
  const uint32_t replacement = index_.ReplacementOf(at);
  if (replacement != kNoTerm) term.replaced_by = std::string(index_.ids[replacement]);
  for (const uint32_t* parent = index_.parents.begin(at); parent != index_.parents.end(at);
       ++parent) {
    term.parents.emplace_back(index_.ids[*parent]);
  }
  std::vector<ParsedRelation> relations;
  ReadParts(at, &term, &relations);
  for (const ParsedRelation& relation : relations) AddRelation(relation, &term);
  return term;
}

std::optional<std::string> ReleaseLookup::LabelOf(absl::string_view curie) const {
  const uint32_t at = index_.Find(curie);
  if (at == kNoTerm || index_.labels[at].empty()) return std::nullopt;
  return std::string(index_.labels[at]);
}

bool ReleaseLookup::HasExactSynonym(uint32_t term, absl::string_view folded) const {
  Term details;
  std::vector<ParsedRelation> relations;
  ReadParts(term, &details, &relations);
  return std::any_of(details.synonyms.begin(), details.synonyms.end(), [&](const Synonym& synonym) {
    return synonym.scope == SynonymScope::kExact && FoldText(synonym.text) == folded;
  });
}

TermMatch ReleaseLookup::Match(uint32_t term, bool by_synonym) const {
  TermMatch match;
  match.id = std::string(index_.ids[term]);
  match.label = std::string(index_.labels[term]);
  match.by_synonym = by_synonym;
  return match;
}

std::vector<TermMatch> ReleaseLookup::Exact(absl::string_view text,
                                            const std::vector<std::string>& ontologies) const {
  const std::string folded = FoldText(text);
  if (folded.empty()) return {};
  const uint32_t hash = HashText(folded);
  std::vector<std::pair<int, uint32_t>> labels, synonyms;  // Rank of the ontology, term.
  auto entry =
      std::lower_bound(index_.exact.begin(), index_.exact.end(), TermIndex::ExactEntry{hash, 0});
  for (; entry != index_.exact.end() && entry->hash == hash; ++entry) {
    const uint32_t term = entry->term_and_kind / 2;
    const int rank = RankOf(index_.ids[term], ontologies);
    if (rank < 0) continue;
    if (entry->term_and_kind % 2 == 1) {
      synonyms.emplace_back(rank, term);
    } else if (FoldText(index_.labels[term]) == folded) {
      labels.emplace_back(rank, term);
    }
  }
  std::vector<TermMatch> out;
  std::sort(labels.begin(), labels.end());
  for (const auto& [rank, term] : labels) out.push_back(Match(term, false));
  if (!out.empty()) return out;
  std::sort(synonyms.begin(), synonyms.end());
  for (const auto& [rank, term] : synonyms) {
    if (HasExactSynonym(term, folded)) out.push_back(Match(term, true));
  }
  return out;
}

std::vector<std::string> ReleaseLookup::Ids(const std::vector<uint32_t>& terms) const {
  std::vector<std::string> out;
  out.reserve(terms.size());
  for (uint32_t term : terms) out.emplace_back(index_.ids[term]);
  return out;
}

std::vector<std::string> ReleaseLookup::Ancestors(absl::string_view curie) const {
  const uint32_t at = index_.Find(curie);
  if (at == kNoTerm) return {std::string(curie)};
  return Ids(index_.Closure(index_.parents, at, SIZE_MAX));
}

std::vector<std::string> ReleaseLookup::Descendants(absl::string_view curie, size_t limit) const {
  if (limit == 0) return {};
  const uint32_t at = index_.Find(curie);
  if (at == kNoTerm) return {std::string(curie)};
  return Ids(index_.Closure(index_.children, at, limit));
}

std::vector<TermMatch> ReleaseLookup::Suggest(absl::string_view prefix,
                                              const std::vector<std::string>& ontologies,
                                              size_t limit) const {
  const std::string folded = FoldText(prefix);
  const std::vector<absl::string_view> words = WordsOf(folded);
  if (words.empty() || limit == 0) return {};
  // Terms that have every word, the last one being a beginning. An entry ends in 1 where only a
  // synonym has the word; one such word makes it a match by synonym.
  std::vector<uint32_t> entries = index_.EntriesOf(words.back(), false);
  for (size_t i = 0; i + 1 < words.size() && !entries.empty(); ++i) {
    const std::vector<uint32_t> other = index_.EntriesOf(words[i], true);
    std::vector<uint32_t> both;
    auto at = other.begin();
    for (uint32_t entry : entries) {
      while (at != other.end() && *at / 2 < entry / 2) ++at;
      if (at != other.end() && *at / 2 == entry / 2) both.push_back(entry | (*at & 1));
    }
    entries = std::move(both);
  }
  // The best so far, the worst of them on top.
  using Ranked = std::tuple<bool, size_t, uint32_t>;
  std::priority_queue<Ranked> best;
  // The ids of one ontology lie in a row.
  std::vector<std::pair<uint32_t, uint32_t>> wanted;
  for (const std::string& ontology : ontologies) {
    const std::string begin = absl::StrCat(ontology, ":"), end = absl::StrCat(ontology, ";");
    wanted.emplace_back(index_.FirstFrom(begin), index_.FirstFrom(end));
  }
  const auto is_wanted = [&](uint32_t term) {
    return ontologies.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& range) {
             return range.first <= term && term < range.second;
           });
  };
  uint32_t previous = kNoTerm;
  for (uint32_t entry : entries) {
    const uint32_t term = entry / 2;
    if (term == previous) continue;  // By its label already.
    previous = term;
    const Ranked ranked{entry % 2 == 1, index_.labels.length(term), term};
    if (best.size() == limit && best.top() < ranked) continue;
    if (!is_wanted(term)) continue;
    best.push(ranked);
    if (best.size() > limit) best.pop();
  }
  std::vector<TermMatch> out(best.size());
  for (size_t i = out.size(); i-- > 0; best.pop()) {
    out[i] = Match(std::get<2>(best.top()), std::get<0>(best.top()));
  }
  return out;
}

void ReleaseLookup::Visit(absl::string_view ontology,
                          const std::function<bool(const Term&)>& visit) const {
  // The ids of one ontology lie in a row.
  const std::string prefix = ontology.empty() ? "" : absl::StrCat(ontology, ":");
  for (size_t at = index_.FirstFrom(prefix);
       at < index_.size() && absl::StartsWith(index_.ids[at], prefix); ++at) {
    const std::optional<Term> term = Find(index_.ids[at]);
    if (term.has_value() && !visit(*term)) return;
  }
}

}  // namespace parfocal::internal
