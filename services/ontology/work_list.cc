#include "work_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gene_work.h"
#include "parfocal/mapping_lookup.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/schema/schema.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"
#include "resolve.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 50;
constexpr int kMaxPage = 500;
constexpr size_t kCandidates = 3;
constexpr size_t kGeneCandidates = 20;  // All: whoever decides must choose among them.
constexpr size_t kKeptLists = 3;

// Words are looked up in these; elsewhere nothing can be unmapped.
bool IsMapped(const Field& field) {
  return !field.stated && !field.mined && !field.ontologies.empty();
}

QueryNode OneOf(absl::string_view field, const std::vector<std::string>& values) {
  QueryNode node;
  node.kind = QueryNode::Kind::kValue;
  node.field = std::string(field);
  node.values = values;
  return node;
}

// Most image sets first, then most images.
void Rank(std::vector<WaitingWords>* words) {
  std::sort(words->begin(), words->end(), [](const WaitingWords& a, const WaitingWords& b) {
    const auto order = [](const WaitingWords& w) {
      return std::make_tuple(-w.counts.image_sets, -w.counts.images, -w.counts.rows,
                             std::cref(w.field), std::cref(w.words), std::cref(w.stated_id),
                             w.flagged, std::cref(w.organism));
    };
    return order(a) < order(b);
  });
}

// Groups values that are the same words in other spellings; the values come most rows first.
class Grouping {
 public:
  // `counts`: of the rows that carry `key`; nullptr: to be counted.
  void Add(const std::string& field, const std::string& words, const std::string& stated_id,
           bool flagged, const std::string& key, const Counts* counts) {
    auto [at, fresh] = groups_.try_emplace({flagged, field, FoldText(words), stated_id});
    Group& group = at->second;
    if (fresh) {
      group.waiting.field = field;
      group.waiting.words = words;
      group.waiting.stated_id = stated_id;
      group.waiting.flagged = flagged;
    }
    group.counted = fresh && counts != nullptr;
    if (counts != nullptr) group.waiting.counts = *counts;
    group.waiting.keys.push_back(key);
  }

  absl::StatusOr<std::vector<WaitingWords>> Take(const Snapshot& snapshot) && {
    std::vector<WaitingWords> out;
    out.reserve(groups_.size());
    for (auto& [key, group] : groups_) {
      WaitingWords& waiting = group.waiting;
      std::sort(waiting.keys.begin(), waiting.keys.end());
      if (!group.counted) {
        // A row may have two of the spellings, so their counts cannot be added up.
        BoundQuery query = Carrying(waiting);
        query.page_size = 0;
        PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                                  snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
        waiting.counts = answer.total;
      }
      out.push_back(std::move(waiting));
    }
    return out;
  }

 private:
  struct Group {
    WaitingWords waiting;
    bool counted = false;
  };
  std::map<std::tuple<bool, std::string, std::string, std::string>, Group> groups_;
};

// The words among the values that a facet shows as one: not the ids that count with them, which a
// decision about the words does not touch. As shown first.
std::vector<std::string> WordsOf(const Snapshot& snapshot, const std::string& field,
                                 const std::string& shown) {
  std::vector<std::string> words;
  for (std::string& key : snapshot.ValuesNamed(field, shown)) {
    if (!CuriePrefix(key).empty() || absl::StrContains(key, "://")) continue;
    words.push_back(std::move(key));
    if (words.back() == shown) std::swap(words.front(), words.back());
  }
  return words;
}

std::string NameOfSnapshot(const Snapshot& snapshot) {
  const Revision revision = snapshot.revision();
  return absl::StrCat(revision.sequence, " ", revision.release);
}

// The field under which a curator decides about the words.
std::string DecisionFieldOf(const WaitingWords& waiting) {
  return waiting.organism.empty() ? waiting.field : GeneDecisionField(waiting.organism);
}

}  // namespace

BoundQuery Carrying(const WaitingWords& waiting) {
  BoundQuery query;
  query.filter = OneOf(waiting.flagged ? kFlaggedField : waiting.field, waiting.keys);
  if (!waiting.organism.empty()) {
    QueryNode both;
    both.kind = QueryNode::Kind::kAnd;
    both.children = {std::move(query.filter), OneOf("organism", waiting.organism_keys)};
    query.filter = std::move(both);
  }
  query.rest = query.filter;
  query.level = SearchLevel::kImageSet;
  query.order = SearchOrder::kName;
  return query;
}

absl::StatusOr<std::vector<WaitingWords>> WordsThatWait(const Snapshot& snapshot,
                                                        const GeneLookup* genes) {
  BoundQuery query;
  query.page_size = 0;
  query.level = SearchLevel::kImageSet;
  FacetSpec spec;
  spec.limit = INT32_MAX;
  for (const Field& field : Fields()) {
    if (!IsMapped(field) && field.name != kFlaggedField) continue;
    spec.field = std::string(field.name);
    query.facets.push_back(spec);
  }
  PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                            snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
  Grouping groups;
  for (const FacetResult& facet : answer.facets) {
    for (const FacetValue& value : facet.values) {
      if (value.exact.rows == 0) continue;
      if (facet.field == kFlaggedField) {
        if (const auto flagged = ParseFlaggedKey(value.value)) {
          groups.Add(flagged->field, flagged->words, flagged->stated_id, true, value.value,
                     &value.exact);
        }
        continue;
      }
      const std::vector<std::string> words = WordsOf(snapshot, facet.field, value.value);
      const bool alone =
          words.size() == 1 && snapshot.ValuesNamed(facet.field, words[0]).size() == 1;
      for (const std::string& key : words)
        groups.Add(facet.field, key, "", false, key, alone ? &value.exact : nullptr);
    }
  }
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<WaitingWords> out, std::move(groups).Take(snapshot));
  if (genes != nullptr) {
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<WaitingWords> names, GeneNamesThatWait(snapshot, *genes));
    std::move(names.begin(), names.end(), std::back_inserter(out));
  }
  Rank(&out);
  return out;
}

