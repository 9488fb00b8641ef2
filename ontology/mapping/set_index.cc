#include "set_index.h"

#include <xxhash.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

const SetUse* FindUse(const std::map<std::string, SetUse>& uses, const NamedSet& set) {
  auto it = uses.find(set.name);
  if (it == uses.end()) it = uses.find(set.set->id());
  return it == uses.end() ? nullptr : &it->second;
}

// A hash of texts, one after the other.
class TextHash {
 public:
  TextHash() : state_(XXH3_createState()) { XXH3_64bits_reset(state_); }
  ~TextHash() { XXH3_freeState(state_); }
  TextHash(const TextHash&) = delete;
  TextHash& operator=(const TextHash&) = delete;

  void Add(absl::string_view text) { XXH3_64bits_update(state_, text.data(), text.size()); }
  std::string Hex() const {
    return absl::StrCat(absl::Hex(XXH3_64bits_digest(state_), absl::kZeroPad16));
  }

 private:
  XXH3_state_t* const state_;
};

// A set that is not used still says what does not match.
void AddDenials(const MappingSet& set, TextHash* hash) {
  for (size_t row = 0; row < set.size(); ++row) {
    if (!set.negated(row)) continue;
    hash->Add(absl::StrCat(set.subject(row), "\t", set.object(row), "\t", set.words(row), "\n"));
  }
}

}  // namespace

SetIndex::SetIndex(std::vector<NamedSet> sets, std::shared_ptr<const MappingUse> use)
    : sets_(std::move(sets)), use_(std::move(use)) {
  std::sort(sets_.begin(), sets_.end(),
            [](const NamedSet& a, const NamedSet& b) { return a.name < b.name; });
  uint32_t number = 0;
  TextHash all, used;
  all.Add(use_->fingerprint);
  used.Add(use_->fingerprint);
  for (const NamedSet& named : sets_) {
    const MappingSet& set = *named.set;
    words_use_.push_back(FindUse(use_->words, named));
    terms_use_.push_back(FindUse(use_->terms, named));
    begins_.push_back(number);
    const std::string content = absl::StrCat(named.name, "\n", set.fingerprint(), "\n");
    all.Add(content);
    if (words_use_.back() != nullptr || terms_use_.back() != nullptr) {
      used.Add(content);
    } else {
      AddDenials(set, &used);
    }
    for (size_t row = 0; row < set.size(); ++row, ++number) {
      if (set.literal(row)) words_.push_back({HashText(FoldText(set.words(row))), number});
      if (!set.subject(row).empty()) terms_.push_back({HashText(set.subject(row)), number});
      if (!set.object(row).empty() && set.object(row) != set.subject(row))
        terms_.push_back({HashText(set.object(row)), number});
    }
  }
  fingerprint_ = all.Hex();
  used_fingerprint_ = used.Hex();
  std::sort(words_.begin(), words_.end());
  std::sort(terms_.begin(), terms_.end());
  words_.shrink_to_fit();
  terms_.shrink_to_fit();
}

void SetIndex::Visit(const std::vector<Place>& places, uint32_t hash,
                     const std::function<void(size_t, size_t)>& visit) const {
  for (auto at = std::lower_bound(places.begin(), places.end(), Place{hash, 0});
       at != places.end() && at->hash == hash; ++at) {
    const size_t set = static_cast<size_t>(
        std::upper_bound(begins_.begin(), begins_.end(), at->row) - begins_.begin() - 1);
    visit(set, at->row - begins_[set]);
  }
}

void SetIndex::OfTerm(absl::string_view curie,
                      const std::function<void(size_t, size_t)>& visit) const {
  Visit(terms_, HashText(curie), [&](size_t set, size_t row) {
    const MappingSet& rows = *sets_[set].set;
    if (rows.subject(row) == curie || rows.object(row) == curie) visit(set, row);
  });
}

void SetIndex::OfWords(absl::string_view words,
                       const std::function<void(size_t, size_t)>& visit) const {
  const std::string folded = FoldText(words);
  Visit(words_, HashText(folded), [&](size_t set, size_t row) {
    if (FoldText(sets_[set].set->words(row)) == folded) visit(set, row);
  });
}

size_t SetIndex::memory_bytes() const {
  size_t bytes = (terms_.capacity() + words_.capacity()) * sizeof(Place);
  for (const NamedSet& set : sets_) bytes += set.set->memory_bytes();
  return bytes;
}

}  // namespace parfocal
