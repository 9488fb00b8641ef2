// Makes segments: from the rows of a batch, or from other segments by a merge. Only index/write
// calls this. One thread per builder.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/segment/segment.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

namespace parfocal {

// A version of a study's record, as it stands in a segment (see StudyEntry).
struct StudyRecord {
  int64_t sequence = 0;
  uint32_t text_doc = 0;
  int32_t release_day = INT32_MIN;
  int64_t bytes = -1;
  int64_t image_count = -1;
  std::string title;
  std::string folded_text;                              // From AppendFoldedText.
  std::vector<std::pair<ValueId, std::string>> values;  // With the block they are restricted to.
  std::vector<uint32_t> text_lengths;                   // One per kText field, in schema order.
};

struct ImageSetRow {
  std::string id;
  std::string block;
  int64_t image_count = -1;
  int64_t sequence = 0;
  std::vector<ValueId> values;  // In any order; repeats do no harm.
};

void AppendFoldedText(std::string* folded_text, FieldId field, absl::string_view folded);

class SegmentBuilder {
 public:
  SegmentBuilder();
  ~SegmentBuilder();
  // Records and rows come in any order. REQUIRES: each study once, each (study, id) once.
  void AddStudy(std::string key, StudyRecord record);
  void AddRow(std::string study_key, ImageSetRow row);
  uint32_t rows() const;  // The studies' own rows included.
  // Writes and syncs the file; the caller syncs the directory. `vocabulary` knows every value. The
  // builder is empty afterwards. UNAVAILABLE on an I/O error; RESOURCE_EXHAUSTED beyond 4 GiB of
  // texts.
  absl::Status Write(const std::string& path, const Vocabulary& vocabulary);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct MergeInput {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Roaring> dead;  // May be nullptr: all rows live.
};

// Writes the live rows of `inputs` into one segment, in key order. Of several live versions of a
// row the one with the largest sequence wins. Returns the number of rows; 0 writes no file.
// CANCELLED soon after `stop` was set; DATA_LOSS if an input is damaged; else as
// SegmentBuilder::Write.
absl::StatusOr<uint32_t> MergeSegments(const std::vector<MergeInput>& inputs,
                                       const std::string& path, const std::atomic<bool>& stop);

}  // namespace parfocal
