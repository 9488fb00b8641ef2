// The vocabulary: every distinct value of the index, numbered. Values are (field, key) pairs, or
// (attribute key, value) pairs; segments hold only their numbers. Append-only: a number is never
// reused and a value never changes, so a reader that knows the size at its snapshot sees the same
// vocabulary for ever. A rebuild of the index makes a new one.
//
// File: `vocabulary.log`, a versioned header, then length-prefixed entries with a checksum each; a
// torn tail behind the last synced size (kept in the manifest) is cut off on opening.
//
// Thread safety: any number of readers beside one writer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/schema/schema.h"
#include "parfocal/status.h"

namespace parfocal {

using ValueId = uint32_t;
// Stands in the place of a FieldId for values of attributes.
inline constexpr FieldId kAttributeField = 0xffff;
// A longer key, label or attribute value is cut here, at a character; look-ups cut alike. The
// record itself keeps the whole.
inline constexpr size_t kMaxValueBytes = 32 * 1024;

// A vocabulary holds at most this many values.
inline constexpr ValueId kMaxValues = ValueId{1} << 28;

struct VocabularyValue {
  FieldId field = 0;           // kAttributeField for an attribute.
  uint32_t attribute_key = 0;  // Only for attributes; see AttributeKey.
  absl::string_view key;       // Lives as long as the Vocabulary.
  absl::string_view label;     // Empty if it equals the key.
  bool is_term = false;
  std::optional<double> number;
};

// What to do with values that the log holds beyond those asked for.
enum class VocabularyTail : uint8_t {
  kDrop,
  // Keep those that are whole: what a crash left behind between the vocabulary and the manifest. A
  // number that was once given to a value, and may be in the text index, then keeps its meaning.
  kKeep,
};

class Vocabulary {
 public:
  // Opens or creates the log in `directory`, with `size` values at least, and cuts off the rest as
  // `tail` says. DATA_LOSS if fewer than `size` whole entries are there or one of them fails its
  // checksum; FAILED_PRECONDITION for an unknown format version or another table of fields.
  static absl::StatusOr<std::unique_ptr<Vocabulary>> Open(
      const std::string& directory, ValueId size, VocabularyTail tail = VocabularyTail::kDrop);
  ~Vocabulary();

  ValueId size() const;
  // REQUIRES: id < size().
  VocabularyValue Get(ValueId id) const;
  std::optional<ValueId> Find(FieldId field, absl::string_view key) const;
  std::optional<ValueId> FindAttribute(uint32_t attribute_key, absl::string_view value) const;
  // Values of `field` below `limit`, ascending by id.
  std::vector<ValueId> OfField(FieldId field, ValueId limit) const;
  std::vector<ValueId> OfAttribute(uint32_t attribute_key, ValueId limit) const;

  // Attribute keys, numbered in the order of their first use; folded to lower case for look-up,
  // shown as first spelt.
  std::optional<uint32_t> FindAttributeKey(absl::string_view name) const;
  std::string AttributeKeyName(uint32_t attribute_key) const;
  uint32_t attribute_keys() const;

  // Writer only. Returns the number of the value, new or old. REQUIRES: size() < kMaxValues.
  ValueId Add(FieldId field, absl::string_view key, absl::string_view label, bool is_term,
              std::optional<double> number);
  ValueId AddAttribute(absl::string_view attribute_name, absl::string_view value);
  // Writer only. Makes all that was added durable. After UNAVAILABLE the outcome is unknown: open
  // anew.
  absl::Status Sync();
  // Reads the first `size` values again from the disk. DATA_LOSS if a checksum is wrong.
  absl::Status Verify(ValueId size) const;

 private:
  struct State;
  explicit Vocabulary(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parfocal
