#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cli/fake_node.h"
#include "support/temp_dir.h"

namespace parfocal::cli {
namespace {

using ::testing::HasSubstr;

class ExportTest : public ::testing::Test {
 protected:
  ExportTest() {
    for (int i = 0; i < 10; ++i) {
      v1::SearchHit hit;
      hit.set_name(absl::StrCat("sources/first/studies/S", i));
      v1::Study* study = hit.mutable_record()->mutable_study();
      study->set_name(hit.name());
      study->set_title(absl::StrCat("Title, \"", i, "\""));
      study->mutable_licence()->set_spdx("CC0-1.0");
      node_.search.stream.push_back(hit);
    }
  }

  static std::vector<std::string> LinesOf(const std::string& text) {
    std::vector<std::string> lines = absl::StrSplit(text, '\n');
    EXPECT_EQ(lines.back(), "");
    lines.pop_back();
    return lines;
  }

  FakeNode node_;
};

TEST_F(ExportTest, JsonLinesHoldEveryHit) {
  const Output output = node_.Run({"export", "x"});
  EXPECT_EQ(output.code, kOk);
  const std::vector<std::string> lines = LinesOf(output.out);
  ASSERT_EQ(lines.size(), 10u);
  for (size_t i = 0; i < lines.size(); ++i) {
    v1::SearchHit hit;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(lines[i], &hit).ok());
    EXPECT_EQ(hit.name(), absl::StrCat("sources/first/studies/S", i));
  }
}

TEST_F(ExportTest, CsvIsQuoted) {
  const std::vector<std::string> lines =
      LinesOf(node_.Run({"export", "--format", "csv", "--columns", "record,title,licence"}).out);
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[0], "record,title,licence");
  EXPECT_EQ(lines[1], "first/S0,\"Title, \"\"0\"\"\",CC0-1.0");
}

TEST_F(ExportTest, BioFileFinderFindsTheColumnsThatItKnows) {
  v1::Study* study = node_.search.stream[0].mutable_record()->mutable_study();
  study->set_landing_page("https://a.example/S0");
  study->set_thumbnail("https://a.example/S0.png");
  study->set_bytes(42);
  study->set_release_date("2020-01-02");
  const std::vector<std::string> lines =
      LinesOf(node_.Run({"export", "--format", "bff", "--columns", "licence"}).out);
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_EQ(lines[0], "File Path,File Name,Thumbnail,Size,Uploaded,licence");
  EXPECT_EQ(
      lines[1],
      "https://a.example/S0,\"Title, \"\"0\"\"\",https://a.example/S0.png,42,2020-01-02,CC0-1.0");
  // Each line has a path, though its study has no page.
  EXPECT_THAT(lines[2], HasSubstr("sources/first/studies/S1,"));
}

TEST_F(ExportTest, LicenceAndCitationAreAmongTheUsualColumns) {
  const std::vector<std::string> lines = LinesOf(node_.Run({"export", "--format", "tsv"}).out);
  EXPECT_THAT(lines[0], HasSubstr("\tlicence\tcitation"));
  EXPECT_THAT(lines[1], HasSubstr("CC0-1.0"));
}

TEST_F(ExportTest, ImageSetsTakeTitleAndLicenceFromTheirStudyFetchedOnce) {
  node_.search.stream.clear();
  for (int i = 0; i < 5; ++i) {
    v1::SearchHit hit;
    hit.set_name(absl::StrCat("sources/first/studies/S/imageSets/p/", i));
    v1::ImageSet* set = hit.mutable_record()->mutable_image_set();
    set->set_name(hit.name());
    set->set_block("screenA");
    set->set_well(absl::StrCat("A", i));
    v1::Attribute* attribute = set->add_attributes();
    attribute->set_key("a,b");
    attribute->set_value("v");
    node_.search.stream.push_back(hit);
  }
  v1::Study& study = *node_.catalogue.records["sources/first/studies/S"].mutable_study();
  study.set_name("sources/first/studies/S");
  study.set_title("The study");
  for (const char* scope : {"", "screenA", "screenB"}) {
    v1::Statement* statement = study.add_statements();
    statement->set_field("organism");
    statement->set_value(absl::StrCat("of ", scope));
    statement->set_scope(scope);
  }
  const Output output = node_.Run(
      {"export", "--level", "imageset", "--format", "csv", "--columns",
       "record,title,well,organism,stated_organism,organism.id,attribute[\"a,b\"],licence"});
  EXPECT_EQ(output.code, kOk) << output.err;
  const std::vector<std::string> lines = LinesOf(output.out);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[1], "first/S/p/0,The study,A0,of ; of screenA,of ; of screenA,,v,not stated");
  EXPECT_EQ(node_.catalogue.gets, 1);
}

