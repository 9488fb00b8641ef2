// parfocal mappings, against a node in this process.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fake_node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/temp_dir.h"

namespace parfocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MappingsCommandTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return dir_ / name;
  }
  const parfocal::testing::TempDir dir_;
  FakeNode node_;
};

TEST_F(MappingsCommandTest, ListsAsManyAsWereAskedForOverPages) {
  const auto result = node_.Run({"mappings", "list", "--words", "bent", "--limit", "150"});
  EXPECT_EQ(result.code, kOk);
  EXPECT_THAT(result.out, HasSubstr("words 149"));
  EXPECT_THAT(result.out, Not(HasSubstr("words 150")));
  EXPECT_THAT(result.out, HasSubstr("There are more"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b"))) << "nothing of a label reaches the terminal raw";
  EXPECT_EQ(node_.ontology.last_list.words(), "bent");
  node_.Run({"mappings", "list", "--term", "EX:1", "--set", "curator", "--history"});
  EXPECT_EQ(node_.ontology.last_list.term(), "EX:1");
  EXPECT_EQ(node_.ontology.last_list.mapping_set(), "curator");
  EXPECT_TRUE(node_.ontology.last_list.history());
}

TEST_F(MappingsCommandTest, AcceptsAndRejectsWithWhoAndWhy) {
  const auto accepted =
      node_.Run({"mappings", "accept", "--field", "phenotype", "--words", "big cells", "--term",
                 "EX:0000001", "--author", "A. Curator", "--comment", "seen"});
  EXPECT_EQ(accepted.code, kOk);
  EXPECT_THAT(accepted.out, HasSubstr("1,200 records changed, sequence 77"));
  EXPECT_EQ(node_.ontology.last_accept.words(), "big cells");
  EXPECT_EQ(node_.ontology.last_accept.author(), "A. Curator");
  EXPECT_EQ(node_.ontology.last_accept.comment(), "seen");
  const auto none = node_.Run({"mappings", "accept", "--field", "phenotype", "--words", "odd",
                               "--no-term", "--author", "A", "--json"});
  EXPECT_EQ(none.code, kOk);
  EXPECT_TRUE(node_.ontology.last_accept.no_term());
  EXPECT_THAT(none.out, HasSubstr("\"recordsChanged\": \"1200\""));
  const auto rejected = node_.Run({"mappings", "reject", "--field", "phenotype", "--words", "big",
                                   "--term", "EX:0000001", "--author", "A"});
  EXPECT_EQ(rejected.code, kOk);
  EXPECT_THAT(rejected.out, HasSubstr("not EX:0000001"));
}

TEST_F(MappingsCommandTest, ADecisionSaysWhatTheWordsMeanAndByWhom) {
  const std::vector<std::string> base = {"mappings", "accept", "--field",  "phenotype",
                                         "--words",  "odd",    "--author", "A"};
  EXPECT_EQ(node_.Run(base).code, kUsage);
  auto both = base;
  both.insert(both.end(), {"--term", "EX:1", "--no-term"});
  EXPECT_EQ(node_.Run(both).code, kUsage);
  EXPECT_EQ(
      node_.Run({"mappings", "accept", "--field", "f", "--words", "w", "--term", "EX:1"}).code,
      kUsage);
  auto unknown = base;
  unknown.insert(unknown.end(), {"--term", "EX:9999999"});
  const auto refused = node_.Run(unknown);
  EXPECT_EQ(refused.code, kRefused);
  EXPECT_THAT(refused.err, HasSubstr("in no loaded ontology"));
}

TEST_F(MappingsCommandTest, ImportsAFileWithItsMetadata) {
  const std::string table = Write("m.sssom.tsv", "whole\n");
  const std::string metadata = Write("m.yml", "license: x\n");
  const auto whole =
      node_.Run({"mappings", "import", table, "--set", "urn:mine", "--metadata", metadata});
  EXPECT_EQ(whole.code, kOk);
  EXPECT_THAT(whole.out, HasSubstr("3 of 3 rows taken"));
  EXPECT_EQ(node_.ontology.last_import.mapping_set(), "urn:mine");
  EXPECT_EQ(node_.ontology.last_import.metadata(), "license: x\n");
  const auto part = node_.Run({"mappings", "import", Write("p.tsv", "part\n")});
  EXPECT_EQ(part.code, kNotComplete);
  EXPECT_THAT(part.out, HasSubstr("object_id is empty"));
  EXPECT_EQ(node_.Run({"mappings", "import", dir_ / "nowhere"}).code, kNotComplete);
}

TEST_F(MappingsCommandTest, AFileThatIsTooLargeForAMessageIsReadByTheNode) {
  const std::string table = Write("large.tsv", std::string(4 << 20, 'x'));
  node_.Run({"mappings", "import", table});
  EXPECT_EQ(node_.ontology.last_import.path(), table);
  EXPECT_EQ(node_.ontology.last_import.content(), "");
}

TEST_F(MappingsCommandTest, ExportsToStandardOutputOrAFile) {
  EXPECT_EQ(node_.Run({"mappings", "export"}).out, "#a: b\nsubject_id\n");
  const std::string path = dir_ / "out.sssom.tsv";
  EXPECT_EQ(node_.Run({"mappings", "export", "--term-requests", "-o", path}).code, kOk);
  EXPECT_TRUE(node_.ontology.last_export.term_requests());
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), "#a: b\nsubject_id\n");
  EXPECT_EQ(node_.Run({"mappings", "export", "-o", dir_ / "no/such/folder"}).code, kRefused);
}

TEST_F(MappingsCommandTest, ListsSetsWithTheirUse) {
  const auto result = node_.Run({"mappings", "sets"});
  EXPECT_EQ(result.code, kOk);
  EXPECT_THAT(result.out, HasSubstr("urn:words"));
  EXPECT_THAT(result.out, HasSubstr("1,234"));
  EXPECT_THAT(result.out, HasSubstr("bridges"));
  EXPECT_THAT(result.out, HasSubstr("1 decision of curators"));
}

}  // namespace
}  // namespace parfocal::cli
