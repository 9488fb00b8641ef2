#include "parfocal/rows/ranked_rows.h"

namespace parfocal {

RankedRows::RankedRows(const SnapshotRows& snapshot, const RowSet& rows)
    : snapshot_(snapshot), rows_(rows) {
  before_.reserve(rows.words() + 1);
  RowCounts sum;
  for (uint32_t segment = 0; segment < snapshot.segments(); ++segment) {
    const OpenSegment& open = snapshot.segment(segment);
    const size_t base = snapshot.base(segment);
    for (size_t w = 0; w < open.words(); ++w) {
      before_.push_back(sum);
      const uint64_t bits = rows.data()[base + w];
      if (bits == ~uint64_t{0}) {
        sum.rows += 64;
        sum.images += open.word_images(w);
        sum.unknown += open.word_unknown(w);
      } else if (bits != 0) {
        AddBits(segment, base + w, bits, &sum);
      }
    }
  }
  before_.push_back(sum);
}

RowCounts RankedRows::InSets(const LiveStudy& study) const {
  RowCounts out;
  for (const StudyPart& part : study.parts) out.Add(In(part.segment, part.begin, part.end));
  return out;
}

Counts RankedRows::InStudy(const LiveStudy& study) const {
  RowCounts counts;
  const bool own = study.live_sets == 0;
  if (own) {
    counts = In(study.record_segment, study.own_row, study.own_row + 1);
  } else {
    counts = InSets(study);
  }
  Counts out;
  out.studies = counts.rows > 0 ? 1 : 0;
  out.image_sets = own ? 0 : counts.rows;
  out.images = counts.images;
  out.unknown_image_sets = counts.unknown;
  out.rows = counts.rows;
  return out;
}

Counts RankedRows::Total() const {
  Counts out;
  for (const LiveStudy& study : snapshot_.studies()) {
    const Counts counts = InStudy(study);
    out.studies += counts.studies;
    out.image_sets += counts.image_sets;
    out.images += counts.images;
    out.unknown_image_sets += counts.unknown_image_sets;
    out.rows += counts.rows;
  }
  return out;
}

}  // namespace parfocal
