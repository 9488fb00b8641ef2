// The study file of an IDR study as its lines say it: keys, values in position, blocks. No meaning
// is given to the values here (see study_draft.h). Plain values; any thread.
//
// Bounds: 1 MiB of text (the limit of a raw record), 100,000 lines; what lies beyond is a problem,
// not a failure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::idr {

inline constexpr size_t kMaxStudyFileBytes = 1 << 20;
inline constexpr size_t kMaxStudyLines = 100'000;

// One key with its values. A gap is an empty value and keeps the later ones in position.
struct StudyRow {
  std::string key;                  // As the format spells it, whatever the file's slips.
  std::vector<std::string> values;  // Trimmed, without enclosing quotes, no empty ones at the end.
  int line = 0;                     // 1-based.
};

// The study part, or one screen or experiment.
struct StudySection {
  std::string kind;  // "study", "screen", "experiment"
  int line = 0;
  std::vector<StudyRow> rows;  // In file order; a key may occur more than once.

  // The values of the first row with `key` that has any, or of the nth (from 0) row with that key
  // whether it has any or not; empty if there is none.
  const std::vector<std::string>& Values(absl::string_view key) const;
  const std::vector<std::string>& Nth(absl::string_view key, int n) const;
  // The first non-empty value of `key`.
  std::string First(absl::string_view key) const;
};

// A line that could not be used. The rest of the file is used all the same.
struct StudyProblem {
  int line = 0;
  std::string reason;
  std::string raw;
};

struct StudyFile {
  std::string encoding;
  StudySection study;
  std::vector<StudySection> blocks;
  std::vector<StudyProblem> problems;
};

// Reads `bytes`. Line ends are CR, LF, CRLF or CRCRLF, mixed; cells are split at tabs; a pair of
// quotes that encloses a cell is taken off, other quotes are data. A line whose first cell is no
// known key continues the value before it (joined by a line break), unless a key stands at its
// beginning followed by spaces or a colon. A value that begins with `#` is a form hint and counts
// as empty.
StudyFile ParseStudyFile(absl::string_view bytes);

}  // namespace parfocal::idr
