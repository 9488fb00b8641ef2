#include "parfocal/filter/query_parser.h"

#include <string>

#include "gtest/gtest.h"
#include "parfocal/filter/filter.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::StatusIs;
using ::testing::HasSubstr;

constexpr struct {
  const char* text;
  const char* canonical;
} kGood[] = {
    {"", ""},
    {"  ", ""},
    {"mouse", "mouse"},
    {"light sheet", "light AND sheet"},
    {"light AND sheet", "light AND sheet"},
    {"\" light  sheet \"", "\"light  sheet\""},
    // OR binds tighter, as in filters.
    {"mouse OR rat brain", "(mouse OR rat) AND brain"},
    {"mouse OR (rat brain)", "mouse OR (rat AND brain)"},
    {"mouse -brain", "mouse AND NOT brain"},
    {"NOT (a OR b)", "NOT (a OR b)"},
    {"--a", "a"},
    {"SARS-CoV-2", "SARS-CoV-2"},
    {"title:sheet", "title:sheet"},
    {"title:\"light sheet\"", "title:\"light sheet\""},
    {"EX:0000001", "EX:0000001"},
    {"doi:10.1234/x(y)", "doi:10.1234/x AND y"},
    {"colon: word", "colon: AND word"},
    {"micro* organism:mus*", "micro* AND organism:mus*"},
    {"a\"b\"", "a AND \"b\""},
    {"and or not", "and AND or AND not"},
    {"((a))", "a"},
};

TEST(WordQueryTest, ParsesToCanonicalTextThatParsesToItself) {
  for (const auto& row : kGood) {
    SCOPED_TRACE(row.text);
    absl::StatusOr<WordQuery> query = WordQuery::Parse(row.text);
    ASSERT_THAT(query, IsOk());
    EXPECT_EQ(query->ToString(), row.canonical);
    absl::StatusOr<WordQuery> again = WordQuery::Parse(row.canonical);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->ToString(), row.canonical);
  }
}

constexpr struct {
  const char* text;
  const char* message;
} kBad[] = {
    {"\"light sheet", "unclosed quote at byte 0"},
    {"a \"\"", "empty phrase at byte 2"},
    {"a AND", "expected a word at byte 5"},
    {"a OR", "expected a word at byte 4"},
    {"OR a", "expected a word at byte 0"},
    {"(a b", "unclosed bracket at byte 0"},
    {"a) b", "bracket that was never opened at byte 1"},
    {"()", "expected a word at byte 1"},
    {"a - b", "'-' without a word behind it at byte 2"},
    {"abc*def", "'*' may only end a word at byte 3"},
};

TEST(WordQueryTest, RejectsWithTheOffsetOfTheMistake) {
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    absl::StatusOr<WordQuery> query = WordQuery::Parse(row.text);
    EXPECT_THAT(query, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.message)));
    EXPECT_THAT(query, HasReason("QUERY_SYNTAX"));
  }
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(WordQueryTest, HoldsItsLimitsAndNamesThem) {
  const struct {
    std::string fits, exceeds;
    const char* limit;
  } rows[] = {
      {std::string(kMaxQueryBytes, 'x'), std::string(kMaxQueryBytes + 1, 'x'),
       "query_bytes is 4096"},
      {Repeat("(", 19) + "a" + Repeat(")", 19), Repeat("(", 20) + "a" + Repeat(")", 20),
       "query_depth is 20"},
      {Repeat("NOT ", 19) + "a", Repeat("NOT ", 20) + "a", "query_depth is 20"},
      {Repeat("a ", kMaxSyntaxLeaves), Repeat("a ", kMaxSyntaxLeaves + 1), "query_leaves is 256"},
      {"\"" + Repeat("a ", 32) + "\"", "\"" + Repeat("a ", 33) + "\"", "phrase_words is 32"},
      {"abc* abd* abe* abf*", "abc* abd* abe* abf* abg*", "prefix_words is 4"},
      {"abc*", "ab*", "prefix_characters (at least) is 3"},
      // Characters, not bytes.
      {"\xc3\xa4\xc3\xb6\xc3\xbc*", "\xc3\xa4\xc3\xb6*", "prefix_characters (at least) is 3"},
      {"abc", "*", "prefix_characters (at least) is 3"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.limit);
    EXPECT_THAT(WordQuery::Parse(row.fits), IsOk());
    absl::StatusOr<WordQuery> query = WordQuery::Parse(row.exceeds);
    EXPECT_THAT(query, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.limit)));
    EXPECT_THAT(query, HasReason("LIMIT_EXCEEDED"));
  }
}

TEST(WordQueryTest, TellsFieldsFromIds) {
  absl::StatusOr<WordQuery> query = WordQuery::Parse("title:x EX:1");
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->root().children[0].field, "title");
  EXPECT_EQ(query->root().children[0].text, "x");
  EXPECT_EQ(query->root().children[1].field, "");
  EXPECT_EQ(query->root().children[1].text, "EX:1");
}

}  // namespace
}  // namespace parfocal
