// Columns of `parfocal export --format csv|tsv`: what one hit and its study say, as one cell.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal::cli {

// A line of the export: the hit, and the study that it is or belongs to.
struct ExportRow {
  const v1::SearchHit& hit;
  const v1::Study& study;
};

struct ExportColumn {
  std::string name;
  std::string (*cell)(const ExportRow& row, const std::string& argument);
  std::string argument;  // Name of a schema field, or key of an attribute.
};

// Parses `a,b,c`; empty: the columns that suit the level. A column is one of FixedColumnNames(),
// the name of a schema field (`organism`: labels; `organism.id`: terms; `stated_organism`: the
// archive's words), or `attribute["key"]`. INVALID_ARGUMENT names the column that is none of these.
absl::StatusOr<std::vector<ExportColumn>> ParseColumns(absl::string_view text, bool image_sets);
std::vector<std::string> FixedColumnNames();

// The columns by whose names BioFile Finder knows a table of files: `File Path` (the page of the
// study at its archive; of an image set with its id behind `#`, so that each line has its own),
// `File Name`, `Thumbnail`, `Size`, `Uploaded`.
std::vector<ExportColumn> BioFileFinderColumns();

// Quoted as RFC 4180 wants it where needed.
std::string CsvCell(absl::string_view text);
// Tabs and line ends become spaces: TSV has no quotes.
std::string TsvCell(absl::string_view text);

}  // namespace parfocal::cli
