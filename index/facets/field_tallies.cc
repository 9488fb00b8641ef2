#include "field_tallies.h"

#include <algorithm>
#include <map>
#include <utility>

namespace parfocal {

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
  uint32_t sets = 0;
  for (size_t i = 0; i < snapshot.segments(); ++i) {
    sets = std::max(sets, snapshot.segment(i).segment().sets(field));
  }
  set_counts_.resize(sets);
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
  for (const StudyPart& part : study.parts) {
    if (by_block.empty()) {
      rest.ranges.push_back({part.segment, part.study, part.begin, part.end});
      continue;
    }
    std::vector<std::pair<size_t, size_t>> taken;
    for (auto& [block, group] : by_block) {
      Group* target = &group;
      snapshot_.ForEachBlockRange(part, block, [&](size_t from, size_t to) {
        target->ranges.push_back({part.segment, part.study, from, to});
        taken.emplace_back(from, to);
      });
    }
    std::sort(taken.begin(), taken.end());
    size_t at = part.begin;
    for (const auto& [from, to] : taken) {
      if (at < from) rest.ranges.push_back({part.segment, part.study, at, from});
      at = to;
    }
    if (at < part.end) rest.ranges.push_back({part.segment, part.study, at, part.end});
  }
  for (auto& [block, group] : by_block) groups_.push_back(std::move(group));
  groups_.push_back(std::move(rest));
}

void FieldTallies::CountGroup(uint32_t number, const Group& group) {
  RowCounts total;
  for (const Range& range : group.ranges) {
    total.Add(match_.In(range.segment, range.begin, range.end));
  }
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
  for (size_t i = 0; i < group.ranges.size();) {
    // Ranges of one segment together: their sets have the same numbers.
    const uint32_t segment = group.ranges[i].segment;
    for (; i < group.ranges.size() && group.ranges[i].segment == segment; ++i) {
      without_own.Subtract(CountRuns(group.ranges[i]));
    }
    const Segment& source = snapshot_.segment(segment).segment();
    for (uint32_t set : touched_) {
      const RowCounts rows = std::exchange(set_counts_[set], RowCounts());
      slots_of_set_.clear();
      for (ValueId value : source.Set(field_, set)) {
        const uint32_t slot = dictionary_.SlotOf(value);
        if (rolls_up_) slots_of_set_.push_back(slot);
        if (exact_marks_[slot] == held_ || exact_marks_[slot] == stamp_ + 1) continue;
        exact_marks_[slot] = stamp_ + 1;
        exact_[slot].Add(number, rows, /*own=*/false);
      }
      ++stamp_;
      AddClosure(number, slots_of_set_, rows, /*own=*/false);
    }
    work_ += static_cast<int64_t>(touched_.size());
    touched_.clear();
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

RowCounts FieldTallies::CountRuns(const Range& range) {
  RowCounts with_own;
  const OpenSegment& open = snapshot_.segment(range.segment);
  const size_t base = 64 * snapshot_.base(range.segment);
  const RowId begin = static_cast<RowId>(range.begin - base);
  const RowId end = static_cast<RowId>(range.end - base);
  const absl::Span<const RowRun> runs = open.segment().Runs(field_, range.segment_study);
  auto run = std::partition_point(runs.begin(), runs.end(),
                                  [&](const RowRun& r) { return r.end <= begin; });
  auto add = [&](uint32_t set, const RowCounts& rows) {
    if (set_counts_[set].rows == 0) touched_.push_back(set);
    set_counts_[set].Add(rows);
    with_own.Add(rows);
  };
  const int64_t matches = match_.In(range.segment, range.begin, range.end).rows;
  if (matches * 8 < runs.end() - run) {
    // Few rows among many runs: look each row up instead of walking over all runs.
    match_.rows().ForEachIn(range.begin, range.end, [&](size_t row) {
      const RowId local = static_cast<RowId>(row - base);
      run = std::partition_point(run, runs.end(), [&](const RowRun& r) { return r.end <= local; });
      if (run == runs.end()) return false;
      if (run->begin <= local) add(run->set, match_.In(range.segment, row, row + 1));
      return true;
    });
    work_ += matches * 8;
    return with_own;
  }
  for (; run != runs.end() && run->begin < end; ++run) {
    const size_t from = base + std::max(run->begin, begin);
    const size_t to = base + std::min(run->end, end);
    const RowCounts rows = match_.In(range.segment, from, to);
    ++work_;
    if (rows.rows > 0) add(run->set, rows);
  }
  return with_own;
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
