#include "gene_list.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace parfocal::cli {
namespace {

using ::testing::ElementsAre;

TEST(GeneListTest, TakesTheFirstCellOfEachLine) {
  const GeneList list = ParseGeneList(
      "\xEF\xBB\xBF"
      "abc\r\ndef\tother\r  ghi , x\n\"j k\"\n");
  EXPECT_THAT(list.names, ElementsAre("abc", "def", "ghi", "j k"));
  EXPECT_EQ(list.lines, 4);
}

TEST(GeneListTest, CountsWhatIsEmptyOrCameBefore) {
  const GeneList list = ParseGeneList("a\n\n  \n# note\na\nA\n\"\"\n");
  EXPECT_THAT(list.names, ElementsAre("a", "A"));
  EXPECT_EQ(list.lines, 7);
  EXPECT_EQ(list.empty, 4);
  EXPECT_EQ(list.duplicates, 1);
  EXPECT_EQ(Summary(list), "7 lines: 2 names, 4 empty, 1 duplicate, 0 unusable");
}

TEST(GeneListTest, AnEntryAtTheLimitIsANameAndOneBeyondIsNot) {
  const std::string longest(kMaxGeneNameBytes, 'x');
  const GeneList list = ParseGeneList(longest + "\n" + longest + "x\n");
  EXPECT_THAT(list.names, ElementsAre(longest));
  EXPECT_EQ(list.unusable.size(), 1u);
}

TEST(GeneListTest, WhatIsNotTextIsUnusable) {
  const GeneList list = ParseGeneList("\xff\xfe\n\x1b[2J\na\x07\nok");
  EXPECT_THAT(list.names, ElementsAre("ok"));
  EXPECT_EQ(list.unusable.size(), 3u);
}

TEST(GeneListTest, CallsAreBoundedByNumberAndBytes) {
  const std::vector<std::string> names = {"aa", "bb", "cc", "dd"};
  EXPECT_EQ(EndOfCall(names, 0, 3, 1000), 3u);
  EXPECT_EQ(EndOfCall(names, 3, 3, 1000), 4u);
  EXPECT_EQ(EndOfCall(names, 0, 100, 12), 2u);
  EXPECT_EQ(EndOfCall(names, 0, 100, 1), 1u) << "always one, or nothing would ever be asked";
}

}  // namespace
}  // namespace parfocal::cli
