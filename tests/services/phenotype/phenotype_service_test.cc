// The handlers around a matrix of a small archive: what they pass on, refuse and mend. That the
// matrix answers rightly is tested in tests/index/phenotype.
#include <set>

#include "gmock/gmock.h"
#include "services/phenotype/phenotype_service_fixture.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Finding;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::PhenotypeServiceTest;

TEST_F(PhenotypeServiceTest, FindsGenesWithTheirEvidence) {
  v1::FindGenesResponse response;
  ASSERT_THAT(Find(Genes("EX:0000011"), &response), IsOk());
  ASSERT_EQ(response.genes_size(), 3);
  EXPECT_EQ(response.total_size(), 3);
  EXPECT_EQ(response.total_source_identifiers(), 3);
  EXPECT_EQ(response.revision(), matrix_->revision());
  const v1::GeneHit& hit = response.genes(0);
  EXPECT_EQ(hit.symbol(), "GA");
  EXPECT_EQ(hit.organism(), "NCBITaxon:9606");
  EXPECT_EQ(hit.studies(), 2);
  EXPECT_THAT(hit.source_identifiers(), ElementsAre("idGA"));
  ASSERT_EQ(hit.evidence_size(), 2);
  EXPECT_EQ(hit.evidence(0).record(), "sources/first/studies/S1");
  EXPECT_EQ(hit.evidence(0).label(), "elongated cell");
  EXPECT_EQ(hit.evidence(0).positive(), 1);
  EXPECT_EQ(response.explain().terms(0).term(), "EX:0000011");
}

TEST_F(PhenotypeServiceTest, PagesAreOfTheMatrixOfTheFirstOne) {
  v1::FindGenesRequest request = Genes("EX:0000011");
  request.set_page_size(1);
  v1::FindGenesResponse response;
  std::vector<std::string> symbols;
  do {
    ASSERT_THAT(Find(request, &response), IsOk());
    ASSERT_EQ(response.genes_size(), 1);
    EXPECT_EQ(response.total_size(), 3);
    symbols.push_back(response.genes(0).symbol());
    request.set_page_token(response.next_page_token());
    // The archive goes on meanwhile; the pages do not notice.
    archive_.Put({Well("S1", absl::StrCat("screenA/x", symbols.size()), "GX", "EX:0000011")});
    matrix_ = archive_.Matrix();
  } while (!request.page_token().empty());
  EXPECT_THAT(symbols, ElementsAre("GA", "GB", "GC"));
  request.clear_page_token();
  ASSERT_THAT(Find(request, &response), IsOk());
  EXPECT_EQ(response.total_size(), 4);
}

TEST_F(PhenotypeServiceTest, ATokenOfAnotherRequestIsRefusedAndAnOldOneExpires) {
  v1::FindGenesRequest request = Genes("EX:0000011");
  request.set_page_size(1);
  v1::FindGenesResponse response;
  ASSERT_THAT(Find(request, &response), IsOk());
  request.set_page_token(response.next_page_token());
  v1::FindGenesRequest other = request;
  other.set_exact(true);
  EXPECT_THAT(Find(other, &response), HasReason("PAGE_TOKEN_MISMATCH"));
  clock_.Advance(absl::Hours(2));
  EXPECT_THAT(Find(request, &response), HasReason("CURSOR_EXPIRED"));
}

TEST_F(PhenotypeServiceTest, WithoutAMatrixACallIsToBeRepeated) {
  matrix_ = nullptr;
  v1::FindGenesResponse response;
  const absl::Status status = Find(Genes("EX:0000011"), &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status, HasReason("INDEX_BEHIND"));
}

TEST_F(PhenotypeServiceTest, RefusalsNameTheirReason) {
  v1::FindGenesResponse response;
  const struct {
    const char* expression;
    const char* reason;
    const char* says;
  } kRows[] = {
      {"", "EXPRESSION_SYNTAX", "byte"},
      {"EX:0000011 AND", "EXPRESSION_SYNTAX", "byte 14"},
      {"\"elongatd cell\"", "TERM_UNKNOWN", "elongatd cell"},
      {"EX:9999999", "TERM_UNKNOWN", "EX:9999999"},
  };
  for (const auto& row : kRows) {
    const absl::Status status = Find(Genes(row.expression), &response);
    EXPECT_THAT(status, HasReason(row.reason)) << row.expression;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.says));
  }
  v1::FindGenesRequest request = Genes(std::string(5000, 'x'));
  EXPECT_THAT(Find(request, &response), HasReason("LIMIT_EXCEEDED"));
  request = Genes("EX:0000011");
  request.set_pool_to("human");
  EXPECT_THAT(Find(request, &response), HasReason("GENES_NOT_LOADED"));
}

