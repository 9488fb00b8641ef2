// The language of term expressions: what parses to what, and what is refused where.
#include "parfocal/phenotype/term_expression.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;

// Brackets around everything, so that precedence shows.
std::string Shown(const TermNode& node) {
  if (node.kind == TermNode::Kind::kTerm) return node.text;
  if (node.kind == TermNode::Kind::kNot) return absl::StrCat("!", Shown(node.children[0]));
  return absl::StrCat(
      "(",
      absl::StrJoin(node.children, node.kind == TermNode::Kind::kAnd ? " & " : " | ",
                    [](std::string* out, const TermNode& child) { out->append(Shown(child)); }),
      ")");
}

TEST(TermExpressionTest, AndBindsTighterThanOrAndNotTightest) {
  constexpr struct {
    const char *text, *shown;
  } kGood[] = {
      {"A:1", "A:1"},
      {" A:1 ", "A:1"},
      {"a OR b AND c", "(a | (b & c))"},
      {"a AND NOT b OR c", "((a & !b) | c)"},
      {"(a OR b) AND c", "((a | b) & c)"},
      {"NOT (a OR b)", "!(a | b)"},
      {"NOT NOT a", "!!a"},
      {"\"a AND b\" OR c", "(a AND b | c)"},
      {R"("say \"x\" \\")", R"(say "x" \)"},
      {"and or not", nullptr},
      {"ANDroid", "ANDroid"},
      {"a\tAND\nb", "(a & b)"},
  };
  for (const auto& row : kGood) {
    SCOPED_TRACE(row.text);
    const auto parsed = ParseTermExpression(row.text);
    if (row.shown == nullptr) {
      EXPECT_THAT(parsed, HasReason("EXPRESSION_SYNTAX"));
      continue;
    }
    ASSERT_THAT(parsed, IsOk());
    EXPECT_EQ(Shown(*parsed), row.shown);
  }
}

TEST(TermExpressionTest, RefusesWithTheByteOfTheMistake) {
  constexpr struct {
    const char* text;
    int byte;
  } kBad[] = {{"", 0},    {"a AND", 5}, {"a OR OR b", 5}, {"(a", 2},   {"a)", 1},   {"\"open", 0},
              {"a b", 2}, {"NOT", 3},   {"a AND ()", 7},  {"\"\"", 0}, {"AND a", 0}};
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    const auto parsed = ParseTermExpression(row.text);
    EXPECT_THAT(parsed, HasReason("EXPRESSION_SYNTAX"));
    EXPECT_TRUE(std::string(parsed.status().message()).ends_with(absl::StrCat(" ", row.byte)))
        << parsed.status();
  }
}

TEST(TermExpressionTest, LimitsHoldAtTheLimitAndOneBeyond) {
  auto terms = [](int count) {
    return absl::StrJoin(std::vector<std::string>(count, "a"), " OR ");
  };
  EXPECT_THAT(ParseTermExpression(terms(kMaxExpressionTerms)), IsOk());
  EXPECT_THAT(ParseTermExpression(terms(kMaxExpressionTerms + 1)), HasReason("LIMIT_EXCEEDED"));
  auto deep = [](int depth, const char* open, const char* close) {
    std::string out;
    for (int i = 1; i < depth; ++i) out += open;
    out += "a";
    for (int i = 1; i < depth; ++i) out += close;
    return out;
  };
  EXPECT_THAT(ParseTermExpression(deep(kMaxExpressionDepth, "(", ")")), IsOk());
  EXPECT_THAT(ParseTermExpression(deep(kMaxExpressionDepth + 1, "(", ")")),
              HasReason("LIMIT_EXCEEDED"));
  EXPECT_THAT(ParseTermExpression(deep(kMaxExpressionDepth, "NOT ", "")), IsOk());
  EXPECT_THAT(ParseTermExpression(deep(kMaxExpressionDepth + 1, "NOT ", "")),
              HasReason("LIMIT_EXCEEDED"));
  EXPECT_THAT(ParseTermExpression(std::string(kMaxExpressionBytes, 'a')), IsOk());
  EXPECT_THAT(ParseTermExpression(std::string(kMaxExpressionBytes + 1, 'a')),
              HasReason("LIMIT_EXCEEDED"));
}

TEST(TermExpressionTest, EvaluatesByItsLeaves) {
  const auto parsed = ParseTermExpression("a AND NOT (b OR c)");
  ASSERT_THAT(parsed, IsOk());
  EXPECT_TRUE(Evaluate(*parsed, {true, false, false}));
  EXPECT_FALSE(Evaluate(*parsed, {true, false, true}));
  EXPECT_FALSE(Evaluate(*parsed, {false, false, false}));
}

}  // namespace
}  // namespace parfocal::phenotype
