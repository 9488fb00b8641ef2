// The work-list over the wire, on a store and an index in memory.
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_record_store.h"
#include "support/fake_term_lookup.h"
#include "support/in_process_service.h"
#include "support/plain_search_index.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using testing::InProcessService;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;
using Stub = v1::OntologyService::Stub;

Statement Says(const std::string& field, const std::string& words, const std::string& id = "",
               const std::string& term = "", bool conflict = false) {
  Statement statement;
  statement.field = field;
  statement.value = words;
  statement.stated_id = id;
  statement.term = term;
  statement.label_conflict = conflict;
  return statement;
}

class WorkListTest : public ::testing::Test {
 protected:
  WorkListTest() {
    terms_->Add("CMPO:1", "round");
    terms_->Add("CMPO:2", "long", {}, {"elongated"});
    terms_->Add("NCBITaxon:9606", "Homo sapiens");
    EXPECT_TRUE(store_.CreateSource({.id = "src"}).ok());
    run_ = store_.BeginRun("src", absl::Now(), nullptr)->id;
    OntologyServiceOptions options;
    options.terms = [this] { return terms_; };
    options.index = &index_;
    options.tokens = &tokens_;
    options.dispatcher = service_.dispatcher();
    options.genes = [this] { return genes_; };
    options.decided = [this](absl::string_view field, absl::string_view words) {
      return decided_.count(absl::StrCat(field, ":", words)) > 0;
    };
    service_.Serve(MakeOntologyService(std::move(options)));
    stub_ = v1::OntologyService::NewStub(service_.channel());
  }

  void Add(const std::string& id, std::vector<Statement> statements,
           std::optional<int64_t> images = 1) {
    ImageSet set = MakeImageSet("src", "A", id);
    set.statements = std::move(statements);
    set.image_count = images;
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.raw = {"raw"};
    page.upserts = {{MakeStudy("src", "A", "a"), {}}, {set, {}}};
    ASSERT_THAT(store_.CommitPage(page), IsOk());
  }
  v1::ListWorkItemsResponse List(const v1::ListWorkItemsRequest& request = {}) {
    v1::ListWorkItemsResponse response;
    EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::ListWorkItems, request, &response),
                IsOk());
    return response;
  }
  static std::vector<std::string> Words(const v1::ListWorkItemsResponse& response) {
    std::vector<std::string> out;
    for (const v1::WorkItem& item : response.items()) {
      out.push_back(absl::StrCat(item.records().image_sets(), " ", item.field(), " ", item.words(),
                                 item.stated_id().empty() ? "" : " ", item.stated_id()));
    }
    return out;
  }

  std::shared_ptr<testing::FakeTermLookup> terms_ = std::make_shared<testing::FakeTermLookup>();
  std::shared_ptr<testing::FakeGeneLookup> genes_;
  testing::FakeRecordStore store_;
  testing::PlainSearchIndex index_{&store_, terms_.get()};
  std::string run_;
  std::set<std::string> decided_;
  testing::ManualClock clock_;
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

TEST_F(WorkListTest, RanksWordsByTheImageSetsThatADecisionUnlocks) {
  Add("1", {Says("phenotype", "Elongated"), Says("phenotype", "odd")}, 10);
  Add("2", {Says("phenotype", "elongated")}, 5);
  // Two spellings on one image set count it once.
  Add("3", {Says("phenotype", "elongated"), Says("phenotype", "Elongated")}, std::nullopt);
  Add("4", {Says("phenotype", "round", "", "CMPO:1")});
  Add("5", {Says("organism", "man"), Says("strain", "K12")});
  const auto response = List();
  EXPECT_THAT(Words(response),
              ElementsAre("3 phenotype Elongated", "1 phenotype odd", "1 organism man"));
  EXPECT_EQ(response.total_size(), 3);
  const v1::WorkItem& first = response.items(0);
  EXPECT_EQ(first.kind(), v1::ListWorkItemsRequest::UNMAPPED_WORDS);
  EXPECT_EQ(first.records().images(), 15);
  EXPECT_EQ(first.records().unknown_image_sets(), 1);
  EXPECT_EQ(first.example(), "sources/src/studies/A/imageSets/1");
  ASSERT_EQ(first.candidates_size(), 1);
  EXPECT_EQ(first.candidates(0).id(), "CMPO:2");
}

// A decision about the words does not touch rows that have an id beside them, nor words that are
// another text to it: neither is promised, though all are one value of a facet.
TEST_F(WorkListTest, PromisesNeitherIdsNorOtherSpellings) {
  Statement unknown = Says("disease", "odd ache", "ICD:1", "ICD:1");
  unknown.label = "odd ache";
  Add("1", {unknown});
  Add("2", {unknown});
  Add("3", {unknown, Says("disease", "Odd ache")});
  Add("4", {Says("disease", "odd-ache")});
  EXPECT_THAT(Words(List()), ElementsAre("1 disease Odd ache", "1 disease odd-ache"));
}

