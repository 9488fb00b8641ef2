// What enters the matrix, how it is counted, and how genes and compounds are found in it.
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/phenotype/phenotype_archive.h"
#include "support/status_matchers.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::Finding;
using ::parfocal::testing::GeneStatement;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::PhenotypeArchive;
using ::parfocal::testing::TermStatement;
using ::parfocal::testing::WordStatement;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Symbols(const FoundGenes& found) {
  std::vector<std::string> out;
  for (const GeneHit& hit : found.genes) out.push_back(hit.symbol);
  return out;
}

class FindGenesTest : public ::testing::Test {
 protected:
  FindQuery Query(const std::string& expression) {
    FindQuery query;
    query.expression = expression;
    return query;
  }
  FoundGenes Find(const FindQuery& query) {
    auto found = archive_.Matrix()->FindGenes(query);
    EXPECT_THAT(found, ::parfocal::testing::IsOk());
    return found.ok() ? *std::move(found) : FoundGenes();
  }
  FoundGenes Find(const std::string& expression) { return Find(Query(expression)); }
  // A well of S1/screenA in which GA was silenced.
  ImageSet Well(const std::string& id, std::vector<Observation> findings) {
    return archive_.MakeWell("S1", id, {GeneStatement("A1", "GA")}, std::move(findings));
  }

  PhenotypeArchive archive_;
};

TEST_F(FindGenesTest, FindsByTheTermAndAllBelowItOrByTheTermAlone) {
  archive_.Put(
      {archive_.MakeScreens("S1"), Well("screenA/1", {Finding("EX:0000012")}),
       archive_.MakeWell("S1", "screenA/2", {GeneStatement("B1", "GB")}, {Finding("EX:0000011")}),
       archive_.MakeWell("S1", "screenA/3", {GeneStatement("C1", "GC")}, {Finding("EX:0000021")})});
  EXPECT_THAT(Symbols(Find("EX:0000011")), ElementsAre("GA", "GB"));
  EXPECT_THAT(Symbols(Find("\"Elongated cell\"")), ElementsAre("GA", "GB"));
  EXPECT_THAT(Symbols(Find("\"long cell\"")), ElementsAre("GA", "GB"));
  FindQuery exact = Query("EX:0000011");
  exact.exact = true;
  EXPECT_THAT(Symbols(Find(exact)), ElementsAre("GB"));
  EXPECT_THAT(Symbols(Find("EX:0000001 AND NOT EX:0000010")), ElementsAre("GC"));
  EXPECT_THAT(Symbols(Find("NOT EX:0000011")), ElementsAre("GC"));
  EXPECT_THAT(Symbols(Find("EX:0000012 OR EX:0000021")), ElementsAre("GA", "GC"));
  EXPECT_THAT(Symbols(Find("EX:0000012 AND EX:0000021")), IsEmpty());
}

TEST_F(FindGenesTest, SaysWithWhichEvidence) {
  Observation scored = Finding("EX:0000012");
  scored.score = "3/4";
  archive_.Put({archive_.MakeScreens("S1"), Well("screenA/1", {scored}),
                Well("screenA/2", {Finding("EX:0000012")}),
                Well("screenA/3", {Finding("EX:0000012", Outcome::kTestedNegative)})});
  const FoundGenes found = Find("EX:0000011");
  ASSERT_EQ(found.genes.size(), 1u);
  EXPECT_EQ(found.total_image_sets, 2);
  EXPECT_EQ(found.genes[0].organism, "NCBITaxon:9606");
  EXPECT_EQ(found.genes[0].gene, "");
  EXPECT_EQ(found.genes[0].studies, 1);
  EXPECT_THAT(found.genes[0].source_identifiers, ElementsAre("A1"));
  ASSERT_EQ(found.genes[0].evidence.size(), 1u);
  const TermEvidence& evidence = found.genes[0].evidence[0];
  EXPECT_EQ(evidence.study, "S1");
  EXPECT_EQ(evidence.block, "screenA");
  EXPECT_EQ(evidence.term, "EX:0000012");
  EXPECT_EQ(evidence.label, "pear-shaped cell");
  EXPECT_EQ(evidence.perturbation_type, "RNAi");
  EXPECT_EQ(evidence.level, "well");
  EXPECT_EQ(evidence.positive, 2);
  EXPECT_EQ(evidence.negative, 1);
  EXPECT_EQ(evidence.single_target, 2);
  EXPECT_THAT(evidence.scores, ElementsAre("3/4"));
  ASSERT_EQ(found.explain.terms.size(), 1u);
  EXPECT_EQ(found.explain.terms[0].terms, 2);
  EXPECT_THAT(found.explain.terms[0].seen, ElementsAre("EX:0000012"));
  EXPECT_THAT(found.explain.studies, ElementsAre("S1/screenA"));
}

