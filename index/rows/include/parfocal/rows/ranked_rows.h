// A set of rows prepared for counting: how many rows, known images and rows of unknown size any
// range has, in constant time for whole words.
#pragma once

#include <cstdint>
#include <vector>

#include "parfocal/rows/snapshot_rows.h"

namespace parfocal {

struct RowCounts {
  int64_t rows = 0;
  int64_t images = 0;
  int64_t unknown = 0;
  void Add(const RowCounts& o) {
    rows += o.rows;
    images += o.images;
    unknown += o.unknown;
  }
  void Subtract(const RowCounts& o) {
    rows -= o.rows;
    images -= o.images;
    unknown -= o.unknown;
  }
};

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
    RowCounts out = Before(segment, end);
    out.Subtract(Before(segment, begin));
    return out;
  }
  // Of the ImageSets of a study (its own row left out).
  RowCounts InSets(const LiveStudy& study) const;
  // Of all of the study's rows, as the counts of an answer.
  Counts InStudy(const LiveStudy& study) const;
  Counts Total() const;

 private:
  void AddBits(uint32_t segment, size_t word, uint64_t bits, RowCounts* out) const {
    const OpenSegment& open = snapshot_.segment(segment);
    const size_t base = 64 * snapshot_.base(segment);
    for (; bits != 0; bits &= bits - 1) {
      const int64_t images =
          open.images(static_cast<RowId>(word * 64 + std::countr_zero(bits) - base));
      ++out->rows;
      if (images < 0) {
        ++out->unknown;
      } else {
        out->images += images;
      }
    }
  }
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
  std::vector<RowCounts> before_;  // By word, and one for the end.
};

}  // namespace parfocal
