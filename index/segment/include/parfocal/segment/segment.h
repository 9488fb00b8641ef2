// A segment: one immutable, key-sorted, memory-mapped file of rows with their values. index/write
// makes segments, index/search reads them; this header is all that the two share.
//
// Rows are ordered by study key, then: the study's own row (only in a segment that holds the
// study's record), then its ImageSets in natural order of id ("A2" before "A10"). So the rows of a
// study are contiguous within a segment; a study may have rows in several segments.
//
// What holds on a row (the one rule that search, facets and the twin share):
//   * an ImageSet's own values hold on its row;
//   * a value v of field f that its study states (without a scope, or with the row's block as
//   scope)
//     holds on the row if the row has no own value of f, or if no live ImageSet of the study has v
//     as its own: what rows state themselves refines what the study says of all of them, and a
//     value that no row claims is not lost;
//   * the study's own row counts only while the snapshot has no live ImageSet of that study; on it
//     all of the study's values hold, whatever their scope.
//
// Whether a row is live, the manifest's delete bitmap says (index/segment/deletes.h), not the
// segment. A version of a study's record holds only while its own row is live there: of several
// versions at most one is live, and none after the study was deleted, though its ImageSets may
// stay.
//
// File: header (magic, version, section table with length and XXH64 of each section), sections.
// All checksums are verified by Verify(); Open verifies header and section table.
//
// Thread safety: immutable; any thread. What the accessors return lives as long as the Segment.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

class Roaring;  // CRoaring, <roaring/roaring.hh>

namespace parfocal {

using RowId = uint32_t;

// Orders ImageSet ids: runs of digits by their number, everything else by byte; ties by byte order.
bool NaturalLess(absl::string_view a, absl::string_view b);

// `source`, NUL, `accession`.
std::string StudyKey(absl::string_view source, absl::string_view accession);

// A value that a study states, and the block it is restricted to.
struct StudyValue {
  ValueId value = 0;
  uint32_t scope = 0;  // Block number in this segment (see blocks()); 0: all of the study.
};

struct StudyEntry {
  absl::string_view key;  // StudyKey
  RowId first_row = 0;    // Of this segment, the own row included.
  RowId end_row = 0;
  bool has_record =
      false;  // The segment holds a version of the study's record; first_row is its own row.
  // The rest only if has_record.
  int64_t sequence =
      0;  // Catalogue sequence of that version; the largest one of a snapshot counts.
  uint32_t text_doc = 0;            // Document of that version in the text index of studies.
  int32_t release_day = INT32_MIN;  // Days since 1970-01-01; INT32_MIN if unknown.
  int64_t bytes = -1;
  int64_t image_count = -1;  // Of the study as a whole, original images; -1 unknown.
  absl::string_view title;
  absl::string_view
      folded_text;  // kText fields folded to lower case, each behind its FieldId; see FoldedText.
  absl::Span<const StudyValue> values;      // By value id.
  absl::Span<const uint32_t> text_lengths;  // Words per kText field, in schema order.
};

// Rows [begin, end) that have the same set of own values in one field.
struct RowRun {
  RowId begin = 0;
  RowId end = 0;
  uint32_t set = 0;
};

class Segment {
 public:
  // DATA_LOSS if header, section table or structure is wrong, FAILED_PRECONDITION for an unknown
  // version or another table of fields, NOT_FOUND. What was opened can be read without fear of a
  // crash, but only Verify() finds every changed byte.
  static absl::StatusOr<std::shared_ptr<const Segment>> Open(const std::string& path);
  ~Segment();

  const std::string& path() const;
  RowId rows() const;
  // DATA_LOSS naming the section whose checksum is wrong.
  absl::Status Verify() const;

  // Studies in key order.
  uint32_t studies() const;
  StudyEntry study(uint32_t index) const;
  std::optional<uint32_t> FindStudy(absl::string_view key) const;
  // The study that `row` belongs to.
  uint32_t StudyOfRow(RowId row) const;

  // ImageSet id; empty for a study's own row.
  absl::string_view RowKey(RowId row) const;
  std::optional<RowId> FindRow(uint32_t study, absl::string_view id) const;
  // Original images of the row: -1 unknown; 0 if its images are not available or are masks and the
  // like.
  int64_t ImageCount(RowId row) const;
  int64_t RowSequence(RowId row) const;  // Catalogue sequence of the row's version.
  uint32_t BlockOfRow(RowId row) const;  // 0: none.
  absl::string_view block(uint32_t number) const;

  // Rows that have `value` as their own; nullptr if none. Any field, attributes included. Decoded
  // anew by every call: callers that ask again keep it.
  std::shared_ptr<const Roaring> RowsWith(ValueId value) const;
  // The own values that occur in the rows of this segment, ascending.
  absl::Span<const ValueId> values() const;
  // Appends the rows of values()[index], ascending; false, and nothing appended, if they are
  // damaged.
  bool AppendRows(uint32_t index, std::vector<RowId>* rows) const;
  // Sets the bits of the rows of values()[index] in `words`, which has one bit for each row of the
  // segment; false, with some of them set, if they are damaged. Never sets a bit beyond the rows.
  bool SetRows(uint32_t index, uint64_t* words) const;
  // How many rows have it as their own.
  uint32_t CountOf(ValueId value) const;

  // For a facet field: the runs of rows of `study` that have own values in it, in row order.
  absl::Span<const RowRun> Runs(FieldId field, uint32_t study) const;
  // The values of a set, ascending.
  absl::Span<const ValueId> Set(FieldId field, uint32_t set) const;
  uint32_t sets(FieldId field) const;

 private:
  struct State;
  explicit Segment(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The text of `field` inside StudyEntry::folded_text; empty if the study has none.
absl::string_view FoldedText(absl::string_view folded_text, FieldId field);

}  // namespace parfocal
