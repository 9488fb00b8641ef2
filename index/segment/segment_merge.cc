// Merging of segments: rows are copied in key order, values and sets are renumbered, dead rows
// vanish.
#include <algorithm>
#include <roaring/roaring.hh>
#include <set>

#include "parfocal/segment/segment_builder.h"
#include "segment_assembler.h"

namespace parfocal {
namespace {

constexpr RowId kDead = UINT32_MAX;

// One input with the new numbers of its rows.
struct Source {
  const Segment* segment = nullptr;
  const Roaring* dead = nullptr;
  std::vector<RowId> new_row;  // kDead where the row does not go over.
  uint32_t next_study = 0;

  bool Live(RowId row) const { return dead == nullptr || !dead->contains(row); }
};

// The part of one study in one source.
struct Part {
  Source* source;
  RowId next;  // The next live ImageSet row; `end` if there is none.
  RowId end;

  void SkipDead() {
    while (next < end && !source->Live(next)) ++next;
  }
  bool done() const { return next == end; }
  absl::string_view key() const { return source->segment->RowKey(next); }
};

class Merge {
 public:
  Merge(const std::vector<MergeInput>& inputs, const std::atomic<bool>& stop) : stop_(stop) {
    for (const MergeInput& input : inputs) {
      Source source;
      source.segment = input.segment.get();
      source.dead = input.dead.get();
      source.new_row.assign(input.segment->rows(), kDead);
      sources_.push_back(std::move(source));
    }
  }

  absl::StatusOr<uint32_t> Run(const std::string& path) {
    if (!AnyLive()) return 0;
    PARFOCAL_ASSIGN_OR_RETURN(out_, SegmentAssembler::Create(path));
    PARFOCAL_RETURN_IF_ERROR(Rows());
    rows_ = out_->rows();
    out_->EndRows();
    PARFOCAL_RETURN_IF_ERROR(Postings());
    PARFOCAL_RETURN_IF_ERROR(Facets());
    PARFOCAL_RETURN_IF_ERROR(out_->Finish());
    return rows_;
  }

 private:
  bool AnyLive() const {
    return std::any_of(sources_.begin(), sources_.end(), [](const Source& s) {
      return s.dead == nullptr || s.dead->cardinality() < s.segment->rows();
    });
  }
  absl::Status Stopped() const {
    return stop_.load(std::memory_order_relaxed) ? absl::CancelledError("merge: stopped")
                                                 : absl::OkStatus();
  }

  absl::Status Rows() {
    for (;;) {
      PARFOCAL_RETURN_IF_ERROR(Stopped());
      absl::string_view least;
      bool any = false;
      for (const Source& source : sources_) {
        if (source.next_study == source.segment->studies()) continue;
        const absl::string_view key = source.segment->study(source.next_study).key;
        if (!any || key < least) least = key;
        any = true;
      }
      if (!any) return absl::OkStatus();
      OneStudy(least);
    }
  }

  void OneStudy(absl::string_view key) {
    std::vector<Part> parts;
    Source* record_source = nullptr;
    StudyEntry record;
    for (Source& source : sources_) {
      if (source.next_study == source.segment->studies()) continue;
      const StudyEntry entry = source.segment->study(source.next_study);
      if (entry.key != key) continue;
      ++source.next_study;
      const bool live_record = entry.has_record && source.Live(entry.first_row);
      if (live_record && (record_source == nullptr || entry.sequence > record.sequence)) {
        record_source = &source;
        record = entry;
      }
      parts.push_back({&source, entry.first_row + (entry.has_record ? 1 : 0), entry.end_row});
      parts.back().SkipDead();
      if (parts.back().done()) parts.pop_back();
    }
    if (record_source == nullptr && parts.empty()) return;
    out_->BeginStudy(key);
    if (record_source != nullptr) {
      record_source->new_row[record.first_row] = out_->rows();
      CopyRecord(*record_source->segment, record);
    }
    CopyRows(&parts);
  }

  void CopyRecord(const Segment& segment, const StudyEntry& entry) {
    StudyRecord record;
    record.sequence = entry.sequence;
    record.text_doc = entry.text_doc;
    record.release_day = entry.release_day;
    record.bytes = entry.bytes;
    record.image_count = entry.image_count;
    record.title = std::string(entry.title);
    record.folded_text = std::string(entry.folded_text);
    for (const StudyValue& value : entry.values) {
      record.values.emplace_back(value.value, std::string(segment.block(value.scope)));
    }
    record.text_lengths.assign(entry.text_lengths.begin(), entry.text_lengths.end());
    out_->AddRecord(record);
  }

