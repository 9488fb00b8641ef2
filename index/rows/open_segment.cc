#include "parfocal/rows/open_segment.h"

#include <algorithm>
#include <utility>

namespace parfocal {
namespace {

void SetRun(size_t begin, size_t end, uint64_t* words) {
  for (size_t row = begin; row < end;) {
    if (row % 64 == 0 && end - row >= 64) {
      words[row / 64] = ~uint64_t{0};
      row += 64;
    } else {
      words[row / 64] |= uint64_t{1} << (row % 64);
      ++row;
    }
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const OpenSegment>> OpenSegment::Open(
    const std::string& path, std::shared_ptr<const Vocabulary> vocabulary) {
  PARFOCAL_ASSIGN_OR_RETURN(std::shared_ptr<const Segment> segment, Segment::Open(path));
  return std::shared_ptr<const OpenSegment>(
      new OpenSegment(std::move(segment), std::move(vocabulary)));
}

OpenSegment::OpenSegment(std::shared_ptr<const Segment> segment,
                         std::shared_ptr<const Vocabulary> vocabulary)
    : segment_(std::move(segment)), vocabulary_(std::move(vocabulary)) {
  const RowId rows = segment_->rows();
  narrow_images_.resize(rows);
  word_images_.resize((rows + 63) / 64);
  word_unknown_.resize(word_images_.size());
  for (RowId row = 0; row < rows; ++row) {
    const int64_t images = segment_->ImageCount(row);
    narrow_images_[row] = images < 0              ? kUnknownImages
                          : images >= kWideImages ? kWideImages
                                                  : static_cast<uint16_t>(images);
    if (images < 0) {
      ++word_unknown_[row / 64];
    } else {
      word_images_[row / 64] += images;
    }
  }
  stated_begin_.push_back(0);
  for (uint32_t study = 0; study < segment_->studies(); ++study) {
    const StudyEntry entry = segment_->study(study);
    all_sets_.push_back(CountRows(entry.first_row + (entry.has_record ? 1 : 0), entry.end_row));
    if (entry.has_record) {
      for (const StudyValue& value : entry.values) {
        stated_.push_back({FieldKeyOf(vocabulary_->Get(value.value)), value.value, value.scope});
      }
      auto begin = stated_.begin() + stated_begin_.back();
      std::sort(begin, stated_.end());
      stated_.erase(std::unique(begin, stated_.end()), stated_.end());
    }
    stated_begin_.push_back(static_cast<uint32_t>(stated_.size()));
  }
}

RowCounts OpenSegment::CountRows(RowId begin, RowId end) const {
  RowCounts out;
  for (RowId row = begin; row < end;) {
    if (row % 64 == 0 && end - row >= 64) {
      out.rows += 64;
      out.images += word_images_[row / 64];
      out.unknown += word_unknown_[row / 64];
      row += 64;
    } else {
      out.AddRow(images(row++));
    }
  }
  return out;
}

const FieldColumn& OpenSegment::Column(FieldId field) const {
  {
    MutexLock lock(&mu_);
    auto it = columns_.find(field);
    if (it != columns_.end()) return *it->second;
  }
  auto column = std::make_unique<const FieldColumn>(*this, field);
  MutexLock lock(&mu_);
  // As in OwnRows.
  return *columns_.try_emplace(field, std::move(column)).first->second;
}

std::shared_ptr<const void> OpenSegment::Derived(
    uint64_t maker, FieldId field, absl::FunctionRef<std::shared_ptr<const void>()> make) const {
  {
    MutexLock lock(&mu_);
    auto it = derived_.find(field);
    if (it != derived_.end() && it->second.maker == maker) return it->second.made;
  }
  std::shared_ptr<const void> made = make();
  MutexLock lock(&mu_);
  Kept& kept = derived_[field];
  // A maker that has been replaced does not take the place of the one that came after it.
  if (kept.made == nullptr || kept.maker < maker) kept = {maker, made};
  return made;
}

void OpenSegment::GroupValues() const {
  if (grouped_) return;
  for (ValueId value : segment_->values()) {
    own_values_[FieldKeyOf(vocabulary_->Get(value))].push_back(value);
  }
  grouped_ = true;
}

absl::Span<const ValueId> OpenSegment::OwnValues(FieldKey field) const {
  MutexLock lock(&mu_);
  GroupValues();
  auto it = own_values_.find(field);
  return it == own_values_.end() ? absl::Span<const ValueId>() : absl::MakeConstSpan(it->second);
}

absl::Span<const StatedPlace> OpenSegment::StatedByValue() const {
  MutexLock lock(&mu_);
  if (stated_sorted_) return stated_by_value_;
  stated_by_value_.reserve(stated_.size());
  for (uint32_t study = 0; study + 1 < stated_begin_.size(); ++study) {
    for (uint32_t i = stated_begin_[study]; i < stated_begin_[study + 1]; ++i) {
      stated_by_value_.push_back({stated_[i].value, study, i - stated_begin_[study]});
    }
  }
  // Stable: studies stay in their order.
  std::stable_sort(stated_by_value_.begin(), stated_by_value_.end(),
                   [](const StatedPlace& a, const StatedPlace& b) { return a.value < b.value; });
  stated_sorted_ = true;
  return stated_by_value_;
}

const std::vector<uint64_t>& OpenSegment::OwnRows(FieldKey field) const {
  {
    MutexLock lock(&mu_);
    auto it = own_rows_.find(field);
    if (it != own_rows_.end()) return *it->second;
  }
  auto rows = std::make_unique<std::vector<uint64_t>>(words(), 0);
  if (field < kFirstAttributeField && Fields()[field].facet) {
    for (uint32_t study = 0; study < segment_->studies(); ++study) {
      for (const RowRun& run : segment_->Runs(static_cast<FieldId>(field), study)) {
        if (!segment_->Set(static_cast<FieldId>(field), run.set).empty()) {
          SetRun(run.begin, run.end, rows->data());
        }
      }
    }
  } else {
    for (ValueId value : OwnValues(field)) AddRowsWith(value, rows->data());
  }
  MutexLock lock(&mu_);
  // Another thread may have been faster; callers hold on to what is in the map.
  return *own_rows_.try_emplace(field, std::move(rows)).first->second;
}

void OpenSegment::AddRowsWith(ValueId value, uint64_t* words) const {
  const absl::Span<const ValueId> values = segment_->values();
  const auto it = std::lower_bound(values.begin(), values.end(), value);
  if (it == values.end() || *it != value) return;
  // Damaged rows are left out; Verify says where they are.
  (void)segment_->SetRows(static_cast<uint32_t>(it - values.begin()), words);
}

}  // namespace parfocal
