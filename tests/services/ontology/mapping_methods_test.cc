// Mappings over the wire: what is asked, decided, imported and exported.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/mapping_store.h"
#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_term_lookup.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;
using testing::InProcessService;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using Stub = v1::OntologyService::Stub;

class MappingMethodsTest : public ::testing::Test {
 protected:
  MappingMethodsTest() {
    auto terms = std::make_shared<testing::FakeTermLookup>();
    terms->Add("CMPO:0000001", "large cell");
    terms->Add("CMPO:0000002", "small cell");
    Term old;
    old.id = "CMPO:0000003";
    old.ontology = "CMPO";
    old.label = "old";
    old.obsolete = true;
    old.replaced_by = "CMPO:0000002";
    terms->Add(old);
    MappingUse use;
    use.words["used"] = SetUse();
    std::vector<std::string> warnings;
    store_ = MappingStore::Open(dir_ / "m", use, &clock_, &warnings).value();
    OntologyServiceOptions options;
    options.terms = [terms] { return terms; };
    options.tokens = &tokens_;
    options.dispatcher = service_.dispatcher();
    options.mappings = store_.get();
    auto genes = std::make_shared<testing::FakeGeneLookup>();
    genes->Add("HGNC:1", "NCBITaxon:9606", "AAA1", {"BIG"});
    genes->Add("HGNC:2", "NCBITaxon:9606", "AAA2", {"BIG"});
    genes->Add("MGI:1", "NCBITaxon:10090", "Aaa1");
    options.genes = [genes] { return genes; };
    options.mappings_changed = [this] { releases_.push_back(store_->Current()->release()); };
    options.check_field = [](absl::string_view field) {
      return field == "phenotype" || field == "mined_organism" || absl::StartsWith(field, "gene@")
                 ? absl::OkStatus()
                 : WithReason(absl::InvalidArgumentError("no such field"), "VALUE_OUT_OF_RANGE",
                              "field");
    };
    options.renormalise =
        [this](const std::string& field, const std::string& words,
               const std::function<absl::Status()>& decide) -> absl::StatusOr<Renormalised> {
      PARFOCAL_RETURN_IF_ERROR(decide());
      renormalised_.push_back(absl::StrCat(field, "|", words));
      return Renormalised{7, 42};
    };
    service_.Serve(MakeOntologyService(options));
    stub_ = v1::OntologyService::NewStub(service_.channel());
  }

  template <typename Method, typename Request, typename Response>
  absl::Status Call(Method method, const Request& request, Response* response) {
    return InProcessService::Call(stub_.get(), method, request, response);
  }
  static v1::AcceptMappingRequest Accepting(const std::string& words, const std::string& term) {
    v1::AcceptMappingRequest request;
    request.set_field("phenotype");
    request.set_words(words);
    request.set_term(term);
    request.set_author("A. Curator");
    return request;
  }
  std::string Export(const v1::ExportMappingsRequest& request, absl::Status* status) {
    grpc::ClientContext context;
    auto stream = stub_->ExportMappings(&context, request);
    std::string text;
    v1::ExportMappingsResponse part;
    while (stream->Read(&part)) text += part.content();
    const grpc::Status end = stream->Finish();
    *status = absl::Status(static_cast<absl::StatusCode>(end.error_code()), end.error_message());
    return text;
  }

  const testing::TempDir dir_;
  ManualClock clock_;
  std::unique_ptr<MappingStore> store_;
  std::vector<std::string> renormalised_;
  std::vector<std::string> releases_;  // Of mappings, as told to others.
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
};