  void CopyRows(std::vector<Part>* parts) {
    while (!parts->empty()) {
      // The part with the least head, and the least head of the others: the first can be copied up
      // to it, which is far when segments came one after the other.
      size_t best = 0;
      for (size_t i = 1; i < parts->size(); ++i) {
        if (NaturalLess((*parts)[i].key(), (*parts)[best].key())) best = i;
      }
      const Part* second = nullptr;
      for (size_t i = 0; i < parts->size(); ++i) {
        if (i == best) continue;
        if (second == nullptr || NaturalLess((*parts)[i].key(), second->key())) {
          second = &(*parts)[i];
        }
      }
      Part& part = (*parts)[best];
      if (second != nullptr && part.key() == second->key()) {
        DropOlder(parts, best);
      } else {
        do {
          CopyRow(&part);
        } while (!part.done() && (second == nullptr || NaturalLess(part.key(), second->key())));
      }
      parts->erase(
          std::remove_if(parts->begin(), parts->end(), [](const Part& p) { return p.done(); }),
          parts->end());
    }
  }

  // Several live versions of one row: passes over all but the newest.
  static void DropOlder(std::vector<Part>* parts, size_t best) {
    const std::string key((*parts)[best].key());
    size_t newest = best;
    const auto sequence = [&](size_t i) {
      return (*parts)[i].source->segment->RowSequence((*parts)[i].next);
    };
    for (size_t i = 0; i < parts->size(); ++i) {
      if ((*parts)[i].key() == key && sequence(i) > sequence(newest)) newest = i;
    }
    for (size_t i = 0; i < parts->size(); ++i) {
      if (i == newest || (*parts)[i].key() != key) continue;
      ++(*parts)[i].next;
      (*parts)[i].SkipDead();
    }
  }

  void CopyRow(Part* part) {
    const Segment& segment = *part->source->segment;
    const RowId row = part->next;
    part->source->new_row[row] = out_->rows();
    out_->AddRow(segment.RowKey(row), segment.ImageCount(row), segment.RowSequence(row),
                 segment.block(segment.BlockOfRow(row)));
    ++part->next;
    part->SkipDead();
  }

  absl::Status Postings() {
    std::vector<uint32_t> at(sources_.size(), 0);
    std::vector<RowId> old_rows, rows;
    for (uint32_t steps = 0;; ++steps) {
      if (steps % 4096 == 0) PARFOCAL_RETURN_IF_ERROR(Stopped());
      uint64_t least = UINT64_MAX;
      for (size_t i = 0; i < sources_.size(); ++i) {
        const auto values = sources_[i].segment->values();
        if (at[i] < values.size()) least = std::min<uint64_t>(least, values[at[i]]);
      }
      if (least == UINT64_MAX) return absl::OkStatus();
      rows.clear();
      for (size_t i = 0; i < sources_.size(); ++i) {
        const auto values = sources_[i].segment->values();
        if (at[i] == values.size() || values[at[i]] != least) continue;
        old_rows.clear();
        if (!sources_[i].segment->AppendRows(at[i]++, &old_rows)) {
          return absl::DataLossError(absl::StrCat("segment '", sources_[i].segment->path(),
                                                  "': the rows of a value are damaged"));
        }
        for (RowId row : old_rows) {
          if (sources_[i].new_row[row] != kDead) rows.push_back(sources_[i].new_row[row]);
        }
      }
      if (rows.empty()) continue;
      if (!std::is_sorted(rows.begin(), rows.end())) std::sort(rows.begin(), rows.end());
      out_->AddPosting(static_cast<ValueId>(least), rows);
    }
  }

  absl::Status Facets() {
    std::vector<uint32_t> set_of_row;
    for (const Field& field : Fields()) {
      if (!field.facet) continue;
      PARFOCAL_RETURN_IF_ERROR(Stopped());
      SetDictionary sets;
      set_of_row.assign(rows_, kNoSet);
      for (const Source& source : sources_) CopySets(source, field.id, &sets, &set_of_row);
      if (sets.size() > 0) out_->AddFacet(field.id, set_of_row, sets);
    }
    return absl::OkStatus();
  }

  static void CopySets(const Source& source, FieldId field, SetDictionary* sets,
                       std::vector<uint32_t>* set_of_row) {
    const Segment& segment = *source.segment;
    std::vector<uint32_t> new_set(segment.sets(field), kNoSet);
    if (new_set.empty()) return;
    for (uint32_t study = 0; study < segment.studies(); ++study) {
      for (const RowRun& run : segment.Runs(field, study)) {
        for (RowId row = run.begin; row < run.end; ++row) {
          const RowId target = source.new_row[row];
          if (target == kDead) continue;
          uint32_t& set = new_set[run.set];
          if (set == kNoSet) set = sets->Number(segment.Set(field, run.set));
          (*set_of_row)[target] = set;
        }
      }
    }
  }

  const std::atomic<bool>& stop_;
  std::vector<Source> sources_;
  std::unique_ptr<SegmentAssembler> out_;
  RowId rows_ = 0;
};

}  // namespace

absl::StatusOr<uint32_t> MergeSegments(const std::vector<MergeInput>& inputs,
                                       const std::string& path, const std::atomic<bool>& stop) {
  return Merge(inputs, stop).Run(path);
}

}  // namespace parfocal
