// Where proteins are: a matrix of the genes whose product an image set tags or binds, beside that
// of the genes that are perturbed.
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
using ::parfocal::testing::IsOk;
using ::parfocal::testing::PhenotypeArchive;
using ::parfocal::testing::WordStatement;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Of the archive's terms any will do for a place.
constexpr char kPlace[] = "EX:0000011", kPlaceBelow[] = "EX:0000012", kShape[] = "EX:0000013";

Observation Localisation(const std::string& term, Outcome outcome = Outcome::kPositive) {
  return Finding(term, outcome, ObservationKind::kLocalisation);
}

class LocalisationTest : public ::testing::Test {
 protected:
  FindQuery Query(ObservationKind kind, const std::string& expression = "EX:0000001") {
    FindQuery query;
    query.expression = expression;
    query.scope.kind = kind;
    return query;
  }
  std::vector<std::string> Symbols(const FindQuery& query) {
    const auto found = archive_.Matrix()->FindGenes(query);
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> out;
    if (!found.ok()) return out;
    for (const GeneHit& hit : found->genes) out.push_back(hit.symbol);
    return out;
  }
  std::vector<std::string> Places(const std::string& expression = "EX:0000001") {
    return Symbols(Query(ObservationKind::kLocalisation, expression));
  }
  std::vector<std::string> Phenotypes() { return Symbols(Query(ObservationKind::kPhenotype)); }
  ImageSet Well(const std::string& id, std::vector<Statement> statements,
                std::vector<Observation> findings) {
    return archive_.MakeWell("S1", id, std::move(statements), std::move(findings));
  }

  PhenotypeArchive archive_;
};

TEST_F(LocalisationTest, IsOfWhatIsTaggedOrBoundAndAPhenotypeOfWhatIsPerturbed) {
  archive_.Put(
      {archive_.MakeScreens("S1"),
       Well("screenA/1", {GeneStatement("T1", "GT", "tagged")}, {Localisation(kPlace)}),
       Well("screenA/2", {GeneStatement("B1", "GB", "antibody_target")},
            {Localisation(kPlaceBelow)}),
       Well("screenA/3", {GeneStatement("A1", "GA"), GeneStatement("T2", "GU", "tagged")},
            {Localisation(kPlace), Finding(kShape)}),
       Well("screenA/4",
            {GeneStatement("R1", "GR", "probe_target"), GeneStatement("G1", "GG", "background"),
             GeneStatement("C1", "GC", "compound_target")},
            {Localisation(kPlace), Finding(kShape)})});
  EXPECT_THAT(Places(), ElementsAre("GB", "GT", "GU"));
  EXPECT_THAT(Places(kPlace), ElementsAre("GB", "GT", "GU"));  // Rolled up as phenotypes are.
  EXPECT_THAT(Places(kPlaceBelow), ElementsAre("GB"));
  EXPECT_THAT(Phenotypes(), ElementsAre("GA"));
}

TEST_F(LocalisationTest, AMarkerOfWhichNothingIsSaidDoesNotEnter) {
  archive_.Put({archive_.MakeScreens("S1"),
                Well("screenA/1", {GeneStatement("A1", "GA"), GeneStatement("M1", "GM", "tagged")},
                     {Finding(kShape)}),
                Well("screenA/2", {GeneStatement("T1", "GT", "tagged")},
                     {Localisation(kPlace, Outcome::kTestedNegative)})});
  Scope scope;
  scope.kind = ObservationKind::kLocalisation;
  const auto coverage = archive_.Matrix()->CoverageReport(scope, {0, 1000});
  ASSERT_THAT(coverage, IsOk());
  ASSERT_THAT(coverage->species, SizeIs(1));
  EXPECT_EQ(coverage->species[0].assayed, 1);  // The one that was looked for and not found there.
  EXPECT_EQ(coverage->species[0].in_one_study, 0);
  EXPECT_EQ(archive_.Matrix()->CoverageReport(Scope(), {0, 1000})->species[0].assayed, 1);
}

TEST_F(LocalisationTest, TargetsAreCountedAmongWhatIsLabelled) {
  archive_.Put(
      {archive_.MakeScreens("S1"),
       Well("screenA/1", {GeneStatement("A1", "GA"), GeneStatement("T1", "GT", "tagged")},
            {Localisation(kPlace), Finding(kShape)}),
       Well("screenA/2",
            {GeneStatement("T2", "GU", "tagged"), GeneStatement("T3", "GV", "antibody_target")},
            {Localisation(kPlace)})});
  for (const ObservationKind kind : {ObservationKind::kLocalisation, ObservationKind::kPhenotype}) {
    FindQuery query = Query(kind);
    query.scope.single_target = true;
    EXPECT_THAT(Symbols(query), ElementsAre(kind == ObservationKind::kLocalisation ? "GT" : "GA"));
  }
}

