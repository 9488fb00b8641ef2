#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cli/fake_node.h"
#include "support/temp_dir.h"

namespace parfocal::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class PhenotypeCommandTest : public ::testing::Test {
 protected:
  static void ExpectHarmless(const std::string& text) {
    for (const unsigned char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7f)) << text;
    EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  }
  std::string Write(const std::string& text) {
    const std::string path = directory_.path() + "/list.txt";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  Output Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "phenotype");
    return node_.Run(std::move(arguments));
  }
  template <typename Message>
  static Message Parse(const std::string& json) {
    Message message;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << json;
    return message;
  }

  FakeNode node_;
  testing::TempDir directory_;
};

TEST_F(PhenotypeCommandTest, JsonJoinsEveryPage) {
  const Output output = Run({"genes", "--term", "EX:0000001", "--json"});
  EXPECT_EQ(output.code, kOk) << output.err;
  const auto answer = Parse<v1::FindGenesResponse>(output.out);
  ASSERT_EQ(answer.genes_size(), 6);
  EXPECT_EQ(answer.genes(5).source_identifiers(0), "id5");
  EXPECT_EQ(answer.total_size(), 6);
  EXPECT_EQ(answer.next_page_token(), "");
}

TEST_F(PhenotypeCommandTest, ALimitHoldsForTablesAndJson) {
  EXPECT_EQ(Parse<v1::FindGenesResponse>(
                Run({"genes", "--term", "EX:0000001", "--limit", "3", "--json"}).out)
                .genes_size(),
            3);
  EXPECT_THAT(Run({"genes", "--term", "EX:0000001", "--limit", "3"}).out, HasSubstr("3 more:"));
  EXPECT_THAT(Run({"genes", "--term", "EX:0000001", "--limit", "0"}).out, Not(HasSubstr(" more:")));
}

