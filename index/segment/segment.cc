#include "parfocal/segment/segment.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <roaring/roaring.hh>

#include "absl/strings/ascii.h"
#include "bitmap_codec.h"
#include "segment_state.h"

namespace parfocal {

bool NaturalLess(absl::string_view a, absl::string_view b) {
  const auto digit = [](absl::string_view s, size_t i) {
    return i < s.size() && absl::ascii_isdigit(static_cast<unsigned char>(s[i]));
  };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a, i) || !digit(b, j)) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i, ++j;
      continue;
    }
    while (digit(a, i) && a[i] == '0') ++i;
    while (digit(b, j) && b[j] == '0') ++j;
    size_t end_a = i, end_b = j;
    while (digit(a, end_a)) ++end_a;
    while (digit(b, end_b)) ++end_b;
    if (end_a - i != end_b - j) return end_a - i < end_b - j;
    const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j));
    if (order != 0) return order < 0;
    i = end_a, j = end_b;
  }
  const size_t rest_a = a.size() - i, rest_b = b.size() - j;
  if (rest_a != rest_b) return rest_a < rest_b;
  // Equal but for leading zeros.
  return a < b;
}

std::string StudyKey(absl::string_view source, absl::string_view accession) {
  return absl::StrCat(source, absl::string_view("\0", 1), accession);
}

absl::string_view FoldedText(absl::string_view folded_text, FieldId field) {
  // Each: field (2 bytes), size (4 bytes), text.
  while (folded_text.size() >= 6) {
    FieldId id;
    uint32_t size;
    std::memcpy(&id, folded_text.data(), 2);
    std::memcpy(&size, folded_text.data() + 2, 4);
    if (size > folded_text.size() - 6) break;
    if (id == field) return folded_text.substr(6, size);
    folded_text.remove_prefix(6 + size);
  }
  return {};
}

const std::string& Segment::path() const { return state_->path; }
RowId Segment::rows() const { return state_->header.rows; }

uint32_t Segment::studies() const { return static_cast<uint32_t>(state_->studies.size()); }

StudyEntry Segment::study(uint32_t index) const {
  const State& s = *state_;
  const DiskStudy& disk = s.studies[index];
  StudyEntry entry;
  entry.key = s.String(disk.key);
  entry.first_row = disk.first_row;
  entry.end_row = disk.end_row;
  entry.has_record = disk.has_record == 1;
  if (!entry.has_record) return entry;
  entry.sequence = disk.sequence;
  entry.text_doc = disk.text_doc;
  entry.release_day = disk.release_day;
  entry.bytes = disk.bytes;
  entry.image_count = disk.image_count;
  entry.title = s.String(disk.title);
  entry.folded_text = s.String(disk.folded_text);
  entry.values = s.study_values.subspan(disk.first_value, disk.values);
  entry.text_lengths = s.text_lengths.subspan(disk.first_length, NumberOfTexts());
  return entry;
}

std::optional<uint32_t> Segment::FindStudy(absl::string_view key) const {
  const State& s = *state_;
  const auto it = std::lower_bound(
      s.studies.begin(), s.studies.end(), key,
      [&](const DiskStudy& study, absl::string_view k) { return s.String(study.key) < k; });
  if (it == s.studies.end() || s.String(it->key) != key) return std::nullopt;
  return static_cast<uint32_t>(it - s.studies.begin());
}

uint32_t Segment::StudyOfRow(RowId row) const {
  const auto& studies = state_->studies;
  const auto it = std::upper_bound(studies.begin(), studies.end(), row,
                                   [](RowId r, const DiskStudy& s) { return r < s.end_row; });
  return static_cast<uint32_t>(it - studies.begin());
}

absl::string_view Segment::RowKey(RowId row) const {
  const uint32_t begin = state_->row_key_offsets[row];
  return state_->row_keys.substr(begin, state_->row_key_offsets[row + 1] - begin);
}

