// The cells of a tab-separated table.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

// The cells of a line: divided by tabs, quoted ones unquoted. A quote that is not closed before a
// tab or the end is an ordinary character.
void SplitCells(absl::string_view line, std::vector<std::string>* cells);
// The cell as SplitCells reads it.
void AppendCell(absl::string_view cell, std::string* out);

}  // namespace parfocal
