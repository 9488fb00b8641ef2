#include "phrase_reader.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "stems.h"
#include "trigrams.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Examples of the paper, and words of biology.
TEST(StemsTest, FoldsCasePunctuationAndBritishEndings) {
  EXPECT_EQ(StemsOf("Protein-Localised, organisation", 10),
            StemsOf("protein localized organization", 10));
  EXPECT_EQ(StemsOf("fragments", 1), StemsOf("fragmentation", 1));
  EXPECT_THAT(StemsOf("cdc25s is", 2), ElementsAre("cdc25s", "is"));  // Names stay.
  EXPECT_THAT(StemsOf("a b c", 2), ElementsAre("a", "b"));
  EXPECT_THAT(StemsOf(" -- ", 2), IsEmpty());
}

TEST(PartsTest, DividesAtConnectives) {
  EXPECT_THAT(PartsOf("X and Y"), ElementsAre("X", "Y"));
  EXPECT_THAT(PartsOf("one/two, three; four"), ElementsAre("one", "two", "three", "four"));
  EXPECT_THAT(PartsOf("more cells in G2/M"), ElementsAre("more cells in G2/M"));
  EXPECT_THAT(PartsOf("sand"), ElementsAre("sand"));
  EXPECT_THAT(PartsOf(" , "), IsEmpty());
  EXPECT_EQ(PartsOf("a,b,c,d,e,f,g,h,i,j").size(), 8u);
}

TEST(PartsTest, ReadsTwoPartsWithTheWordsTheyShare) {
  EXPECT_THAT(
      TwoReadings("metaphase delay/arrest"),
      ElementsAre(Pair("metaphase delay", "arrest"), Pair("metaphase delay", "metaphase arrest")));
  EXPECT_THAT(TwoReadings("large and round cells"),
              ElementsAre(Pair("large", "round cells"), Pair("large cells", "round cells")));
  EXPECT_THAT(TwoReadings("a, b, c"), IsEmpty());
  EXPECT_THAT(TwoReadings("one"), IsEmpty());
}

TEST(ReadWordsTest, TheLongestPhraseWinsAndEmptyOnesVanish) {
  OntologyVocabulary vocabulary;
  vocabulary.meanings["endoplasm reticulum"] = {"er"};
  vocabulary.meanings["endoplasm"] = {"wrong"};
  vocabulary.meanings["the"] = {};
  vocabulary.longest_phrase = 2;
  vocabulary.roles["er"] = kBareRole;
  const ReadPhrase phrase = ReadWords("the endoplasm reticulum", vocabulary);
  EXPECT_THAT(phrase.words, ElementsAre("er"));
  EXPECT_TRUE(phrase.bare);
  EXPECT_FALSE(ReadWords("broken ER", vocabulary).bare);
}

TEST(ReadWordsTest, AWordThatStandsThereTwiceCountsTwice) {
  OntologyVocabulary vocabulary;
  vocabulary.meanings["mous"] = {"mus", "musculus"};
  EXPECT_THAT(ReadWords("danio danio", vocabulary).words, ElementsAre("danio", "danio2"));
  EXPECT_THAT(ReadWords("mouse (mouse)", vocabulary).words, ElementsAre("mus", "musculus"));
}

TEST(EditDistanceTest, CountsErrorsUpToALimit) {
  EXPECT_EQ(EditDistance("flouresc", "fluoresc", 3), 1u);
  EXPECT_EQ(EditDistance("abcd", "abdc", 3), 1u);
  EXPECT_EQ(EditDistance("abc", "abc", 0), 0u);
  EXPECT_EQ(EditDistance("", "abc", 3), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting", 2), 3u);
  EXPECT_EQ(EditDistance("a", "abcdef", 2), 3u);
}

TEST(TrigramsTest, LikenessIsOfTheSharedOnes) {
  EXPECT_EQ(Likeness(TrigramsOf("cell"), TrigramsOf("cell")), 1);
  EXPECT_EQ(Likeness(TrigramsOf("abc"), TrigramsOf("xyz")), 0);
  EXPECT_EQ(Likeness(TrigramsOf(""), TrigramsOf("x")), 0);
  // " ce", "cel", "ell", "ll " and " ce", "cel", "els", "ls ": two of four.
  EXPECT_EQ(Likeness(TrigramsOf("cell"), TrigramsOf("cels")), 0.5);
}

}  // namespace
}  // namespace parfocal
