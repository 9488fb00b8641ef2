// The declared table of gene table formats: how each is recognised by its content, and who parses
// its rows. To add a format, add a row here and its parser in row_parsers.cc.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "table_rows.h"

namespace parfocal::internal {

using Columns = absl::Span<const absl::string_view>;

enum class TableRole : uint8_t { kGenes = 0, kIds, kOrthologs, kInteractions };

struct TableFormat {
  absl::string_view name;  // As reports call it.
  TableRole role;
  // The first columns of its header, divided by tabs; empty if it has none.
  absl::string_view header;
  size_t columns;  // At least so many in each row.
  // For a table without header: whether a row is of this shape.
  bool (*shape)(Columns row);
  // Reads a row and returns what is wrong with it, or empty.
  absl::string_view (*parse)(Columns row, RowSink* sink);
  // Which column holds the date (YYYY-MM-DD) of a row's last change, of which the latest is the
  // date of the table; -1 if none does.
  int date_column = -1;
};

// All formats, headers before shapes.
absl::Span<const TableFormat> TableFormats();
// The format whose header or shape `first` has; null if there is none.
const TableFormat* Recognise(Columns first);

}  // namespace parfocal::internal
