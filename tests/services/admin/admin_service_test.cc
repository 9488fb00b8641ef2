#include "parfocal/admin_rpc/admin_service.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/v1/admin_service.grpc.pb.h"
#include "support/fake_record_store.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using testing::HasReason;
using testing::InProcessService;
using testing::IsOk;
using testing::StatusIs;
using Stub = v1::AdminService::Stub;

// Says how many studies and image sets it holds.
class Counted final : public Snapshot {
 public:
  Counted(int64_t sequence, Counts total) : sequence_(sequence), total_(total) {}
  Revision revision() const override { return {sequence_, "r"}; }
  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery&) const override {
    return Statistics();
  }
  absl::StatusOr<SearchAnswer> Execute(const BoundQuery&, const Statistics*, absl::Time,
                                       bool (*)(const void*), const void*) const override {
    SearchAnswer answer;
    answer.total = total_;
    answer.revision = revision();
    return answer;
  }
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view,
                                                  const std::vector<std::string>&,
                                                  int) const override {
    return std::vector<Suggestion>();
  }
  std::vector<std::string> ValuesNamed(absl::string_view, absl::string_view) const override {
    return {};
  }
  void CountTerm(absl::string_view, Counts*, Counts*) const override {}

 private:
  const int64_t sequence_;
  const Counts total_;
};

class OneSnapshot final : public SearchIndex {
 public:
  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override { return snapshot; }
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                         absl::Time) const override {
    if (snapshot->revision().sequence >= sequence) return snapshot;
    return absl::FailedPreconditionError("behind");
  }
  std::shared_ptr<const Snapshot> snapshot = std::make_shared<Counted>(0, Counts{});
};

class AdminServiceTest : public ::testing::Test {
 protected:
  AdminServiceTest() {
    AdminServiceOptions options;
    options.store = &store_;
    options.index = &index_;
    options.dispatcher = service_.dispatcher();
    options.tokens = &tokens_;
    options.checkpoint = [this](const std::string& directory) -> absl::StatusOr<CheckpointResult> {
      if (directory == "/there") return absl::AlreadyExistsError("checkpoint /there: exists");
      checkpoints_.push_back(directory);
      return CheckpointResult{7, 3, 4096};
    };
    options.rebuild = [this](const std::function<void(int64_t)>& progress) {
      for (int64_t sequence : {1, 2, 3}) progress(sequence);
      return rebuild_;
    };
    options.check = [this](size_t limit) -> absl::StatusOr<std::vector<std::string>> {
      limit_ = limit;
      return problems_;
    };
    options.decide_relation = [this](const RelationDecision& decision,
                                     int64_t* sequence) -> absl::StatusOr<RecordRelation> {
      decisions_.push_back(decision);
      *sequence = 9;
      RecordRelation relation{decision.from, decision.to, decision.to.accession};
      if (decision.verdict == RelationVerdict::kNone) return relation;
      relation.type = decision.type;
      relation.verdict = decision.verdict;
      return relation;
    };
    options.take_down = [this](const RecordName& study, const std::string& reason,
                               const std::string&) -> absl::StatusOr<TakedownResult> {
      taken_down_.push_back(FormatRecordName(study) + " " + reason);
      return TakedownResult{3, 2, 100, 1, 8, {"copies"}};
    };
    options.audit = [this] { return absl::StatusOr<std::vector<AuditEntry>>(audit_); };
    service_.Serve(MakeAdminService(std::move(options)));
    stub_ = v1::AdminService::NewStub(service_.channel());
  }

  v1::CheckIndexResponse Check() {
    v1::CheckIndexResponse response;
    EXPECT_THAT(
        InProcessService::Call(stub_.get(), &Stub::CheckIndex, v1::CheckIndexRequest(), &response),
        IsOk());
    return response;
  }

  testing::ManualClock clock_;
  FakeRecordStore store_{&clock_};
  OneSnapshot index_;
  std::vector<std::string> checkpoints_;
  absl::Status rebuild_;
  std::vector<std::string> problems_;
  size_t limit_ = 0;
  std::vector<RelationDecision> decisions_;
  std::vector<std::string> taken_down_;
  std::vector<AuditEntry> audit_;
  InProcessService service_;
  PageTokens tokens_{"sixteen bytes at least", &clock_};
  std::unique_ptr<Stub> stub_;
};

