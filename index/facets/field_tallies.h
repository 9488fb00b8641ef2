// Counts one facet field of the schema: study by study, over the runs of rows that have the same
// set of values.
#pragma once

#include <memory>
#include <vector>

#include "parfocal/facets/facet_dictionary.h"
#include "parfocal/rows/ranked_rows.h"
#include "tally.h"

namespace parfocal {

class FieldTallies {
 public:
  FieldTallies(const SnapshotRows& snapshot, const FacetDictionary& dictionary, FieldId field,
               const RankedRows& match);

  absl::Status Count(Interrupt* interrupt);

  uint32_t slots() const { return static_cast<uint32_t>(exact_.size()); }
  const Counts& exact(uint32_t slot) const { return exact_[slot].counts; }
  const Counts& rolled_up(uint32_t slot) const {
    return rolls_up_ ? rolled_up_[slot].counts : exact_[slot].counts;
  }
  const Counts& missing() const { return missing_.counts; }

 private:
  // Rows of one segment.
  struct Range {
    uint32_t segment, segment_study;
    size_t begin, end;
    RowCounts matches;
  };
  // The slots of each set of a segment's field, without repetition.
  struct SetSlots {
    std::vector<uint32_t> begin;  // By set; one more for the end.
    std::vector<uint32_t> slots;
    absl::Span<const uint32_t> operator[](uint32_t set) const {
      return absl::MakeConstSpan(slots).subspan(begin[set], begin[set + 1] - begin[set]);
    }
  };
  // Rows of a study for which the same of its values are in force.
  struct Group {
    std::vector<Range> ranges;
    std::vector<uint32_t> unclaimed;  // Slots that hold on every row.
    std::vector<uint32_t> claimed;    // Slots that hold on rows without own values.
  };

  void CountStudy(uint32_t number, const LiveStudy& study);
  void SplitByBlock(const LiveStudy& study, absl::Span<const StatedValue> stated,
                    const std::vector<bool>& claimed);
  void CountGroup(uint32_t number, const Group& group);
  // Counts the own values of the rows of `range`; returns how many rows have some. The way that
  // touches least: sums kept for whole studies, a column, runs, or single rows looked up in runs.
  RowCounts CountRange(uint32_t number, const Range& range);
  RowCounts CountWhole(uint32_t number, const Range& range);
  template <typename T>
  RowCounts CountColumn(uint32_t number, const Range& range, const T* column);
  RowCounts CountRuns(uint32_t number, const Range& range, absl::Span<const RowRun> runs);
  // Adds rows that have the same own values.
  void AddSet(uint32_t number, absl::Span<const uint32_t> slots, const RowCounts& rows);
  std::shared_ptr<const SetSlots> SlotsOf(const OpenSegment& open) const;
  // Adds `rows` to the closure of each of `slots` but what `held_` says is counted already.
  void AddClosure(uint32_t number, absl::Span<const uint32_t> slots, const RowCounts& rows,
                  bool own);

  const SnapshotRows& snapshot_;
  const FacetDictionary& dictionary_;
  const FieldId field_;
  const RankedRows& match_;
  const bool rolls_up_;  // Otherwise both counts are the same.

  std::vector<Tally> exact_, rolled_up_;  // By slot.
  Tally missing_;
  std::vector<Group> groups_;
  std::vector<const FieldColumn*> columns_;             // By segment.
  std::vector<std::shared_ptr<const SetSlots>> slots_;  // By segment.
  std::vector<RowCounts> of_set_;  // By set of the segment at hand; zero between ranges.
  // By part of the study at hand; zero between studies. Rows above kImageBits, images below.
  std::vector<uint64_t> packed_;
  std::vector<RowCounts> unusual_;  // Rows whose images are unknown or more than 16 bits hold.
  std::vector<uint32_t> touched_;
  // A slot whose mark is `held_` is held by all rows of the group; whose mark is `stamp_`, by those
  // being added.
  std::vector<uint64_t> marks_;
  // The same for `exact_`.
  std::vector<uint64_t> exact_marks_;
  uint64_t stamp_ = 0, held_ = 0;
  int64_t work_ = 0;
};

}  // namespace parfocal