TEST_F(PhenotypeCommandTest, GenesAreATableWithTheirEvidenceAndNothingThatATerminalObeys) {
  const Output output = Run({"genes", "--term", "bent cell", "--explain"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("bent cell in S1/screenA 3 of 8, S2/screenA 3 of 8"));
  EXPECT_THAT(output.out, HasSubstr("6 genes by 6 source identifiers"));
  EXPECT_THAT(output.out, HasSubstr("left out: 12 image sets are controls"));
  EXPECT_THAT(output.out, HasSubstr("wide cell (EX:0000009)"));
}

TEST_F(PhenotypeCommandTest, ALabelIsQuotedAndAnIdIsNot) {
  const struct {
    const char* term;
    const char* expression;
  } kRows[] = {
      {"EX:0000001", "EX:0000001"},
      {"http://example.org/EX_0000001", "http://example.org/EX_0000001"},
      {"bent cell", "\"bent cell\""},
      {"NOT", "\"NOT\""},
      {"say \"x\\", "\"say \\\"x\\\\\""},
      {"a)", "\"a)\""},
  };
  for (const auto& row : kRows) {
    Run({"genes", "--term", row.term, "--json"});
    EXPECT_EQ(node_.phenotype.last_find.expression(), row.expression);
  }
}

TEST_F(PhenotypeCommandTest, OptionsOfGenesReachTheNode) {
  Run({"genes",
       "--expression",
       "EX:1 AND NOT EX:2",
       "--exact",
       "--study",
       "S1/screenA",
       "--study",
       "S2",
       "--organism",
       "yeast",
       "--perturbation",
       "RNAi",
       "--single-target",
       "--min-studies",
       "2",
       "--pool-to",
       "human",
       "--min-ortholog-sources",
       "3",
       "--bridges",
       "--json"});
  const v1::FindGenesRequest& request = node_.phenotype.last_find;
  EXPECT_EQ(request.expression(), "EX:1 AND NOT EX:2");
  EXPECT_TRUE(request.exact() && request.bridges() && request.scope().single_target());
  EXPECT_THAT(request.scope().studies(), ElementsAre("S1/screenA", "S2"));
  EXPECT_THAT(request.scope().organisms(), ElementsAre("yeast"));
  EXPECT_EQ(request.scope().kind(), v1::Observation::PHENOTYPE);
  EXPECT_EQ(request.min_studies() + request.min_ortholog_sources(), 5);
  EXPECT_EQ(request.pool_to(), "human");
}

TEST_F(PhenotypeCommandTest, ARefusalSaysWhereAndTheWayOut) {
  const Output output = Run({"genes", "--expression", "AND"});
  EXPECT_EQ(output.code, kRefused);
  EXPECT_THAT(output.err, HasSubstr("byte 0"));
  EXPECT_THAT(output.err, HasSubstr("EXPRESSION_SYNTAX"));
  EXPECT_THAT(output.err, HasSubstr("double quotes"));
}

TEST_F(PhenotypeCommandTest, WithoutATermNothingIsSent) {
  EXPECT_EQ(Run({"genes"}).code, kUsage);
  EXPECT_EQ(Run({"compounds"}).code, kUsage);
  EXPECT_EQ(Run({"network"}).code, kUsage);
  EXPECT_EQ(Run({"profile"}).code, kUsage);
  EXPECT_EQ(Run({"enrich"}).code, kUsage);
  EXPECT_EQ(Run({"genes", "--term", "a", "--expression", "b"}).code, kUsage);
  EXPECT_EQ(Run({"genes", "--term", "a", "--kind", "colour"}).code, kUsage);
}

TEST_F(PhenotypeCommandTest, CompoundsWithoutEffectNeedNoTerm) {
  const Output output = Run({"compounds", "--without-effect", "--study", "S1"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ExpectHarmless(output.out);
  EXPECT_TRUE(node_.phenotype.last_compounds.without_effect());
  EXPECT_THAT(output.out, HasSubstr("1 compound tested without the effect"));
}

TEST_F(PhenotypeCommandTest, OneProfileIsShownWhole) {
  const Output output = Run({"profile", "g1", "--organism", "yeast"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("1 of 4 scored"));
  EXPECT_THAT(output.out, HasSubstr("S1/screenA"));
}

TEST_F(PhenotypeCommandTest, AListIsAskedInCallsAndAnsweredEntryByEntry) {
  std::string text = "\xEF\xBB\xBF# my genes\r\n\r\n1-Mar\r\n\"g1\"\tnote\r\n";
  for (int i = 0; i < 1200; ++i) absl::StrAppend(&text, "g", i, "\n");
  const Output output = Run({"profile", "--genes", Write(text), "--json"});
  EXPECT_EQ(output.code, kOk) << output.err;
  EXPECT_THAT(node_.phenotype.batches, ElementsAre(500, 500, 201));
  const auto answer = Parse<v1::BatchGetGeneProfilesResponse>(output.out);
  ASSERT_EQ(answer.profiles_size(), 1201);
  EXPECT_EQ(answer.profiles(0).resolution().outcome(), v1::GeneResolution::DAMAGED);
  EXPECT_EQ(answer.profiles(1).symbol(), "g1");
  EXPECT_EQ(answer.profiles(1200).symbol(), "g1199");
}

TEST_F(PhenotypeCommandTest, ProfilesThatDidNotFitAreAskedForAgain) {
  node_.phenotype.profiles_that_fit = 2;
  const auto answer = Parse<v1::BatchGetGeneProfilesResponse>(
      Run({"profile", "g1", "x", "g2", "g3", "g4", "g5", "--json"}).out);
  ASSERT_EQ(answer.profiles_size(), 6);
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(answer.profiles(i).terms_size(), i == 1 ? 0 : 1) << answer.profiles(i).asked();
  }
  EXPECT_THAT(node_.phenotype.batches, ElementsAre(6, 3, 1));
}

TEST_F(PhenotypeCommandTest, AListThatTheNodeAnswersOnTwoRevisionsIsAskedAnew) {
  std::string text;
  for (int i = 0; i < 1200; ++i) absl::StrAppend(&text, "g", i, "\n");
  node_.phenotype.changes_at_batch = 1;
  const auto answer = Parse<v1::BatchGetGeneProfilesResponse>(
      Run({"profile", "--genes", Write(text), "--json"}).out);
  EXPECT_EQ(answer.revision(), "8 r1");
  ASSERT_EQ(answer.profiles_size(), 1200);
  EXPECT_EQ(answer.profiles(0).symbol(), "g0");
  EXPECT_EQ(answer.profiles(1199).symbol(), "g1199");
  EXPECT_THAT(node_.phenotype.batches, ElementsAre(500, 500, 500, 500, 200));
}

TEST_F(PhenotypeCommandTest, WhatIsNotThereHasTheSameExitCodeInJson) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"profile", "x1", "x2"},
                                                  {"similar", "x"},
                                                  {"evidence", "g1", "--which", "negatives"}}) {
    EXPECT_EQ(Run(command).code, kNotComplete) << command[0];
    std::vector<std::string> as_json = command;
    as_json.push_back("--json");
    const Output output = Run(as_json);
    EXPECT_EQ(output.code, kNotComplete) << command[0];
    EXPECT_THAT(output.out, HasSubstr("esolution")) << command[0];
  }
}

