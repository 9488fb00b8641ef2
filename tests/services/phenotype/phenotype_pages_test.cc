// Pages of the phenotype service and the evidence behind its answers, through the wire.
#include <set>

#include "gmock/gmock.h"
#include "services/phenotype/phenotype_service_fixture.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Finding;
using testing::HasReason;
using testing::IsOk;
using testing::PhenotypeServiceTest;

TEST_F(PhenotypeServiceTest, EvidenceIsTheImageSetsWithTheHashOfTheirBytes) {
  v1::GetEvidenceRequest request;
  request.set_subject("GA");
  request.set_organism("human");
  request.set_expression("EX:0000011");
  request.set_page_size(1);
  v1::GetEvidenceResponse response;
  std::vector<std::string> names;
  do {
    ASSERT_THAT(Call(&Stub::GetEvidence, request, &response), IsOk());
    ASSERT_EQ(response.items_size(), 1);
    EXPECT_EQ(response.items(0).raw_sha256().size(), 64u);
    EXPECT_EQ(response.items(0).observation().finding().term(), "EX:0000011");
    EXPECT_EQ(response.items(0).observation().outcome(), v1::Observation::POSITIVE);
    EXPECT_EQ(response.items(0).perturbations(0).genes(0), "GA");
    names.push_back(response.items(0).image_set());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("sources/first/studies/S1/imageSets/screenA/1",
                                 "sources/first/studies/S2/imageSets/screenA/1"));
  EXPECT_EQ(response.total_size(), 2);
  EXPECT_EQ(response.explain().terms(0).term(), "EX:0000011");
}