TEST_F(LocalisationTest, WhatIsDoneBesideTheLabelIsThePerturbationOfTheScreen) {
  archive_.Put({archive_.MakeScreens("S1"),
                Well("plate/1",
                     {GeneStatement("T1", "GT", "tagged"), WordStatement("compound", "Drug"),
                      WordStatement("perturbation_type", "compound")},
                     {Localisation(kPlace)}),
                Well("plate/2", {GeneStatement("T2", "GU", "tagged")}, {Localisation(kPlace)})});
  const auto found = archive_.Matrix()->FindGenes(Query(ObservationKind::kLocalisation));
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(2));
  EXPECT_EQ(found->genes[0].evidence[0].perturbation_type, "compound");
  EXPECT_EQ(found->genes[1].evidence[0].perturbation_type, "");
  FindQuery compounds = Query(ObservationKind::kLocalisation);
  EXPECT_EQ(archive_.Matrix()->FindCompounds(compounds)->total_size, 0);
}

TEST_F(LocalisationTest, ALocalisationOfNothingIsListed) {
  archive_.Put({archive_.MakeScreens("S1"),
                Well("screenA/1", {GeneStatement("A1", "GA")}, {Localisation(kPlace)})});
  EXPECT_THAT(Places(), IsEmpty());
  Scope scope;
  scope.kind = ObservationKind::kLocalisation;
  const auto left = archive_.Matrix()->Unattributed(scope, {0, 10});
  ASSERT_THAT(left, IsOk());
  ASSERT_THAT(left->rows, SizeIs(1));
  EXPECT_EQ(left->rows[0].reason, "no tagged or antibody-labelled protein");
  EXPECT_THAT(archive_.Matrix()->Unattributed(Scope(), {0, 10})->rows, IsEmpty());
}

TEST_F(LocalisationTest, NamesMeanGenesOfTheKindAskedFor) {
  auto genes = std::make_shared<FakeGeneLookup>();
  genes->Add("HGNC:1", "NCBITaxon:9606", "GT");
  archive_.SetGenes(genes);
  archive_.Put(
      {archive_.MakeScreens("S1"),
       Well("screenA/1", {GeneStatement("T1", "GT", "tagged", "HGNC:1")}, {Localisation(kPlace)}),
       Well("screenA/2", {GeneStatement("T2", "GU", "tagged")}, {Localisation(kPlace)}),
       Well("screenA/3", {GeneStatement("A1", "GA")}, {Finding(kShape)})});
  Scope scope;
  scope.kind = ObservationKind::kLocalisation;
  const auto places = archive_.Matrix()->Profiles({"GT", "T2", "GA"}, "", scope);
  ASSERT_THAT(places, IsOk());
  ASSERT_THAT((*places)[0].terms, SizeIs(1));
  EXPECT_EQ((*places)[0].terms[0].term, kPlace);
  EXPECT_THAT((*places)[1].terms, SizeIs(1));
  EXPECT_EQ((*places)[2].resolution.outcome, GeneOutcome::kUnknown);
  const auto shapes = archive_.Matrix()->Profiles({"GT", "T2", "GA"}, "", Scope());
  ASSERT_THAT(shapes, IsOk());
  EXPECT_EQ((*shapes)[0].gene, "HGNC:1");
  EXPECT_EQ((*shapes)[0].resolution.reason, "a known gene, but no image set perturbs it");
  EXPECT_THAT((*shapes)[0].screens, IsEmpty());
  EXPECT_EQ((*shapes)[1].resolution.outcome, GeneOutcome::kUnknown);
  EXPECT_THAT((*shapes)[2].terms, SizeIs(1));
}

TEST_F(LocalisationTest, ALabelledGeneIsNoBackgroundOfPhenotypes) {
  std::vector<Record> records = {archive_.MakeScreens("S1")};
  for (int i = 0; i < 4; ++i) {
    const std::string name = absl::StrCat("g", i);
    records.push_back(Well(absl::StrCat("screenA/p", i), {GeneStatement(name, name)},
                           {Finding(i < 2 ? kPlace : kShape)}));
    records.push_back(Well(absl::StrCat("screenA/t", i), {GeneStatement("t" + name, "t", "tagged")},
                           {Localisation(kPlace)}));
  }
  archive_.Put(std::move(records));
  EnrichTermsQuery query;
  query.genes = {"g0", "g1"};
  const auto enriched = archive_.Matrix()->EnrichTerms(query);
  ASSERT_THAT(enriched, IsOk());
  ASSERT_FALSE(enriched->rows.empty());
  EXPECT_EQ(enriched->rows[0].background_size, 4);
  EXPECT_THAT(enriched->explain.rules, Contains(::testing::HasSubstr("the 4 genes")));
}

}  // namespace
}  // namespace parfocal::phenotype
