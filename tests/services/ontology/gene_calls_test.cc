#include "gene_calls.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_term_lookup.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::FakeGeneLookup;
using testing::FakeTermLookup;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

FakeTermLookup Terms() {
  FakeTermLookup terms;
  terms.Add("NCBITaxon:9606", "Homo sapiens", {}, {"human"});
  terms.Add("NCBITaxon:1", "double", {});
  terms.Add("NCBITaxon:2", "double", {});
  return terms;
}

FakeGeneLookup Genes() {
  FakeGeneLookup genes;
  genes.Add("HGNC:1722", "NCBITaxon:9606", "CDK1", {"P34"}, {"NCBIGene:983"});
  genes.Add("HGNC:99", "NCBITaxon:9606", "OTHER1", {"P34"});
  genes.Add("PomBase:SPBC11B10.09", "NCBITaxon:4896", "cdc2");
  genes.AddOrthologs("HGNC:1722", "PomBase:SPBC11B10.09", {"OMA", "PomBase"});
  for (int i = 0; i < 201; ++i) genes.AddInteraction("HGNC:1722", "HGNC:99", i, "STRING");
  return genes;
}

TEST(GeneCallsTest, AnOrganismMayBeGivenByIdNumberLabelOrSynonym) {
  for (const char* organism : {"NCBITaxon:9606", "9606", "Homo sapiens", "human"}) {
    SCOPED_TRACE(organism);
    v1::ResolveGenesRequest request;
    request.add_texts("CDK1");
    request.set_organism(organism);
    v1::ResolveGenesResponse response;
    ASSERT_THAT(ResolveGenes(Genes(), Terms(), request, &response), IsOk());
    ASSERT_EQ(response.resolutions_size(), 1);
    EXPECT_EQ(response.resolutions(0).gene(), "HGNC:1722");
    EXPECT_EQ(response.resolutions(0).outcome(), v1::GeneResolution::ONE);
    EXPECT_EQ(response.resolutions(0).candidates(0).match(), v1::GeneResolution::Candidate::SYMBOL);
  }
}

TEST(GeneCallsTest, AnOrganismThatIsNotOneTaxonIsRefused) {
  for (const char* organism : {"unicorn", "double"}) {
    v1::ResolveGenesRequest request;
    request.add_texts("CDK1");
    request.set_organism(organism);
    v1::ResolveGenesResponse response;
    const absl::Status status = ResolveGenes(Genes(), Terms(), request, &response);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(status, HasReason("TERM_UNKNOWN"));
  }
}

TEST(GeneCallsTest, EachTextHasItsOutcomeInTheOrderOfTheTexts) {
  v1::ResolveGenesRequest request;
  request.set_organism("human");
  for (const char* text : {"nothing", "CDK1", "P34", "a;b", "control", "9-Sep"}) {
    request.add_texts(text);
  }
  v1::ResolveGenesResponse response;
  ASSERT_THAT(ResolveGenes(Genes(), Terms(), request, &response), IsOk());
  using Resolution = v1::GeneResolution;
  const Resolution::Outcome expected[] = {Resolution::UNKNOWN,   Resolution::ONE,
                                          Resolution::AMBIGUOUS, Resolution::SEVERAL,
                                          Resolution::CONTROL,   Resolution::DAMAGED};
  ASSERT_EQ(response.resolutions_size(), 6);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(response.resolutions(i).outcome(), expected[i]) << i;
  EXPECT_EQ(response.resolutions(2).gene(), "");
  EXPECT_EQ(response.resolutions(2).candidates_size(), 2);
}

TEST(GeneCallsTest, TenThousandTextsAreTakenAndOneMoreIsNot) {
  v1::ResolveGenesRequest request;
  for (int i = 0; i < 10'000; ++i) request.add_texts("x");
  v1::ResolveGenesResponse response;
  EXPECT_THAT(ResolveGenes(Genes(), Terms(), request, &response), IsOk());
  request.add_texts("x");
  response.Clear();
  EXPECT_THAT(ResolveGenes(Genes(), Terms(), request, &response), HasReason("LIMIT_EXCEEDED"));
}

TEST(GeneCallsTest, AGeneIsFoundByAnyIdThatNoTwoSpeciesShare) {
  for (const char* name : {"genes/HGNC:1722", "genes/NCBIGene:983"}) {
    v1::GetGeneRequest request;
    request.set_name(name);
    v1::Gene gene;
    ASSERT_THAT(GetGene(Genes(), request, &gene), IsOk());
    EXPECT_EQ(gene.name(), "genes/HGNC:1722");
    ASSERT_EQ(gene.orthologs_size(), 1);
    EXPECT_EQ(gene.orthologs(0).organism(), "NCBITaxon:4896");
    EXPECT_EQ(gene.orthologs(0).sources_size(), 2);
    EXPECT_EQ(gene.interaction_count(), 201);
    EXPECT_EQ(gene.interactions_size(), 200);
  }
}

TEST(GeneCallsTest, UnknownGenesAndOtherNamesAreToldApart) {
  v1::Gene gene;
  v1::GetGeneRequest request;
  request.set_name("genes/HGNC:5");
  EXPECT_THAT(GetGene(Genes(), request, &gene), StatusIs(absl::StatusCode::kNotFound));
  request.set_name("HGNC:1722");
  EXPECT_THAT(GetGene(Genes(), request, &gene), HasReason("RESOURCE_NAME"));
}

TEST(GeneCallsTest, WithoutTablesTheCallsSaySo) {
  v1::ResolveGenesRequest request;
  request.add_texts("x");
  v1::ResolveGenesResponse response;
  EXPECT_THAT(ResolveGenes(FakeGeneLookup(), Terms(), request, &response),
              HasReason("GENES_NOT_LOADED"));
}

}  // namespace
}  // namespace parfocal
