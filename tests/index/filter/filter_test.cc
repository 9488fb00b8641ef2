#include "parfocal/filter/filter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
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
    {" \t\n", ""},
    {"a=1", R"(a = "1")"},
    {"a != 'x y'", R"(a != "x y")"},
    {"year >= 2020 AND year<2021-05", R"(year >= "2020" AND year < "2021-05")"},
    {"a <= 1.5 AND b > -3", R"(a <= "1.5" AND b > "-3")"},
    {"a:\"x\"", R"(a:"x")"},
    {"a:*", "a:*"},
    {"a : *", "a:*"},
    {"a:\"*\"", R"(a:"*")"},
    {"a:*b", R"(a:"*b")"},
    {"(a:*)", "a:*"},
    {"x.exact = 'EX:1'", R"(x.exact = "EX:1")"},
    {"x = EX:0000001", R"(x = "EX:0000001")"},
    {"x = http://example.org/EX_1", R"(x = "http://example.org/EX_1")"},
    {"attribute[\"Antibody Id\"] = \"H\"", R"(attribute["Antibody Id"] = "H")"},
    {"attribute = 1", R"(attribute = "1")"},
    {"attribute [ 'a\"b' ]:'c\\'d'", R"(attribute["a\"b"]:"c'd")"},
    {R"(a = "back\\slash \"quote\" C:\dir")", R"(a = "back\\slash \"quote\" C:\\dir")"},
    // OR binds tighter than AND (AIP-160), the reverse of C++.
    {"a=1 AND b=2 OR c=3", R"(a = "1" AND (b = "2" OR c = "3"))"},
    {"(a=1 AND b=2) OR c=3", R"((a = "1" AND b = "2") OR c = "3")"},
    {"(a=1 AND (b=2 AND c=3))", R"(a = "1" AND b = "2" AND c = "3")"},
    {"-a=1", R"(NOT a = "1")"},
    {"NOT (a=1 OR b=2)", R"(NOT (a = "1" OR b = "2"))"},
    {"NOT NOT a=1", R"(a = "1")"},
    {"-(-(a=1))", R"(a = "1")"},
    {"NOTE = 1 AND ANDES = 2 OR ORB = 3", R"(NOTE = "1" AND (ANDES = "2" OR ORB = "3"))"},
    {"a = (x OR 'y z')", R"(a = ("x" OR "y z"))"},
    {"a != (x OR y)", R"(a != ("x" OR "y"))"},
    {"a:(x AND y) AND b=1", R"(a:"x" AND a:"y" AND b = "1")"},
    {"a != (x AND y)", R"(NOT (a = "x" AND a = "y"))"},
    {"a = (x)", R"(a = "x")"},
    {"a = ''", R"(a = "")"},
};

TEST(FilterTest, ParsesToCanonicalTextThatParsesToItself) {
  for (const auto& row : kGood) {
    SCOPED_TRACE(row.text);
    absl::StatusOr<Filter> filter = Filter::Parse(row.text);
    ASSERT_THAT(filter, IsOk());
    EXPECT_EQ(filter->ToString(), row.canonical);
    absl::StatusOr<Filter> again = Filter::Parse(row.canonical);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->ToString(), row.canonical);
  }
}

constexpr struct {
  const char* text;
  const char* message;
} kBad[] = {
    {"organism = \"x", "unclosed quote at byte 11"},
    {"a", "expected one of = != < <= > >= : at byte 1"},
    {"a =", "expected a value at byte 3"},
    {"a = 1 b = 2", "expected AND or OR at byte 6"},
    {"a = 1 AND", "expected a condition at byte 9"},
    {"a = 1 OR OR b = 2", "expected the name of a field at byte 9"},
    {"AND a = 1", "expected the name of a field at byte 0"},
    {"(a = 1", "expected ')', AND or OR at byte 6"},
    {"a = 1)", "bracket that was never opened at byte 5"},
    {"a = *", "stands behind ':' only"},
    {"a < (1 OR 2)", "a list of values stands behind"},
    {"a = (1 OR 2 AND 3)", "not both at byte 12"},
    {"a = ()", "expected a value at byte 5"},
    {"a = (1 2)", "expected ')', OR or AND at byte 7"},
    {"a = NOT", "expected a value (quote it"},
    {"a. = 1", "expected a name behind the dot at byte 2"},
    {"attribute[key] = 1", "expected a quoted key at byte 10"},
    {"attribute[\"\"] = 1", "empty key at byte 10"},
    {"attribute[\"k\" = 1", "expected ']' at byte 14"},
    {"\"bare words\"", "expected the name of a field at byte 0"},
    {"1 = 1", "expected the name of a field at byte 0"},
};

TEST(FilterTest, RejectsWithTheOffsetOfTheMistake) {
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    absl::StatusOr<Filter> filter = Filter::Parse(row.text);
    EXPECT_THAT(filter, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.message)));
    EXPECT_THAT(filter, HasReason("FILTER_SYNTAX"));
  }
}

std::string Repeat(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(FilterTest, HoldsItsLimitsAndNamesThem) {
  const std::string fits = absl::StrCat("a = \"", std::string(kMaxFilterBytes - 6, 'x'), "\"");
  ASSERT_EQ(fits.size(), kMaxFilterBytes);
  EXPECT_THAT(Filter::Parse(fits), IsOk());
  EXPECT_THAT(Filter::Parse(fits + " "),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter_bytes is 4096")));
  EXPECT_THAT(Filter::Parse(fits + " "), HasReason("LIMIT_EXCEEDED"));

  const int depth = kMaxSyntaxDepth - 1;
  EXPECT_THAT(Filter::Parse(Repeat("(", depth) + "a=1" + Repeat(")", depth)), IsOk());
  EXPECT_THAT(Filter::Parse(Repeat("(", depth + 1) + "a=1" + Repeat(")", depth + 1)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter_depth is 20")));
  EXPECT_THAT(Filter::Parse(Repeat("NOT ", 1000) + "a=1"), HasReason("LIMIT_EXCEEDED"));
  EXPECT_THAT(Filter::Parse(Repeat("-", 4000) + "a=1"), HasReason("LIMIT_EXCEEDED"));

  std::string leaves = "a=1";
  for (int i = 1; i < kMaxSyntaxLeaves; ++i) leaves += " OR a=1";
  EXPECT_THAT(Filter::Parse(leaves), IsOk());
  EXPECT_THAT(Filter::Parse(leaves + " OR a=1"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter_leaves is 256")));
  std::string list = "a=(1";
  for (int i = 1; i < kMaxSyntaxLeaves; ++i) list += " OR 1";
  EXPECT_THAT(Filter::Parse(list + ")"), IsOk());
  EXPECT_THAT(Filter::Parse(list + " OR 1)"), HasReason("LIMIT_EXCEEDED"));
}

TEST(FilterTest, KeepsWhereAConditionBegins) {
  absl::StatusOr<Filter> filter = Filter::Parse("a = 1 AND  bcd:*");
  ASSERT_THAT(filter, IsOk());
  ASSERT_EQ(filter->root().children.size(), 2u);
  EXPECT_EQ(filter->root().children[1].offset, 11u);
  EXPECT_EQ(filter->root().children[1].comparator, Comparator::kPresent);
}

}  // namespace
}  // namespace parfocal