TEST_F(AdminServiceTest, Checkpoint) {
  v1::CreateCheckpointRequest request;
  v1::Checkpoint response;
  const auto call = [&] {
    return InProcessService::Call(stub_.get(), &Stub::CreateCheckpoint, request, &response);
  };
  for (const std::string& bad :
       {std::string(), std::string("relative"), "/" + std::string(4096, 'x')}) {
    request.set_directory(bad);
    EXPECT_THAT(call(), HasReason("VALUE_OUT_OF_RANGE"));
    EXPECT_EQ(FieldOf(call()), "directory");
  }
  request.set_directory("/there");
  EXPECT_THAT(call(), HasReason("RESOURCE_EXISTS"));
  EXPECT_TRUE(checkpoints_.empty());
  request.set_directory("/" + std::string(4095, 'x'));
  EXPECT_THAT(call(), IsOk());
  EXPECT_EQ(response.sequence(), 7);
  EXPECT_EQ(response.files(), 3);
  EXPECT_EQ(response.bytes(), 4096);
}

// Four image sets: two spellings of one name, a refuted id, a gene by an id of another system.
void FillWithWords(FakeRecordStore* store) {
  Source source;
  source.id = "s";
  source.connector = "test";
  source.location = "/none";
  ASSERT_THAT(store->CreateSource(source), IsOk());
  bool resumed = false;
  PageCommit page;
  page.source = "s";
  page.run = store->BeginRun("s", absl::Now(), &resumed)->id;
  page.raw = {"raw"};
  const auto add = [&](const std::string& id, Statement statement) {
    ImageSet set;
    set.source = "s";
    set.study = "S1";
    set.id = id;
    set.statements = {std::move(statement)};
    page.upserts.push_back({set, {0, 0, 3, 0, 0}});
  };
  Statement organism;
  organism.field = "organism";
  organism.value = "human";
  organism.term = "NCBITaxon:9606";
  organism.rule = TermRule::kExactSynonym;
  add("a", organism);
  add("b", organism);
  organism.value = "Homo sapiens";
  organism.stated_id = "NCBITaxon:9607";
  organism.rule = TermRule::kLabelOverId;
  organism.label_conflict = true;
  add("c", organism);
  Statement gene;
  gene.field = "gene";
  gene.value = gene.stated_id = "ENSG1";
  gene.term = "HGNC:1";
  gene.rule = TermRule::kGivenId;
  add("d", gene);
  ASSERT_THAT(store->CommitPage(page), IsOk());
}

TEST_F(AdminServiceTest, NormalisationIsCountedByFieldAndRule) {
  FillWithWords(&store_);
  v1::ReportNormalisationRequest request;
  v1::ReportNormalisationResponse response;
  const auto call = [&] {
    return InProcessService::Call(stub_.get(), &Stub::ReportNormalisation, request, &response);
  };
  ASSERT_THAT(call(), IsOk());
  EXPECT_EQ(response.records(), 4);
  EXPECT_TRUE(response.complete());
  ASSERT_EQ(response.fields_size(), 2);
  const v1::FieldNormalisation& organism = response.fields(1);
  EXPECT_EQ(organism.field(), "organism");
  EXPECT_EQ(organism.all().words(), 2);
  EXPECT_EQ(organism.all().statements(), 3);
  EXPECT_EQ(organism.flagged().words(), 1);
  EXPECT_EQ(organism.differing(), 1);
  ASSERT_EQ(organism.rules_size(), 2);
  EXPECT_EQ(organism.rules(0).rule(), v1::EXACT_SYNONYM);
  EXPECT_EQ(organism.rules(0).tally().statements(), 2);
  EXPECT_EQ(organism.rules(0).tally().words(), 1);
  EXPECT_EQ(response.fields(0).differing(), 0);  // A gene's other id is no difference.
  request.set_parent("sources/none");
  EXPECT_THAT(call(), HasReason("RESOURCE_NOT_FOUND"));
  request.set_parent("sources/s/studies/S1");
  EXPECT_THAT(call(), HasReason("RESOURCE_NAME"));
}

TEST_F(AdminServiceTest, DifferencesAreListedByRecord) {
  FillWithWords(&store_);
  v1::ListDifferencesRequest request;
  request.set_page_size(1);
  v1::ListDifferencesResponse response;
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::ListDifferences, request, &response),
              IsOk());
  ASSERT_EQ(response.differences_size(), 1);
  EXPECT_THAT(response.differences(0).record(), ::testing::HasSubstr("imageSets/c"));
  ASSERT_EQ(response.differences(0).statements_size(), 1);
  EXPECT_EQ(response.differences(0).statements(0).stated_id(), "NCBITaxon:9607");
  request.set_page_token(response.next_page_token());
  ASSERT_FALSE(request.page_token().empty());
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::ListDifferences, request, &response),
              IsOk());
  EXPECT_EQ(response.differences_size(), 0);
  EXPECT_TRUE(response.next_page_token().empty());
  request.set_page_token("no token");
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::ListDifferences, request, &response),
              HasReason("PAGE_TOKEN_MISMATCH"));
}

