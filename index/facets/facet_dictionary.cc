#include "parfocal/facets/facet_dictionary.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/segment/text.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

uint64_t NextNumber() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

std::string SharedSpelling(const VocabularyValue& value, const TermLookup* terms) {
  if (value.field == kAttributeField || !FoldsSpelling(Fields()[value.field])) return "";
  const bool labelled = !value.label.empty() && value.label != value.key;
  const bool id =
      value.is_term ||
      (labelled && (!CuriePrefix(value.key).empty() || absl::StrContains(value.key, "://")));
  if (!id) return SpellingKey(value.key);
  if (!labelled) return "";
  if (terms != nullptr &&
      (terms->LabelOf(value.key).has_value() || terms->Descendants(value.key, 2).size() > 1)) {
    return "";
  }
  return SpellingKey(value.label);
}

FacetDictionary::FacetDictionary(std::shared_ptr<const Vocabulary> vocabulary,
                                 std::shared_ptr<const TermLookup> terms)
    : number_(NextNumber()), vocabulary_(std::move(vocabulary)), terms_(std::move(terms)) {
  for (size_t i = 0; i < Fields().size(); ++i) fields_.push_back(std::make_unique<FieldSlots>());
}

uint32_t FacetDictionary::slots(FieldId field) const {
  return fields_[field]->size.load(std::memory_order_acquire);
}

const std::vector<std::string>& FacetDictionary::AncestorsOf(absl::string_view curie) {
  auto [it, fresh] = ancestors_.try_emplace(curie);
  if (fresh) it->second = terms_->Ancestors(curie);
  return it->second;
}

uint32_t FacetDictionary::AddSlot(FieldSlots* field, absl::string_view key, absl::string_view label,
                                  bool closure, std::string spelling) {
  const uint32_t number = static_cast<uint32_t>(field->slots.size());
  const auto [it, fresh] = field->by_key.try_emplace(
      spelling.empty() ? std::string(key) : absl::StrCat("\n", spelling), number);
  if (!fresh) return it->second;
  Slot slot;
  slot.spelling = std::move(spelling);
  slot.key = std::string(key);
  slot.is_term = closure;
  if (closure) {
    if (auto known = terms_->LabelOf(key)) slot.label = *std::move(known);
  }
  if (slot.label.empty()) slot.label = std::string(label.empty() ? key : label);
  slot.folded = slot.label == slot.key ? Fold(slot.key)
                                       : absl::StrCat(Fold(slot.key), "\n", Fold(slot.label));
  field->slots.Append(std::move(slot));
  std::vector<uint32_t> reached = {number};
  if (closure) {
    for (const std::string& ancestor : AncestorsOf(key)) {
      // A cycle of bad edges ends here, since a slot is entered before its ancestors are.
      if (ancestor != key) reached.push_back(AddSlot(field, ancestor, "", closure));
    }
  }
  field->slots[number].closure = std::move(reached);
  return number;
}

void FacetDictionary::Grow(ValueId size) {
  for (ValueId id = grown_; id < size; ++id) {
    const VocabularyValue value = vocabulary_->Get(id);
    Value entry;
    entry.field = FieldKeyOf(value);
    if (value.field != kAttributeField) {
      FieldSlots* field = fields_[value.field].get();
      entry.slot = AddSlot(field, value.key, value.label, value.is_term && terms_ != nullptr,
                           SharedSpelling(value, terms_.get()));
      field->size.store(static_cast<uint32_t>(field->slots.size()), std::memory_order_release);
    }
    values_.Append(entry);
  }
  if (size > grown_) grown_ = size;
}

}  // namespace parfocal
