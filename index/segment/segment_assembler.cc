#include "segment_assembler.h"

#include <algorithm>
#include <roaring/roaring.hh>

#include "bitmap_codec.h"

namespace parfocal {
namespace {

constexpr uint64_t kMaxOffset = UINT32_MAX;

template <typename T>
absl::string_view BytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

uint32_t SetDictionary::Number(absl::Span<const ValueId> set) {
  auto it = by_content_.find(set);
  if (it != by_content_.end()) return *it;
  const uint32_t number = size();
  values_.insert(values_.end(), set.begin(), set.end());
  offsets_.push_back(static_cast<uint32_t>(values_.size()));
  by_content_.insert(number);
  return number;
}

absl::StatusOr<std::unique_ptr<SegmentAssembler>> SegmentAssembler::Create(
    const std::string& path) {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<DurableFile> file, DurableFile::Create(path));
  file->Append(std::string(sizeof(DiskHeader), '\0'));
  std::unique_ptr<SegmentAssembler> out(new SegmentAssembler(std::move(file)));
  out->BlockNumber("");
  return out;
}

DiskString SegmentAssembler::Keep(absl::string_view text) {
  const DiskString out{static_cast<uint32_t>(strings_.size()), static_cast<uint32_t>(text.size())};
  strings_.append(text.data(), text.size());
  too_large_ = too_large_ || strings_.size() > kMaxOffset;
  return out;
}

uint32_t SegmentAssembler::BlockNumber(absl::string_view name) {
  const auto [it, fresh] =
      block_numbers_.try_emplace(std::string(name), static_cast<uint32_t>(blocks_.size()));
  if (fresh) blocks_.push_back(Keep(name));
  return it->second;
}

void SegmentAssembler::BeginStudy(absl::string_view key) {
  DiskStudy study{};
  study.key = Keep(key);
  study.first_row = study.end_row = rows();
  study.first_value = static_cast<uint32_t>(study_values_.size());
  study.first_length = static_cast<uint32_t>(text_lengths_.size());
  study.release_day = INT32_MIN;
  study.bytes = study.image_count = -1;
  studies_.push_back(study);
}

void SegmentAssembler::AddRecord(const StudyRecord& record) {
  DiskStudy& study = studies_.back();
  study.has_record = 1;
  study.sequence = record.sequence;
  study.text_doc = record.text_doc;
  study.release_day = record.release_day;
  study.bytes = record.bytes;
  study.image_count = record.image_count;
  study.title = Keep(record.title);
  study.folded_text = Keep(record.folded_text);
  std::vector<StudyValue> values;
  for (const auto& [value, scope] : record.values) values.push_back({value, BlockNumber(scope)});
  const auto order = [](const StudyValue& v) { return std::pair(v.value, v.scope); };
  std::sort(values.begin(), values.end(),
            [&](const StudyValue& a, const StudyValue& b) { return order(a) < order(b); });
  values.erase(
      std::unique(values.begin(), values.end(),
                  [&](const StudyValue& a, const StudyValue& b) { return order(a) == order(b); }),
      values.end());
  study.values = static_cast<uint32_t>(values.size());
  study_values_.insert(study_values_.end(), values.begin(), values.end());
  text_lengths_.insert(text_lengths_.end(), record.text_lengths.begin(), record.text_lengths.end());
  AddRow("", record.image_count, record.sequence, "");
}

void SegmentAssembler::AddRow(absl::string_view id, int64_t image_count, int64_t sequence,
                              absl::string_view block) {
  row_keys_.append(id.data(), id.size());
  too_large_ = too_large_ || row_keys_.size() > kMaxOffset;
  row_key_offsets_.push_back(static_cast<uint32_t>(row_keys_.size()));
  image_counts_.push_back(image_count);
  sequences_.push_back(sequence);
  row_blocks_.push_back(block.empty() ? 0 : BlockNumber(block));
  ++studies_.back().end_row;
}

void SegmentAssembler::BeginSection() {
  file_->Append(std::string((8 - file_->size() % 8) % 8, '\0'));
}

void SegmentAssembler::EndSection(SectionId id, absl::string_view bytes) {
  DiskSection& section = header_.table[static_cast<uint32_t>(id)];
  section = {file_->size(), bytes.size(), HashBytes(bytes)};
  file_->Append(bytes);
}

template <typename T>
void SegmentAssembler::Write(SectionId id, const std::vector<T>& values) {
  BeginSection();
  EndSection(id, BytesOf(values));
}

void SegmentAssembler::EndRows() {
  header_.rows = rows();
  BeginSection();
  EndSection(SectionId::kRowKeys, row_keys_);
  Write(SectionId::kRowKeyOffsets, row_key_offsets_);
  Write(SectionId::kImageCounts, image_counts_);
  Write(SectionId::kSequences, sequences_);
  Write(SectionId::kRowBlocks, row_blocks_);
  // Memory for the next phase; the columns can be large.
  row_keys_ = std::string();
  row_key_offsets_ = {};
  image_counts_ = {};
  sequences_ = {};
  row_blocks_ = {};
}

void SegmentAssembler::AddPosting(ValueId value, absl::Span<const RowId> rows) {
  const uint64_t offset = postings_.size();
  too_large_ = too_large_ || offset >= kMaxPostingBytes;
  PostingForm form = PostingForm::kList;
  if (rows.back() - rows.front() + 1 == rows.size()) {
    form = PostingForm::kRange;
    postings_.append(reinterpret_cast<const char*>(rows.data()), sizeof(RowId));
  } else if (rows.size() <= kMaxListedRows) {
    postings_.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(RowId));
  } else {
    form = PostingForm::kBitmap;
    Roaring bitmap(rows.size(), rows.data());
    bitmap.runOptimize();
    postings_ += PortableBitmap(bitmap);
    postings_.resize((postings_.size() + 3) / 4 * 4);
  }
  value_ids_.push_back(value);
  value_counts_.push_back(static_cast<uint32_t>(rows.size()));
  posting_refs_.push_back(static_cast<uint32_t>(offset / 4) << kPostingFormBits |
                          static_cast<uint32_t>(form));
}

