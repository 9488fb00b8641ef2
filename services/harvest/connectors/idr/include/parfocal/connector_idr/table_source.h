// The rows of one table of a block, wherever they are: in an annotation table, in library and
// processed data that must be joined, or in processed data alone. One table, one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/connector_idr/delimited_reader.h"
#include "parfocal/status.h"

namespace parfocal::idr {

// The files of one table, as paths; which are set says how it is read.
struct TableFiles {
  std::string annotation;            // CSV; if set the others are not read.
  std::string library;               // TSV, one row per well.
  std::string processed;             // TSV, one row per reagent, gene, compound or well.
  const std::string& rows() const {  // The file whose lines are the rows.
    return !annotation.empty() ? annotation : !library.empty() ? library : processed;
  }
};

// Valid until the next call.
struct SourceRow {
  absl::string_view raw;
  std::vector<absl::string_view> cells;  // As many as the header, unless the row is ragged.
  int64_t line = 0;
  std::string problem;
};

// A row of processed data that no row of the library refers to, or that repeats a key.
struct LeftOver {
  int64_t line = 0;
  std::string reason;
  std::string raw;
};

class TableSource {
 public:
  virtual ~TableSource() = default;
  // Reads the next row; false behind the last.
  virtual absl::StatusOr<bool> Next(SourceRow* row) = 0;
  // Rows of processed data that came to nothing; complete once Next returned false.
  virtual std::vector<LeftOver> LeftOvers() const { return {}; }

  const std::vector<std::string>& header() const { return header_; }  // Cleaned.
  const std::string& header_raw() const {
    return header_raw_;
  }  // Bytes of the header line of `rows()`.

 protected:
  std::vector<std::string> header_;
  std::string header_raw_;
};

// Opens the table. `join_column` names the column by which library and processed data belong
// together (compared without regard to case); where both sides have a cell and they differ, the
// processed one holds, since the finding is stated of it, and the library's is kept under "<name>
// (library)". INVALID_ARGUMENT: no header, or one of the two lacks the join column. Otherwise as
// reading the file.
absl::StatusOr<std::unique_ptr<TableSource>> OpenTable(const TableFiles& files,
                                                       const std::string& join_column);

}  // namespace parfocal::idr
