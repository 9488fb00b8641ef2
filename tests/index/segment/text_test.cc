#include "parfocal/segment/text.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

// "word@position ..." in the order of the tokens.
std::string Shown(absl::string_view text) {
  std::vector<std::string> out;
  for (const Token& token : Tokenise(text)) {
    out.push_back(absl::StrCat(token.word, "@", token.position));
  }
  return absl::StrJoin(out, " ");
}

TEST(TextTest, SplitsFoldsAndNumbers) {
  const struct {
    const char* text;
    const char* tokens;
  } kRows[] = {
      {"", ""},
      {" \t\n.,;", ""},
      {"Light Sheet", "light@1 sheet@2"},
      {"light-sheet", "light@1 sheet@2"},
      {"brain/heart", "brain@1 heart@2"},
      {"SARS-CoV-2 spike", "sars@1 cov@2 2@3 sars-cov-2@1 spike@4"},
      {"(S-BIAD634)", "s@1 biad634@2 s-biad634@1"},
      {"10.1083/jcb.201103168.", "10@1 1083@2 jcb@3 201103168@4 10.1083/jcb.201103168@1"},
      {"a--b1", "a@1 b1@2"},
      {"Parkinson's disease", "parkinson@1 disease@2"},
      {"Parkinson\xE2\x80\x99s", "parkinson@1"},
      {"d'Or", "d@1 or@2"},
      {"'s", "s@1"},
      {"na\xC3\xAFve \xC3\x85ngstr\xC3\xB6m", "naive@1 angstrom@2"},
      {"Stra\xC3\x9F"
       "e",
       "strasse@1"},
      {"\xEF\xBC\xA1\xEF\xBC\xA2", "ab@1"},                           // Full-width A and B.
      {"o\xCC\x88", "o@1"},                                           // Combining mark.
      {"\xCE\xB1-tubulin", "\xCE\xB1@1 tubulin@2"},                   // Greek stays.
      {"\xE7\xB4\xB0\xE8\x83\x9E", "\xE7\xB4\xB0@1 \xE8\x83\x9E@2"},  // Each ideograph a word.
      {"good\xFF\xFE"
       "bad \xC3",
       "good@1 bad@2"},              // Not UTF-8.
      {"\xC2\xA0x\xC2\xA0", "x@1"},  // No-break space.
  };
  for (const auto& row : kRows) EXPECT_EQ(Shown(row.text), row.tokens) << row.text;
}

TEST(TextTest, TokensPointIntoTheText) {
  const std::string text = "The S-BIAD634 set, \xC3\x85 and more";
  for (const Token& token : Tokenise(text)) {
    ASSERT_LE(token.end, text.size());
    ASSERT_LT(token.begin, token.end);
    EXPECT_EQ(Fold(text.substr(token.begin, token.end - token.begin)), token.word);
  }
}

TEST(TextTest, LongWordsAreCutAtACharacter) {
  const auto plain = Tokenise(std::string(65, 'a'));
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_EQ(plain[0].word, std::string(64, 'a'));
  EXPECT_EQ(Tokenise(std::string(64, 'a'))[0].word.size(), 64u);
  std::string wide;
  for (int i = 0; i < 40; ++i) wide += "\xCE\xB1\xCE\xB2\xCE\xB3";  // Two bytes each.
  wide = "x" + wide;
  const auto cut = Tokenise(wide);
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0].word.size(), 63u);
}

TEST(TextTest, StopsAtTheLimit) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "a-1 ";
  EXPECT_EQ(Tokenise(text, 10).size(), 10u);
  EXPECT_EQ(Tokenise(text, 0).size(), 0u);
  EXPECT_EQ(Tokenise(text).size(), 300u);
}

TEST(TextTest, SpellingsOfOneWordAreOne) {
  for (const char* spelling : {"U-2 OS", "u2os", "U2-OS", " U_2OS "})
    EXPECT_EQ(SpellingKey(spelling), "u2os");
  const std::pair<const char*, const char*> kApart[] = {
      {"1-2 hours", "12 hours"}, {"-5", "5"}, {"1 000", "1000"}, {"a+", "a"}};
  for (const auto& [a, b] : kApart) EXPECT_NE(SpellingKey(a), SpellingKey(b)) << a;
  EXPECT_EQ(SpellingKey("5 uM"), SpellingKey("5uM"));
  EXPECT_EQ(SpellingKey("-"), "");
}

TEST(TextTest, FoldSqueezesSpace) {
  EXPECT_EQ(Fold("  Mus \t musculus\n"), "mus musculus");
  EXPECT_EQ(Fold("\xC2\xA0\xC3\x89t\xC3\xA9"), "ete");
  EXPECT_EQ(Fold(Fold("\xEF\xAC\x81sh Fl\xC3\xBCgel")), Fold("\xEF\xAC\x81sh Fl\xC3\xBCgel"));
  EXPECT_EQ(Fold(""), "");
}

TEST(TextTest, StemsWordsButNotIdentifiers) {
  EXPECT_EQ(Stem("cells"), "cell");
  EXPECT_EQ(Stem("imaging"), Stem("image"));
  EXPECT_EQ(Stem("s-biad634s"), "s-biad634s");
  EXPECT_EQ(Stem("h2b"), "h2b");
  EXPECT_EQ(Stem(""), "");
}

}  // namespace
}  // namespace parfocal
