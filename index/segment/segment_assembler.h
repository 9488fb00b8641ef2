// Writes a segment file from rows that come in order. What the builder (rows of a batch) and the
// merge (rows of other segments) have in common: the format, the sections, the checksums.
//
// Calls, in this order: BeginStudy, AddRecord (if the study's record is there), AddRow...; the next
// study...; EndRows; AddPosting by ascending value...; AddFacet by ascending field...; Finish.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/types/span.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/segment_builder.h"
#include "segment_format.h"

namespace parfocal {

// Distinct sets of values, numbered in the order of their first use.
class SetDictionary {
 public:
  SetDictionary() : by_content_(0, Content{this}, Content{this}) {}
  SetDictionary(const SetDictionary&) = delete;
  SetDictionary& operator=(const SetDictionary&) = delete;
  // `set` ascending.
  uint32_t Number(absl::Span<const ValueId> set);
  uint32_t size() const { return static_cast<uint32_t>(offsets_.size() - 1); }
  const std::vector<uint32_t>& offsets() const { return offsets_; }
  const std::vector<ValueId>& values() const { return values_; }

 private:
  absl::Span<const ValueId> At(uint32_t n) const {
    return absl::MakeConstSpan(values_).subspan(offsets_[n], offsets_[n + 1] - offsets_[n]);
  }
  struct Content {
    using is_transparent = void;
    const SetDictionary* sets;
    size_t operator()(absl::Span<const ValueId> set) const {
      return absl::Hash<absl::Span<const ValueId>>()(set);
    }
    size_t operator()(uint32_t n) const { return (*this)(sets->At(n)); }
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, absl::Span<const ValueId> b) const { return sets->At(a) == b; }
  };
  std::vector<uint32_t> offsets_ = {0};
  std::vector<ValueId> values_;
  absl::flat_hash_set<uint32_t, Content, Content> by_content_;
};

inline constexpr uint32_t kNoSet = UINT32_MAX;

class SegmentAssembler {
 public:
  static absl::StatusOr<std::unique_ptr<SegmentAssembler>> Create(const std::string& path);

  void BeginStudy(absl::string_view key);
  void AddRecord(const StudyRecord& record);
  void AddRow(absl::string_view id, int64_t image_count, int64_t sequence, absl::string_view block);
  RowId rows() const { return static_cast<RowId>(image_counts_.size()); }
  void EndRows();
  // `rows` ascending, not empty.
  void AddPosting(ValueId value, absl::Span<const RowId> rows);
  // `set_of_row`: one number per row, kNoSet where the row has no value.
  void AddFacet(FieldId field, absl::Span<const uint32_t> set_of_row, const SetDictionary& sets);
  // Writes what is left, and syncs. RESOURCE_EXHAUSTED if a section outgrew its 32-bit offsets: the
  // file is then useless. UNAVAILABLE on an I/O error.
  absl::Status Finish();

 private:
  explicit SegmentAssembler(std::unique_ptr<DurableFile> file) : file_(std::move(file)) {}
  DiskString Keep(absl::string_view text);
  uint32_t BlockNumber(absl::string_view name);
  void BeginSection();
  void EndSection(SectionId id, absl::string_view bytes);
  template <typename T>
  void Write(SectionId id, const std::vector<T>& values);

  std::unique_ptr<DurableFile> file_;
  DiskHeader header_{};
  bool too_large_ = false;
  std::string strings_;
  std::vector<DiskString> blocks_;
  absl::flat_hash_map<std::string, uint32_t> block_numbers_;
  std::vector<DiskStudy> studies_;
  std::vector<StudyValue> study_values_;
  std::vector<uint32_t> text_lengths_;
  std::string row_keys_;
  std::vector<uint32_t> row_key_offsets_ = {0};
  std::vector<int64_t> image_counts_;
  std::vector<int64_t> sequences_;
  std::vector<uint32_t> row_blocks_;
  std::vector<ValueId> value_ids_;
  std::vector<uint32_t> value_counts_;
  std::vector<uint32_t> posting_refs_;
  std::string postings_;
  std::vector<DiskFacet> facets_;
  std::vector<uint32_t> set_offsets_;
  std::vector<ValueId> set_values_;
  std::vector<uint32_t> run_index_;
  std::vector<RowRun> runs_;
};

}  // namespace parfocal
