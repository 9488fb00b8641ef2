#include "wide_suggestions.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "matcher.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

// Of each kind so many are counted.
constexpr size_t kMaxSynonyms = 20;
constexpr size_t kMaxKeys = 20;
constexpr size_t kMaxAttributeValues = 40;
constexpr size_t kMaxValuesLookedAt = 2000;
// Longer texts are no completion of what somebody types.
constexpr size_t kMaxSuggestedBytes = 120;

// Whether a word of `folded` begins with `begin`.
bool BeginsWord(absl::string_view folded, absl::string_view begin) {
  for (size_t at = folded.find(begin); at != absl::string_view::npos;
       at = folded.find(begin, at + 1)) {
    if (at == 0 || absl::StrContains(" -/(,[_", folded.substr(at - 1, 1))) return true;
  }
  return false;
}

}  // namespace

absl::Status WideSuggestions::Add(const SuggestQuestion& question, const RowSet* within,
                                  Interrupt* interrupt, std::vector<Suggestion>* out) const {
  const std::string begin = Fold(question.prefix);
  if (begin.empty() || question.limit <= 0) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(AddSynonyms(question, within, interrupt, out));
  PARFOCAL_RETURN_IF_ERROR(AddKeys(begin, within, interrupt, out));
  PARFOCAL_RETURN_IF_ERROR(AddAttributeValues(begin, within, interrupt, out));
  std::stable_sort(out->begin(), out->end(), [](const Suggestion& a, const Suggestion& b) {
    return std::tie(b.rows, a.text, a.field, a.attribute_key, a.value) <
           std::tie(a.rows, b.text, b.field, b.attribute_key, b.value);
  });
  const size_t limit = static_cast<size_t>(question.limit);
  if (out->size() > limit) out->resize(limit);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> WideSuggestions::Count(std::vector<ValueId> values, const RowSet* within,
                                               Interrupt* interrupt) const {
  std::sort(values.begin(), values.end());
  RowSet rows(rows_.words());
  PARFOCAL_RETURN_IF_ERROR(rows_.AddHolding(ValueSet(std::move(values)), interrupt, &rows));
  if (within != nullptr) rows.And(*within);
  return rows.Count();
}

absl::Status WideSuggestions::AddSynonyms(const SuggestQuestion& question, const RowSet* within,
                                          Interrupt* interrupt,
                                          std::vector<Suggestion>* out) const {
  if (terms_ == nullptr) return absl::OkStatus();
  const std::string begin = Fold(question.prefix);
  absl::flat_hash_map<std::string, std::string> synonyms;  // By term.
  for (const TermMatch& match : terms_->Suggest(question.prefix, {}, kMaxSynonyms)) {
    const bool known = std::any_of(out->begin(), out->end(),
                                   [&](const Suggestion& s) { return s.value == match.id; });
    if (!match.by_synonym || known) continue;
    const std::optional<Term> term = terms_->Find(match.id);
    if (!term) continue;
    for (const Synonym& synonym : term->synonyms) {
      if (!BeginsWord(Fold(synonym.text), begin)) continue;
      synonyms.emplace(match.id, synonym.text);
      break;
    }
  }
  if (synonyms.empty()) return absl::OkStatus();
  for (const Field& field : Fields()) {
    if (!FindsTermsOfWords(field) || field.mined) continue;
    absl::flat_hash_map<std::string, std::vector<ValueId>> values;
    for (ValueId id : rows_.vocabulary().OfField(field.id, rows_.manifest().values)) {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(4));
      for (uint32_t slot : dictionary_.slot(field.id, dictionary_.SlotOf(id)).closure) {
        const std::string& key = dictionary_.slot(field.id, slot).key;
        if (synonyms.contains(key)) values[key].push_back(id);
      }
    }
    for (auto& [key, ids] : values) {
      Suggestion suggestion;
      PARFOCAL_ASSIGN_OR_RETURN(suggestion.rows, Count(std::move(ids), within, interrupt));
      if (suggestion.rows == 0) continue;
      suggestion.text = terms_->LabelOf(key).value_or(key);
      suggestion.field = std::string(field.name);
      suggestion.value = key;
      suggestion.kind = SuggestionKind::kSynonym;
      suggestion.matched = synonyms[key];
      out->push_back(std::move(suggestion));
    }
  }
  return absl::OkStatus();
}

absl::Status WideSuggestions::AddKeys(const std::string& begin, const RowSet* within,
                                      Interrupt* interrupt, std::vector<Suggestion>* out) const {
  size_t taken = 0;
  for (uint32_t key = 0; key < rows_.vocabulary().attribute_keys() && taken < kMaxKeys; ++key) {
    const std::string name = rows_.vocabulary().AttributeKeyName(key);
    if (IsPersonalAttribute(name) || !BeginsWord(Fold(name), begin)) continue;
    ++taken;
    RowSet rows(rows_.words());
    PARFOCAL_RETURN_IF_ERROR(rows_.AddHavingAny(kFirstAttributeField + key, interrupt, &rows));
    if (within != nullptr) rows.And(*within);
    Suggestion suggestion;
    suggestion.rows = rows.Count();
    if (suggestion.rows == 0) continue;
    suggestion.text = suggestion.attribute_key = name;
    suggestion.field = "attribute";
    suggestion.kind = SuggestionKind::kAttributeKey;
    out->push_back(std::move(suggestion));
  }
  return absl::OkStatus();
}

absl::Status WideSuggestions::AddAttributeValues(const std::string& begin, const RowSet* within,
                                                 Interrupt* interrupt,
                                                 std::vector<Suggestion>* out) const {
  // A phrase is looked up by its first word.
  const std::string first = begin.substr(0, begin.find(' '));
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<ValueId> values,
                            text_->ValuesBeginning(first, kMaxValuesLookedAt, rows_, interrupt));
  size_t taken = 0;
  for (ValueId id : values) {
    const VocabularyValue value = rows_.vocabulary().Get(id);
    if (value.field != kAttributeField || value.key.size() > kMaxSuggestedBytes) continue;
    if (!BeginsWord(Fold(value.key), begin)) continue;
    const std::string key = rows_.vocabulary().AttributeKeyName(value.attribute_key);
    if (IsPersonalAttribute(key)) continue;
    if (++taken > kMaxAttributeValues) break;
    Suggestion suggestion;
    PARFOCAL_ASSIGN_OR_RETURN(suggestion.rows, Count({id}, within, interrupt));
    if (suggestion.rows == 0) continue;
    suggestion.text = suggestion.value = std::string(value.key);
    suggestion.field = "attribute";
    suggestion.attribute_key = key;
    suggestion.kind = SuggestionKind::kAttributeValue;
    out->push_back(std::move(suggestion));
  }
  return absl::OkStatus();
}

}  // namespace parfocal