TEST_F(FindGenesTest, OnlyPerturbedGenesEnter) {
  archive_.Put(
      {archive_.MakeScreens("S1"), archive_.MakeWell("S1", "screenA/1",
                                                     {GeneStatement("A1", "GA", "tagged"),
                                                      GeneStatement("B1", "GB", "compound_target"),
                                                      GeneStatement("C1", "GC", "background")},
                                                     {Finding("EX:0000011")})});
  EXPECT_THAT(Symbols(Find("EX:0000011")), IsEmpty());
}

TEST_F(FindGenesTest, ControlsAndFailedImageSetsGiveNeitherPositivesNorNegatives) {
  ImageSet control = Well("screenA/1", {Finding("EX:0000011")});
  control.control = ControlType::kPositive;
  ImageSet denied = Well("screenA/2", {Finding("EX:0000011", Outcome::kTestedNegative)});
  denied.control = ControlType::kPositive;
  ImageSet failed = Well("screenA/3", {Finding("EX:0000011")});
  failed.quality = Quality::kFailed;
  archive_.Put({archive_.MakeScreens("S1"), control, denied, failed});
  EXPECT_THAT(Symbols(Find("EX:0000011")), IsEmpty());
  auto profiles = archive_.Matrix()->Profiles({"GA"}, "", Scope());
  ASSERT_THAT(profiles, ::parfocal::testing::IsOk());
  const GeneProfile& profile = (*profiles)[0];
  EXPECT_THAT(profile.terms, IsEmpty());
  ASSERT_EQ(profile.screens.size(), 1u);
  EXPECT_EQ(profile.screens[0].image_sets, 0);
  EXPECT_EQ(profile.screens[0].controls, 2);
  EXPECT_EQ(profile.screens[0].failed, 1);
}

TEST_F(FindGenesTest, ANegativeNeedsAnImageAndAPositiveDoesNot) {
  ImageSet negative = Well("screenA/1", {Finding("EX:0000011", Outcome::kTestedNegative)});
  ImageSet positive = Well("screenA/2", {Finding("EX:0000013")});
  negative.images_available = positive.images_available = false;
  archive_.Put({archive_.MakeScreens("S1"), negative, positive});
  auto profiles = archive_.Matrix()->Profiles({"A1"}, "human", Scope());
  ASSERT_THAT(profiles, ::parfocal::testing::IsOk());
  ASSERT_EQ((*profiles)[0].terms.size(), 1u);
  EXPECT_EQ((*profiles)[0].terms[0].term, "EX:0000013");
}

TEST_F(FindGenesTest, NegativesDoNotRollUpAndPositivesDo) {
  archive_.Put({archive_.MakeScreens("S1"),
                Well("screenA/1",
                     {Finding("EX:0000012", Outcome::kTestedNegative), Finding("EX:0000013")})});
  auto profiles = archive_.Matrix()->Profiles({"GA"}, "", Scope());
  ASSERT_THAT(profiles, ::parfocal::testing::IsOk());
  const GeneProfile& profile = (*profiles)[0];
  ASSERT_EQ(profile.terms.size(), 2u);
  EXPECT_EQ(profile.terms[0].negative, 1);
  EXPECT_EQ(profile.terms[0].positive, 0);
  // shape phenotype: two of its terms were scored, of them one only negative.
  auto shape = std::find_if(profile.ancestors.begin(), profile.ancestors.end(),
                            [](const auto& a) { return a.term == "EX:0000010"; });
  ASSERT_NE(shape, profile.ancestors.end());
  EXPECT_EQ(shape->scored, 2);
  EXPECT_EQ(shape->negative, 1);
  EXPECT_THAT(Symbols(Find("EX:0000010")), ElementsAre("GA"));
  EXPECT_THAT(Symbols(Find("EX:0000011")), IsEmpty());
}

TEST_F(FindGenesTest, KindsAreMatricesOfTheirOwn) {
  archive_.Put(
      {archive_.MakeScreens("S1"),
       Well("screenA/1", {Finding("EX:0000011", Outcome::kPositive, ObservationKind::kAnatomy),
                          Finding("EX:0000013", Outcome::kPositive, ObservationKind::kNormal)})});
  EXPECT_THAT(Symbols(Find("EX:0000001")), IsEmpty());
  FindQuery query = Query("EX:0000001");
  query.scope.kind = ObservationKind::kAnatomy;
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("GA"));
  query = Query("EX:0000013");
  query.scope.kind = ObservationKind::kAnatomy;
  EXPECT_THAT(Symbols(Find(query)), IsEmpty());
}