TEST_F(PhenotypeServiceTest, WhatIsOutOfRangeIsRefusedByItsField) {
  v1::FindGenesResponse found;
  v1::FindGenesRequest find = Genes("EX:0000011");
  find.set_page_size(-1);
  EXPECT_THAT(Find(find, &found), HasReason("VALUE_OUT_OF_RANGE"));
  find = Genes("EX:0000011");
  find.set_min_studies(-1);
  EXPECT_THAT(Find(find, &found), HasReason("VALUE_OUT_OF_RANGE"));
  find = Genes("EX:0000011");
  for (int i = 0; i <= 1000; ++i) find.mutable_scope()->add_studies("S");
  EXPECT_THAT(Find(find, &found), HasReason("LIMIT_EXCEEDED"));
  find.mutable_scope()->mutable_studies()->RemoveLast();
  EXPECT_THAT(Find(find, &found), IsOk());

  v1::BuildNetworkRequest build;
  v1::Network network;
  EXPECT_THAT(Call(&Stub::BuildNetwork, build, &network), HasReason("VALUE_OUT_OF_RANGE"));
  build.set_expression("EX:0000011");
  build.set_profile_of("GA");
  EXPECT_THAT(Call(&Stub::BuildNetwork, build, &network), HasReason("VALUE_OUT_OF_RANGE"));
  build.clear_profile_of();
  build.set_max_nodes(2001);
  EXPECT_THAT(Call(&Stub::BuildNetwork, build, &network), HasReason("VALUE_OUT_OF_RANGE"));
  build.set_max_nodes(2000);
  EXPECT_THAT(Call(&Stub::BuildNetwork, build, &network), IsOk());
  build.set_min_information_content(std::nan(""));
  EXPECT_THAT(Call(&Stub::BuildNetwork, build, &network), HasReason("VALUE_OUT_OF_RANGE"));

  v1::BatchGetGeneProfilesRequest batch;
  v1::BatchGetGeneProfilesResponse profiles;
  for (int i = 0; i <= 10'000; ++i) batch.add_genes("x");
  EXPECT_THAT(Call(&Stub::BatchGetGeneProfiles, batch, &profiles), HasReason("LIMIT_EXCEEDED"));
  batch.mutable_genes()->RemoveLast();
  EXPECT_THAT(Call(&Stub::BatchGetGeneProfiles, batch, &profiles), IsOk());

  v1::EnrichTermsRequest enrich;
  v1::EnrichTermsResponse enriched;
  enrich.add_genes("GA");
  enrich.set_max_q(1.5);
  EXPECT_THAT(Call(&Stub::EnrichTerms, enrich, &enriched), HasReason("VALUE_OUT_OF_RANGE"));
  v1::GetEvidenceRequest evidence;
  v1::GetEvidenceResponse items;
  EXPECT_THAT(Call(&Stub::GetEvidence, evidence, &items), HasReason("VALUE_OUT_OF_RANGE"));
  evidence.mutable_scope()->add_studies("S1");
  EXPECT_THAT(Call(&Stub::GetEvidence, evidence, &items), IsOk());

  v1::SimilarGenesRequest similar;
  v1::SimilarGenesResponse matches;
  similar.set_gene("GA");
  similar.mutable_background()->set_total_genes(-1);
  EXPECT_THAT(Call(&Stub::SimilarGenes, similar, &matches), HasReason("VALUE_OUT_OF_RANGE"));
  similar.mutable_background()->clear_total_genes();
  for (int i = 0; i <= 10'000; ++i) similar.mutable_background()->add_genes("GA");
  EXPECT_THAT(Call(&Stub::SimilarGenes, similar, &matches), HasReason("LIMIT_EXCEEDED"));
}

TEST_F(PhenotypeServiceTest, ProfilesAnswerEachNameInOrder) {
  v1::BatchGetGeneProfilesRequest request;
  for (const char* name : {"GA", "nobody", "GA", "idGD"}) request.add_genes(name);
  request.set_organism("human");
  v1::BatchGetGeneProfilesResponse response;
  ASSERT_THAT(Call(&Stub::BatchGetGeneProfiles, request, &response), IsOk());
  ASSERT_EQ(response.profiles_size(), 4);
  EXPECT_EQ(response.profiles(0).symbol(), "GA");
  EXPECT_EQ(response.profiles(0).terms_size(), 1);
  EXPECT_EQ(response.profiles(1).asked(), "nobody");
  EXPECT_EQ(response.profiles(1).resolution().outcome(), v1::GeneResolution::UNKNOWN);
  EXPECT_EQ(response.profiles(2).symbol(), "GA");
  ASSERT_EQ(response.profiles(3).terms_size(), 1);
  EXPECT_EQ(response.profiles(3).terms(0).negative(), 1);
  EXPECT_EQ(response.profiles(3).terms(0).direction(), "decreased");
}

TEST_F(PhenotypeServiceTest, ATextThatIsNotUtf8OrTooLongIsMendedInTheAnswer) {
  v1::GetGeneProfileRequest request;
  request.set_gene(std::string(100'000, 'x'));
  v1::GeneProfile profile;
  ASSERT_THAT(Call(&Stub::GetGeneProfile, request, &profile), IsOk());
  EXPECT_EQ(profile.asked().size(), 1024u);
  archive_.Put({Well("S1", "screenA/9", "\xff!", "EX:0000011")});
  matrix_ = archive_.Matrix();
  v1::FindGenesResponse response;
  ASSERT_THAT(Find(Genes("EX:0000011"), &response), IsOk());
  EXPECT_EQ(response.total_size(), 4);
}

TEST_F(PhenotypeServiceTest, SimilarityComparisonAndEnrichmentArePassedOn) {
  // A term that every gene has says nothing: one gene has another.
  archive_.Put({Well("S1", "screenA/5", "GE", "EX:0000021")});
  matrix_ = archive_.Matrix();
  v1::SimilarGenesRequest similar;
  similar.set_gene("GA");
  similar.set_organism("human");
  v1::SimilarGenesResponse matches;
  ASSERT_THAT(Call(&Stub::SimilarGenes, similar, &matches), IsOk());
  ASSERT_GE(matches.genes_size(), 1);
  EXPECT_EQ(matches.genes(0).symbol(), "GC");
  EXPECT_DOUBLE_EQ(matches.genes(0).score(), 1);

  v1::CompareProfilesRequest compare;
  compare.add_a("EX:0000011");
  compare.add_b("EX:0000011");
  v1::CompareProfilesResponse compared;
  ASSERT_THAT(Call(&Stub::CompareProfiles, compare, &compared), IsOk());
  EXPECT_DOUBLE_EQ(compared.sim_gic(), 1);
  EXPECT_EQ(compared.total_size(), 1);
  EXPECT_EQ(compared.background_size(), 4);
  for (const char* name : {"GA", "GE", "nobody"}) compare.mutable_background()->add_genes(name);
  ASSERT_THAT(Call(&Stub::CompareProfiles, compare, &compared), IsOk());
  EXPECT_EQ(compared.background_size(), 2);
  EXPECT_DOUBLE_EQ(compared.resnik_bma(), 1);  // One of two genes has it.
  ASSERT_EQ(compared.background_not_used_size(), 1);
  EXPECT_EQ(compared.background_not_used(0).text(), "nobody");

  v1::EnrichTermsRequest enrich;
  for (const char* name : {"GA", "GC", "nobody"}) enrich.add_genes(name);
  enrich.set_organism("human");
  v1::EnrichTermsResponse enriched;
  ASSERT_THAT(Call(&Stub::EnrichTerms, enrich, &enriched), IsOk());
  ASSERT_GE(enriched.terms_size(), 1);
  EXPECT_EQ(enriched.terms(0).list_size(), 2);
  ASSERT_EQ(enriched.not_used_size(), 1);
  EXPECT_EQ(enriched.not_used(0).text(), "nobody");

  v1::EnrichGenesRequest genes;
  genes.set_expression("EX:0000011");
  v1::EnrichGenesResponse by_gene;
  ASSERT_THAT(Call(&Stub::EnrichGenes, genes, &by_gene), IsOk());
  EXPECT_GE(by_gene.tested(), 1);
}

TEST_F(PhenotypeServiceTest, ANetworkCreditsItsStudies) {
  // A term that every gene has says nothing: one gene has another.
  archive_.Put({Well("S1", "screenA/5", "GE", "EX:0000021")});
  matrix_ = archive_.Matrix();
  v1::BuildNetworkRequest request;
  request.set_expression("EX:0000010");
  request.set_min_information_content(0.01);
  v1::Network network;
  ASSERT_THAT(Call(&Stub::BuildNetwork, request, &network), IsOk());
  EXPECT_EQ(network.nodes_size(), 3);
  EXPECT_GE(network.edges_size(), 1);
  ASSERT_EQ(network.credits_size(), 2);
  EXPECT_EQ(network.credits(0).title(), "Title of S1");
  EXPECT_EQ(network.credits(0).record(), "sources/first/studies/S1");
  for (const auto& edge : network.edges()) {
    ASSERT_EQ(edge.credits_size(), edge.studies_size());
    for (int i = 0; i < edge.studies_size(); ++i)
      EXPECT_EQ(edge.credits(i).study(), edge.studies(i));
  }

  // The same, one node, edge or credit a page.
  v1::Network joined, page;
  int pages = 0;
  request.set_page_size(1);
  do {
    ASSERT_THAT(Call(&Stub::BuildNetwork, request, &page), IsOk());
    ++pages;
    EXPECT_EQ(page.total_nodes(), 3);
    EXPECT_EQ(page.total_edges(), network.edges_size());
    joined.mutable_nodes()->MergeFrom(page.nodes());
    joined.mutable_edges()->MergeFrom(page.edges());
    joined.mutable_credits()->MergeFrom(page.credits());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, network.nodes_size() + network.edges_size() + network.credits_size());
  network.clear_explain();
  network.clear_revision();
  network.clear_total_nodes();
  network.clear_total_edges();
  network.clear_total_credits();
  EXPECT_EQ(joined.SerializeAsString(), network.SerializeAsString());
}

TEST_F(PhenotypeServiceTest, ListsAndCoverage) {
  v1::SampleTermsRequest sample;
  sample.set_page_size(1);
  v1::SampleTermsResponse terms;
  std::set<std::string> seen;
  do {
    ASSERT_THAT(Call(&Stub::SampleTerms, sample, &terms), IsOk());
    for (const auto& row : terms.terms()) seen.insert(row.term());
    sample.set_page_token(terms.next_page_token());
  } while (!sample.page_token().empty());
  EXPECT_EQ(static_cast<int64_t>(seen.size()), terms.total_size());
  EXPECT_EQ(seen.count("EX:0000012"), 1u);

  v1::CoverageReportResponse coverage;
  ASSERT_THAT(Call(&Stub::CoverageReport, v1::CoverageReportRequest(), &coverage), IsOk());
  ASSERT_EQ(coverage.species_size(), 1);
  EXPECT_EQ(coverage.species(0).assayed(), 4);
  EXPECT_EQ(coverage.species(0).in_one_study(), 3);
  EXPECT_EQ(coverage.species(0).in_two_studies(), 1);
  EXPECT_EQ(coverage.species(0).pairs_in_two_studies(), 1);
  EXPECT_EQ(coverage.total_size(), 3);
  EXPECT_EQ(coverage.next_page_token(), "");
  v1::CoverageReportRequest part;
  part.set_page_size(2);
  ASSERT_THAT(Call(&Stub::CoverageReport, part, &coverage), IsOk());
  EXPECT_EQ(coverage.species_size() + coverage.screens_size(), 2);
  part.set_page_token(coverage.next_page_token());
  ASSERT_THAT(Call(&Stub::CoverageReport, part, &coverage), IsOk());
  ASSERT_EQ(coverage.screens_size(), 1);
  EXPECT_EQ(coverage.screens(0).study(), "S2");
  EXPECT_EQ(coverage.next_page_token(), "");

  archive_.Put({archive_.MakeWell("S1", "screenA/8", {}, {Finding("EX:0000011")})});
  matrix_ = archive_.Matrix();
  v1::ListUnattributedResponse rows;
  ASSERT_THAT(Call(&Stub::ListUnattributed, v1::ListUnattributedRequest(), &rows), IsOk());
  ASSERT_EQ(rows.rows_size(), 1);
  EXPECT_EQ(rows.rows(0).example(), "sources/first/studies/S1/imageSets/screenA/8");
  EXPECT_FALSE(rows.rows(0).reason().empty());
}

}  // namespace
}  // namespace parfocal
