#include "field_tallies.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace parfocal {
namespace {

// A count of rows and a sum of images in one number, so that a row costs one addition. Holds the
// sums of fewer than kMaxPacked rows with less than 65,536 images each.
constexpr int kImageBits = 40;
constexpr uint64_t kOneRow = uint64_t{1} << kImageBits;
constexpr size_t kMaxPacked = size_t{1} << (64 - kImageBits);

// What looking at a run costs, in rows of a column.
constexpr int64_t kRunCost = 3;

}  // namespace

FieldTallies::FieldTallies(const SnapshotRows& snapshot, const FacetDictionary& dictionary,
                           FieldId field, const RankedRows& match)
    : snapshot_(snapshot),
      dictionary_(dictionary),
      field_(field),
      match_(match),
      rolls_up_(Fields()[field].closure) {
  const uint32_t slots = dictionary.slots(field);
  exact_.resize(slots);
  exact_marks_.resize(slots, 0);
  if (rolls_up_) {
    rolled_up_.resize(slots);
    marks_.resize(slots, 0);
  }
  uint32_t parts = 0, sets = 0;
  for (size_t i = 0; i < snapshot.segments(); ++i) {
    columns_.push_back(&snapshot.segment(i).Column(field));
    slots_.push_back(SlotsOf(snapshot.segment(i)));
    parts = std::max(parts, columns_.back()->most_parts());
    sets = std::max(sets, snapshot.segment(i).segment().sets(field));
  }
  of_set_.resize(sets);
  packed_.resize(parts + 1);
  unusual_.resize(parts + 1);
}

absl::Status FieldTallies::Count(Interrupt* interrupt) {
  const absl::Span<const LiveStudy> studies = snapshot_.studies();
  for (uint32_t number = 0; number < studies.size(); ++number) {
    CountStudy(number, studies[number]);
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(work_ + 2));
    work_ = 0;
  }
  return absl::OkStatus();
}