absl::StatusOr<WorkList::Made> WorkList::NewestList() const {
  PARFOCAL_ASSIGN_OR_RETURN(const auto snapshot, options_->index->Open());
  const std::string name = NameOfSnapshot(*snapshot);
  {
    MutexLock lock(&mu_);
    if (const auto found = made_.find(name); found != made_.end()) return found->second;
  }
  const std::shared_ptr<const GeneLookup> genes = options_->genes ? options_->genes() : nullptr;
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<WaitingWords> words, WordsThatWait(*snapshot, genes.get()));
  Made made{snapshot, std::make_shared<const std::vector<WaitingWords>>(std::move(words))};
  MutexLock lock(&mu_);
  if (made_.emplace(name, made).second) order_.push_back(name);
  if (order_.size() > kKeptLists) {
    made_.erase(order_.front());
    order_.erase(order_.begin());
  }
  return made;
}

absl::Status WorkList::Fill(const WaitingWords& waiting, const Snapshot& snapshot,
                            const TermLookup& terms, v1::WorkItem* item) const {
  item->set_field(waiting.field);
  item->set_words(ValidUtf8(waiting.words));
  item->set_stated_id(ValidUtf8(waiting.stated_id));
  if (!waiting.stated_id.empty())
    item->set_stated_label(ValidUtf8(terms.LabelOf(waiting.stated_id).value_or("")));
  item->set_kind(waiting.flagged ? v1::ListWorkItemsRequest::FLAGGED
                                 : v1::ListWorkItemsRequest::UNMAPPED_WORDS);
  ToProto(waiting.counts, item->mutable_records());
  BoundQuery query = Carrying(waiting);
  query.page_size = 1;
  PARFOCAL_ASSIGN_OR_RETURN(const SearchAnswer answer,
                            snapshot.Execute(query, nullptr, absl::InfiniteFuture()));
  if (!answer.hits.empty()) item->set_example(FormatRecordName(answer.hits[0].name));
  if (!waiting.organism.empty()) {
    item->set_organism(ValidUtf8(waiting.organism));
    AddGeneCandidates(*options_->genes(), waiting, kGeneCandidates, item);
    return absl::OkStatus();
  }

  std::vector<std::string> ontologies;
  if (const Field* field = FindField(waiting.field)) {
    for (absl::string_view prefix : field->ontologies) ontologies.emplace_back(prefix);
  }
  const std::shared_ptr<const LexicalMatcher> matcher =
      options_->matcher ? options_->matcher() : nullptr;
  const auto found =
      ResolveWithCandidates(terms, matcher.get(), waiting.words, ontologies, kCandidates);
  // Words that are too long for the matcher are listed all the same.
  if (!found.ok()) return absl::OkStatus();
  for (const LexicalCandidate& from : found->candidates)
    CandidateToProto(from, item->add_candidates());
  return absl::OkStatus();
}

absl::Status WorkList::List(const v1::ListWorkItemsRequest& request,
                            v1::ListWorkItemsResponse* response) const {
  PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request.page_size(), kStandardPage, kMaxPage));
  const Field* field = request.field().empty() ? nullptr : FindField(request.field());
  const bool genes = field != nullptr && field->name == "gene" && options_->genes;
  if (!request.field().empty() && !genes && (field == nullptr || !IsMapped(*field))) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("field: words of '", request.field().substr(0, 200),
                                                "' are not looked up in any ontology")),
        "FILTER_UNKNOWN_FIELD", "field");
  }
  const std::string hash = RequestHash(request);
  PagePosition position;
  Made made;
  if (request.page_token().empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(made, NewestList());
    position.release = NameOfSnapshot(*made.snapshot);
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(position, options_->tokens->Read(hash, request.page_token()));
    MutexLock lock(&mu_);
    const auto found = made_.find(position.release);
    if (found == made_.end()) {
      return WithReason(absl::FailedPreconditionError(
                            "page_token: the records have changed; begin the listing again"),
                        "CURSOR_EXPIRED", "page_token");
    }
    made = found->second;
  }
  const std::shared_ptr<const TermLookup> terms = options_->terms();
  // `sequence` is the place in the list of the next item to look at: what is decided meanwhile
  // leaves the list without moving the others.
  size_t at = 0;
  int64_t total = 0;
  bool more = false;
  for (; at < made.words->size(); ++at) {
    const WaitingWords& waiting = (*made.words)[at];
    if (field != nullptr && waiting.field != field->name) continue;
    if (request.kind() == v1::ListWorkItemsRequest::UNMAPPED_WORDS && waiting.flagged) continue;
    if (request.kind() == v1::ListWorkItemsRequest::FLAGGED && !waiting.flagged) continue;
    if (options_->decided && options_->decided(DecisionFieldOf(waiting), waiting.words)) continue;
    ++total;
    if (static_cast<int64_t>(at) < position.sequence || more) continue;
    if (response->items_size() == page_size) {
      more = true;
      response->set_next_page_token(
          options_->tokens->Make(hash, {static_cast<int64_t>(at), position.release, ""}));
      continue;
    }
    PARFOCAL_RETURN_IF_ERROR(Fill(waiting, *made.snapshot, *terms, response->add_items()));
  }
  response->set_total_size(total);
  return absl::OkStatus();
}

}  // namespace parfocal