TEST_F(FindGenesTest, AReagentWithSeveralTargetsCountsForEachAndIsMarked) {
  archive_.Put(
      {archive_.MakeScreens("S1"),
       archive_.MakeWell("S1", "screenA/1", {GeneStatement("A1", "GA"), GeneStatement("B1", "GB")},
                         {Finding("EX:0000011")}),
       archive_.MakeWell("S1", "screenA/2", {GeneStatement("B1", "GB"), GeneStatement("B1", "GB")},
                         {Finding("EX:0000011")})});
  const FoundGenes all = Find("EX:0000011");
  EXPECT_THAT(Symbols(all), ElementsAre("GA", "GB"));
  EXPECT_EQ(all.genes[0].evidence[0].single_target, 0);
  EXPECT_EQ(all.genes[1].evidence[0].positive, 2);
  EXPECT_EQ(all.genes[1].evidence[0].single_target, 1);
  EXPECT_EQ(all.total_source_identifiers, 2);
  EXPECT_EQ(all.total_single_target_identifiers, 1);
  EXPECT_EQ(all.total_image_sets, 2);
  FindQuery single = Query("EX:0000011");
  single.scope.single_target = true;
  EXPECT_THAT(Symbols(Find(single)), ElementsAre("GB"));
}

TEST_F(FindGenesTest, GenesOfTwoSpeciesAreTwoGenes) {
  ImageSet own = archive_.MakeWell(
      "S1", "screenA/1", {TermStatement("organism", "NCBITaxon:4896"), GeneStatement("X", "cdc2")},
      {Finding("EX:0000011")});
  archive_.Put({archive_.MakeScreens("S1"), own,
                archive_.MakeWell("S1", "screenA/2", {GeneStatement("X", "CDC2")},
                                  {Finding("EX:0000011")})});
  EXPECT_THAT(Symbols(Find("EX:0000011")), ElementsAre("CDC2", "cdc2"));
  FindQuery query = Query("EX:0000011");
  query.scope.organisms = {"fission yeast"};
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("cdc2"));
  query.scope.organisms = {"NCBITaxon:2759"};
  EXPECT_EQ(Find(query).total_size, 2);
}

TEST_F(FindGenesTest, AGeneOfTheHostIsNotOfThePathogen) {
  archive_.Put({archive_.MakeScreens("S1"),
                archive_.MakeWell("S1", "screenA/1",
                                  {TermStatement("organism", "NCBITaxon:9606", "", "host"),
                                   TermStatement("organism", "NCBITaxon:2697049", "", "pathogen"),
                                   GeneStatement("A1", "GA")},
                                  {Finding("EX:0000011")})});
  const FoundGenes found = Find("EX:0000011");
  ASSERT_EQ(found.genes.size(), 1u);
  EXPECT_EQ(found.genes[0].organism, "NCBITaxon:9606");
}

TEST_F(FindGenesTest, AnImageSetThatNamesThePathogenAloneHasTheHostOfItsStudy) {
  archive_.Put(
      {archive_.MakeScreens("S1"),
       archive_.MakeWell("S1", "screenA/1",
                         {TermStatement("organism", "NCBITaxon:2697049", "", "pathogen"),
                          GeneStatement("A1", "GA")},
                         {Finding("EX:0000011")}),
       archive_.MakeWell("S1", "screenA/2",
                         {WordStatement("organism", "some beast"), GeneStatement("B1", "GB")},
                         {Finding("EX:0000011")})});
  const FoundGenes found = Find("EX:0000011");
  // Words that are no organism we know are not those of the study.
  ASSERT_EQ(found.genes.size(), 1u);
  EXPECT_EQ(found.genes[0].symbol, "GA");
  EXPECT_EQ(found.genes[0].organism, "NCBITaxon:9606");
}

TEST_F(FindGenesTest, ScopeIsByStudyBlockSourceAndType) {
  archive_.Put(
      {archive_.MakeScreens("S1"), Well("screenA/1", {Finding("EX:0000011")}),
       archive_.MakeWell("S1", "screenB/1", {GeneStatement("B1", "GB")}, {Finding("EX:0000011")}),
       archive_.MakeScreens("S2"),
       archive_.MakeWell(
           "S2", "screenA/1",
           {GeneStatement("C1", "GC"), WordStatement("perturbation_type", "deletion")},
           {Finding("EX:0000011")})});
  FindQuery query = Query("EX:0000011");
  query.scope.studies = {"S1/screenB"};
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("GB"));
  query.scope.studies = {"S1"};
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("GA", "GB"));
  query.scope.studies = {"S9"};
  EXPECT_THAT(Symbols(Find(query)), IsEmpty());
  EXPECT_THAT(Find(query).explain.left_out, ElementsAre(::testing::HasSubstr("'S9'")));
  query.scope.studies = {};
  query.scope.perturbation_types = {"Deletion"};
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("GC"));
  query.scope.perturbation_types = {};
  query.scope.sources = {"second"};
  EXPECT_THAT(Symbols(Find(query)), IsEmpty());
}