// About what texts name is decided for one study: its name stands for the words, in the answer, in
// the list and in the export, which another node can import.
TEST_F(MappingMethodsTest, WhatTheTextsOfAStudyNameIsRejectedByItsName) {
  v1::RejectMappingRequest reject;
  reject.set_field("mined_organism");
  reject.set_term("CMPO:0000001");
  reject.set_author("A. Curator");
  v1::MappingDecision decision;
  for (const char* words :
       {"mouse", "sources/src", "sources/src/studies/A/imageSets/1", "sources/src/studies/A b"}) {
    reject.set_words(words);
    const absl::Status status = Call(&Stub::RejectMapping, reject, &decision);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is no study")));
    EXPECT_THAT(status, HasReason("VALUE_OUT_OF_RANGE"));
  }
  reject.set_words("sources/src/studies/A%20b");
  ASSERT_THAT(Call(&Stub::RejectMapping, reject, &decision), IsOk());
  EXPECT_THAT(renormalised_, ::testing::ElementsAre("mined_organism|sources/src/studies/A%20b"));
  EXPECT_TRUE(store_->Current()->Rejected("mined_organism", reject.words(), "CMPO:0000001"));
  absl::Status status;
  const std::string table = Export({}, &status);
  ASSERT_THAT(status, IsOk());
  EXPECT_THAT(table, HasSubstr("sources/src/studies/A%20b\tmined_organism\tskos:exactMatch\tNot"));
  v1::AcceptMappingRequest accept = Accepting(reject.words(), "CMPO:0000001");
  accept.set_field("mined_organism");
  ASSERT_THAT(Call(&Stub::AcceptMapping, accept, &decision), IsOk());
  EXPECT_FALSE(store_->Current()->Rejected("mined_organism", reject.words(), "CMPO:0000001"));
  v1::ImportMappingsRequest import;
  import.set_content(table);
  v1::ImportMappingsResponse imported;
  ASSERT_THAT(Call(&Stub::ImportMappings, import, &imported), IsOk());
  EXPECT_EQ(imported.rows(), 1);
}

TEST_F(MappingMethodsTest, ADecisionIsRecordedThenItsRecordsAreNormalisedAnew) {
  v1::MappingDecision decision;
  auto request = Accepting("big cells", "CMPO_0000001");
  request.set_comment("seen");
  ASSERT_THAT(Call(&Stub::AcceptMapping, request, &decision), IsOk());
  EXPECT_EQ(decision.mapping().object(), "CMPO:0000001");
  EXPECT_EQ(decision.mapping().object_label(), "large cell");
  EXPECT_EQ(decision.mapping().author(), "A. Curator");
  EXPECT_EQ(decision.mapping().comment(), "seen");
  EXPECT_EQ(decision.records_changed(), 7);
  EXPECT_EQ(decision.sequence(), 42);
  EXPECT_THAT(renormalised_, ::testing::ElementsAre("phenotype|big cells"));
  EXPECT_THAT(releases_, ::testing::ElementsAre(store_->Current()->release()));
  v1::RejectMappingRequest reject;
  reject.set_field("phenotype");
  reject.set_words("Big cells");
  reject.set_term("CMPO:0000001");
  reject.set_author("B");
  ASSERT_THAT(Call(&Stub::RejectMapping, reject, &decision), IsOk());
  EXPECT_TRUE(decision.mapping().negated());
  EXPECT_FALSE(store_->Current()->Decision("phenotype", "big cells").has_value());
  v1::ListMappingsRequest list;
  v1::ListMappingsResponse listed;
  list.set_words("BIG CELLS");
  ASSERT_THAT(Call(&Stub::ListMappings, list, &listed), IsOk());
  ASSERT_EQ(listed.mappings_size(), 1);
  list.set_history(true);
  ASSERT_THAT(Call(&Stub::ListMappings, list, &listed), IsOk());
  ASSERT_EQ(listed.mappings_size(), 2);
  EXPECT_TRUE(listed.mappings(0).superseded());
}

TEST_F(MappingMethodsTest, ANameOfAGeneIsDecidedForTheSpeciesOfTheGene) {
  v1::MappingDecision decision;
  auto request = Accepting("BIG", "HGNC:2");
  request.set_field("gene");
  ASSERT_THAT(Call(&Stub::AcceptMapping, request, &decision), IsOk());
  EXPECT_EQ(decision.mapping().field(), "gene@NCBITaxon:9606");
  EXPECT_EQ(decision.mapping().object_label(), "AAA2");
  EXPECT_THAT(renormalised_, ::testing::ElementsAre("gene|BIG")) << "by the field of the records";
  EXPECT_EQ(store_->Current()->Decision("gene@NCBITaxon:9606", "big")->term, "HGNC:2");
  request.set_term("HGNC:404");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("TERM_UNKNOWN"));
  request.set_term("AAA1");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("TERM_UNKNOWN"))
      << "a symbol is no id";
  request.set_term("MGI:1");
  request.set_field("gene@NCBITaxon:9606");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_term("");
  request.set_no_term(true);
  request.set_field("gene");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("VALUE_OUT_OF_RANGE"))
      << "in which organism?";
  request.set_field("gene@NCBITaxon:10090");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), IsOk());
  // What is exported comes back as it was.
  absl::Status status;
  const std::string text = Export({}, &status);
  EXPECT_THAT(text, HasSubstr("BIG\tgene@NCBITaxon:9606\tskos:exactMatch\t\tHGNC:2\t"));
  std::vector<std::string> warnings;
  auto other = MappingStore::Open(dir_ / "other", MappingUse(), &clock_, &warnings);
  ASSERT_THAT(other, IsOk());
  ASSERT_THAT((*other)->Import(text, {}), IsOk());
  EXPECT_EQ((*other)->Current()->Decision("gene@NCBITaxon:9606", "BIG")->term, "HGNC:2");
}

