#include "value_names.h"

#include <algorithm>
#include <set>
#include <utility>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/segment/text.h"

namespace parfocal {

ValueNames::ValueNames(std::shared_ptr<const Vocabulary> vocabulary,
                       std::shared_ptr<const TermLookup> terms)
    : vocabulary_(std::move(vocabulary)), terms_(std::move(terms)) {
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
      // Words are found under their own spelling anyway.
      std::string shared = SharedSpelling(value, terms_.get());
      if (!shared.empty() && shared != key) names.shared[*it] = std::move(shared);
    }
    names.known = limit;
  }
  const auto found = names.values.find(form(text));
  if (found == names.values.end()) return {};
  std::set<ValueId> out;
  for (const ValueId id : found->second) {
    if (id >= limit) continue;
    out.insert(id);
    const auto shared = names.shared.find(id);
    if (shared == names.shared.end()) continue;
    // Labels of described terms may be spelt so, too: they count alone.
    for (const ValueId mate : names.values.at(shared->second)) {
      if (mate < limit && SharedSpelling(vocabulary_->Get(mate), terms_.get()) == shared->second)
        out.insert(mate);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace parfocal
