// A table for people: columns as wide as their content, numbers to the right, and where the
// terminal is too narrow the widest flexible columns are cut. Cells are escaped here, so a caller
// cannot forget it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace parfocal::cli {

class Table {
 public:
  struct Column {
    std::string header;
    bool number = false;    // To the right.
    bool flexible = false;  // May be cut to fit the terminal.
    bool sparse = false;    // Left out if every cell of it is empty.
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: as many cells as columns.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Prints the header and the rows, each indented by `indent` spaces. `width` 0: nothing is cut.
  void Print(std::ostream& out, int width, bool colour, int indent = 0) const;

 private:
  // Indexes of the columns that are printed.
  std::vector<size_t> Shown() const;
  // Width of each shown column.
  std::vector<int> WidthsFor(const std::vector<size_t>& shown, int width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace parfocal::cli
