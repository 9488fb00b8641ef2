#include "parfocal/lexical/vocabulary.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::IsOk;
using testing::StatusIs;

constexpr char kWords[] = "ontologies\tphrase\tmeaning\treason\n";

TEST(VocabularyTest, TheTablesOfTheSourceAreWhole) {
  const auto read = WordVocabulary::Read(absl::StrCat(PARFOCAL_SOURCE_DIR, "/deploy/vocabulary"));
  ASSERT_THAT(read, IsOk());
  // What was built in is what stands there.
  EXPECT_EQ(WordVocabulary::Standard()->For("CMPO").meanings, (*read)->For("CMPO").meanings);
  EXPECT_GT(WordVocabulary::Standard()->For("CMPO").meanings.size(), 100u);
  EXPECT_GT(WordVocabulary::Standard()->For("CMPO").confidence.size(), 1u);
}

TEST(VocabularyTest, RowsHoldForTheirOntologiesAndTheOwnRowWins) {
  const auto vocabulary = WordVocabulary::Parse(
      {{"words.tsv", absl::StrCat(kWords, "# comment\n", "A,B\tbig\tincreased size\tx\n",
                                  "*\tbig\tlarge\tx\n", "*\tthe\t\tx\n")},
       {"weights.tsv", "ontologies\tname\tvalue\treason\nA\taccept\t0.9\tx\n*\taccept\t0.8\tx\n"}});
  ASSERT_THAT(vocabulary, IsOk());
  const OntologyVocabulary a = (*vocabulary)->For("A"), c = (*vocabulary)->For("C");
  EXPECT_THAT(a.meanings.at("big"), ::testing::ElementsAre("increas", "size"));
  EXPECT_THAT(c.meanings.at("big"), ::testing::ElementsAre("larg"));
  EXPECT_THAT(a.meanings.at("the"), ::testing::IsEmpty());
  EXPECT_EQ(a.weights.accept, 0.9);
  EXPECT_EQ(c.weights.accept, 0.8);
}

TEST(VocabularyTest, RefusesWithTableAndLine) {
  struct {
    const char* table;
    const char* row;
    const char* says;
  } const rows[] = {{"words.tsv", "*\tbig\tlarge", "line 2: 3 columns instead of 4"},
                    {"words.tsv", "*\t--\tlarge\tx", "line 2: the phrase has no word"},
                    {"words.tsv", "*\ta b c d e f g h i\tlarge\tx", "at most 8 words"},
                    {"roles.tsv", "*\tking\tword\tx", "no role is called 'king'"},
                    {"weights.tsv", "*\tking\t1\tx", "no weight is called 'king'"},
                    {"weights.tsv", "*\taccept\thigh\tx", "'high' is no number"},
                    {"confidence.tsv", "*\thigh\t1\tx", "'high' is no number"},
                    {"kings.tsv", "x", "no table is called 'kings.tsv'"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.says);
    const auto parsed =
        WordVocabulary::Parse({{row.table, absl::StrCat("header\n", row.row, "\n")}});
    EXPECT_THAT(parsed.status(), StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(parsed.status().message()), ::testing::HasSubstr(row.says));
  }
}

TEST(VocabularyTest, TablesAtTheLimitAreReadAndBeyondItRefused) {
  std::string rows = kWords;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&rows, "*\tw", i, "\tm\tx\n");
  EXPECT_THAT(WordVocabulary::Parse({{"words.tsv", rows}}), IsOk());
  absl::StrAppend(&rows, "*\tone more\tm\tx\n");
  EXPECT_THAT(WordVocabulary::Parse({{"words.tsv", rows}}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  std::string bytes(1 << 20, '#');
  EXPECT_THAT(WordVocabulary::Parse({{"words.tsv", bytes}}), IsOk());
  bytes.push_back('#');
  EXPECT_THAT(WordVocabulary::Parse({{"words.tsv", bytes}}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(VocabularyTest, AFolderWithoutTablesIsNotFound) {
  EXPECT_THAT(WordVocabulary::Read("/nonexistent").status(), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace parfocal