std::optional<RowId> Segment::FindRow(uint32_t study, absl::string_view id) const {
  const DiskStudy& s = state_->studies[study];
  RowId low = s.first_row + s.has_record, high = s.end_row;
  while (low < high) {
    const RowId middle = low + (high - low) / 2;
    if (NaturalLess(RowKey(middle), id)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == s.end_row || RowKey(low) != id) return std::nullopt;
  return low;
}

int64_t Segment::ImageCount(RowId row) const { return state_->image_counts[row]; }
int64_t Segment::RowSequence(RowId row) const { return state_->sequences[row]; }
uint32_t Segment::BlockOfRow(RowId row) const { return state_->row_blocks[row]; }
absl::string_view Segment::block(uint32_t number) const {
  return number < state_->blocks.size() ? state_->String(state_->blocks[number])
                                        : absl::string_view();
}

bool Segment::AppendRows(uint32_t value_index, std::vector<RowId>* rows) const {
  const State& s = *state_;
  const uint32_t count = s.value_counts[value_index];
  const uint32_t ref = s.posting_refs[value_index];
  const uint64_t offset = uint64_t{ref >> kPostingFormBits} * 4;
  if (offset >= s.postings.size()) return false;
  const absl::string_view bytes = s.postings.substr(offset);
  RowId first;
  std::memcpy(&first, bytes.data(), sizeof(first));
  const size_t old_size = rows->size();
  switch (static_cast<PostingForm>(ref & ((1u << kPostingFormBits) - 1))) {
    case PostingForm::kList:
      if (count > bytes.size() / sizeof(RowId)) return false;
      rows->resize(old_size + count);
      std::memcpy(rows->data() + old_size, bytes.data(), sizeof(RowId) * size_t{count});
      if (StrictlyAscends(absl::MakeSpan(*rows).subspan(old_size)) &&
          rows->back() < s.header.rows) {
        return true;
      }
      rows->resize(old_size);
      return false;
    case PostingForm::kRange:
      if (uint64_t{first} + count > s.header.rows) return false;
      rows->resize(old_size + count);
      std::iota(rows->begin() + static_cast<ptrdiff_t>(old_size), rows->end(), first);
      return true;
    case PostingForm::kBitmap: {
      const auto bitmap = ReadPortableBitmap(bytes, s.header.rows);
      if (bitmap == nullptr) return false;
      rows->resize(old_size + bitmap->cardinality());
      bitmap->toUint32Array(rows->data() + old_size);
      return true;
    }
  }
  return false;
}

bool Segment::SetRows(uint32_t value_index, uint64_t* words) const {
  const State& s = *state_;
  const uint32_t ref = s.posting_refs[value_index];
  const uint64_t offset = uint64_t{ref >> kPostingFormBits} * 4;
  const auto form = static_cast<PostingForm>(ref & ((1u << kPostingFormBits) - 1));
  if (form == PostingForm::kBitmap) {
    return offset < s.postings.size() &&
           SetPortableBitmap(s.postings.substr(offset), s.header.rows, words);
  }
  if (form == PostingForm::kRange && offset < s.postings.size()) {
    RowId first;
    std::memcpy(&first, s.postings.data() + offset, sizeof(first));
    const uint64_t end = uint64_t{first} + s.value_counts[value_index];
    if (end > s.header.rows) return false;
    SetBits(first, end, words);
    return true;
  }
  thread_local std::vector<RowId> scratch;
  scratch.clear();
  if (!AppendRows(value_index, &scratch)) return false;
  for (RowId row : scratch) words[row / 64] |= uint64_t{1} << (row % 64);
  return true;
}

std::shared_ptr<const Roaring> Segment::RowsWith(ValueId value) const {
  const State& s = *state_;
  const auto it = std::lower_bound(s.value_ids.begin(), s.value_ids.end(), value);
  if (it == s.value_ids.end() || *it != value) return nullptr;
  const uint32_t index = static_cast<uint32_t>(it - s.value_ids.begin());
  const uint32_t ref = s.posting_refs[index];
  const uint64_t offset = uint64_t{ref >> kPostingFormBits} * 4;
  if ((ref & ((1u << kPostingFormBits) - 1)) == static_cast<uint32_t>(PostingForm::kBitmap) &&
      offset < s.postings.size()) {
    auto rows = ReadPortableBitmap(s.postings.substr(offset), s.header.rows);
    if (rows != nullptr) return rows;
  }
  // Damage gives an empty bitmap; Verify says where it is.
  std::vector<RowId> rows;
  AppendRows(index, &rows);
  return std::make_shared<const Roaring>(rows.size(), rows.data());
}

absl::Span<const ValueId> Segment::values() const { return state_->value_ids; }

uint32_t Segment::CountOf(ValueId value) const {
  const auto& ids = state_->value_ids;
  const auto it = std::lower_bound(ids.begin(), ids.end(), value);
  return it == ids.end() || *it != value
             ? 0
             : state_->value_counts[static_cast<size_t>(it - ids.begin())];
}

absl::Span<const RowRun> Segment::Runs(FieldId field, uint32_t study) const {
  const auto it = state_->facet_of.find(field);
  if (it == state_->facet_of.end()) return {};
  const uint32_t begin = state_->run_index[it->second->first_index + study];
  const uint32_t end = state_->run_index[it->second->first_index + study + 1];
  return state_->runs.subspan(begin, end - begin);
}

absl::Span<const ValueId> Segment::Set(FieldId field, uint32_t set) const {
  const auto it = state_->facet_of.find(field);
  if (it == state_->facet_of.end() || set >= it->second->sets) return {};
  const uint32_t begin = state_->set_offsets[it->second->first_offset + set];
  const uint32_t end = state_->set_offsets[it->second->first_offset + set + 1];
  return state_->set_values.subspan(begin, end - begin);
}

uint32_t Segment::sets(FieldId field) const {
  const auto it = state_->facet_of.find(field);
  return it == state_->facet_of.end() ? 0 : it->second->sets;
}

}  // namespace parfocal
