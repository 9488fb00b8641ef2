// A Segment with what search derives from it once: image sums, the values that its studies state
// grouped by field, and (on demand) which rows have own values of a field. Shared by every snapshot
// that contains the segment.
//
// Thread safety: any thread; what is made on demand is made under a mutex and then kept.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "parfocal/mutex.h"
#include "parfocal/rows/field_column.h"
#include "parfocal/rows/row_counts.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

namespace parfocal {

// A schema field, or an attribute key above kFirstAttributeField.
using FieldKey = uint32_t;
inline constexpr FieldKey kFirstAttributeField = 0x10000;
inline FieldKey FieldKeyOf(const VocabularyValue& value) {
  return value.field == kAttributeField ? kFirstAttributeField + value.attribute_key : value.field;
}

// A value that a study of the segment states.
struct StatedValue {
  FieldKey field = 0;
  ValueId value = 0;
  uint32_t scope = 0;  // Block number in this segment; 0: all of the study.
  friend auto operator<=>(const StatedValue&, const StatedValue&) = default;
};

// Where a value is stated: the index-th of what the study of the segment states.
struct StatedPlace {
  ValueId value = 0;
  uint32_t study = 0;
  uint32_t index = 0;
};

class OpenSegment {
 public:
  // Fails as Segment::Open does. `vocabulary` knows every value of the segment.
  static absl::StatusOr<std::shared_ptr<const OpenSegment>> Open(
      const std::string& path, std::shared_ptr<const Vocabulary> vocabulary);

  const Segment& segment() const { return *segment_; }
  const Vocabulary* vocabulary() const { return vocabulary_.get(); }
  RowId rows() const { return static_cast<RowId>(narrow_images_.size()); }
  size_t words() const { return word_images_.size(); }

  // Original images of the row; -1 unknown.
  int64_t images(RowId row) const {
    const uint16_t narrow = narrow_images_[row];
    if (narrow < kWideImages) return narrow;
    return narrow == kUnknownImages ? -1 : segment_->ImageCount(row);
  }
  // The same for loops over many rows: the number, or one of the two that stand for others.
  static constexpr uint16_t kUnknownImages = UINT16_MAX;
  static constexpr uint16_t kWideImages = UINT16_MAX - 1;  // Ask images().
  const uint16_t* narrow_images() const { return narrow_images_.data(); }
  // Known images of the 64 rows of a word, and how many of those rows have an unknown number.
  int64_t word_images(size_t word) const { return word_images_[word]; }
  int64_t word_unknown(size_t word) const { return word_unknown_[word]; }

  // Rows [begin, end), dead ones included.
  RowCounts CountRows(RowId begin, RowId end) const;
  // All ImageSets of the study that the segment holds, dead ones included.
  const RowCounts& all_sets(uint32_t study) const { return all_sets_[study]; }

  // What the version of the study's record in this segment states, by field, value, scope; no
  // duplicates. Empty without a record.
  absl::Span<const StatedValue> Stated(uint32_t study) const {
    return absl::MakeConstSpan(stated_).subspan(stated_begin_[study],
                                                stated_begin_[study + 1] - stated_begin_[study]);
  }

  // All that its studies state, by value, then study: who asks for a few values need not read what
  // every study states. Lives as long as the segment.
  absl::Span<const StatedPlace> StatedByValue() const;

  // Values of `field` that rows of this segment have as their own, ascending.
  absl::Span<const ValueId> OwnValues(FieldKey field) const;
  // Rows that have any own value of `field`, as words of bits.
  const std::vector<uint64_t>& OwnRows(FieldKey field) const;
  // The facet field `field`, prepared for counting.
  const FieldColumn& Column(FieldId field) const;
  // What a maker derives of a field of this segment, kept for its next call: the latest maker's
  // alone. `maker` is a number of its own for each maker that the process ever has.
  std::shared_ptr<const void> Derived(uint64_t maker, FieldId field,
                                      absl::FunctionRef<std::shared_ptr<const void>()> make) const;
  // Sets the rows that have `value` as their own in `words` (of this segment).
  void AddRowsWith(ValueId value, uint64_t* words) const;

 private:
  OpenSegment(std::shared_ptr<const Segment> segment, std::shared_ptr<const Vocabulary> vocabulary);
  void GroupValues() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  std::shared_ptr<const Segment> segment_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<uint16_t> narrow_images_;
  std::vector<int64_t> word_images_;
  std::vector<uint8_t> word_unknown_;
  std::vector<RowCounts> all_sets_;  // By study.
  std::vector<StatedValue> stated_;
  std::vector<uint32_t> stated_begin_;

  mutable Mutex mu_;
  mutable bool grouped_ ABSL_GUARDED_BY(mu_) = false;
  mutable bool stated_sorted_ ABSL_GUARDED_BY(mu_) = false;
  mutable std::vector<StatedPlace> stated_by_value_;  // Not changed once `stated_sorted_`.
  mutable absl::flat_hash_map<FieldKey, std::vector<ValueId>> own_values_ ABSL_GUARDED_BY(mu_);
  mutable absl::flat_hash_map<FieldKey, std::unique_ptr<const std::vector<uint64_t>>> own_rows_
      ABSL_GUARDED_BY(mu_);
  struct Kept {
    uint64_t maker = 0;
    std::shared_ptr<const void> made;
  };
  mutable absl::flat_hash_map<FieldId, Kept> derived_ ABSL_GUARDED_BY(mu_);
  mutable absl::flat_hash_map<FieldId, std::unique_ptr<const FieldColumn>> columns_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
