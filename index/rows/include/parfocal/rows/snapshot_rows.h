// The rows of one state of the index: which are live, to which study they belong, and which values
// hold on them. This is the one place that applies the row rule of index/segment/segment.h.
//
// Rows are numbered through all segments of the snapshot: segment i begins at row 64 * base(i), and
// `row` without "of the segment" means such a number.
//
// Thread safety: immutable; any thread.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "parfocal/query.h"
#include "parfocal/rows/interrupt.h"
#include "parfocal/rows/open_segment.h"
#include "parfocal/rows/row_set.h"
#include "parfocal/segment/manifest.h"
#include "parfocal/status.h"

namespace parfocal {

// The ImageSet rows of a study in one segment, dead ones included.
struct StudyPart {
  uint32_t segment = 0;  // Index in the snapshot.
  uint32_t study = 0;    // In the segment.
  size_t begin = 0, end = 0;
  int64_t live = 0;
};

struct LiveStudy {
  absl::string_view key;  // StudyKey.
  std::vector<StudyPart> parts;
  int64_t live_sets = 0;  // ImageSets over all parts.
  // The one live version of the record, if there is one.
  bool has_record = false;
  uint32_t record_segment = 0, record_study = 0;
  size_t own_row = 0;  // Live only while live_sets is 0.
  StudyEntry entry;

  struct Claims;
  std::shared_ptr<Claims> claims;  // Made on demand; see SnapshotRows::Claimed.
};

// Some values, for asking which rows have one of them.
class ValueSet {
 public:
  ValueSet() = default;
  // `sorted`: ascending, distinct.
  explicit ValueSet(std::vector<ValueId> sorted);
  bool Contains(ValueId value) const;
  absl::Span<const ValueId> values() const { return sorted_; }
  bool empty() const { return sorted_.empty(); }

 private:
  std::vector<ValueId> sorted_;
  std::vector<uint64_t> bits_;  // From the first value on; empty if the set is small.
};

class SnapshotRows {
 public:
  static constexpr uint32_t kNoStudy = UINT32_MAX;

  // Opens what `manifest` names in `directory`. Segments that `previous` has open are shared with
  // it, and so is what was derived for studies that did not change: the cost is that of the new
  // segments and a few microseconds for each study. Fails as Segment::Open and ReadDeletes do.
  static absl::StatusOr<std::shared_ptr<const SnapshotRows>> Build(
      const std::string& directory, const Manifest& manifest,
      std::shared_ptr<const Vocabulary> vocabulary, const SnapshotRows* previous);

  const Manifest& manifest() const { return manifest_; }
  const std::string& directory() const { return directory_; }
  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const std::shared_ptr<const Vocabulary>& shared_vocabulary() const { return vocabulary_; }

  size_t segments() const { return segments_.size(); }
  const OpenSegment& segment(size_t i) const { return *segments_[i]; }
  size_t base(size_t i) const { return bases_[i]; }  // In words.
  size_t words() const { return words_; }
  // Segment and row of the segment of a row.
  std::pair<uint32_t, RowId> Locate(size_t row) const;

  // Rows that count: live ImageSets, and the own rows of studies that have none.
  const RowSet& live() const { return live_; }
  // Studies with at least one such row, by key.
  absl::Span<const LiveStudy> studies() const { return studies_; }
  uint32_t StudyOfRow(size_t row) const;
  // The study whose live version has this text document, or kNoStudy.
  uint32_t StudyOfDocument(uint32_t document) const {
    return document < study_of_document_.size() ? study_of_document_[document] : kNoStudy;
  }
  std::optional<uint32_t> FindStudy(absl::string_view key) const;
  // What the live version of the study's record states; empty without one.
  absl::Span<const StatedValue> Stated(const LiveStudy& study) const;
  // For each of Stated(study): does some live ImageSet of the study have the value as its own?
  const std::vector<bool>& Claimed(const LiveStudy& study) const;

  // Calls `visit(begin, end)` for ranges that cover the ImageSet rows of `part` that are in the
  // block called `block`; dead rows may be among them.
  template <typename Visit>
  void ForEachBlockRange(const StudyPart& part, absl::string_view block, Visit visit) const;
  // The name of a block number of the segment that holds the study's record.
  absl::string_view ScopeName(const LiveStudy& study, uint32_t scope) const {
    return segments_[study.record_segment]->segment().block(scope);
  }