TEST_F(MappingMethodsTest, RefusesADecisionThatCannotStandAndRecordsNothing) {
  v1::MappingDecision decision;
  EXPECT_THAT(Call(&Stub::AcceptMapping, Accepting("big", "CMPO:9999999"), &decision),
              HasReason("TERM_UNKNOWN"));
  const absl::Status by_label = Call(&Stub::AcceptMapping, Accepting("big", "large"), &decision);
  EXPECT_THAT(by_label, HasReason("TERM_UNKNOWN"));
  EXPECT_THAT(std::string(by_label.message()), HasSubstr("CMPO:0000001 large cell"));
  const absl::Status old = Call(&Stub::AcceptMapping, Accepting("x", "CMPO:0000003"), &decision);
  EXPECT_THAT(old, HasReason("TERM_UNKNOWN"));
  EXPECT_THAT(std::string(old.message()), HasSubstr("use CMPO:0000002"));
  auto request = Accepting("big", "CMPO:0000001");
  request.set_author("ada@mail.example.org");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("VALUE_OUT_OF_RANGE"));
  request = Accepting("big", "CMPO:0000001");
  request.set_field("organsim");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("VALUE_OUT_OF_RANGE"));
  request = Accepting("big", "CMPO:0000001");
  request.set_no_term(true);
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("VALUE_OUT_OF_RANGE"));
  request = Accepting(std::string(kMaxDecisionWords + 1, 'w'), "CMPO:0000001");
  EXPECT_THAT(Call(&Stub::AcceptMapping, request, &decision), HasReason("LIMIT_EXCEEDED"));
  EXPECT_EQ(store_->Current()->decisions(), 0u);
  EXPECT_TRUE(renormalised_.empty());
}

TEST_F(MappingMethodsTest, TermRequestsAreExportedAndDecisionsComeBackByImport) {
  v1::MappingDecision decision;
  ASSERT_THAT(Call(&Stub::AcceptMapping, Accepting("big", "CMPO:0000001"), &decision), IsOk());
  auto none = Accepting("odd", "");
  none.set_no_term(true);
  ASSERT_THAT(Call(&Stub::AcceptMapping, none, &decision), IsOk());
  absl::Status status;
  v1::ExportMappingsRequest requests;
  requests.set_term_requests(true);
  const std::string text = Export(requests, &status);
  EXPECT_THAT(status, IsOk());
  EXPECT_THAT(text, HasSubstr("sssom:NoTermFound"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("large cell")));
  v1::ImportMappingsRequest import;
  import.set_content(Export({}, &status));
  v1::ImportMappingsResponse imported;
  ASSERT_THAT(Call(&Stub::ImportMappings, import, &imported), IsOk());
  EXPECT_EQ(imported.mapping_set(), "curator");
  EXPECT_EQ(imported.accepted(), 2);
  EXPECT_EQ(imported.records_changed(), 0) << "nothing is new";
  EXPECT_EQ(store_->Current()->decisions(), 2u);
}

