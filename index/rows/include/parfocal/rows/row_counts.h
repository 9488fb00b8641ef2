// How many rows, known images and rows of unknown size: what every count of an answer is added up
// from.
#pragma once

#include <cstdint>

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
  // `images` of one row: -1 unknown.
  void AddRow(int64_t of_row) {
    ++rows;
    if (of_row < 0) {
      ++unknown;
    } else {
      images += of_row;
    }
  }
};

}  // namespace parfocal