  // Adds to `out` the live rows on which one of `values` holds.
  absl::Status AddHolding(const ValueSet& values, Interrupt* interrupt, RowSet* out) const;
  // The two halves of AddHolding: live rows that have one of `values` as their own; and what
  // studies state, `visit(study number, index in Stated)` for each that is in `values`, in no order
  // that matters.
  absl::Status AddOwning(const ValueSet& values, Interrupt* interrupt, RowSet* out) const;
  template <typename Visit>
  absl::Status ForEachStated(const ValueSet& values, Interrupt* interrupt, Visit visit) const;
  // Adds the live rows on which the study's value holds without being their own.
  void AddStated(const LiveStudy& study, size_t index, RowSet* out) const;
  // Adds to `out` the live rows on which any value of `field` holds.
  absl::Status AddHavingAny(FieldKey field, Interrupt* interrupt, RowSet* out) const;
  // Adds the live ImageSets of the study in the scope of one of its values: all of them, or those
  // without an own value of the field.
  void AddStatedInScope(const LiveStudy& study, const StatedValue& stated, bool only_without_own,
                        RowSet* out) const;
  // Whether `rows`, a subset of live(), has a row of the study.
  bool AnyRow(const LiveStudy& study, const RowSet& rows) const;
  // Removes from `rows` those of the study's rows that are not in `keep`; an empty RowSet keeps
  // none.
  void KeepInStudy(const LiveStudy& study, const RowSet& keep, RowSet* rows) const;
  // Adds every live row of the study.
  void AddStudy(const LiveStudy& study, RowSet* out) const;

 private:
  SnapshotRows() = default;
  void BuildStudies(const std::vector<std::shared_ptr<const Roaring>>& deletes,
                    const SnapshotRows* previous);
  void ShareClaims(const SnapshotRows* previous, LiveStudy* study) const;

  std::string directory_;
  Manifest manifest_;
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<std::shared_ptr<const OpenSegment>> segments_;
  std::vector<size_t> bases_;
  size_t words_ = 0;
  RowSet live_;
  std::vector<LiveStudy> studies_;
  std::vector<std::vector<uint32_t>> study_numbers_;  // By segment: its study -> ours, or kNoStudy.
  std::vector<uint32_t> study_of_document_;
};

template <typename Visit>
absl::Status SnapshotRows::ForEachStated(const ValueSet& values, Interrupt* interrupt,
                                         Visit visit) const {
  for (uint32_t segment = 0; segment < segments_.size(); ++segment) {
    const absl::Span<const StatedPlace> places = segments_[segment]->StatedByValue();
    const auto visit_live = [&](const StatedPlace& place) {
      const uint32_t number = study_numbers_[segment][place.study];
      if (number == kNoStudy) return;
      const LiveStudy& study = studies_[number];
      // A study may have rows here and the live version of its record elsewhere.
      if (study.has_record && study.record_segment == segment && study.record_study == place.study)
        visit(number, place.index);
    };
    // Look the values up, or walk what is stated: whichever is less.
    if (values.values().size() < places.size() / 16) {
      auto at = places.begin();
      for (ValueId value : values.values()) {
        at = std::lower_bound(
            at, places.end(), value,
            [](const StatedPlace& place, ValueId wanted) { return place.value < wanted; });
        const auto begin = at;
        for (; at != places.end() && at->value == value; ++at) visit_live(*at);
        PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(at - begin + 4));
      }
    } else {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(static_cast<int64_t>(places.size())));
      for (const StatedPlace& place : places) {
        if (values.Contains(place.value)) visit_live(place);
      }
    }
  }
  return absl::OkStatus();
}

template <typename Visit>
void SnapshotRows::ForEachBlockRange(const StudyPart& part, absl::string_view block,
                                     Visit visit) const {
  const Segment& segment = segments_[part.segment]->segment();
  const size_t base = 64 * bases_[part.segment];
  size_t begin = part.begin;
  bool inside = false;
  uint32_t last = UINT32_MAX;  // Block numbers change rarely along the rows.
  bool last_is = false;
  for (size_t row = part.begin; row < part.end; ++row) {
    const uint32_t number = segment.BlockOfRow(static_cast<RowId>(row - base));
    if (number != last) {
      last = number;
      last_is = number != 0 && segment.block(number) == block;
    }
    if (last_is == inside) continue;
    if (inside) visit(begin, row);
    begin = row;
    inside = last_is;
  }
  if (inside) visit(begin, part.end);
}

}  // namespace parfocal
