// One facet field of one segment, prepared for counting: which sets of values the rows of a study
// have and how many rows and images each set has in all of them, so that a study that matches as a
// whole is counted without looking at a row; and, where sets change every few rows, the set of each
// row as a small number, so that any part of it is counted by one pass. Derived from the runs of
// the segment; some 1 to 3 bytes a row where there is a column, and 24 bytes a set of a study.
//
// Thread safety: immutable; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/segment.h"

namespace parfocal {

class OpenSegment;

class FieldColumn {
 public:
  // A set of values in the rows of one study of the segment, dead rows included.
  struct Part {
    int64_t images = 0;
    uint32_t set = 0;  // Of the segment.
    uint32_t rows = 0;
    uint32_t unknown = 0;
  };

  FieldColumn(const OpenSegment& segment, FieldId field);

  // The distinct sets of the study's rows, in the order of their first row.
  absl::Span<const Part> Parts(uint32_t study) const {
    const Study& at = studies_[study];
    return absl::MakeConstSpan(parts_).subspan(at.first_part, at.parts);
  }
  // The largest number of parts that a study has.
  uint32_t most_parts() const { return most_parts_; }
  bool HasColumn(uint32_t study) const { return studies_[study].width != 0; }
  // Calls visit(column), where column[row of the segment - study's first row] is the number of the
  // row's part, or Parts(study).size() for a row without values. REQUIRES: HasColumn(study).
  template <typename Visit>
  void WithColumn(uint32_t study, Visit visit) const {
    const Study& at = studies_[study];
    if (at.width == 1) {
      visit(narrow_.data() + at.offset);
    } else if (at.width == 2) {
      visit(middle_.data() + at.offset);
    } else {
      visit(wide_.data() + at.offset);
    }
  }

 private:
  struct Study {
    uint32_t first_part = 0, parts = 0;
    uint8_t width = 0;  // Bytes of a number in the column; 0: no column.
    size_t offset = 0;
  };
  template <typename T>
  static void Append(absl::Span<const RowRun> runs, const std::vector<uint32_t>& part_of,
                     RowId first, RowId end, uint32_t none, std::vector<T>* out);

  std::vector<Study> studies_;
  std::vector<Part> parts_;
  uint32_t most_parts_ = 0;
  std::vector<uint8_t> narrow_;
  std::vector<uint16_t> middle_;
  std::vector<uint32_t> wide_;
};

}  // namespace parfocal
