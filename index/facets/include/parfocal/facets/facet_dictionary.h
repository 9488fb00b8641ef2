// What a facet shows for each value: its key and label, and the values that it also counts for (its
// ancestors). One dictionary serves all snapshots of one vocabulary and one ontology release, and
// grows with the vocabulary.
//
// A slot is a number of a key within one field: every value in use has one, and so has every
// ancestor of a value in use, whether in use itself or not. Words that differ in spelling alone
// share a slot (FoldsSpelling), and so do ids that no loaded ontology describes with the words
// beside which they stand: nothing but those says what they mean (see SharedSpelling).
//
// Thread safety: Grow from one thread at a time; all else from any thread, for values and slots
// that were there before the snapshot was published.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "parfocal/facets/stable_array.h"
#include "parfocal/rows/open_segment.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// The spelling under which `value` counts with others of its field; empty if it counts alone. Words
// have that of themselves. An id has that of its label if `terms` neither describe it nor know
// anything below it; `terms` may be nullptr: nothing is described.
std::string SharedSpelling(const VocabularyValue& value, const TermLookup* terms);

class FacetDictionary {
 public:
  struct Slot {
    std::string key;
    std::string label;
    bool is_term = false;
    std::string folded;  // Key and label as Fold makes them, for "contains".
    // SharedSpelling of the values if the slot stands for all of that spelling (then key, label and
    // is_term are those of the first that came); else empty.
    std::string spelling;
    std::vector<uint32_t> closure;  // Slots: its own and those of its ancestors.
  };

  // `terms` may be nullptr: nothing rolls up.
  FacetDictionary(std::shared_ptr<const Vocabulary> vocabulary,
                  std::shared_ptr<const TermLookup> terms);

  // A number that no other dictionary of the process has; later ones have larger ones.
  uint64_t number() const { return number_; }
  const Vocabulary* vocabulary() const { return vocabulary_.get(); }
  const TermLookup* terms() const { return terms_.get(); }

  // Takes in the values below `size`.
  void Grow(ValueId size);
  ValueId size() const { return grown_; }

  FieldKey FieldOf(ValueId value) const { return values_[value].field; }
  // Slot of a value of a schema field.
  uint32_t SlotOf(ValueId value) const { return values_[value].slot; }
  const Slot& slot(FieldId field, uint32_t number) const { return fields_[field]->slots[number]; }
  // How many slots `field` has among the values below the last Grow; grows with it.
  uint32_t slots(FieldId field) const;

 private:
  struct Value {
    FieldKey field = 0;
    uint32_t slot = 0;
  };
  struct FieldSlots {
    StableArray<Slot> slots;
    // Writer only. By key, or by "\n" and the spelling.
    absl::flat_hash_map<std::string, uint32_t> by_key;
    std::atomic<uint32_t> size{0};
  };
  // `spelling`: see Slot.
  uint32_t AddSlot(FieldSlots* field, absl::string_view key, absl::string_view label, bool closure,
                   std::string spelling = "");
  const std::vector<std::string>& AncestorsOf(absl::string_view curie);

  const uint64_t number_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const TermLookup> terms_;
  StableArray<Value> values_;
  std::vector<std::unique_ptr<FieldSlots>> fields_;
  absl::flat_hash_map<std::string, std::vector<std::string>> ancestors_;  // Writer only.
  ValueId grown_ = 0;
};

}  // namespace parfocal