TEST_F(AdminServiceTest, RebuildEndsWithDone) {
  std::vector<v1::RebuildIndexProgress> seen;
  grpc::ClientContext context;
  index_.snapshot = std::make_shared<Counted>(9, Counts{});
  ASSERT_THAT(InProcessService::ReadAll(stub_->RebuildIndex(&context, {}), &seen), IsOk());
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(seen.back().done());
  EXPECT_EQ(seen.back().sequence(), 9);
  for (size_t i = 0; i + 1 < seen.size(); ++i) EXPECT_FALSE(seen[i].done());
  rebuild_ = absl::FailedPreconditionError("a rebuild goes on");
  grpc::ClientContext again;
  EXPECT_THAT(InProcessService::ReadAll(stub_->RebuildIndex(&again, {}), &seen),
              HasReason("RUN_IN_PROGRESS"));
}

TEST_F(AdminServiceTest, CheckComparesTheCounts) {
  EXPECT_EQ(Check().problems_size(), 0);
  EXPECT_EQ(limit_, 100u);
  // The catalogue is empty; an index of the same moment that is not is wrong.
  index_.snapshot = std::make_shared<Counted>(0, Counts{.studies = 1});
  ASSERT_EQ(Check().problems_size(), 1);
  EXPECT_THAT(Check().problems(0), ::testing::HasSubstr("the index 1 and 0"));
  EXPECT_EQ(Check().index_studies(), 1);
  // One of another moment may differ.
  index_.snapshot = std::make_shared<Counted>(5, Counts{.studies = 1});
  EXPECT_EQ(Check().problems_size(), 0);
  problems_.assign(150, "row is missing");
  EXPECT_EQ(Check().problems_size(), 100);
}

v1::DecideRelationRequest Decision(v1::Relation::Verdict verdict) {
  v1::DecideRelationRequest request;
  request.set_name("sources/s/studies/a");
  request.set_target("sources/s/studies/b");
  request.set_type(v1::Relation::CONVERSION);
  request.set_verdict(verdict);
  request.set_author("A. Curator");
  return request;
}

TEST_F(AdminServiceTest, DecidesAboutRelations) {
  v1::DecideRelationResponse response;
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::DecideRelation,
                                     Decision(v1::Relation::ASSERTED), &response),
              IsOk());
  EXPECT_EQ(response.relation().type(), v1::Relation::CONVERSION);
  EXPECT_EQ(response.relation().verdict(), v1::Relation::ASSERTED);
  EXPECT_EQ(response.relation().record(), "sources/s/studies/b");
  EXPECT_EQ(response.sequence(), 9);
  ASSERT_EQ(decisions_.size(), 1u);
  EXPECT_EQ(decisions_[0].author, "A. Curator");
  response.Clear();
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::DecideRelation,
                                     Decision(v1::Relation::VERDICT_UNSPECIFIED), &response),
              IsOk());
  EXPECT_FALSE(response.has_relation());
}

TEST_F(AdminServiceTest, RefusesDecisionsThatSayNothing) {
  const std::pair<const char*, std::function<void(v1::DecideRelationRequest*)>> kBad[] = {
      {"RESOURCE_NAME", [](auto* r) { r->set_name("sources/s"); }},
      {"RESOURCE_NAME", [](auto* r) { r->set_target("sources/s/studies/b/imageSets/c"); }},
      {"VALUE_OUT_OF_RANGE", [](auto* r) { r->clear_author(); }},
      {"VALUE_OUT_OF_RANGE", [](auto* r) { r->set_note(std::string(1001, 'x')); }},
      {"VALUE_OUT_OF_RANGE", [](auto* r) { r->clear_type(); }},
      {"VALUE_OUT_OF_RANGE", [](auto* r) { r->set_target(r->name()); }}};
  for (const auto& [reason, change] : kBad) {
    v1::DecideRelationRequest request = Decision(v1::Relation::ASSERTED);
    change(&request);
    SCOPED_TRACE(request.ShortDebugString().substr(0, 200));
    v1::DecideRelationResponse response;
    const absl::Status status =
        InProcessService::Call(stub_.get(), &Stub::DecideRelation, request, &response);
    EXPECT_THAT(status, HasReason(reason));
  }
  EXPECT_TRUE(decisions_.empty());
}

