// The bytes of a segment file: what segment.cc reads and segment_file.cc writes. Little-endian;
// every section begins at a multiple of eight.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace parfocal {

inline constexpr absl::string_view kSegmentMagic = "PFSEGMEN";
inline constexpr uint32_t kSegmentVersion = 1;

// Sections, in any order within the file. Stored: never renumbered within a version.
enum class SectionId : uint32_t {
  kStudies = 0,    // DiskStudy, by key
  kStudyValues,    // StudyValue, by study and value
  kTextLengths,    // uint32_t, kText fields of each study that has a record
  kStrings,        // keys, titles, folded texts, names of blocks
  kBlocks,         // DiskString; number 0 is empty
  kRowKeyOffsets,  // uint32_t, rows + 1, into kRowKeys
  kRowKeys,        // bytes
  kImageCounts,    // int64_t, rows
  kSequences,      // int64_t, rows
  kRowBlocks,      // uint32_t, rows
  kValueIds,       // uint32_t, ascending
  kValueCounts,    // uint32_t, rows of each value
  kPostingRefs,    // uint32_t, one per value: PostingRef
  kPostings,       // uint32_t lists and portable bitmaps
  kFacets,         // DiskFacet, by field
  kSetOffsets,     // uint32_t, into kSetValues; per facet sets + 1
  kSetValues,      // uint32_t
  kRunIndex,       // uint32_t, into kRuns; per facet studies + 1
  kRuns,           // Run
  kCount,
};
inline constexpr uint32_t kSections = static_cast<uint32_t>(SectionId::kCount);

struct DiskSection {
  uint64_t offset;
  uint64_t length;
  uint64_t hash;  // XXH64
};

struct DiskHeader {
  char magic[8];
  uint32_t version;
  uint32_t sections;
  uint64_t schema;
  uint32_t rows;
  uint32_t studies;
  DiskSection table[kSections];
  uint64_t hash;  // XXH64 of all that stands before it.
};
static_assert(sizeof(DiskHeader) == 40 + kSections * sizeof(DiskSection));

struct DiskString {
  uint32_t offset;  // Into kStrings.
  uint32_t size;
};

struct DiskStudy {
  DiskString key;
  DiskString title;
  DiskString folded_text;
  uint32_t first_row;
  uint32_t end_row;
  uint32_t has_record;
  uint32_t text_doc;
  uint32_t first_value;  // Into kStudyValues.
  uint32_t values;
  uint32_t first_length;  // Into kTextLengths.
  int32_t release_day;
  int64_t sequence;
  int64_t bytes;
  int64_t image_count;
};
static_assert(sizeof(DiskStudy) == 80);

struct DiskFacet {
  uint32_t field;
  uint32_t sets;
  uint32_t first_offset;  // Into kSetOffsets.
  uint32_t first_index;   // Into kRunIndex.
};

// Where the rows of a value stand in kPostings, and how: the offset in words of four bytes, and in
// the low bits the form.
enum class PostingForm : uint32_t {
  kList = 0,    // count row numbers, ascending
  kRange = 1,   // the first row; count rows from there
  kBitmap = 2,  // portable CRoaring bitmap
};
inline constexpr uint32_t kPostingFormBits = 2;
// Longer lists become bitmaps.
inline constexpr uint32_t kMaxListedRows = 16;
inline constexpr uint64_t kMaxPostingBytes = uint64_t{4} << (32 - kPostingFormBits);

}  // namespace parfocal
