// What answers say of what they rest on: findings that entered no count, independence of orthologs,
// records that changed under the evidence.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/phenotype/phenotype_archive.h"
#include "support/fake_gene_lookup.h"
#include "support/status_matchers.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::FakeGeneLookup;
using ::parfocal::testing::Finding;
using ::parfocal::testing::GeneStatement;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::PhenotypeArchive;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHuman[] = "NCBITaxon:9606";
constexpr char kYeast[] = "NCBITaxon:4896";

class ExplainTest : public ::testing::Test {
 protected:
  ImageSet Well(const std::string& id, const std::string& gene, std::vector<Observation> findings,
                const std::string& study = "S1", const std::string& curie = "") {
    return archive_.MakeWell(study, id, {GeneStatement(gene, gene, "perturbed", curie)},
                             std::move(findings));
  }
  ImageSet Control(const std::string& id, Outcome outcome) {
    ImageSet set = Well(id, "GK", {Finding("EX:0000011", outcome)});
    set.control = ControlType::kPositive;
    return set;
  }

  PhenotypeArchive archive_;
};

TEST_F(ExplainTest, FindingsThatEnterNoCountAreCountedByReason) {
  ImageSet failed = Well("screenA/4", "GA", {Finding("EX:0000012")});
  failed.quality = Quality::kFailed;
  archive_.Put({archive_.MakeScreens("S1"), Well("screenA/1", "GA", {Finding("EX:0000012")}),
                Control("screenA/2", Outcome::kPositive),
                Control("screenA/3", Outcome::kTestedNegative), failed,
                archive_.MakeWell("S1", "screenA/5", {}, {Finding("EX:0000011")}),
                Control("screenB/1", Outcome::kPositive),
                archive_.MakeWell("S1", "screenA/6", {}, {Finding("EX:0000021")})});
  FindQuery query;
  query.expression = "EX:0000011";
  query.scope.studies = {"S1/screenA"};
  const auto found = archive_.Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(
      found->explain.left_out,
      ElementsAre("1 positive findings of these terms: the image set is a control",
                  "1 negative findings of these terms: the image set is a control",
                  "1 positive findings of these terms: the image set failed quality control",
                  "1 positive findings of these terms: no perturbed gene and no compound"));
  const auto whole = archive_.Matrix()->ExplainScope(Scope());
  ASSERT_THAT(whole, IsOk());
  EXPECT_THAT(whole->studies, ElementsAre("S1/screenA", "S1/screenB"));
  EXPECT_THAT(whole->terms, IsEmpty());
  EXPECT_THAT(whole->left_out,
              ::testing::Contains("2 positive findings: the image set is a control"));
  EXPECT_FALSE(whole->rules.empty());
  const auto of_term = archive_.Matrix()->ExplainScope(Scope(), "EX:0000011", true);
  ASSERT_THAT(of_term, IsOk());
  EXPECT_EQ(of_term->terms[0].terms, 1);
  EXPECT_THAT(archive_.Matrix()->ExplainScope(Scope(), "EX:0000011 AND"),
              HasReason("EXPRESSION_SYNTAX"));
}

TEST_F(ExplainTest, WordsOfSeveralTermsAreOneRowOfWhatWasLeftOut) {
  Observation first = Finding("EX:0000011"), second = Finding("EX:0000013");
  first.finding.value = second.finding.value = "long or round";
  archive_.Put(
      {archive_.MakeScreens("S1"), archive_.MakeWell("S1", "screenA/1", {}, {first, second})});
  const auto left = archive_.Matrix()->Unattributed(Scope(), {0, 10});
  ASSERT_THAT(left, IsOk());
  ASSERT_THAT(left->rows, SizeIs(1));
  EXPECT_EQ(left->rows[0].observations, 2);
  EXPECT_EQ(left->rows[0].example, "screenA/1");
}

// One gene of the human has become two of the yeast: seen from the yeast each has one ortholog, and
// yet the two are no independent support for it.
TEST_F(ExplainTest, TwoOrthologsOfOneGeneAreNoIndependentSupport) {
  auto genes = std::make_shared<FakeGeneLookup>();
  genes->Add("HGNC:1", kHuman, "HUM1");
  genes->Add("PomBase:1", kYeast, "yea1");
  genes->Add("PomBase:2", kYeast, "yea2");
  genes->AddOrthologs("PomBase:1", "HGNC:1", {"one", "two"});
  genes->AddOrthologs("PomBase:2", "HGNC:1", {"one"});
  archive_.SetGenes(genes);
  archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2", kYeast),
                archive_.MakeScreens("S3", kYeast),
                Well("screenA/1", "h1", {Finding("EX:0000011")}, "S1", "HGNC:1"),
                Well("screenA/1", "y1", {Finding("EX:0000011")}, "S2", "PomBase:1"),
                Well("screenA/1", "y2", {Finding("EX:0000011")}, "S3", "PomBase:2")});
  FindQuery query;
  query.expression = "EX:0000011";
  query.pool_to = "human";
  const auto found = archive_.Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(1));
  EXPECT_EQ(found->genes[0].studies, 1);
  EXPECT_THAT(found->genes[0].evidence, SizeIs(3));  // Shown all the same.
  ASSERT_THAT(found->genes[0].pooled_from, SizeIs(2));
  EXPECT_EQ(found->genes[0].pooled_from[0].orthologs, 1);
  EXPECT_EQ(found->genes[0].pooled_from[0].co_orthologs, 2);
  // A pair that too few sources assert is none, in either direction.
  query.min_ortholog_sources = 2;
  const auto strict = archive_.Matrix()->FindGenes(query);
  ASSERT_THAT(strict, IsOk());
  EXPECT_EQ(strict->genes[0].studies, 2);
  ASSERT_THAT(strict->genes[0].pooled_from, SizeIs(1));
  EXPECT_EQ(strict->genes[0].pooled_from[0].co_orthologs, 1);
}

TEST_F(ExplainTest, EvidenceThatARecordDoesNotGiveAnyMoreIsLeftOut) {
  archive_.Put({archive_.MakeScreens("S1"), Well("screenA/1", "GA", {Finding("EX:0000012")}),
                Well("screenA/2", "GA", {Finding("EX:0000012")}),
                Well("screenA/3", "GA", {Finding("EX:0000012")})});
  const auto matrix = archive_.Matrix();
  archive_.Stop();
  archive_.Put({Well("screenA/1", "GA", {Finding("EX:0000012", Outcome::kTestedNegative)}),
                Well("screenA/2", "GA", {Finding("EX:0000021")})});
  EvidenceQuery query;
  query.subject = "GA";
  const auto evidence = matrix->FindEvidence(query, *archive_.store());
  ASSERT_THAT(evidence, IsOk());
  EXPECT_EQ(evidence->total_size, 3);
  ASSERT_THAT(evidence->items, SizeIs(1));
  EXPECT_EQ(evidence->items[0].image_set.image_set, "screenA/3");
  EXPECT_EQ(evidence->items[0].position, 2u);
}

}  // namespace
}  // namespace parfocal::phenotype
