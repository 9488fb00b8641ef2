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
    : snapshot_(snapshot), rows_(rows) {
  struct Partial {
    size_t at;  // In counts_.
    const StudyPart* part;
  };
  std::vector<Partial> partial;
  int64_t partial_rows = 0;
  first_.reserve(snapshot.studies().size());
  counts_.reserve(snapshot.studies().size());
  for (const LiveStudy& study : snapshot.studies()) {
    first_.push_back(static_cast<uint32_t>(counts_.size()));
    if (study.live_sets == 0) {
      counts_.push_back(
          CountRange(snapshot, rows, study.record_segment, study.own_row, study.own_row + 1));
    }
    for (const StudyPart& part : study.parts) {
      counts_.emplace_back();
      const int64_t count = rows.CountIn(part.begin, part.end);
      if (count == static_cast<int64_t>(part.end - part.begin)) {
        counts_.back() = snapshot.segment(part.segment).all_sets(part.study);
      } else if (count > 0) {
        partial.push_back({counts_.size() - 1, &part});
        partial_rows += count;
      }
    }
  }
  // Many single rows are looked at once, here, and not again by the first facet.
  if (partial_rows > static_cast<int64_t>(rows.words())) SumWords();
  for (const Partial& p : partial) {
    counts_[p.at] = before_ != nullptr
                        ? In(p.part->segment, p.part->begin, p.part->end)
                        : CountRange(snapshot, rows, p.part->segment, p.part->begin, p.part->end);
  }
}

RowCounts RankedRows::CountRange(const SnapshotRows& snapshot, const RowSet& rows, uint32_t segment,
                                 size_t begin, size_t end) {
  RowCounts out;
  RowSet::ForEachWord(begin, end, [&](size_t word, uint64_t mask) {
    AddBits(snapshot, segment, word, rows.data()[word] & mask, &out);
  });
  return out;
}

RowCounts RankedRows::CountPart(const SnapshotRows& snapshot, const RowSet& rows,
                                const StudyPart& part) {
  const int64_t count = rows.CountIn(part.begin, part.end);
  if (count == 0) return {};
  if (count == static_cast<int64_t>(part.end - part.begin)) {
    return snapshot.segment(part.segment).all_sets(part.study);
  }
  return CountRange(snapshot, rows, part.segment, part.begin, part.end);
}

void RankedRows::SumWords() const {
  // Every one of them is written.
  before_ = std::make_unique_for_overwrite<RowCounts[]>(rows_.words() + 1);
  RowCounts sum;
  for (uint32_t segment = 0; segment < snapshot_.segments(); ++segment) {
    const size_t base = snapshot_.base(segment);
    for (size_t w = base; w < base + snapshot_.segment(segment).words(); ++w) {
      before_[w] = sum;
      AddBits(segment, w, rows_.data()[w], &sum);
    }
  }
  before_[rows_.words()] = sum;
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
  if (study.live_sets == 0) {
    out = CountRange(snapshot, rows, study.record_segment, study.own_row, study.own_row + 1);
  } else {
    for (const StudyPart& part : study.parts) out.Add(CountPart(snapshot, rows, part));
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
