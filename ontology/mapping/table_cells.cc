#include "table_cells.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace parfocal {

namespace {

// The length of the quoted cell at the start of `line`, quotes included; 0 if it is none.
size_t QuotedLength(absl::string_view line) {
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    if (i + 1 < line.size() && line[i + 1] == '"') {
      ++i;
      continue;
    }
    return i + 1 == line.size() || line[i + 1] == '\t' ? i + 1 : 0;
  }
  return 0;
}

}  // namespace

void SplitCells(absl::string_view line, std::vector<std::string>* cells) {
  size_t count = 0;
  while (true) {
    if (count == cells->size()) cells->emplace_back();
    std::string& cell = (*cells)[count++];
    cell.clear();
    const size_t quoted = !line.empty() && line[0] == '"' ? QuotedLength(line) : 0;
    const size_t end = quoted > 0 ? quoted : std::min(line.find('\t'), line.size());
    if (quoted == 0) {
      cell.append(line.data(), end);
    } else {
      for (size_t i = 1; i + 1 < quoted; ++i) {
        cell.push_back(line[i]);
        if (line[i] == '"') ++i;
      }
    }
    if (end == line.size()) break;
    line.remove_prefix(end + 1);
  }
  cells->resize(count);
}

void AppendCell(absl::string_view cell, std::string* out) {
  const bool quoted =
      cell.find_first_of("\t\n\r") != absl::string_view::npos || absl::StartsWith(cell, "\"");
  if (quoted) out->push_back('"');
  for (const char c : cell) {
    if (quoted && c == '"') out->push_back('"');
    // A line break would end the row for readers that go line by line.
    out->push_back(c == '\n' ? ' ' : c);
  }
  if (quoted) out->push_back('"');
}

}  // namespace parfocal
