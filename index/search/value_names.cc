#include "value_names.h"

#include <algorithm>
#include <utility>

#include "parfocal/segment/text.h"

namespace parfocal {

ValueNames::ValueNames(std::shared_ptr<const Vocabulary> vocabulary)
    : vocabulary_(std::move(vocabulary)) {
  for (size_t i = 0; i < Fields().size(); ++i) fields_.push_back(std::make_unique<Names>());
}

std::vector<ValueId> ValueNames::Named(FieldId field, absl::string_view text, ValueId limit) {
  const bool spelling = FoldsSpelling(Fields()[field]);
  const auto form = [&](absl::string_view name) {
    return spelling ? SpellingKey(name) : Fold(name);
  };
  Names& names = *fields_[field];
  MutexLock lock(&names.mu);
  if (names.known < limit) {
    const std::vector<ValueId> ids = vocabulary_->OfField(field, limit);
    for (auto it = std::lower_bound(ids.begin(), ids.end(), names.known); it != ids.end(); ++it) {
      const VocabularyValue value = vocabulary_->Get(*it);
      const std::string key = form(value.key);
      const std::string label = value.label.empty() ? key : form(value.label);
      names.values[key].push_back(*it);
      if (label != key) names.values[label].push_back(*it);
    }
    names.known = limit;
  }
  std::vector<ValueId> out;
  if (auto found = names.values.find(form(text)); found != names.values.end()) {
    for (ValueId id : found->second) {
      if (id < limit) out.push_back(id);
    }
  }
  return out;
}

}  // namespace parfocal