TEST_F(ExportTest, GenesByRoleAndFindingsAreColumns) {
  v1::SearchHit hit;
  hit.set_name("sources/first/studies/S/imageSets/w");
  v1::ImageSet* set = hit.mutable_record()->mutable_image_set();
  for (const char* role : {"perturbed", "tagged"}) {
    v1::Statement* gene = set->add_statements();
    gene->set_field("gene");
    gene->set_value(absl::StrCat(role, "Gene"));
    gene->set_stated_id(absl::StrCat("EX:", role));
    gene->set_role(role);
  }
  for (const auto outcome : {v1::Observation::POSITIVE, v1::Observation::TESTED_NEGATIVE}) {
    v1::Observation* observation = set->add_observations();
    observation->set_kind(v1::Observation::PHENOTYPE);
    observation->set_outcome(outcome);
    observation->mutable_finding()->set_value(outcome == v1::Observation::POSITIVE ? "bent"
                                                                                   : "round");
    observation->mutable_finding()->set_term("EX:0000001");
  }
  node_.search.stream = {hit};
  node_.catalogue.records["sources/first/studies/S"].mutable_study()->set_name(
      "sources/first/studies/S");
  const Output output = node_.Run(
      {"export", "--level", "imageset", "--format", "csv", "--columns",
       "source,perturbed_gene,perturbed_gene.id,tagged_gene,gene,phenotype,phenotype.id"});
  EXPECT_EQ(
      LinesOf(output.out)[1],
      "first,perturbedGene,EX:perturbed,taggedGene,perturbedGene; taggedGene,bent,EX:0000001");
}

TEST_F(ExportTest, AFieldThatRecordsDoNotHoldIsNoColumnOfBlanks) {
  for (const char* column : {"author", "size_x", "donor"}) {
    const Output output = node_.Run({"export", "--format", "csv", "--columns", column});
    EXPECT_EQ(output.code, kUsage) << column;
    EXPECT_THAT(output.err, HasSubstr("jsonl"));
  }
}

// Breaks at every place, also twice, and before the first token: the file is the same.
TEST_F(ExportTest, AnInterruptedExportIsWhole) {
  const std::string undisturbed = node_.Run({"export"}).out;
  for (int first : {0, 1, 2, 3, 4, 9}) {
    for (int second : {0, 1}) {
      SCOPED_TRACE(absl::StrCat(first, ", then ", second));
      node_.search.stream_calls = 0;
      node_.search.break_after = {first, second};
      const Output output = node_.Run({"export"});
      EXPECT_EQ(output.code, kOk) << output.err;
      EXPECT_EQ(output.out, undisturbed);
      EXPECT_GE(node_.search.stream_calls, 2u);
    }
  }
}

TEST_F(ExportTest, AnAnswerThatChangedIsNotStitchedTogether) {
  node_.search.break_after = {2};
  node_.search.reordered = true;
  const Output output = node_.Run({"export"});
  EXPECT_EQ(output.code, kRefused);
  EXPECT_THAT(output.err, HasSubstr("changed while it was read"));
}

TEST_F(ExportTest, AFileAppearsOnlyWhenItIsWhole) {
  testing::TempDir directory;
  const std::string file = absl::StrCat(directory.path(), "/out.csv");
  node_.search.failure = Refusal(grpc::StatusCode::FAILED_PRECONDITION, "gone", "CURSOR_EXPIRED");
  EXPECT_EQ(node_.Run({"export", "--format", "csv", "-o", file}).code, kRefused);
  EXPECT_FALSE(std::filesystem::exists(file));
  node_.search.failure = grpc::Status::OK;
  const Output output = node_.Run({"export", "--format", "csv", "-o", file});
  EXPECT_EQ(output.code, kOk);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr("10 records"));
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(LinesOf(text).size(), 11u);
  EXPECT_FALSE(std::filesystem::exists(file + ".part"));
}

TEST_F(ExportTest, CellsAreEscapedOnATerminal) {
  node_.search.stream[0].mutable_record()->mutable_study()->set_title("\x1b[2J\ttab");
  const Output shown = node_.Run({"export", "--format", "tsv", "--columns", "record,title"}, 80);
  EXPECT_EQ(LinesOf(shown.out)[1], "first/S0\t\\x1b[2J tab");
  EXPECT_EQ(LinesOf(node_.Run({"export", "--format", "tsv", "--columns", "title"}).out)[1],
            "\x1b[2J tab");
}

}  // namespace
}  // namespace parfocal::cli
