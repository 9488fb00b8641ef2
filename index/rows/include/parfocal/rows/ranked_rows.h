// A set of rows prepared for counting: how many rows, known images and rows of unknown size each
// study has, looked up, and any range of rows, in constant time for whole words.
//
// Thread safety: belongs to the one thread that executes the query.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "parfocal/rows/row_counts.h"
#include "parfocal/rows/snapshot_rows.h"

namespace parfocal {

class RankedRows {
 public:
  // `rows` must outlive it and is a subset of `snapshot.live()`.
  RankedRows(const SnapshotRows& snapshot, const RowSet& rows);

  const RowSet& rows() const { return rows_; }
  // Of the rows in [begin, end), which all lie in segment `segment`.
  RowCounts In(uint32_t segment, size_t begin, size_t end) const {
    if (begin >= end) return {};
    if (begin / 64 == (end - 1) / 64) {
      RowCounts out;
      const uint64_t mask =
          (~uint64_t{0} << (begin % 64)) & (~uint64_t{0} >> (63 - (end - 1) % 64));
      AddBits(segment, begin / 64, rows_.data()[begin / 64] & mask, &out);
      return out;
    }
    if (before_ == nullptr) SumWords();
    RowCounts out = Before(segment, end);
    out.Subtract(Before(segment, begin));
    return out;
  }
  // Of the index-th part of a study of the snapshot.
  const RowCounts& InPart(const LiveStudy& study, size_t index) const {
    return counts_[first_[NumberOf(study)] + index];
  }
  // Of the ImageSets of a study (its own row left out).
  RowCounts InSets(const LiveStudy& study) const;
  // Of all of the study's rows, as the counts of an answer.
  Counts InStudy(const LiveStudy& study) const;
  Counts Total() const;

  // The same as InStudy, for one study of any set of rows; costs a look at each of its rows.
  static Counts OfStudy(const SnapshotRows& snapshot, const LiveStudy& study, const RowSet& rows);

 private:
  size_t NumberOf(const LiveStudy& study) const {
    return static_cast<size_t>(&study - snapshot_.studies().data());
  }
  void AddBits(uint32_t segment, size_t word, uint64_t bits, RowCounts* out) const {
    AddBits(snapshot_, segment, word, bits, out);
  }
  static void AddBits(const SnapshotRows& snapshot, uint32_t segment, size_t word, uint64_t bits,
                      RowCounts* out) {
    const OpenSegment& open = snapshot.segment(segment);
    const size_t first = 64 * (word - snapshot.base(segment));
    if (bits == ~uint64_t{0}) {
      out->Add({64, open.word_images(first / 64), open.word_unknown(first / 64)});
      return;
    }
    for (; bits != 0; bits &= bits - 1) {
      out->AddRow(open.images(static_cast<RowId>(first + std::countr_zero(bits))));
    }
  }
  static RowCounts CountRange(const SnapshotRows& snapshot, const RowSet& rows, uint32_t segment,
                              size_t begin, size_t end);
  static RowCounts CountPart(const SnapshotRows& snapshot, const RowSet& rows,
                             const StudyPart& part);
  void SumWords() const;
  RowCounts Before(uint32_t segment, size_t row) const {
    RowCounts out = before_[row / 64];
    if (row % 64 != 0) {
      const uint64_t mask = ~(~uint64_t{0} << (row % 64));
      AddBits(segment, row / 64, rows_.data()[row / 64] & mask, &out);
    }
    return out;
  }

  const SnapshotRows& snapshot_;
  const RowSet& rows_;
  // By word, and one for the end. Made when it is first asked for: few matches need it not.
  mutable std::unique_ptr<RowCounts[]> before_;
  // By study: one for each part, or one for the own row of a study without ImageSets.
  std::vector<RowCounts> counts_;
  std::vector<uint32_t> first_;
};

}  // namespace parfocal