TEST_F(AdminServiceTest, TakesDownWithAReasonAlone) {
  v1::TakeDownRequest request;
  request.set_name("sources/s/studies/a");
  v1::TakeDownResponse response;
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::TakeDown, request, &response),
              HasReason("VALUE_OUT_OF_RANGE"));
  EXPECT_TRUE(taken_down_.empty());
  request.set_reason("why");
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::TakeDown, request, &response), IsOk());
  EXPECT_EQ(response.records(), 3);
  EXPECT_EQ(response.unreachable(0), "copies");
  EXPECT_THAT(taken_down_, ::testing::ElementsAre("sources/s/studies/a why"));
}

TEST_F(AdminServiceTest, PagesTheAuditLogFromItsEnd) {
  for (int64_t i = 1; i <= 5; ++i) {
    AuditEntry entry;
    entry.number = i;
    audit_.push_back(entry);
  }
  v1::ListAuditRequest request;
  request.set_page_size(2);
  std::vector<int64_t> numbers;
  do {
    v1::ListAuditResponse response;
    ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::ListAudit, request, &response), IsOk());
    for (const auto& entry : response.entries()) numbers.push_back(entry.number());
    // One that is added meanwhile comes before what was sent.
    if (numbers.size() == 2) audit_.push_back({6, {}, "", "", "", ""});
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(numbers, ::testing::ElementsAre(5, 4, 3, 2, 1));
}

Statement Said(const char* value, const char* stated_id, const char* term, TermRule rule) {
  Statement statement;
  statement.field = "organism";
  statement.value = value;
  statement.stated_id = stated_id;
  statement.term = term;
  statement.label = "label";
  statement.rule = rule;
  return statement;
}

TEST_F(AdminServiceTest, ProposesEachCorrectionOnceAndPagesWithinAStudy) {
  Source source;
  source.id = "s";
  ASSERT_THAT(store_.CreateSource(source), IsOk());
  PageCommit page;
  page.source = "s";
  page.run = store_.BeginRun("s", clock_.Now(), nullptr)->id;
  Study study = testing::MakeStudy("s", "S1", "t");
  Statement denied = Said("mouse", "EX:9", "", TermRule::kGivenId);
  denied.label_conflict = true;
  Statement mined = Said("of mice", "", "EX:1", TermRule::kMined);
  mined.origin = Origin::kInferred;
  Statement inferred = Said("x", "", "EX:1", TermRule::kExactLabel);
  inferred.origin = Origin::kInferred;
  study.statements = {denied,
                      mined,
                      inferred,
                      Said("mouse", "EX:1", "EX:1", TermRule::kGivenId),
                      Said("old", "EX:0", "EX:1", TermRule::kReplacedObsolete),
                      Said("unknown", "", "", TermRule::kUnmapped)};
  page.upserts.push_back({study, {}});
  for (const char* id : {"a", "b"}) {
    ImageSet set = testing::MakeImageSet("s", "S1", id);
    set.statements = {Said("mouse", "", "EX:1", TermRule::kExactSynonym),
                      Said(id, "", "EX:2", TermRule::kExactLabel)};
    page.upserts.push_back({set, {}});
  }
  Study other = testing::MakeStudy("s", "S12", "t");
  other.statements = {Said("mouse", "", "EX:1", TermRule::kExactSynonym)};
  page.upserts.push_back({other, {}});
  ASSERT_THAT(store_.CommitPage(page), IsOk());
  for (int page_size : {100, 2, 1}) {
    SCOPED_TRACE(page_size);
    v1::ListCorrectionsRequest request;
    request.set_parent("sources/s");
    request.set_page_size(page_size);
    std::vector<std::string> lines;
    do {
      v1::ListCorrectionsResponse response;
      ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::ListCorrections, request, &response),
                  IsOk());
      EXPECT_LE(response.corrections_size(), page_size);
      for (const auto& c : response.corrections()) {
        lines.push_back(absl::StrCat(c.kind(), " ", c.accession(), " ", c.place(), " ",
                                     c.stated_value(), "<", c.stated_id(), "> ", c.proposed_id(),
                                     " x", c.places()));
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(lines, ::testing::ElementsAre("1 S1  mouse<EX:9>  x1", "2 S1  old<EX:0> EX:1 x1",
                                              "3 S1 a a<> EX:2 x1", "3 S1 b b<> EX:2 x1",
                                              "3 S1 a mouse<> EX:1 x2", "3 S1  <> EX:1 x1",
                                              "3 S12  mouse<> EX:1 x1"));
  }
  v1::ListCorrectionsRequest request;
  v1::ListCorrectionsResponse response;
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::ListCorrections, request, &response),
              HasReason("RESOURCE_NAME"));
}

}  // namespace
}  // namespace parfocal