void SegmentAssembler::AddFacet(FieldId field, absl::Span<const uint32_t> set_of_row,
                                const SetDictionary& sets) {
  DiskFacet facet{field, sets.size(), static_cast<uint32_t>(set_offsets_.size()),
                  static_cast<uint32_t>(run_index_.size())};
  const uint32_t base = static_cast<uint32_t>(set_values_.size());
  for (uint32_t offset : sets.offsets()) set_offsets_.push_back(base + offset);
  set_values_.insert(set_values_.end(), sets.values().begin(), sets.values().end());
  for (const DiskStudy& study : studies_) {
    run_index_.push_back(static_cast<uint32_t>(runs_.size()));
    for (RowId row = study.first_row; row < study.end_row;) {
      RowId end = row + 1;
      while (end < study.end_row && set_of_row[end] == set_of_row[row]) ++end;
      if (set_of_row[row] != kNoSet) runs_.push_back({row, end, set_of_row[row]});
      row = end;
    }
  }
  run_index_.push_back(static_cast<uint32_t>(runs_.size()));
  facets_.push_back(facet);
  too_large_ = too_large_ || runs_.size() > kMaxOffset || set_values_.size() > kMaxOffset;
}

absl::Status SegmentAssembler::Finish() {
  if (too_large_) {
    return absl::ResourceExhaustedError(
        "segment: a section outgrew 32-bit offsets; fewer rows fit");
  }
  Write(SectionId::kStudies, studies_);
  Write(SectionId::kStudyValues, study_values_);
  Write(SectionId::kTextLengths, text_lengths_);
  BeginSection();
  EndSection(SectionId::kStrings, strings_);
  Write(SectionId::kBlocks, blocks_);
  Write(SectionId::kValueIds, value_ids_);
  Write(SectionId::kValueCounts, value_counts_);
  Write(SectionId::kPostingRefs, posting_refs_);
  BeginSection();
  EndSection(SectionId::kPostings, postings_);
  Write(SectionId::kFacets, facets_);
  Write(SectionId::kSetOffsets, set_offsets_);
  Write(SectionId::kSetValues, set_values_);
  Write(SectionId::kRunIndex, run_index_);
  Write(SectionId::kRuns, runs_);
  std::copy(kSegmentMagic.begin(), kSegmentMagic.end(), header_.magic);
  header_.version = kSegmentVersion;
  header_.sections = kSections;
  header_.schema = SchemaFingerprint();
  header_.studies = static_cast<uint32_t>(studies_.size());
  const absl::string_view bytes(reinterpret_cast<const char*>(&header_), sizeof(header_));
  header_.hash = HashBytes(bytes.substr(0, sizeof(header_) - sizeof(header_.hash)));
  PARFOCAL_RETURN_IF_ERROR(file_->WriteAt(0, bytes));
  return file_->Sync();
}

}  // namespace parfocal
