#include "parfocal/mining/mining_vocabulary.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr char kHead[] = "field\trule\tphrase\tvalue\treason\n";

TEST(MiningVocabularyTest, TheStandardTableIsSound) {
  const auto standard = MiningVocabulary::Standard();
  ASSERT_THAT(standard->fields(), ::testing::SizeIs(4));
  for (const auto& [name, field] : standard->fields()) {
    SCOPED_TRACE(name);
    EXPECT_LE(field.accept, 1);
    // Something is taken, but of anatomy, where no place is right often enough.
    if (name != "anatomy")
      EXPECT_GE(*std::max_element(field.confidence.begin(), field.confidence.end()), field.accept);
  }
  EXPECT_FALSE(standard->release().empty());
}

TEST(MiningVocabularyTest, FieldsWithoutAThresholdAreNotMined) {
  const auto vocabulary = MiningVocabulary::Parse(
      absl::StrCat(kHead, "a\tnever\tspot\t\tword\n# comment\n\nb\taccept\t\t0.9\tr\n"));
  ASSERT_THAT(vocabulary, IsOk());
  EXPECT_FALSE((*vocabulary)->fields().contains("a"));
  ASSERT_TRUE((*vocabulary)->fields().contains("b"));
  EXPECT_FLOAT_EQ((*vocabulary)->fields().at("b").accept, 0.9f);
}

TEST(MiningVocabularyTest, AbbreviationsKeepTheirCase) {
  const auto vocabulary = MiningVocabulary::Parse(
      absl::StrCat(kHead, "a\tname\tFIB-SEM\tx\t\na\tname\tLight-Sheet\ty\t\na\taccept\t\t1\t\n"));
  ASSERT_THAT(vocabulary, IsOk());
  const FieldMining& field = (*vocabulary)->fields().at("a");
  EXPECT_EQ(field.abbreviations.at("FIB SEM"), "x");
  EXPECT_EQ(field.names.at("light sheet"), "y");
}

TEST(MiningVocabularyTest, RefusesWithTheLine) {
  const struct {
    std::string row;
    const char* why;
  } rows[] = {{"a\tname\tx\ty", "five cells"},
              {"\tname\tx\ty\t", "five cells"},
              {"a\tguess\tx\ty\t", "no rule is called 'guess'"},
              {"a\tname\t--\ty\t", "no word"},
              {"a\tconfidence\tnowhere\t0.9\t", "no place is called 'nowhere'"},
              {"a\tconfidence\ttitle\t1.5\t", "no number from 0 to 1"},
              {"a\taccept\t\thigh\t", "no number from 0 to 1"},
              {"a\tlabel_words\t\ttwo\t", "no number"},
              {"a\tnever\ta b c d e f g h i\t\t", "at most 8 words"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.row);
    EXPECT_THAT(
        MiningVocabulary::Parse(absl::StrCat(kHead, "a\tcapital\t\t\t\n", row.row, "\n")).status(),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 ::testing::AllOf(HasSubstr("line 3"), HasSubstr(row.why))));
  }
}

TEST(MiningVocabularyTest, HasLimits) {
  std::string rows = kHead;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&rows, "a\tnever\tw", i, "\t\t\n");
  EXPECT_THAT(MiningVocabulary::Parse(rows), IsOk());
  absl::StrAppend(&rows, "a\tnever\tone\t\t\n");
  EXPECT_THAT(MiningVocabulary::Parse(rows).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("5000 rows")));
  EXPECT_THAT(MiningVocabulary::Parse(std::string((1 << 20) + 1, '#')).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bytes")));
}

TEST(MiningVocabularyTest, TheReleaseNamesTheContent) {
  const auto one = MiningVocabulary::Parse(absl::StrCat(kHead, "a\taccept\t\t0.9\tr\n"));
  const auto other = MiningVocabulary::Parse(absl::StrCat(kHead, "a\taccept\t\t0.8\tr\n"));
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(other, IsOk());
  EXPECT_NE((*one)->release(), (*other)->release());
}

}  // namespace
}  // namespace parfocal