TEST_F(WorkListTest, ListsWordsThatDisagreeWithTheirId) {
  Add("1", {Says("organism", "mouse", "NCBITaxon:9606", "NCBITaxon:9606", true)});
  Add("2", {Says("organism", "mouse <lab>", "NCBITaxon:9606", "NCBITaxon:9606", true)});
  v1::ListWorkItemsRequest request;
  request.set_kind(v1::ListWorkItemsRequest::FLAGGED);
  const auto response = List(request);
  EXPECT_THAT(Words(response), ElementsAre("1 organism mouse NCBITaxon:9606",
                                           "1 organism mouse <lab> NCBITaxon:9606"));
  EXPECT_EQ(response.items(0).stated_label(), "Homo sapiens");
  request.set_kind(v1::ListWorkItemsRequest::UNMAPPED_WORDS);
  EXPECT_EQ(List(request).total_size(), 0);
}

TEST_F(WorkListTest, DecidedWordsAreOffTheList) {
  Add("1", {Says("phenotype", "odd"), Says("phenotype", "strange")});
  decided_.insert("phenotype:odd");
  EXPECT_THAT(Words(List()), ElementsAre("1 phenotype strange"));
}

TEST_F(WorkListTest, NamesOfSeveralGenesStandBesideTheirOrganismWithAllOfThem) {
  genes_ = std::make_shared<testing::FakeGeneLookup>();
  genes_->Add("HGNC:1", "NCBITaxon:9606", "AAA1", {"BIG"});
  genes_->Add("HGNC:2", "NCBITaxon:9606", "AAA2", {"BIG"});
  genes_->Add("MGI:1", "NCBITaxon:10090", "Aaa1", {"BIG"});
  genes_->Add("MGI:2", "NCBITaxon:10090", "Aaa2", {"BIG"});
  const Statement human = Says("organism", "human", "NCBITaxon:9606", "NCBITaxon:9606");
  const Statement mouse = Says("organism", "mouse", "NCBITaxon:10090", "NCBITaxon:10090");
  Add("1", {Says("gene", "BIG"), human}, 10);
  Add("2", {Says("gene", "big"), human}, 5);
  Add("3", {Says("gene", "BIG"), mouse}, 2);
  Add("4", {Says("gene", "no gene"), human});
  Add("5", {Says("gene", "BIG", "", "HGNC:1"), human});  // Resolved.
  Add("6", {Says("phenotype", "odd")}, 1);
  const auto response = List();
  EXPECT_THAT(Words(response), ElementsAre("2 gene BIG", "1 gene BIG", "1 phenotype odd"));
  const v1::WorkItem& first = response.items(0);
  EXPECT_EQ(first.organism(), "NCBITaxon:9606");
  EXPECT_EQ(first.records().images(), 15);
  EXPECT_EQ(first.kind(), v1::ListWorkItemsRequest::UNMAPPED_WORDS);
  EXPECT_EQ(first.example(), "sources/src/studies/A/imageSets/1");
  ASSERT_EQ(first.candidates_size(), 2);
  EXPECT_EQ(first.candidates(0).id(), "HGNC:1");
  EXPECT_EQ(first.candidates(1).id(), "HGNC:2");
  EXPECT_EQ(response.items(1).organism(), "NCBITaxon:10090");
  v1::ListWorkItemsRequest request;
  request.set_field("gene");
  EXPECT_EQ(List(request).total_size(), 2);
  decided_.insert("gene@NCBITaxon:9606:BIG");
  EXPECT_THAT(Words(List(request)), ElementsAre("1 gene BIG"));
}

TEST_F(WorkListTest, PagesStayWithTheListThatTheyBeganOn) {
  for (int i = 0; i < 7; ++i)
    Add(absl::StrCat(i), {Says("phenotype", absl::StrCat("odd ", i))}, 100 - i);
  v1::ListWorkItemsRequest request;
  request.set_page_size(3);
  std::vector<std::string> seen;
  do {
    const auto response = List(request);
    EXPECT_EQ(response.total_size(), 7);
    for (const std::string& words : Words(response)) seen.push_back(words);
    request.set_page_token(response.next_page_token());
    Add("new", {Says("phenotype", absl::StrCat("new ", seen.size()))}, 1000);
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("1 phenotype odd 0", "1 phenotype odd 1", "1 phenotype odd 2",
                                "1 phenotype odd 3", "1 phenotype odd 4", "1 phenotype odd 5",
                                "1 phenotype odd 6"));
}

TEST_F(WorkListTest, KeepsToOneField) {
  Add("1", {Says("phenotype", "odd"), Says("organism", "man")});
  v1::ListWorkItemsRequest request;
  request.set_field("organism");
  EXPECT_THAT(Words(List(request)), ElementsAre("1 organism man"));
  v1::ListWorkItemsResponse response;
  for (const char* field : {"plate", "stated_organism", "nonsense"}) {
    request.set_field(field);
    EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::ListWorkItems, request, &response),
                HasReason("FILTER_UNKNOWN_FIELD"))
        << field;
  }
}

}  // namespace
}  // namespace parfocal
