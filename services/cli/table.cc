#include "parfocal/cli/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

constexpr int kGap = 2;
constexpr int kNarrowest = 8;  // A flexible column is not cut below this.

}  // namespace

void Table::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = EscapeForTerminal(cell);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> Table::Shown() const {
  std::vector<size_t> shown;
  for (size_t i = 0; i < columns_.size(); ++i) {
    const bool empty =
        std::all_of(rows_.begin(), rows_.end(), [i](const auto& row) { return row[i].empty(); });
    if (!columns_[i].sparse || !empty) shown.push_back(i);
  }
  return shown;
}

std::vector<int> Table::WidthsFor(const std::vector<size_t>& shown, int width) const {
  std::vector<int> widths;
  for (size_t column : shown) {
    int widest = DisplayWidth(columns_[column].header);
    for (const auto& row : rows_) widest = std::max(widest, DisplayWidth(row[column]));
    widths.push_back(widest);
  }
  if (width <= 0) return widths;
  int excess = std::accumulate(widths.begin(), widths.end(), 0) +
               kGap * (static_cast<int>(widths.size()) - 1) - width;
  while (excess > 0) {
    // Take from the widest flexible column until it is no longer the widest.
    int widest = -1;
    int second = kNarrowest;
    for (size_t i = 0; i < shown.size(); ++i) {
      if (!columns_[shown[i]].flexible) continue;
      if (widest < 0 || widths[i] > widths[widest]) {
        if (widest >= 0) second = std::max(second, widths[widest]);
        widest = static_cast<int>(i);
      } else {
        second = std::max(second, widths[i]);
      }
    }
    if (widest < 0 || widths[widest] <= kNarrowest) break;
    const int cut = std::min(excess, std::max(1, widths[widest] - second));
    widths[widest] -= cut;
    excess -= cut;
  }
  return widths;
}

void Table::Print(std::ostream& out, int width, bool colour, int indent) const {
  const std::vector<size_t> shown = Shown();
  const std::vector<int> widths = WidthsFor(shown, width > indent ? width - indent : width);
  auto print_row = [&](const std::vector<std::string>& cells, bool bold) {
    std::string line(indent, ' ');
    for (size_t i = 0; i < shown.size(); ++i) {
      const std::string cell = FitToWidth(cells[shown[i]], widths[i]);
      const std::string space(std::max(0, widths[i] - DisplayWidth(cell)), ' ');
      if (i > 0) line.append(kGap, ' ');
      absl::StrAppend(&line, columns_[shown[i]].number ? space : "", cell,
                      columns_[shown[i]].number ? "" : space);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (bold && colour) line = absl::StrCat("\x1b[1m", line, "\x1b[0m");
    out << line << '\n';
  };
  std::vector<std::string> headers;
  bool any_header = false;
  for (const Column& column : columns_) {
    headers.push_back(column.header);
    any_header = any_header || !column.header.empty();
  }
  if (any_header) print_row(headers, /*bold=*/true);
  for (const auto& row : rows_) print_row(row, /*bold=*/false);
}

}  // namespace parfocal::cli
