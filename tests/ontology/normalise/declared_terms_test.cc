#include "parfocal/normalise/declared_terms.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::IsOk;

TEST(DeclaredTermsTest, ReadsItsLines) {
  auto table = DeclaredTerms::Parse(
      "# a comment\n\nlocalisation\talways\tCMPO:0000398\tGO:0005634\tthe place\r\n"
      "organism\tunknown\tNCBITaxon:559292\tNCBITaxon:4932\tstrain\n",
      "table");
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ((*table)->size(), 2u);
  const DeclaredTerms::Entry* place = (*table)->Find("localisation", "CMPO:0000398");
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->term, "GO:0005634");
  EXPECT_TRUE(place->always);
  EXPECT_EQ(place->because, "the place");
  EXPECT_FALSE((*table)->Find("organism", "NCBITaxon:559292")->always);
  EXPECT_EQ((*table)->Find("phenotype", "CMPO:0000398"), nullptr);
}

TEST(DeclaredTermsTest, RefusesWithTheLine) {
  constexpr struct {
    const char* text;
    const char* why;
  } kBad[] = {
      {"\nlocalisation\talways\tCMPO:1", "table:2: expected five cells"},
      {"\talways\tCMPO:0000398\tGO:0005634\t", "table:1: expected five cells"},
      {"a\tnever\tCMPO:0000398\tGO:0005634\t", "neither \"always\" nor \"unknown\""},
      {"a\talways\tnucleus\tGO:0005634\t", "'nucleus' is no canonical CURIE"},
      {"a\talways\tCMPO:0000398\tGO_0005634\t", "'GO_0005634' is no canonical CURIE"},
      {"a\talways\tCMPO:0000398\tGO:0005634\t\na\tunknown\tCMPO:0000398\tGO:0005635\t",
       "table:2: CMPO:0000398 stands twice"},
  };
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    const auto table = DeclaredTerms::Parse(row.text, "table");
    EXPECT_EQ(table.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(table.status().message()), ::testing::HasSubstr(row.why));
  }
}

TEST(DeclaredTermsTest, TakesTheLargestTableAndRefusesOneByteMore) {
  std::string text(DeclaredTerms::kMaxBytes, '#');
  EXPECT_THAT(DeclaredTerms::Parse(text, "table"), IsOk());
  text.push_back('#');
  EXPECT_EQ(DeclaredTerms::Parse(text, "table").status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(DeclaredTermsTest, TheDeployedTableIsRead) {
  const auto table = DeclaredTerms::Read(std::string(PARFOCAL_SOURCE_DIR) +
                                         "/deploy/vocabulary/declared-terms.tsv");
  ASSERT_THAT(table, IsOk());
  EXPECT_GT((*table)->size(), 20u);
  EXPECT_EQ(DeclaredTerms::Read("/nowhere/at/all").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace parfocal