void FieldTallies::CountStudy(uint32_t number, const LiveStudy& study) {
  const RowCounts own = study.live_sets == 0
                            ? match_.In(study.record_segment, study.own_row, study.own_row + 1)
                            : RowCounts();
  // Most studies match nothing: that is found out before anything else.
  if (study.live_sets == 0 ? own.rows == 0 : match_.InSets(study).rows == 0) return;
  const absl::Span<const StatedValue> all = snapshot_.Stated(study);
  auto begin = std::lower_bound(all.begin(), all.end(), StatedValue{field_, 0, 0});
  auto end = begin;
  while (end != all.end() && end->field == field_) ++end;
  const absl::Span<const StatedValue> stated(all.data() + (begin - all.begin()), end - begin);

  if (study.live_sets == 0) {
    std::vector<uint32_t> slots;
    for (const StatedValue& value : stated) {
      const uint32_t slot = dictionary_.SlotOf(value.value);
      // The same value may be stated for several blocks.
      if (std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
    }
    held_ = ++stamp_;
    ++stamp_;
    for (uint32_t slot : slots) exact_[slot].Add(number, own, /*own=*/true);
    AddClosure(number, slots, own, /*own=*/true);
    if (slots.empty()) missing_.Add(number, own, /*own=*/true);
    return;
  }

  groups_.clear();
  static const std::vector<bool> kNone;
  SplitByBlock(study, stated, stated.empty() ? kNone : snapshot_.Claimed(study));
  for (const Group& group : groups_) CountGroup(number, group);
}

void FieldTallies::SplitByBlock(const LiveStudy& study, absl::Span<const StatedValue> stated,
                                const std::vector<bool>& claimed) {
  const size_t first =
      stated.empty() ? 0 : static_cast<size_t>(stated.data() - snapshot_.Stated(study).data());
  std::map<absl::string_view, Group> by_block;
  for (const StatedValue& value : stated) {
    if (value.scope != 0) by_block[snapshot_.ScopeName(study, value.scope)];
  }
  Group rest;
  auto fill = [&](absl::string_view block, Group* group) {
    for (size_t i = 0; i < stated.size(); ++i) {
      if (stated[i].scope != 0 && snapshot_.ScopeName(study, stated[i].scope) != block) continue;
      std::vector<uint32_t>& slots = claimed[first + i] ? group->claimed : group->unclaimed;
      const uint32_t slot = dictionary_.SlotOf(stated[i].value);
      if (std::find(slots.begin(), slots.end(), slot) == slots.end()) slots.push_back(slot);
    }
  };
  for (auto& [block, group] : by_block) fill(block, &group);
  fill("", &rest);
  const auto range = [&](const StudyPart& part, size_t from, size_t to) {
    return Range{part.segment, part.study, from, to, match_.In(part.segment, from, to)};
  };
  for (size_t p = 0; p < study.parts.size(); ++p) {
    const StudyPart& part = study.parts[p];
    if (by_block.empty()) {
      rest.ranges.push_back(
          {part.segment, part.study, part.begin, part.end, match_.InPart(study, p)});
      continue;
    }
    std::vector<std::pair<size_t, size_t>> taken;
    for (auto& [block, group] : by_block) {
      Group* target = &group;
      snapshot_.ForEachBlockRange(part, block, [&](size_t from, size_t to) {
        target->ranges.push_back(range(part, from, to));
        taken.emplace_back(from, to);
      });
    }
    std::sort(taken.begin(), taken.end());
    size_t at = part.begin;
    for (const auto& [from, to] : taken) {
      if (at < from) rest.ranges.push_back(range(part, at, from));
      at = to;
    }
    if (at < part.end) rest.ranges.push_back(range(part, at, part.end));
  }
  for (auto& [block, group] : by_block) groups_.push_back(std::move(group));
  groups_.push_back(std::move(rest));
}

void FieldTallies::CountGroup(uint32_t number, const Group& group) {
  RowCounts total;
  for (const Range& range : group.ranges) total.Add(range.matches);
  if (total.rows == 0) return;

  // Marks what every row of the group holds; what comes later adds only what is not marked.
  held_ = ++stamp_;
  for (uint32_t slot : group.unclaimed) {
    exact_marks_[slot] = held_;
    exact_[slot].Add(number, total, /*own=*/false);
    if (!rolls_up_) continue;
    for (uint32_t ancestor : dictionary_.slot(field_, slot).closure) {
      if (marks_[ancestor] == held_) continue;
      marks_[ancestor] = held_;
      rolled_up_[ancestor].Add(number, total, /*own=*/false);
    }
  }

  RowCounts without_own = total;
  for (const Range& range : group.ranges) {
    if (range.matches.rows > 0) without_own.Subtract(CountRange(number, range));
  }

  if (without_own.rows == 0) return;
  if (group.claimed.empty() && group.unclaimed.empty()) {
    missing_.Add(number, without_own, /*own=*/false);
    return;
  }
  for (uint32_t slot : group.claimed) {
    if (exact_marks_[slot] != held_) exact_[slot].Add(number, without_own, /*own=*/false);
  }
  ++stamp_;
  AddClosure(number, group.claimed, without_own, /*own=*/false);
}

RowCounts FieldTallies::CountRange(uint32_t number, const Range& range) {
  const FieldColumn& column = *columns_[range.segment];
  const OpenSegment& open = snapshot_.segment(range.segment);
  const int64_t size = static_cast<int64_t>(range.end - range.begin);
  const StudyEntry entry = open.segment().study(range.segment_study);
  if (range.matches.rows == size && size == open.all_sets(range.segment_study).rows) {
    return CountWhole(number, range);
  }
  const RowId begin = static_cast<RowId>(range.begin - 64 * snapshot_.base(range.segment));
  const RowId end = static_cast<RowId>(begin + size);
  const absl::Span<const RowRun> runs = open.segment().Runs(field_, range.segment_study);
  const auto first = std::partition_point(runs.begin(), runs.end(),
                                          [&](const RowRun& r) { return r.end <= begin; });
  const auto last =
      std::partition_point(first, runs.end(), [&](const RowRun& r) { return r.begin < end; });
  if (column.HasColumn(range.segment_study) && range.matches.rows < kRunCost * (last - first) &&
      static_cast<size_t>(size) < kMaxPacked) {
    RowCounts with_own;
    column.WithColumn(range.segment_study, [&](const auto* numbers) {
      with_own = CountColumn(number, range, numbers + (begin - entry.first_row));
    });
    return with_own;
  }
  return CountRuns(number, range, runs.subspan(first - runs.begin(), last - first));
}

RowCounts FieldTallies::CountWhole(uint32_t number, const Range& range) {
  RowCounts with_own;
  const SetSlots& slots = *slots_[range.segment];
  for (const FieldColumn::Part& part : columns_[range.segment]->Parts(range.segment_study)) {
    const RowCounts rows{part.rows, part.images, part.unknown};
    with_own.Add(rows);
    AddSet(number, slots[part.set], rows);
    ++work_;
  }
  return with_own;
}

template <typename T>
RowCounts FieldTallies::CountColumn(uint32_t number, const Range& range, const T* column) {
  const OpenSegment& open = snapshot_.segment(range.segment);
  const absl::Span<const FieldColumn::Part> parts =
      columns_[range.segment]->Parts(range.segment_study);
  const size_t base = 64 * snapshot_.base(range.segment);
  const SetSlots& slots = *slots_[range.segment];
  const uint16_t* const images = open.narrow_images() + (range.begin - base);
  // With few matches among many parts, those that were touched are fewer than all there are.
  const bool few = range.matches.rows < static_cast<int64_t>(parts.size() / 8);
  bool unusual = false;
  touched_.clear();
  RowSet::ForEachWord(range.begin, range.end, [&](size_t word, uint64_t mask) {
    for (uint64_t bits = match_.rows().data()[word] & mask; bits != 0; bits &= bits - 1) {
      const size_t at = word * 64 + static_cast<size_t>(std::countr_zero(bits)) - range.begin;
      uint64_t& sum = packed_[column[at]];
      if (few && sum == 0) touched_.push_back(column[at]);
      if (images[at] < OpenSegment::kWideImages) {
        sum += kOneRow + images[at];
      } else {
        sum += kOneRow;
        unusual = true;
        unusual_[column[at]].AddRow(open.images(static_cast<RowId>(range.begin - base + at)));
      }
    }
  });
  work_ += range.matches.rows;

  RowCounts with_own;
  const auto take = [&](uint32_t part) {
    const uint64_t sum = std::exchange(packed_[part], 0);
    RowCounts rows{static_cast<int64_t>(sum >> kImageBits),
                   static_cast<int64_t>(sum & (kOneRow - 1)), 0};
    if (unusual) {
      const RowCounts more = std::exchange(unusual_[part], RowCounts());
      rows.images += more.images;
      rows.unknown += more.unknown;
    }
    if (rows.rows == 0 || part == parts.size()) return;
    with_own.Add(rows);
    AddSet(number, slots[parts[part].set], rows);
  };
  if (few) {
    for (uint32_t part : touched_) take(part);
    work_ += static_cast<int64_t>(touched_.size());
  } else {
    for (uint32_t part = 0; part <= parts.size(); ++part) take(part);
    work_ += static_cast<int64_t>(parts.size());
  }
  return with_own;
}

RowCounts FieldTallies::CountRuns(uint32_t number, const Range& range,
                                  absl::Span<const RowRun> runs) {
  const SetSlots& slots = *slots_[range.segment];
  const size_t base = 64 * snapshot_.base(range.segment);
  touched_.clear();
  const auto add = [&](uint32_t set, const RowCounts& rows) {
    if (of_set_[set].rows == 0) touched_.push_back(set);
    of_set_[set].Add(rows);
  };
  const auto finish = [&] {
    RowCounts with_own;
    for (uint32_t set : touched_) {
      const RowCounts rows = std::exchange(of_set_[set], RowCounts());
      with_own.Add(rows);
      AddSet(number, slots[set], rows);
    }
    work_ += static_cast<int64_t>(touched_.size());
    return with_own;
  };
  if (range.matches.rows * 8 < static_cast<int64_t>(runs.size())) {
    // Few rows among many runs: look each row up instead of walking over all runs.
    auto run = runs.begin();
    match_.rows().ForEachIn(range.begin, range.end, [&](size_t row) {
      const RowId local = static_cast<RowId>(row - base);
      run = std::partition_point(run, runs.end(), [&](const RowRun& r) { return r.end <= local; });
      if (run == runs.end()) return false;
      if (run->begin <= local) add(run->set, match_.In(range.segment, row, row + 1));
      return true;
    });
    work_ += range.matches.rows * 8;
    return finish();
  }
  for (const RowRun& run : runs) {
    const size_t from = std::max(base + run.begin, range.begin);
    const size_t to = std::min(base + run.end, range.end);
    const RowCounts rows = match_.In(range.segment, from, to);
    if (rows.rows > 0) add(run.set, rows);
  }
  work_ += range.matches.rows + static_cast<int64_t>(runs.size());
  return finish();
}

void FieldTallies::AddSet(uint32_t number, absl::Span<const uint32_t> slots,
                          const RowCounts& rows) {
  for (uint32_t slot : slots) {
    if (exact_marks_[slot] != held_) exact_[slot].Add(number, rows, /*own=*/false);
  }
  if (!rolls_up_) return;
  ++stamp_;
  AddClosure(number, slots, rows, /*own=*/false);
}

std::shared_ptr<const FieldTallies::SetSlots> FieldTallies::SlotsOf(const OpenSegment& open) const {
  const auto make = [&]() -> std::shared_ptr<const void> {
    auto out = std::make_shared<SetSlots>();
    out->begin.push_back(0);
    const uint32_t sets = open.segment().sets(field_);
    for (uint32_t set = 0; set < sets; ++set) {
      const auto first = static_cast<ptrdiff_t>(out->slots.size());
      for (ValueId value : open.segment().Set(field_, set)) {
        out->slots.push_back(dictionary_.SlotOf(value));
      }
      // Several values of a set may share a slot.
      std::sort(out->slots.begin() + first, out->slots.end());
      out->slots.erase(std::unique(out->slots.begin() + first, out->slots.end()), out->slots.end());
      out->begin.push_back(static_cast<uint32_t>(out->slots.size()));
    }
    return out;
  };
  return std::static_pointer_cast<const SetSlots>(open.Derived(dictionary_.number(), field_, make));
}

void FieldTallies::AddClosure(uint32_t number, absl::Span<const uint32_t> slots,
                              const RowCounts& rows, bool own) {
  if (!rolls_up_) return;
  for (uint32_t slot : slots) {
    for (uint32_t ancestor : dictionary_.slot(field_, slot).closure) {
      uint64_t& mark = marks_[ancestor];
      if (mark == held_ || mark == stamp_) continue;
      mark = stamp_;
      rolled_up_[ancestor].Add(number, rows, own);
    }
  }
}

}  // namespace parfocal
