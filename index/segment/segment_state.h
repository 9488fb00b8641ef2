// What an open segment holds: its file, mapped, and spans into it, one for each section.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/segment.h"
#include "segment_format.h"

namespace parfocal {

// Sets are kept so: each value once.
inline bool StrictlyAscends(absl::Span<const uint32_t> values) {
  for (size_t i = 1; i < values.size(); ++i) {
    if (values[i] <= values[i - 1]) return false;
  }
  return true;
}

// Of each study with a record: one length for each text field.
uint32_t NumberOfTexts();

struct Segment::State {
  std::string path;
  std::unique_ptr<MappedFile> file;
  DiskHeader header;
  absl::Span<const DiskStudy> studies;
  absl::Span<const StudyValue> study_values;
  absl::Span<const uint32_t> text_lengths;
  absl::string_view strings;
  absl::Span<const DiskString> blocks;
  absl::Span<const uint32_t> row_key_offsets;
  absl::string_view row_keys;
  absl::Span<const int64_t> image_counts;
  absl::Span<const int64_t> sequences;
  absl::Span<const uint32_t> row_blocks;
  absl::Span<const ValueId> value_ids;
  absl::Span<const uint32_t> value_counts;
  absl::Span<const uint32_t> posting_refs;
  absl::string_view postings;
  absl::Span<const DiskFacet> facets;
  absl::Span<const uint32_t> set_offsets;
  absl::Span<const ValueId> set_values;
  absl::Span<const uint32_t> run_index;
  absl::Span<const RowRun> runs;
  absl::flat_hash_map<FieldId, const DiskFacet*> facet_of;

  absl::Status Damaged(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("segment '", path, "': ", what));
  }
  absl::string_view String(DiskString s) const { return strings.substr(s.offset, s.size); }
  bool Within(DiskString s) const { return uint64_t{s.offset} + s.size <= strings.size(); }

  absl::Status ReadHeader();
  std::vector<DiskSection> InFileOrder() const;
  absl::Status MapSections();
  absl::Status CheckStudies() const;
  absl::Status CheckRows() const;
  absl::Status CheckValues() const;
  absl::Status CheckFacets() const;
  bool CheckRuns(const DiskFacet& facet) const;

  template <typename T>
  bool Map(SectionId id, absl::Span<const T>* out) const {
    const DiskSection& section = header.table[static_cast<uint32_t>(id)];
    *out = {reinterpret_cast<const T*>(file->bytes().data() + section.offset),
            static_cast<size_t>(section.length / sizeof(T))};
    return section.length % sizeof(T) == 0;
  }
  absl::string_view MapBytes(SectionId id) const {
    const DiskSection& section = header.table[static_cast<uint32_t>(id)];
    return file->bytes().substr(section.offset, section.length);
  }
};

}  // namespace parfocal
