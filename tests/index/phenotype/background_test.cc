// Information content from a background that the request gives; studies that two sources have;
// evidence of whole screens; bridges through grouping classes.
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/phenotype/phenotype_archive.h"
#include "support/fake_mapping_lookup.h"
#include "support/status_matchers.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::FakeMappingLookup;
using ::parfocal::testing::Finding;
using ::parfocal::testing::GeneStatement;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::PhenotypeArchive;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kShape[] = "EX:0000010", kElongated[] = "EX:0000011", kPear[] = "EX:0000012",
               kRound[] = "EX:0000013", kGrowth[] = "EX:0000021";

class BackgroundTest : public ::testing::Test {
 protected:
  ImageSet Well(const std::string& id, const std::string& gene, const std::string& term,
                const std::string& study = "S1") {
    std::vector<Observation> findings;
    if (!term.empty()) findings.push_back(Finding(term));
    return archive_.MakeWell(study, absl::StrCat("screenA/", id), {GeneStatement(gene, gene)},
                             findings);
  }
  // Of the six genes with a finding two are elongated, one of them pear-shaped; four show something
  // of shape. In S2 all are round but one.
  void Fill() {
    archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2"), Well("1", "a", kPear),
                  Well("2", "b", kElongated), Well("3", "c", kRound), Well("4", "d", kRound),
                  Well("5", "e", kGrowth), Well("6", "none", ""), Well("1", "c", kRound, "S2"),
                  Well("2", "d", kRound, "S2"), Well("3", "f", kGrowth, "S2")});
  }
  static double BitsOf(const std::vector<SharedTerm>& shared, const std::string& term) {
    for (const SharedTerm& s : shared) {
      if (s.term == term) return s.information_content;
    }
    return -1;
  }
  absl::StatusOr<Comparison> Compare(Background background) {
    CompareQuery query;
    query.a = {kPear};
    query.b = {kElongated};
    query.background = std::move(background);
    return archive_.Matrix()->Compare(query);
  }

  PhenotypeArchive archive_;
};

TEST_F(BackgroundTest, WithoutOneItIsTheWholeMatrix) {
  Fill();
  const auto plain = Compare({});
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->background_size, 6);
  EXPECT_NEAR(BitsOf(plain->shared, kElongated), std::log2(6.0 / 2), 1e-12);
  EXPECT_THAT(plain->explain.rules, Contains(HasSubstr("share of the 6 genes with any finding")));
}

TEST_F(BackgroundTest, AListOfGenesIsCountedAndItsUnusedNamesAreTold) {
  Fill();
  Background list;
  list.genes = {"a", "c", "d", "e", "c", "none", "nobody"};
  const auto given = Compare(list);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->background_size, 4);  // c counts once; `none` shows nothing.
  EXPECT_NEAR(BitsOf(given->shared, kElongated), std::log2(4.0 / 1), 1e-12);
  ASSERT_THAT(given->background_not_used, SizeIs(1));
  EXPECT_EQ(given->background_not_used[0].asked, "nobody");
  EXPECT_THAT(given->explain.rules, Contains(HasSubstr("4 genes of the list given")));
  EXPECT_THAT(given->explain.left_out, Contains("background: 1 genes without a finding there"));
  // Shape: 3 of 4. simGIC over the closures {cell, shape, elongated, pear} and {cell, shape,
  // elongated}; pear, which one gene has, is as rare as elongated.
  const double shape = std::log2(4.0 / 3), elongated = 2, pear = 2;
  EXPECT_NEAR(given->sim_gic, (shape + elongated) / (shape + elongated + pear), 1e-12);
  EXPECT_NEAR(given->resnik_bma, 2, 1e-12);
}

