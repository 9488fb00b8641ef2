#include "parfocal/rows/ranked_rows.h"

namespace parfocal {
namespace {

Counts AsCounts(const RowCounts& rows, bool own) {
  Counts out;
  out.studies = rows.rows > 0 ? 1 : 0;
  out.image_sets = own ? 0 : rows.rows;
  out.images = rows.images;
  out.unknown_image_sets = rows.unknown;
  out.rows = rows.rows;
  return out;
}

}  // namespace

RankedRows::RankedRows(const SnapshotRows& snapshot, const RowSet& rows)
    : snapshot_(snapshot),
      rows_(rows),
      // Every one of them is written below.
      before_(std::make_unique_for_overwrite<RowCounts[]>(rows.words() + 1)) {
  RowCounts sum;
  for (uint32_t segment = 0; segment < snapshot.segments(); ++segment) {
    const size_t base = snapshot.base(segment);
    for (size_t w = base; w < base + snapshot.segment(segment).words(); ++w) {
      before_[w] = sum;
      AddBits(segment, w, rows.data()[w], &sum);
    }
  }
  before_[rows.words()] = sum;
  first_.reserve(snapshot.studies().size());
  counts_.reserve(snapshot.studies().size());
  for (const LiveStudy& study : snapshot.studies()) {
    first_.push_back(static_cast<uint32_t>(counts_.size()));
    if (study.live_sets == 0) {
      counts_.push_back(In(study.record_segment, study.own_row, study.own_row + 1));
    }
    for (const StudyPart& part : study.parts) {
      counts_.push_back(In(part.segment, part.begin, part.end));
    }
  }
}

RowCounts RankedRows::InSets(const LiveStudy& study) const {
  RowCounts out;
  const uint32_t first = first_[NumberOf(study)];
  for (size_t i = 0; i < study.parts.size(); ++i) out.Add(counts_[first + i]);
  return out;
}

Counts RankedRows::InStudy(const LiveStudy& study) const {
  const bool own = study.live_sets == 0;
  return AsCounts(own ? counts_[first_[NumberOf(study)]] : InSets(study), own);
}

Counts RankedRows::OfStudy(const SnapshotRows& snapshot, const LiveStudy& study,
                           const RowSet& rows) {
  RowCounts out;
  const auto add = [&](uint32_t segment, size_t begin, size_t end) {
    RowSet::ForEachWord(begin, end, [&](size_t word, uint64_t mask) {
      AddBits(snapshot, segment, word, rows.data()[word] & mask, &out);
    });
  };
  if (study.live_sets == 0) {
    add(study.record_segment, study.own_row, study.own_row + 1);
  } else {
    for (const StudyPart& part : study.parts) add(part.segment, part.begin, part.end);
  }
  return AsCounts(out, study.live_sets == 0);
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
