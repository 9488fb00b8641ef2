#include "parfocal/rows/field_column.h"

#include <algorithm>

#include "parfocal/rows/open_segment.h"

namespace parfocal {
namespace {

// With longer runs than this on average, walking over the runs is as fast as any column.
constexpr size_t kRowsPerRun = 16;

}  // namespace

template <typename T>
void FieldColumn::Append(absl::Span<const RowRun> runs, const std::vector<uint32_t>& part_of,
                         RowId first, RowId end, uint32_t none, std::vector<T>* out) {
  const size_t offset = out->size();
  out->resize(offset + (end - first), static_cast<T>(none));
  for (const RowRun& run : runs) {
    std::fill(out->begin() + static_cast<ptrdiff_t>(offset + (run.begin - first)),
              out->begin() + static_cast<ptrdiff_t>(offset + (run.end - first)),
              static_cast<T>(part_of[run.set]));
  }
}

FieldColumn::FieldColumn(const OpenSegment& open, FieldId field) {
  const Segment& segment = open.segment();
  constexpr uint32_t kUnseen = UINT32_MAX;
  std::vector<uint32_t> part_of(segment.sets(field), kUnseen);
  studies_.resize(segment.studies());
  for (uint32_t number = 0; number < segment.studies(); ++number) {
    const absl::Span<const RowRun> runs = segment.Runs(field, number);
    const StudyEntry entry = segment.study(number);
    Study& study = studies_[number];
    study.first_part = static_cast<uint32_t>(parts_.size());
    for (const RowRun& run : runs) {
      uint32_t& part = part_of[run.set];
      if (part == kUnseen) {
        part = static_cast<uint32_t>(parts_.size()) - study.first_part;
        parts_.push_back({0, run.set, 0, 0});
      }
      const RowCounts counts = open.CountRows(run.begin, run.end);
      Part& sum = parts_[study.first_part + part];
      sum.rows += static_cast<uint32_t>(counts.rows);
      sum.unknown += static_cast<uint32_t>(counts.unknown);
      sum.images += counts.images;
    }
    study.parts = static_cast<uint32_t>(parts_.size()) - study.first_part;
    most_parts_ = std::max(most_parts_, study.parts);
    if (runs.size() * kRowsPerRun > entry.end_row - entry.first_row) {
      if (study.parts <= UINT8_MAX) {
        study.width = 1;
        study.offset = narrow_.size();
        Append(runs, part_of, entry.first_row, entry.end_row, study.parts, &narrow_);
      } else if (study.parts <= UINT16_MAX) {
        study.width = 2;
        study.offset = middle_.size();
        Append(runs, part_of, entry.first_row, entry.end_row, study.parts, &middle_);
      } else {
        study.width = 4;
        study.offset = wide_.size();
        Append(runs, part_of, entry.first_row, entry.end_row, study.parts, &wide_);
      }
    }
    for (const RowRun& run : runs) part_of[run.set] = kUnseen;
  }
  parts_.shrink_to_fit();
  narrow_.shrink_to_fit();
  middle_.shrink_to_fit();
  wide_.shrink_to_fit();
}

}  // namespace parfocal