TEST_F(PhenotypeCommandTest, AnswersSayWhatTheyRestOn) {
  EXPECT_THAT(Run({"profile", "g1", "g2", "--explain"}).out, HasSubstr("rule: a rule of profiles"));
  EXPECT_THAT(Run({"profile", "g1", "g2"}).out, Not(HasSubstr("a rule of profiles")));
}

TEST_F(PhenotypeCommandTest, AMegabyteOfNoiseIsAnsweredAndEndsInThatCode) {
  std::string noise;
  for (int i = 0; noise.size() < (1 << 20); ++i)
    absl::StrAppend(&noise,
                    i % 7 == 0   ? std::string(3000, '\xfe')
                    : i % 7 == 1 ? absl::StrCat("?\x01", i)
                                 : absl::StrCat("?", i),
                    "\n");
  const Output output = Run({"profile", "--genes", Write(noise)});
  EXPECT_EQ(output.code, kNotComplete);
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("unusable"));
}

TEST_F(PhenotypeCommandTest, AFileThatIsNotThereOrTooLargeIsAMistakeOfTheCommandLine) {
  EXPECT_EQ(Run({"profile", "--genes", "/nowhere/list"}).code, kUsage);
  const Output output = Run({"profile", "--genes", Write(std::string((4 << 20) + 1, 'a'))});
  EXPECT_EQ(output.code, kUsage);
  EXPECT_THAT(output.err, HasSubstr("is larger than"));
}

TEST_F(PhenotypeCommandTest, SimilarGenesAreRankedByTheMeasure) {
  EXPECT_THAT(Run({"similar", "g1"}).out, HasSubstr("0.7500"));
  EXPECT_THAT(Run({"similar", "g1", "--measure", "resnik"}).out, HasSubstr("2.5000"));
  const Output unknown = Run({"similar", "x"});
  EXPECT_EQ(unknown.code, kNotComplete);
  EXPECT_THAT(unknown.err, HasSubstr("unknown"));
}

TEST_F(PhenotypeCommandTest, SimilarReadsAllPagesOrAsManyAsAreAskedFor) {
  const Output all = Run({"similar", "g1", "--limit", "0"});
  EXPECT_THAT(all.out, HasSubstr("g7"));
  EXPECT_THAT(Run({"similar", "g1", "--json"}).out, HasSubstr("\"g7\""));
  const Output three = Run({"similar", "g1", "--limit", "3"});
  EXPECT_THAT(three.out, HasSubstr("g4"));
  EXPECT_THAT(three.out, Not(HasSubstr("g5")));
  EXPECT_THAT(three.out, HasSubstr("3 more"));
}

TEST_F(PhenotypeCommandTest, ABackgroundIsSentAndItsUnusedNamesAreShown) {
  const Output genes = Run({"similar", "g1", "--organism", "human", "--background-genes",
                            Write("g1\n1-Mar\n"), "--background-study", "S1"});
  EXPECT_EQ(genes.code, kOk) << genes.err;
  const auto& background = node_.phenotype.last_similar.background();
  EXPECT_THAT(background.genes(), ElementsAre("g1", "1-Mar"));
  EXPECT_EQ(background.organism(), "human");
  EXPECT_THAT(background.scope().studies(), ElementsAre("S1"));
  EXPECT_THAT(genes.out, HasSubstr("damaged by a spreadsheet"));
  Run({"similar", "g1", "--background-frequencies", Write("term\tgenes\nEX:1\t5\n\nbent cell\t7\n"),
       "--background-total", "100"});
  ASSERT_EQ(node_.phenotype.last_similar.background().frequencies_size(), 2);
  EXPECT_EQ(node_.phenotype.last_similar.background().frequencies(1).term(), "bent cell");
  EXPECT_EQ(node_.phenotype.last_similar.background().frequencies(1).genes(), 7);
  EXPECT_EQ(node_.phenotype.last_similar.background().total_genes(), 100);
  const Output wrong = Run({"similar", "g1", "--background-frequencies", Write("EX:1\t5\nEX:2\n"),
                            "--background-total", "100"});
  EXPECT_EQ(wrong.code, kUsage);
  EXPECT_THAT(wrong.err, HasSubstr("line 2"));
  EXPECT_EQ(Run({"similar", "g1", "--background-total", "100"}).code, kUsage);
  EXPECT_FALSE(Run({"similar", "g1"}).err.size() > 0);
  EXPECT_FALSE(node_.phenotype.last_similar.background().has_scope());
}

TEST_F(PhenotypeCommandTest, EvidenceOfAScreenNeedsNoSubject) {
  EXPECT_EQ(Run({"evidence"}).code, kUsage);
  EXPECT_EQ(Run({"evidence", "--study", "S1", "--which", "controls"}).code, kOk);
  EXPECT_EQ(node_.phenotype.last_evidence.subject(), "");
}