TEST_F(MappingMethodsTest, AnImportedSetNormalisesAnewOnlyIfItIsUsed) {
  v1::ImportMappingsRequest request;
  v1::ImportMappingsResponse response;
  request.set_content(
      "subject_id\tpredicate_id\tobject_id\nMP:0000001\tskos:exactMatch\tHP:0000001\n"
      "MP:0000002\t\tHP:0000001\n");
  request.set_mapping_set("bridges");
  ASSERT_THAT(Call(&Stub::ImportMappings, request, &response), IsOk());
  EXPECT_EQ(response.rows(), 2);
  EXPECT_EQ(response.accepted(), 1);
  ASSERT_EQ(response.errors_size(), 1);
  EXPECT_EQ(response.errors(0).line(), 3);
  EXPECT_TRUE(renormalised_.empty());
  EXPECT_THAT(releases_, ::testing::ElementsAre(store_->Current()->release()))
      << "whoever asks for bridges must hear of them";
  ASSERT_THAT(Call(&Stub::ImportMappings, request, &response), IsOk());
  EXPECT_EQ(releases_.size(), 1u) << "the same content changes nothing";
  request.set_mapping_set("used");
  ASSERT_THAT(Call(&Stub::ImportMappings, request, &response), IsOk());
  EXPECT_EQ(response.records_changed(), 7);
  EXPECT_THAT(renormalised_, ::testing::ElementsAre("|"));
  absl::Status status;
  v1::ExportMappingsRequest wanted;
  wanted.set_mapping_set("used");
  EXPECT_THAT(Export(wanted, &status), HasSubstr("MP:0000001\tskos:exactMatch\tHP:0000001\n"));
  wanted.set_mapping_set("none");
  Export(wanted, &status);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  v1::ListMappingSetsResponse sets;
  ASSERT_THAT(Call(&Stub::ListMappingSets, v1::ListMappingSetsRequest(), &sets), IsOk());
  ASSERT_EQ(sets.sets_size(), 2);
  EXPECT_EQ(sets.sets(1).id(), "used");
  EXPECT_EQ(sets.sets(1).uses(0), v1::MappingSet::WORDS);
}

TEST_F(MappingMethodsTest, AnImportThatCannotBeReadSaysWhy) {
  v1::ImportMappingsRequest request;
  v1::ImportMappingsResponse response;
  EXPECT_THAT(Call(&Stub::ImportMappings, request, &response), HasReason("MAPPING_SET"));
  request.set_content("a\tb\n");
  request.set_mapping_set("s");
  EXPECT_THAT(Call(&Stub::ImportMappings, request, &response), HasReason("MAPPING_SET"));
  request.set_content("subject_id\tpredicate_id\tobject_id\n");
  request.clear_mapping_set();
  EXPECT_THAT(Call(&Stub::ImportMappings, request, &response), HasReason("MAPPING_SET"));
  request.clear_content();
  request.set_path(dir_ / "nowhere.tsv");
  EXPECT_THAT(Call(&Stub::ImportMappings, request, &response), HasReason("MAPPING_SET"));
}

TEST_F(MappingMethodsTest, ListingPagesInOneStateWithoutSkippingOrRepeating) {
  std::string text = "subject_id\tpredicate_id\tobject_id\n";
  for (int i = 0; i < 250; ++i)
    absl::StrAppend(&text, "MP:", 1000000 + i, "\tskos:exactMatch\tHP:", 1000000 + i, "\n");
  MappingImport import;
  import.id = "many";
  ASSERT_THAT(store_->Import(text, import), IsOk());
  v1::ListMappingsRequest request;
  v1::ListMappingsResponse page;
  request.set_page_size(99);
  std::vector<std::string> seen;
  std::string token;
  do {
    ASSERT_THAT(Call(&Stub::ListMappings, request, &page), IsOk());
    for (const v1::Mapping& mapping : page.mappings()) seen.push_back(mapping.subject());
    request.set_page_token(page.next_page_token());
    if (token.empty()) token = page.next_page_token();
  } while (!page.next_page_token().empty());
  ASSERT_EQ(seen.size(), 250u);
  EXPECT_EQ(seen.front(), "MP:1000000");
  EXPECT_EQ(seen.back(), "MP:1000249");
  request.clear_page_token();
  request.set_term("HP_1000007");
  ASSERT_THAT(Call(&Stub::ListMappings, request, &page), IsOk());
  ASSERT_EQ(page.mappings_size(), 1);
  EXPECT_EQ(page.mappings(0).mapping_set(), "many");
  request.clear_term();
  request.set_page_token(token);
  v1::MappingDecision decision;
  ASSERT_THAT(Call(&Stub::AcceptMapping, Accepting("big", "CMPO:0000001"), &decision), IsOk());
  EXPECT_THAT(Call(&Stub::ListMappings, request, &page), HasReason("CURSOR_EXPIRED"));
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(Call(&Stub::ListMappings, request, &page), HasReason("VALUE_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace parfocal