TEST_F(BackgroundTest, AScopeIsABackgroundAndWhatItLacksCountsOnce) {
  Fill();
  Background scope;
  scope.scope.emplace();
  scope.scope->studies = {"S2"};
  const auto given = Compare(scope);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->background_size, 3);
  // No gene of S2 is elongated: as if one were, so that it says no less than what lies above it.
  EXPECT_NEAR(BitsOf(given->shared, kElongated), std::log2(3.0), 1e-12);
  EXPECT_THAT(given->explain.rules, Contains(HasSubstr("of study S2 with any finding")));

  SimilarQuery similar;
  similar.gene = "a";
  similar.background = scope;
  const auto genes = archive_.Matrix()->Similar(similar);
  ASSERT_THAT(genes, IsOk());
  EXPECT_EQ(genes->background_size, 3);
  ASSERT_FALSE(genes->genes.empty());
  EXPECT_EQ(genes->genes[0].symbol, "b");
  const double shape = std::log2(3.0 / 2), one = std::log2(3.0);
  EXPECT_NEAR(genes->genes[0].score, (shape + one) / (shape + 2 * one), 1e-12);
  similar.measure = Measure::kResnikBma;
  EXPECT_NEAR(archive_.Matrix()->Similar(similar)->genes[0].score, one, 1e-12);
}

TEST_F(BackgroundTest, FrequenciesCountForWhatLiesAboveThem) {
  Fill();
  Background frequencies;
  frequencies.frequencies = {{kElongated, 10}, {"round cell", 200}, {"no such term", 3}};
  frequencies.total_genes = 1000;
  const auto given = Compare(frequencies);
  ASSERT_THAT(given, IsOk());
  EXPECT_EQ(given->background_size, 1000);
  EXPECT_NEAR(BitsOf(given->shared, kElongated), std::log2(100.0), 1e-12);
  CompareQuery query;
  query.a = {kElongated};
  query.b = {kRound};
  query.background = frequencies;
  // They share shape, which at least the 200 round ones have.
  EXPECT_NEAR(BitsOf(archive_.Matrix()->Compare(query)->shared, kShape), std::log2(5.0), 1e-12);
  EXPECT_THAT(given->explain.left_out, Contains(HasSubstr("no such term")));
}

TEST_F(BackgroundTest, WhatIsNoBackgroundIsRefused) {
  Fill();
  Background of_nobody;
  of_nobody.genes = {"none", "nobody"};
  EXPECT_THAT(Compare(of_nobody).status(), HasReason("VALUE_OUT_OF_RANGE"));
  Background both;
  both.genes = {"a"};
  both.frequencies = {{kElongated, 1}};
  both.total_genes = 2;
  EXPECT_THAT(Compare(both).status(), HasReason("VALUE_OUT_OF_RANGE"));
  Background too_many;
  too_many.frequencies = {{kElongated, 3}};
  too_many.total_genes = 2;
  EXPECT_THAT(Compare(too_many).status(), HasReason("VALUE_OUT_OF_RANGE"));
  Background without_total;
  without_total.frequencies = {{kElongated, 3}};
  EXPECT_THAT(Compare(without_total).status(), HasReason("VALUE_OUT_OF_RANGE"));
  Background unknown;
  unknown.scope.emplace();
  unknown.scope->organisms = {"no organism"};
  EXPECT_THAT(Compare(unknown).status(), HasReason("TERM_UNKNOWN"));
}

TEST_F(BackgroundTest, SharedTermsHavePages) {
  archive_.Put({archive_.MakeScreens("S1"), Well("1", "a", kElongated), Well("2", "a", kGrowth),
                Well("3", "b", kElongated), Well("4", "b", kGrowth), Well("5", "c", kRound)});
  CompareQuery query;
  query.a = {"a"};
  query.b = {"b"};
  query.window = {1, 1};
  const auto page = archive_.Matrix()->Compare(query);
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->total_size, 2);
  ASSERT_THAT(page->shared, SizeIs(1));
  EXPECT_EQ(page->shared[0].term, kGrowth);
}

