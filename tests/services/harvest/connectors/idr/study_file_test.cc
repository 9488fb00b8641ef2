// Each quirk of study files, on invented files.
#include "parfocal/connector_idr/study_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/text_decoding.h"

namespace parfocal::idr {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(StudyFileTest, ReadsKeysInPositionWithGapsKept) {
  const StudyFile file = ParseStudyFile("Study Title\tA title\nPhenotype Name\ta\tb\t\tc\t\t\n");
  EXPECT_EQ(file.study.First("Study Title"), "A title");
  EXPECT_THAT(file.study.Values("Phenotype Name"), ElementsAre("a", "b", "", "c"));
  EXPECT_THAT(file.problems, IsEmpty());
}

constexpr struct {
  const char* name;
  const char* text;
} kLineEnds[] = {{"LF", "Study Title\tT\nStudy DOI\tD\nStudy License\tL"},
                 {"CRLF", "Study Title\tT\r\nStudy DOI\tD\r\nStudy License\tL\r\n"},
                 {"CR", "Study Title\tT\rStudy DOI\tD\rStudy License\tL\r"},
                 {"CRCRLF", "Study Title\tT\r\r\nStudy DOI\tD\r\r\nStudy License\tL\r\r\n"},
                 {"mixed", "Study Title\tT\rStudy DOI\tD\r\r\nStudy License\tL\n"},
                 {"with a mark", "\xEF\xBB\xBFStudy Title\tT\nStudy DOI\tD\nStudy License\tL"}};
TEST(StudyFileTest, EndsLinesInEveryWay) {
  for (const auto& row : kLineEnds) {
    SCOPED_TRACE(row.name);
    const StudyFile file = ParseStudyFile(row.text);
    ASSERT_THAT(file.study.rows, SizeIs(3));
    EXPECT_EQ(file.study.First("Study Title"), "T");
    EXPECT_EQ(file.study.First("Study DOI"), "D");
    EXPECT_EQ(file.study.First("Study License"), "L");
  }
}

TEST(StudyFileTest, TakesEnclosingQuotesOffAndLeavesOthers) {
  const StudyFile file = ParseStudyFile(
      "Study Title\t\"In \"\"vivo\"\" work\"\nStudy Description\t\"never closed\tsecond\n"
      "\"# a heading, quoted\"\nStudy Copyright\ta \"b\" c\n\"Study DOI\"\tx\n");
  EXPECT_EQ(file.study.First("Study Title"), "In \"vivo\" work");
  EXPECT_THAT(file.study.Values("Study Description"), ElementsAre("never closed", "second"));
  EXPECT_EQ(file.study.First("Study Copyright"), "a \"b\" c");
  EXPECT_EQ(file.study.First("Study DOI"), "x");
  EXPECT_THAT(file.problems, IsEmpty());
}

TEST(StudyFileTest, AnUnclosedQuoteLosesNoBlock) {
  const StudyFile file = ParseStudyFile(
      "Experiment Number\t1\nExperiment Description\t\"open\nExperiment Number\t2\n"
      "Experiment Description\tclosed\"\nExperiment Number\t3\n");
  EXPECT_THAT(file.blocks, SizeIs(3));
}

TEST(StudyFileTest, JoinsAValueThatIsBrokenOverLines) {
  const StudyFile file = ParseStudyFile(
      "Study Person Address\tone,\ntwo\tother\t\nProtocol Description\t\"first\n\nlast\"\tB\nStudy "
      "Title\tT\n");
  EXPECT_THAT(file.study.Values("Study Person Address"), ElementsAre("one,\ntwo", "other"));
  EXPECT_THAT(file.study.Values("Protocol Description"), ElementsAre("first\nlast", "B"));
  EXPECT_EQ(file.study.First("Study Title"), "T");
}

TEST(StudyFileTest, KeysSeparatedBySpacesOrColon) {
  const StudyFile file = ParseStudyFile(
      "Screen Number\t1\nScreen Type primary screen\t\t\nProtocol Name:\tp\n"
      "Term Source Name    AA    BB    Term Source File    http://a/    http://b/\n"
      "Experiment Size 5D Images: \tTotal Tb: 2\nProcessed Data File Description: some words\n");
  const StudySection& block = file.blocks.at(0);
  EXPECT_EQ(block.First("Screen Type"), "primary screen");
  EXPECT_EQ(block.First("Protocol Name"), "p");
  EXPECT_THAT(block.Values("Term Source Name"), ElementsAre("AA", "BB"));
  EXPECT_THAT(block.Values("Term Source URI"), ElementsAre("http://a/", "http://b/"));
  EXPECT_THAT(block.Values("Experiment Size"), ElementsAre("5D Images:", "Total Tb: 2"));
  EXPECT_EQ(block.First("Processed Data File Description"), "some words");
}

TEST(StudyFileTest, SpellingsOfKeys) {
  const StudyFile file = ParseStudyFile(
      "study key word\tw\nStudy  Organism Term Source\tNCBITaxon\nTerm Source File\tu\n"
      "Screen Number\t1\nScreenComments\tc\nScreen Technology Type Term Source REF\tEFO\n");
  EXPECT_EQ(file.study.First("Study Key Words"), "w");
  EXPECT_EQ(file.study.First("Study Organism Term Source REF"), "NCBITaxon");
  EXPECT_EQ(file.study.First("Term Source URI"), "u");
  EXPECT_EQ(file.blocks.at(0).First("Screen Comments"), "c");
  EXPECT_EQ(file.blocks.at(0).First("Screen Technology Term Source REF"), "EFO");
}

TEST(StudyFileTest, ASecondTermSetIsKeptApart) {
  const StudyFile file = ParseStudyFile(
      "Screen Number\t1\nPhenotype Name\ta\tb\nPhenotype Term Accession\tEX:1\tEX:2\nPhenotype "
      "Term Accession\t\tEX:3\n");
  EXPECT_THAT(file.blocks.at(0).Nth("Phenotype Term Accession", 0), ElementsAre("EX:1", "EX:2"));
  EXPECT_THAT(file.blocks.at(0).Nth("Phenotype Term Accession", 1), ElementsAre("", "EX:3"));
  EXPECT_THAT(file.blocks.at(0).Nth("Phenotype Term Accession", 2), IsEmpty());
}

TEST(StudyFileTest, HintsAreNoValues) {
  const StudyFile file =
      ParseStudyFile("# a hint\nStudy Title\t# fill in\nStudy DOI\tx\t# another\ty\n");
  EXPECT_EQ(file.study.First("Study Title"), "");
  EXPECT_THAT(file.study.Values("Study DOI"), ElementsAre("x", "", "y"));
}

TEST(StudyFileTest, BadLinesAreNamedAndTheRestIsRead) {
  const std::string nul(1, '\0');
  const StudyFile file = ParseStudyFile("lost\nStudy Title\tT\n\tno key\n# hint\nits rest\nStudy" +
                                        nul + "X\tz\nStudy DOI\tD\n");
  ASSERT_THAT(file.problems, SizeIs(4));
  EXPECT_EQ(file.problems[0].line, 1);
  EXPECT_EQ(file.problems[1].line, 3);
  EXPECT_THAT(file.problems[1].reason, HasSubstr("without a key"));
  EXPECT_EQ(file.problems[2].line, 5);
  EXPECT_THAT(file.problems[2].reason, HasSubstr("hint"));
  EXPECT_EQ(file.problems[3].line, 6);
  EXPECT_EQ(file.study.First("Study DOI"), "D");
}

TEST(StudyFileTest, ReadsUpToItsLimitAndNotBeyond) {
  std::string text = "Study Title\tT\n";
  text.resize(kMaxStudyFileBytes, '\n');
  EXPECT_THAT(ParseStudyFile(text).study.First("Study Title"), "T");
  text.push_back('\n');
  const StudyFile beyond = ParseStudyFile(text);
  EXPECT_THAT(beyond.study.rows, IsEmpty());
  EXPECT_THAT(beyond.problems, SizeIs(1));
}

constexpr struct {
  const char* bytes;
  const char* text;
  const char* encoding;
} kEncodings[] = {
    {"plain", "plain", "UTF-8"},
    {"\xEF\xBB\xBFZ\xC3\xBCrich", "Zürich", "UTF-8"},
    {"Z\x9Frich, 4\xA1 Celsius", "Zürich, 4° Celsius", "macintosh"},
    {"Z\xFCrich, 37\xB0"
     "C",
     "Zürich, 37°C", "windows-1252"},
    {"the cell\x92s own \x93word\x94", "the cell’s own “word”", "windows-1252"},
    {"the cell\xD5s own \xD2word\xD3", "the cell’s own “word”", "macintosh"},
    {"+\xCA"
     "and",
     "+\xC2\xA0"
     "and",
     "macintosh"},
    {"H\xE9r\xE9", "Héré", "windows-1252"},
};
TEST(TextDecodingTest, DecidesByWhatReadsBetter) {
  for (const auto& row : kEncodings) {
    SCOPED_TRACE(row.text);
    const DecodedText decoded = DecodeText(row.bytes);
    EXPECT_EQ(decoded.text, row.text);
    EXPECT_EQ(decoded.encoding, row.encoding);
  }
}

TEST(CellTextTest, Identifiers) {
  EXPECT_EQ(CanonicalDoi("https://doi.org/10.1000/ABC.d"), "10.1000/abc.d");
  EXPECT_EQ(CanonicalDoi("http://dx.doi.org/10.1000/x "), "10.1000/x");
  EXPECT_EQ(CanonicalDoi("doi: 10.1000/x"), "10.1000/x");
  EXPECT_EQ(CanonicalDoi("https://example.org/10.1000/x"), "");
  EXPECT_EQ(CanonicalDoi("none"), "");
  EXPECT_EQ(CheckedOrcid("0000-0002-1825-0097"), "0000-0002-1825-0097");
  EXPECT_EQ(CheckedOrcid("https://orcid.org/0000-0002-1825-0097 (Name)"), "0000-0002-1825-0097");
  EXPECT_EQ(CheckedOrcid("0000-0002-1694-233x"), "0000-0002-1694-233X");
  EXPECT_EQ(CheckedOrcid("0000-0002-1825-0098"), "");
  EXPECT_EQ(CheckedOrcid("NA"), "");
  EXPECT_EQ(CanonicalPmcId("PMC123"), "PMC123");
  EXPECT_EQ(CanonicalPmcId("none"), "");
  EXPECT_EQ(CanonicalPubMedId("12x"), "");
}

TEST(CellTextTest, PatternsAndNumbers) {
  EXPECT_EQ(MatchNumber("Phenotype # Term Name", "phenotype  12 term name"), 12);
  EXPECT_EQ(MatchNumber("Phenotype", "Phenotype"), 0);
  EXPECT_EQ(MatchNumber("Phenotype #", "Phenotype x"), -1);
  EXPECT_EQ(MatchNumber("Phenotype #", "Phenotype 1 Term"), -1);
  EXPECT_TRUE(Matches("*siRNA*", "an SIRNA library"));
  EXPECT_FALSE(Matches("siRNA", "siRNA library"));
  EXPECT_TRUE(Matches("a*b*c", "a b b c"));
  EXPECT_EQ(Trim(" \xC2\xA0x\xE2\x80\x89 "), "x");
  EXPECT_EQ(ReadCount(" 12,345 plates"), 12345);
  EXPECT_EQ(ReadCount("12, 13"), 12);
  EXPECT_EQ(ReadCount("none"), std::nullopt);
  EXPECT_EQ(CutUtf8("a\xC3\xBC", 2), "a");
}

}  // namespace
}  // namespace parfocal::idr