TEST_F(PhenotypeServiceTest, RankedListsHaveAllTheirPages) {
  archive_.Put({Well("S1", "screenA/5", "GE", "EX:0000021")});
  matrix_ = archive_.Matrix();
  v1::SimilarGenesRequest similar;
  similar.set_gene("GA");
  similar.set_limit(1);
  v1::SimilarGenesResponse matches;
  std::vector<std::string> symbols;
  do {
    ASSERT_THAT(Call(&Stub::SimilarGenes, similar, &matches), IsOk());
    ASSERT_EQ(matches.genes_size(), 1);
    EXPECT_EQ(matches.total_size(), 2);
    symbols.push_back(matches.genes(0).symbol());
    similar.set_page_token(matches.next_page_token());
  } while (!similar.page_token().empty());
  EXPECT_THAT(symbols, ElementsAre("GC", "GB"));
  similar.set_measure(v1::RESNIK_BMA);
  similar.set_page_token("nonsense");
  EXPECT_THAT(Call(&Stub::SimilarGenes, similar, &matches), HasReason("PAGE_TOKEN_MISMATCH"));

  v1::EnrichTermsRequest terms;
  for (const char* gene : {"GA", "GB", "GC"}) terms.add_genes(gene);
  terms.set_limit(1);
  v1::EnrichTermsResponse enriched;
  std::set<std::string> seen;
  do {
    ASSERT_THAT(Call(&Stub::EnrichTerms, terms, &enriched), IsOk());
    ASSERT_EQ(enriched.terms_size(), 1);
    seen.insert(enriched.terms(0).id());
    terms.set_page_token(enriched.next_page_token());
  } while (!terms.page_token().empty());
  EXPECT_EQ(static_cast<int64_t>(seen.size()), enriched.total_size());
  EXPECT_EQ(enriched.total_size(), enriched.tested());
  EXPECT_GE(enriched.total_size(), 3);

  v1::EnrichGenesRequest genes;
  genes.set_expression("EX:0000011");
  genes.set_limit(2);
  v1::EnrichGenesResponse by_gene;
  int rows = 0;
  do {
    ASSERT_THAT(Call(&Stub::EnrichGenes, genes, &by_gene), IsOk());
    rows += by_gene.genes_size();
    genes.set_page_token(by_gene.next_page_token());
  } while (!genes.page_token().empty());
  EXPECT_EQ(rows, 3);
  EXPECT_EQ(by_gene.total_size(), 3);
  genes.set_limit(-1);
  EXPECT_THAT(Call(&Stub::EnrichGenes, genes, &by_gene), HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(PhenotypeServiceTest, EveryAnswerSaysWhatItRestsOn) {
  archive_.Put({archive_.MakeWell("S1", "screenA/8", {}, {Finding("EX:0000011")})});
  matrix_ = archive_.Matrix();
  const auto expect = [](const v1::PhenotypeExplain& explain) {
    EXPECT_THAT(explain.studies(), ElementsAre("S1/screenA", "S2/screenA"));
    EXPECT_THAT(explain.left_out(),
                ElementsAre("1 positive findings: no perturbed gene and no compound"));
    EXPECT_GE(explain.rules_size(), 3);
  };
  v1::GetGeneProfileRequest one;
  one.set_gene("GA");
  v1::GeneProfile profile;
  ASSERT_THAT(Call(&Stub::GetGeneProfile, one, &profile), IsOk());
  expect(profile.explain());
  v1::BatchGetGeneProfilesRequest batch;
  batch.add_genes("GA");
  v1::BatchGetGeneProfilesResponse profiles;
  ASSERT_THAT(Call(&Stub::BatchGetGeneProfiles, batch, &profiles), IsOk());
  expect(profiles.explain());
  v1::SimilarGenesRequest like;
  like.set_gene("GA");
  v1::SimilarGenesResponse similar;
  ASSERT_THAT(Call(&Stub::SimilarGenes, like, &similar), IsOk());
  EXPECT_THAT(similar.explain().studies(), ElementsAre("S1/screenA", "S2/screenA"));
  v1::CompareProfilesRequest compare;
  compare.add_a("GA");
  compare.add_b("GB");
  v1::CompareProfilesResponse compared;
  ASSERT_THAT(Call(&Stub::CompareProfiles, compare, &compared), IsOk());
  expect(compared.explain());
  v1::SampleTermsResponse terms;
  ASSERT_THAT(Call(&Stub::SampleTerms, v1::SampleTermsRequest(), &terms), IsOk());
  expect(terms.explain());
  v1::CoverageReportResponse coverage;
  ASSERT_THAT(Call(&Stub::CoverageReport, v1::CoverageReportRequest(), &coverage), IsOk());
  expect(coverage.explain());
  v1::ListUnattributedResponse rows;
  ASSERT_THAT(Call(&Stub::ListUnattributed, v1::ListUnattributedRequest(), &rows), IsOk());
  expect(rows.explain());
  v1::BuildNetworkRequest build;
  build.add_genes("GA");
  v1::Network network;
  ASSERT_THAT(Call(&Stub::BuildNetwork, build, &network), IsOk());
  EXPECT_THAT(network.explain().studies(), ElementsAre("S1/screenA", "S2/screenA"));
}

// Pages are cut by size too; what was deleted meanwhile must not shift what comes next.
TEST_F(PhenotypeServiceTest, EvidenceBehindADeletedImageSetComesOnce) {
  std::vector<Record> records;
  for (int i = 0; i < 12; ++i) {
    ImageSet set = Well("S1", absl::StrCat("screenA/y", 10 + i), "GY", "EX:0000011");
    // Long enough that a page ends by its size after a few of them.
    set.observations[0].finding.value = std::string(400'000, 'w');
    records.push_back(std::move(set));
  }
  archive_.Put(std::move(records));
  matrix_ = archive_.Matrix();
  archive_.Put({}, {{"first", "S1", "screenA/y10"}});
  v1::GetEvidenceRequest request;
  request.set_subject("GY");
  v1::GetEvidenceResponse response;
  std::vector<std::string> names;
  do {
    ASSERT_THAT(Call(&Stub::GetEvidence, request, &response), IsOk());
    for (const auto& item : response.items()) names.push_back(item.image_set());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names.size(), 11u);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 11u);
}

}  // namespace
}  // namespace parfocal
