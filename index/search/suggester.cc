#include "suggester.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

constexpr size_t kMaxPlaces = 20000;
// Of so many candidates, those with most rows by a quick estimate, the rows are counted exactly.
constexpr size_t kExactlyCounted = 3;
constexpr size_t kCountedWithin = 20;

bool IsBreak(char c) {
  return c == ' ' || c == '\n' || c == '-' || c == '/' || c == '(' || c == ',';
}

bool MayHaveFacet(const Field& field) {
  return field.facet && field.privacy == FieldPrivacy::kOpen;
}

}  // namespace

SuggestionKind KindOfValue(const Field& field, bool is_term) {
  if (IsGeneField(field)) return SuggestionKind::kGene;
  if (field.name == "author") return SuggestionKind::kPerson;
  if (field.name == "study") return SuggestionKind::kAccession;
  return is_term ? SuggestionKind::kTerm : SuggestionKind::kValue;
}

Suggester::Suggester(std::shared_ptr<const FacetDictionary> dictionary)
    : dictionary_(std::move(dictionary)), known_(Fields().size(), 0) {}

void Suggester::Grow() {
  const size_t before = places_.size();
  for (const Field& field : Fields()) {
    if (!MayHaveFacet(field)) continue;
    const uint32_t slots = dictionary_->slots(field.id);
    for (uint32_t number = known_[field.id]; number < slots; ++number) {
      const absl::string_view folded = dictionary_->slot(field.id, number).folded;
      for (size_t i = 0; i < folded.size(); ++i) {
        if (i > 0 && !(IsBreak(folded[i - 1]) && !IsBreak(folded[i]))) continue;
        const size_t end = folded.find('\n', i);
        places_.push_back(
            {folded.substr(i, end == absl::string_view::npos ? end : end - i), field.id, number});
      }
    }
    known_[field.id] = slots;
  }
  auto less = [](const Place& a, const Place& b) {
    return std::tie(a.text, a.field, a.slot) < std::tie(b.text, b.field, b.slot);
  };
  std::sort(places_.begin() + before, places_.end(), less);
  std::inplace_merge(places_.begin(), places_.begin() + before, places_.end(), less);
}

absl::StatusOr<std::vector<Suggestion>> Suggester::Suggest(absl::string_view prefix,
                                                           const std::vector<std::string>& fields,
                                                           int limit, const SnapshotRows& rows,
                                                           const RowSet* within,
                                                           Interrupt* interrupt) {
  std::set<FieldId> wanted;
  for (const std::string& name : fields) {
    const Field* field = FindField(name);
    if (field == nullptr || !MayHaveFacet(*field)) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "suggest: no facet field '", name,
                            "'; nearest: ", absl::StrJoin(NearestFieldNames(name), ", "))),
                        "FILTER_UNKNOWN_FIELD", "fields");
    }
    wanted.insert(field->id);
  }
  const std::string begin = Fold(prefix);
  if (begin.empty() || limit <= 0) return std::vector<Suggestion>();

  struct Candidate {
    std::vector<ValueId> values;  // That the slot stands for.
    int64_t estimate = 0;
  };
  std::map<std::pair<FieldId, uint32_t>, Candidate> found;
  {
    MutexLock lock(&mu_);
    Grow();
    auto it = std::lower_bound(places_.begin(), places_.end(), begin,
                               [](const Place& a, const std::string& b) { return a.text < b; });
    for (size_t seen = 0;
         it != places_.end() && seen < kMaxPlaces && absl::StartsWith(it->text, begin);
         ++it, ++seen) {
      // The twins repeat their fields, so they are asked by name only.
      if (wanted.empty() ? Fields()[it->field].stated : wanted.count(it->field) == 0) continue;
      found[{it->field, it->slot}];
    }
  }
  // Which values stand behind each slot, its descendants included.
  std::set<FieldId> concerned;
  for (const auto& [place, candidate] : found) concerned.insert(place.first);
  for (FieldId field : concerned) {
    for (ValueId id : rows.vocabulary().OfField(field, rows.manifest().values)) {
      for (uint32_t slot : dictionary_->slot(field, dictionary_->SlotOf(id)).closure) {
        auto it = found.find({field, slot});
        if (it == found.end()) continue;
        it->second.values.push_back(id);
        it->second.estimate += 1;
        for (size_t i = 0; i < rows.segments(); ++i) {
          it->second.estimate += rows.segment(i).segment().CountOf(id);
        }
      }
    }
  }
  std::vector<std::pair<std::pair<FieldId, uint32_t>, Candidate*>> ranked;
  for (auto& [place, candidate] : found) {
    if (!candidate.values.empty()) ranked.emplace_back(place, &candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    return a.second->estimate > b.second->estimate;
  });
  // The estimate knows nothing of the search within which is asked.
  const size_t times = within == nullptr ? kExactlyCounted : kCountedWithin;
  ranked.resize(std::min(ranked.size(), times * static_cast<size_t>(limit)));

  std::vector<Suggestion> out;
  for (const auto& [place, candidate] : ranked) {
    RowSet holding(rows.words());
    PARFOCAL_RETURN_IF_ERROR(rows.AddHolding(ValueSet(candidate->values), interrupt, &holding));
    if (within != nullptr) holding.And(*within);
    const FacetDictionary::Slot& slot = dictionary_->slot(place.first, place.second);
    Suggestion suggestion;
    suggestion.text = slot.label;
    suggestion.field = std::string(Fields()[place.first].name);
    suggestion.value = slot.key;
    suggestion.rows = holding.Count();
    suggestion.kind = KindOfValue(Fields()[place.first], slot.is_term);
    if (!absl::StartsWith(Fold(slot.label), begin)) {
      const size_t line = slot.folded.find('\n');
      const absl::string_view key = absl::string_view(slot.folded).substr(0, line);
      if (absl::StartsWith(key, begin) && slot.key != slot.label) suggestion.matched = slot.key;
    }
    if (suggestion.rows > 0) out.push_back(std::move(suggestion));
  }
  std::stable_sort(out.begin(), out.end(), [](const Suggestion& a, const Suggestion& b) {
    return std::tie(b.rows, a.text, a.field, a.value) < std::tie(a.rows, b.text, b.field, b.value);
  });
  if (out.size() > static_cast<size_t>(limit)) out.resize(static_cast<size_t>(limit));
  return out;
}

}  // namespace parfocal