TEST_F(PhenotypeCommandTest, CompareTakesTermsWithCommas) {
  const Output output = Run({"compare", "EX:1,EX:2", "EX:3"});
  EXPECT_THAT(output.out, HasSubstr("simGIC      2.000000"));
  EXPECT_THAT(output.out, HasSubstr("Resnik BMA  1.000000 bits"));
}

TEST_F(PhenotypeCommandTest, EnrichSendsTheListAndTellsWhatWasNotUsed) {
  const Output output =
      Run({"enrich", "--genes", Write("g1\ng2\nx\n"), "--max-q", "0.05", "--organism", "yeast"});
  EXPECT_EQ(output.code, kOk) << output.err;
  EXPECT_EQ(node_.phenotype.last_enrich.genes_size(), 3);
  EXPECT_DOUBLE_EQ(node_.phenotype.last_enrich.max_q(), 0.05);
  EXPECT_THAT(output.out, HasSubstr("0.000125"));
  EXPECT_THAT(output.out, HasSubstr("unknown"));
  EXPECT_THAT(output.out, HasSubstr("3 lines: 3 names"));
}

TEST_F(PhenotypeCommandTest, EnrichOfATermRanksGenes) {
  EXPECT_THAT(Run({"enrich", "--term", "EX:0000001"}).out, HasSubstr("g4"));
}

TEST_F(PhenotypeCommandTest, ANetworkIsWrittenWholeAndToldInOneLine) {
  for (const char* format : {"graphml", "cx2", "sif", "tsv", "json"}) {
    const std::string path = directory_.path() + "/net." + format;
    const Output output = Run({"network", "--term", "bent cell", "--format", format, "-o", path});
    EXPECT_EQ(output.code, kOk) << output.err;
    EXPECT_THAT(output.err, HasSubstr("2 genes, 1 edge (3 weaker ones left out); credit 1 study"));
    EXPECT_THAT(output.err, HasSubstr("1-Mar: damaged by a spreadsheet"));
    EXPECT_FALSE(Read(path).empty());
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  }
  EXPECT_THAT(Read(directory_.path() + "/net.graphml"), HasSubstr("bent cell"));
  EXPECT_THAT(Read(directory_.path() + "/net-nodes.tsv"), HasSubstr("EX:2"));
  // Each edge carries its licence, in every format that has room for it.
  for (const char* format : {"graphml", "cx2", "tsv", "json"})
    EXPECT_THAT(Read(directory_.path() + "/net." + format), HasSubstr("CC0-1.0")) << format;
}

TEST_F(PhenotypeCommandTest, ANetworkThatCannotBeWrittenIsRefused) {
  const Output output = Run({"network", "--term", "x", "-o", "/nowhere/at/all.json"});
  EXPECT_EQ(output.code, kRefused);
  EXPECT_THAT(output.err, HasSubstr("/nowhere/at/all.json"));
}

TEST_F(PhenotypeCommandTest, OrganismOfANetworkRestrictsFindingsWhereNoNamesAreGiven) {
  Run({"network", "--term", "x", "--organism", "yeast"});
  EXPECT_THAT(node_.phenotype.last_network.scope().organisms(), ElementsAre("yeast"));
  Run({"network", "g1", "g2", "--organism", "yeast"});
  EXPECT_EQ(node_.phenotype.last_network.scope().organisms_size(), 0);
  EXPECT_EQ(node_.phenotype.last_network.organism(), "yeast");
}

TEST_F(PhenotypeCommandTest, ListsAreTables) {
  EXPECT_THAT(Run({"terms"}).out, HasSubstr("bent cell"));
  EXPECT_THAT(Run({"terms", "--kind", "localisation"}).out, HasSubstr("nucleus"));
  EXPECT_THAT(Run({"coverage"}).out, HasSubstr("1,234"));
  EXPECT_THAT(Run({"coverage"}).out, HasSubstr("S1/screenA"));
  const Output output = Run({"unattributed"});
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("no term"));
}

TEST_F(PhenotypeCommandTest, EvidenceLeadsToTheRecordAndItsBytes) {
  const Output output = Run({"evidence", "g1", "--organism", "yeast"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("s/S1/screenA/P1/A1"));
  EXPECT_THAT(output.out, HasSubstr("00ff"));
  EXPECT_EQ(node_.phenotype.last_evidence.organism(), "yeast");
  const Output none = Run({"evidence", "g1", "--which", "negatives"});
  EXPECT_EQ(none.code, kNotComplete);
  EXPECT_THAT(none.err, HasSubstr("no negatives"));
}

}  // namespace
}  // namespace parfocal::cli
