#include "parfocal/search/highlighter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

QueryNode Leaf(QueryNode::Kind kind, std::vector<std::string> words) {
  QueryNode node;
  node.kind = kind;
  node.words = std::move(words);
  return node;
}

// With brackets for the marks.
std::string Marked(absl::string_view text, const QueryNode& words) {
  return absl::StrReplaceAll(Highlight(text, words),
                             {{"\xee\x80\x80", "["}, {"\xee\x80\x81", "]"}});
}

TEST(HighlighterTest, MarksWordsPhrasesAndBeginnings) {
  const QueryNode word = Leaf(QueryNode::Kind::kWord, {"dividing"});
  EXPECT_EQ(Marked("Cells divide; division <b>goes</b> on.", word),
            "Cells [divide]; division <b>goes</b> on.");
  EXPECT_EQ(
      Marked("Light sheets: light sheet.", Leaf(QueryNode::Kind::kPhrase, {"light", "sheet"})),
      "Light sheets: [light] [sheet].");
  EXPECT_EQ(Marked("Microscopy of SARS-CoV-2", Leaf(QueryNode::Kind::kPrefix, {"micro"})),
            "[Microscopy] of SARS-CoV-2");
  EXPECT_EQ(
      Marked("Microscopy of SARS-CoV-2", Leaf(QueryNode::Kind::kPhrase, {"sars", "cov", "2"})),
      "Microscopy of [SARS]-[CoV]-[2]");
}

TEST(HighlighterTest, MarksNothingBelowNot) {
  QueryNode no;
  no.kind = QueryNode::Kind::kNot;
  no.children = {Leaf(QueryNode::Kind::kWord, {"mouse"})};
  EXPECT_EQ(Highlight("a mouse", no), "");
  EXPECT_EQ(Highlight("", Leaf(QueryNode::Kind::kWord, {"mouse"})), "");
}

TEST(HighlighterTest, CutsThePartWithMostWords) {
  std::string text = "mouse ";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, "word", i, " ");
  absl::StrAppend(&text, "mouse beside mouse");
  const std::string out = Marked(text, Leaf(QueryNode::Kind::kWord, {"mouse"}));
  EXPECT_EQ(out.find("word10 "), std::string::npos);
  EXPECT_NE(out.find("word99 [mouse] beside [mouse]"), std::string::npos) << out;
}

TEST(HighlighterTest, LetsNoForeignMarkThrough) {
  const std::string text = "a \xee\x80\x80 mouse \xee\x80\x81 here";
  EXPECT_EQ(Marked(text, Leaf(QueryNode::Kind::kWord, {"mouse"})), "a  [mouse]  here");
}

}  // namespace
}  // namespace parfocal