TEST_F(FindGenesTest, SupportInTwoStudiesIsASharedTermAndNotAGenericAncestor) {
  std::vector<Record> records = {archive_.MakeScreens("S1"), archive_.MakeScreens("S2")};
  auto both = [&](const std::string& gene, const std::string& first, const std::string& second) {
    records.push_back(archive_.MakeWell("S1", absl::StrCat("screenA/", gene),
                                        {GeneStatement(gene, gene)}, {Finding(first)}));
    records.push_back(archive_.MakeWell("S2", absl::StrCat("screenA/", gene),
                                        {GeneStatement(gene, gene)}, {Finding(second)}));
  };
  both("same", "EX:0000011", "EX:0000011");
  both("below", "EX:0000011", "EX:0000012");  // elongated is rare: an ancestor that means something
  both("apart", "EX:0000012", "EX:0000021");  // only the root in common
  for (int i = 0; i < 30; ++i) both(absl::StrCat("g", i), "EX:0000021", "EX:0000013");
  archive_.Put(std::move(records));
  FindQuery query = Query("EX:0000011 OR EX:0000021");
  query.min_studies = 2;
  EXPECT_THAT(Symbols(Find(query)), ElementsAre("below", "same"));
}

TEST_F(FindGenesTest, CompoundsAreFoundLikewiseAndWithoutEffect) {
  auto treated = [&](const std::string& id, const std::string& compound, Outcome outcome) {
    return archive_.MakeWell("S1", id, {WordStatement("compound", compound)},
                             {Finding("EX:0000011", outcome)});
  };
  ImageSet control = treated("screenA/4", "Control drug", Outcome::kTestedNegative);
  control.control = ControlType::kNegative;
  archive_.Put({archive_.MakeScreens("S1"), treated("screenA/1", "Aspirin", Outcome::kPositive),
                treated("screenA/2", "Water", Outcome::kTestedNegative), control,
                archive_.MakeWell("S1", "screenA/5", {WordStatement("compound", "Untested")})});
  FindQuery query = Query("EX:0000011");
  auto found = archive_.Matrix()->FindCompounds(query);
  ASSERT_THAT(found, ::parfocal::testing::IsOk());
  ASSERT_EQ(found->compounds.size(), 1u);
  EXPECT_EQ(found->compounds[0].name, "Aspirin");
  EXPECT_EQ(found->compounds[0].evidence[0].perturbation_type, "compound");
  query.without_effect = true;
  query.expression = "";
  found = archive_.Matrix()->FindCompounds(query);
  ASSERT_THAT(found, ::parfocal::testing::IsOk());
  ASSERT_EQ(found->compounds.size(), 1u);
  EXPECT_EQ(found->compounds[0].name, "Water");
  EXPECT_EQ(found->compounds[0].image_sets, 1);
  EXPECT_THAT(found->explain.left_out,
              ElementsAre("1 negative findings: the image set is a control",
                          ::testing::StartsWith("2 compounds")));
  query.scope.studies = {"S9"};
  found = archive_.Matrix()->FindCompounds(query);
  ASSERT_THAT(found, ::parfocal::testing::IsOk());
  EXPECT_THAT(found->explain.left_out, ::testing::Contains(::testing::HasSubstr("'S9'")));
}

TEST_F(FindGenesTest, RefusesWhatItDoesNotKnowByName) {
  archive_.Put({archive_.MakeScreens("S1"), Well("screenA/1", {Finding("EX:0000011")})});
  auto matrix = archive_.Matrix();
  EXPECT_THAT(matrix->FindGenes(Query("EX:0009999")), HasReason("TERM_UNKNOWN"));
  EXPECT_THAT(matrix->FindGenes(Query("nonsense")), HasReason("TERM_UNKNOWN"));
  EXPECT_THAT(matrix->FindGenes(Query("EX:0000011 AND")), HasReason("EXPRESSION_SYNTAX"));
  FindQuery query = Query("EX:0000011");
  query.scope.organisms = {"unicorn"};
  EXPECT_THAT(matrix->FindGenes(query), HasReason("TERM_UNKNOWN"));
  query = Query("EX:0000011");
  query.pool_to = "human";
  EXPECT_THAT(matrix->FindGenes(query), HasReason("GENES_NOT_LOADED"));
  query = Query("EX:0000011");
  query.min_studies = -1;
  EXPECT_THAT(matrix->FindGenes(query), HasReason("VALUE_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace parfocal::phenotype
