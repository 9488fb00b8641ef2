// Streams the records of a comma- or tab-separated file as people write them.
//
// CSV: RFC 4180, and what the wild adds: records end at CR, LF or CRLF; a quote that does not stand
// at the beginning of a cell is data, as is what follows a closing quote up to the comma; quoted
// cells may hold line breaks. TSV: a cell never holds a line break; a pair of quotes around it is
// taken off. A byte-order mark at the beginning and the absence of a last line end are no part of
// the data. Blank lines are passed over.
//
// Bounds: a record of 1 MiB. A record that is longer, or whose quote is never closed, is given as a
// bad row that is its first line; reading goes on behind that line.
//
// Thread safety: one reader, one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::idr {

enum class Dialect : uint8_t { kCsv, kTsv };

inline constexpr size_t kMaxRecordBytes = 1 << 20;

// What it shows is valid until the next call.
struct DelimitedRow {
  absl::string_view raw;                 // Its bytes, line end included.
  std::vector<absl::string_view> cells;  // Not trimmed.
  int64_t line = 0;                      // 1-based, of its first byte.
  std::string problem;                   // Why the row cannot be used; empty if it can.
};

class DelimitedReader {
 public:
  // Fills at most `size` bytes and returns how many; 0 at the end.
  using Source = std::function<absl::StatusOr<size_t>(char* data, size_t size)>;

  DelimitedReader(Source source, Dialect dialect);

  // Reads the next record into `row`; false at the end of the file. A failure of the source is
  // passed on.
  absl::StatusOr<bool> Next(DelimitedRow* row);

 private:
  enum class Scan : uint8_t { kDone, kNeedMore, kUnclosed };
  absl::Status Fill();
  Scan ScanCsv(DelimitedRow* row, size_t* end);
  Scan ScanTsv(DelimitedRow* row, size_t* end);
  absl::Status GiveUpRecord(DelimitedRow* row, std::string problem);
  std::string* Scratch();

  Source source_;
  Dialect dialect_;
  std::string buffer_;
  size_t begin_ = 0;     // Of the next record in buffer_.
  bool at_end_ = false;  // The source has no more.
  bool started_ = false;
  int64_t line_ = 1;
  int64_t lines_in_record_ = 0;
  std::deque<std::string> scratch_;  // Cells that differ from their bytes.
  size_t scratch_used_ = 0;
};

// Opens `path`, unpacking it if it is gzip. Reading fails with DATA_LOSS if the packed file is
// damaged or cut off, RESOURCE_EXHAUSTED beyond 1 GiB unpacked or 200 times the packed size.
absl::StatusOr<DelimitedReader::Source> OpenTableFile(const std::string& path);

}  // namespace parfocal::idr
