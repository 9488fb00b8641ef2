// The handlers around a matrix of a small archive: what they pass on, refuse, page and mend. That
// the matrix answers rightly is tested in tests/index/phenotype.
#include "parfocal/phenotype_rpc/phenotype_service.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/phenotype/phenotype_archive.h"
#include "parfocal/v1/phenotype_service.grpc.pb.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Finding;
using testing::GeneStatement;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::InProcessService;
using testing::IsOk;
using testing::ManualClock;
using testing::PhenotypeArchive;
using testing::TermStatement;
using Stub = v1::PhenotypeService::Stub;

class PhenotypeServiceTest : public ::testing::Test {
 protected:
  PhenotypeServiceTest() : tokens_(std::string(32, 'k'), &clock_) {
    archive_.Put({archive_.MakeScreens("S1"), archive_.MakeScreens("S2"),
                  Well("S1", "screenA/1", "GA", "EX:0000011"),
                  Well("S1", "screenA/2", "GB", "EX:0000012"),
                  Well("S1", "screenA/3", "GC", "EX:0000011"),
                  Well("S1", "screenA/4", "GD", "EX:0000021", Outcome::kTestedNegative),
                  Well("S2", "screenA/1", "GA", "EX:0000011")});
    matrix_ = archive_.Matrix();
    service_.Serve(MakePhenotypeService(
        {[this] { return matrix_; }, archive_.store(), &tokens_, &clock_, service_.dispatcher()}));
    stub_ = v1::PhenotypeService::NewStub(service_.channel());
  }

  ImageSet Well(const std::string& study, const std::string& id, const std::string& gene,
                const std::string& term, Outcome outcome = Outcome::kPositive) {
    return archive_.MakeWell(study, id, {GeneStatement(absl::StrCat("id", gene), gene)},
                             {Finding(term, outcome)});
  }
  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response) {
    return InProcessService::Call(stub_.get(), method, request, response);
  }
  static v1::FindGenesRequest Genes(const std::string& expression) {
    v1::FindGenesRequest request;
    request.set_expression(expression);
    return request;
  }
  absl::Status Find(const v1::FindGenesRequest& request, v1::FindGenesResponse* response) {
    return Call(&Stub::FindGenes, request, response);
  }

  PhenotypeArchive archive_;
  ManualClock clock_;
  PageTokens tokens_;
  std::shared_ptr<const phenotype::PhenotypeMatrix> matrix_;
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

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

  archive_.Put({archive_.MakeWell("S1", "screenA/8", {}, {Finding("EX:0000011")})});
  matrix_ = archive_.Matrix();
  v1::ListUnattributedResponse rows;
  ASSERT_THAT(Call(&Stub::ListUnattributed, v1::ListUnattributedRequest(), &rows), IsOk());
  ASSERT_EQ(rows.rows_size(), 1);
  EXPECT_EQ(rows.rows(0).example(), "sources/first/studies/S1/imageSets/screenA/8");
  EXPECT_FALSE(rows.rows(0).reason().empty());
}

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
