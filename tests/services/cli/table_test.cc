#include "parfocal/cli/table.h"

#include <sstream>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

Table Sample() {
  Table table({{"name", false, true}, {"count", true}, {"note", false, true}});
  table.AddRow({"short", "7", "x"});
  table.AddRow(
      {"a rather long name of something", "1,234", "and a note that goes on for a while too"});
  return table;
}

std::string Printed(const Table& table, int width, bool colour = false, int indent = 0) {
  std::ostringstream out;
  table.Print(out, width, colour, indent);
  return out.str();
}

TEST(TableTest, AlignsTextLeftAndNumbersRight) {
  Table table({{"name"}, {"count", true}});
  table.AddRow({"a", "7"});
  table.AddRow({"long one", "1,234"});
  EXPECT_EQ(Printed(table, 0),
            "name      count\n"
            "a             7\n"
            "long one  1,234\n");
}

TEST(TableTest, NeverExceedsTheTerminalWhileFlexibleColumnsCanShrink) {
  for (int width = 30; width <= 100; ++width) {
    for (int indent : {0, 2}) {
      for (const std::string& line : std::vector<std::string>(
               absl::StrSplit(Printed(Sample(), width, false, indent), '\n'))) {
        EXPECT_LE(DisplayWidth(line), width) << line;
      }
    }
  }
}

TEST(TableTest, NumbersAreNeverCut) {
  EXPECT_NE(Printed(Sample(), 10).find("1,234"), std::string::npos);
}

TEST(TableTest, WithoutATerminalNothingIsCut) {
  EXPECT_NE(Printed(Sample(), 0).find("and a note that goes on for a while too"),
            std::string::npos);
}

TEST(TableTest, LeavesOutSparseColumnsWithoutACell) {
  Table table({{"a"}, {"b", false, false, true}, {"c", true, false, true}});
  table.AddRow({"1", "", ""});
  table.AddRow({"2", "", "3"});
  EXPECT_EQ(Printed(table, 0), "a  c\n1\n2  3\n");
}

TEST(TableTest, ColourIsOnlyInTheHeader) {
  const std::string printed = Printed(Sample(), 0, /*colour=*/true);
  EXPECT_EQ(printed.find("\x1b[1m"), 0u);
  EXPECT_EQ(printed.rfind("\x1b["), printed.find("\x1b[0m"));
  EXPECT_EQ(Printed(Sample(), 0).find('\x1b'), std::string::npos);
}

TEST(TableTest, EscapesItsCells) {
  Table table({{"name"}});
  table.AddRow({"\x1b[2Jgone"});
  EXPECT_EQ(Printed(table, 0), "name\n\\x1b[2Jgone\n");
}

TEST(TableTest, WideCharactersKeepTheirColumns) {
  Table table({{"name"}, {"n", true}});
  table.AddRow({"細胞", "1"});
  table.AddRow({"cell", "2"});
  EXPECT_EQ(Printed(table, 0), "name  n\n細胞  1\ncell  2\n");
}

}  // namespace
}  // namespace parfocal::cli