TEST_F(BackgroundTest, AStudyThatTwoSourcesHaveIsOneSupportAndTwoCredits) {
  archive_.AddSource("second");
  Study copy = archive_.MakeScreens("S1");
  copy.source = "second";
  copy.licence.stated = "CC0";
  ImageSet a = Well("1", "a", kElongated), b = Well("2", "b", kElongated);
  a.source = b.source = "second";
  archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2"), Well("1", "a", kElongated),
                Well("2", "b", kElongated), Well("3", "c", kRound)});
  archive_.Put({copy, a, b}, {}, "second");
  FindQuery find;
  find.expression = kElongated;
  const auto found = archive_.Matrix()->FindGenes(find);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(2));
  EXPECT_EQ(found->genes[0].studies, 1);
  EXPECT_THAT(found->genes[0].evidence, SizeIs(2));  // Each source's own.
  find.min_studies = 2;
  EXPECT_THAT(archive_.Matrix()->FindGenes(find)->genes, IsEmpty());
  EXPECT_EQ(archive_.Matrix()->CoverageReport(Scope(), {0, 100})->species[0].in_two_studies, 0);

  NetworkQuery query;
  query.expression = kElongated;
  query.min_information_content = 0.1;
  const auto network = archive_.Matrix()->BuildNetwork(query);
  ASSERT_THAT(network, IsOk());
  ASSERT_THAT(network->credits, SizeIs(2));
  EXPECT_EQ(network->credits[0].source, "first");
  EXPECT_EQ(network->credits[1].source, "second");
  EXPECT_EQ(network->credits[1].licence, "CC0");
  ASSERT_THAT(network->edges, SizeIs(1));
  EXPECT_THAT(network->edges[0].credits, ElementsAre(0, 1));
  EXPECT_THAT(network->edges[0].common_studies, ElementsAre("S1"));
  EXPECT_EQ(network->nodes[0].studies, 1);
}

TEST_F(BackgroundTest, ControlsAndFailedWellsOfAScreenAreListedWhateverWasDone) {
  ImageSet scrambled = archive_.MakeWell("S1", "screenA/c1", {}, {Finding(kRound)});
  scrambled.control = ControlType::kNegative;
  ImageSet positive = Well("c2", "a", kElongated);
  positive.control = ControlType::kPositive;
  ImageSet failed = Well("x", "b", "");
  failed.quality = Quality::kFailed;
  archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2"), scrambled, positive, failed,
                Well("1", "a", kElongated), Well("2", "b", kRound), Well("3", "b", kRound, "S2")});
  const auto ids = [&](EvidenceQuery::Which which, const std::string& expression) {
    EvidenceQuery query;
    query.scope.studies = {"S1/screenA"};
    query.which = which;
    query.expression = expression;
    const auto evidence = archive_.Matrix()->FindEvidence(query, *archive_.store());
    EXPECT_THAT(evidence, IsOk());
    std::vector<std::string> out;
    for (const EvidenceItem& item : evidence->items) out.push_back(item.image_set.image_set);
    EXPECT_EQ(static_cast<int64_t>(out.size()), evidence->total_size);
    return out;
  };
  using Which = EvidenceQuery::Which;
  EXPECT_THAT(ids(Which::kControls, ""), ElementsAre("screenA/c1", "screenA/c2"));
  EXPECT_THAT(ids(Which::kControls, kRound), ElementsAre("screenA/c1"));
  EXPECT_THAT(ids(Which::kFailed, ""), ElementsAre("screenA/x"));
  EXPECT_THAT(ids(Which::kPositives, ""), ElementsAre("screenA/1", "screenA/2"));
  EXPECT_THAT(ids(Which::kPositives, kElongated), ElementsAre("screenA/1"));
  EvidenceQuery everything;
  EXPECT_THAT(archive_.Matrix()->FindEvidence(everything, *archive_.store()).status(),
              HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(BackgroundTest, AFindingWithoutAnImageCountsAndIsFlagged) {
  ImageSet call = Well("1", "a", kElongated);
  call.images_available = false;
  archive_.Put({archive_.MakeScreens("S1"), call, Well("2", "a", kElongated)});
  FindQuery find;
  find.expression = kElongated;
  const auto found = archive_.Matrix()->FindGenes(find);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(1));
  EXPECT_EQ(found->genes[0].evidence[0].positive, 2);
  EXPECT_EQ(found->genes[0].evidence[0].without_image, 1);
}

TEST_F(BackgroundTest, TypesOfPerturbationAreNotPooledSilently) {
  Study other = archive_.MakeScreens("S2");
  for (Statement& s : other.statements) {
    if (s.field == "perturbation_type") s.value = "overexpression";
  }
  archive_.Put({archive_.MakeScreens("S1"), other, Well("1", "a", kElongated),
                Well("1", "a", kElongated, "S2")});
  FindQuery find;
  find.expression = kElongated;
  const auto both = archive_.Matrix()->FindGenes(find);
  ASSERT_THAT(both, IsOk());
  EXPECT_THAT(both->explain.rules,
              Contains(HasSubstr("types of perturbation in scope: RNAi; overexpression; each")));
  find.scope.perturbation_types = {"RNAi"};
  const auto one = archive_.Matrix()->FindGenes(find);
  EXPECT_THAT(one->explain.rules, Not(Contains(HasSubstr("types of perturbation"))));
}

TEST_F(BackgroundTest, CoverageHasPagesOverSpeciesAndScreens) {
  archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2", "NCBITaxon:4896"),
                Well("1", "a", kElongated), Well("1", "b", kRound, "S2")});
  const auto matrix = archive_.Matrix();
  const auto whole = matrix->CoverageReport(Scope(), {0, 100});
  ASSERT_THAT(whole, IsOk());
  EXPECT_EQ(whole->total_size, 4);
  std::vector<std::string> seen;
  for (size_t offset = 0; offset < 4; offset += 3) {
    const auto page = matrix->CoverageReport(Scope(), {offset, 3});
    for (const auto& row : page->species) seen.push_back(row.organism);
    for (const auto& row : page->screens) seen.push_back(row.study);
  }
  EXPECT_THAT(seen, ElementsAre("NCBITaxon:4896", "NCBITaxon:9606", "S1", "S2"));
}

TEST_F(BackgroundTest, ABridgeGoesThroughAGroupingClassAndNoFurther) {
  for (const char* id :
       {"MID:0000001", "MID:0000002", "GROUP:0000001", "FAR:0000001", "FAR:0000002"})
    archive_.terms()->Add(id, id);
  auto mappings = std::make_shared<FakeMappingLookup>();
  const auto bridge = [&](const char* from, const char* to, BridgeKind kind) {
    mappings->AddBridge(from, {to, "", kind, 1, "set", ""});
  };
  bridge("EX:0000011", "MID:0000001", BridgeKind::kExact);
  bridge("MID:0000001", "MID:0000002", BridgeKind::kExact);
  bridge("MID:0000001", "GROUP:0000001", BridgeKind::kCrossSpecies);
  bridge("GROUP:0000001", "FAR:0000001", BridgeKind::kCrossSpecies);
  bridge("GROUP:0000001", "MID:0000001", BridgeKind::kCrossSpecies);
  bridge("FAR:0000001", "FAR:0000002", BridgeKind::kCrossSpecies);
  archive_.SetMappings(mappings);
  archive_.Put({archive_.MakeScreens("S1"), Well("1", "far", "FAR:0000001"),
                Well("2", "farther", "FAR:0000002"), Well("3", "beside", "MID:0000002")});
  FindQuery query;
  query.expression = "EX:0000011";
  query.bridges = true;
  const auto found = archive_.Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(1));
  EXPECT_EQ(found->genes[0].symbol, "far");
  EXPECT_EQ(found->genes[0].evidence[0].bridge,
            "EX:0000011 exact MID:0000001 (set) cross-species GROUP:0000001 (set) cross-species "
            "FAR:0000001 (set)");
  EXPECT_THAT(found->explain.terms[0].bridged,
              ElementsAre("FAR:0000001", "GROUP:0000001", "MID:0000001"));
}

}  // namespace
}  // namespace parfocal::phenotype
