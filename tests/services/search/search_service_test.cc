// The handler around a scripted index: what it passes on, what it refuses, how it pages and
// streams. That searches give the right answers is tested in tests/index/search.
#include "parfocal/search_rpc/search_service.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/schema/schema.h"
#include "parfocal/v1/search_service.grpc.pb.h"
#include "support/fake_record_store.h"
#include "support/in_process_service.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using testing::HasReason;
using testing::InProcessService;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using Stub = v1::SearchService::Stub;

// `hits` studies of the source s, in order; remembers the last query.
class ScriptedSnapshot final : public Snapshot {
 public:
  ScriptedSnapshot(Revision revision, int hits) : revision_(std::move(revision)), hits_(hits) {}
  Revision revision() const override { return revision_; }
  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery&) const override {
    return Statistics();
  }
  absl::StatusOr<SearchAnswer> Execute(const BoundQuery& query, const Statistics*,
                                       absl::Time deadline, bool (*cancelled)(const void*),
                                       const void* context) const override {
    MutexLock lock(&mu_);
    ++executed_;
    last_ = query;
    last_wait_ = deadline - absl::Now();
    if (!failure_.ok()) return failure_;
    if (cancelled != nullptr && cancelled(context)) return absl::CancelledError("");
    SearchAnswer answer;
    int begin = 0;
    if (!query.after.empty() && !absl::SimpleAtoi(query.after, &begin))
      return absl::InternalError("bad sort key");
    const int end = std::min(begin + query.page_size, hits_);
    for (int i = begin; i < end; ++i) {
      Hit hit;
      hit.name = {"s", absl::StrFormat("S%06d", i), ""};
      hit.score = (int64_t{1} << 16) * (hits_ - i);
      hit.sort_key = absl::StrCat(i + 1);
      hit.counts.studies = 1;
      answer.hits.push_back(std::move(hit));
    }
    answer.more = end < hits_;
    answer.total = {hits_, 7, 11, 13, 17};
    answer.revision = revision_;
    for (const FacetSpec& spec : query.facets) {
      FacetResult facet;
      facet.field = spec.field;
      facet.attribute_key = spec.attribute_key;
      facet.values.push_back({"EX:0000001", "one", {1, 2, 3, 4, 21}, {5, 6, 7, 8, 61}});
      facet.total_values = 9;
      facet.missing = {10, 20, 0, 0, 23};
      answer.facets.push_back(std::move(facet));
    }
    answer.explain = query.explain;
    return answer;
  }
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view prefix,
                                                  const std::vector<std::string>& fields,
                                                  int limit) const override {
    std::vector<Suggestion> out;
    for (int i = 0; i < limit; ++i)
      out.push_back({absl::StrCat(prefix, i), fields.empty() ? "organism" : fields[0], "v", 1});
    return out;
  }
  std::vector<std::string> ValuesNamed(absl::string_view, absl::string_view) const override {
    return {};
  }
  void CountTerm(absl::string_view, Counts*, Counts*) const override {}

  void Fail(absl::Status status) {
    MutexLock lock(&mu_);
    failure_ = std::move(status);
  }
  BoundQuery last() const {
    MutexLock lock(&mu_);
    return last_;
  }
  absl::Duration last_wait() const {
    MutexLock lock(&mu_);
    return last_wait_;
  }
  int executed() const {
    MutexLock lock(&mu_);
    return executed_;
  }

 private:
  const Revision revision_;
  const int hits_;
  mutable Mutex mu_;
  mutable BoundQuery last_ ABSL_GUARDED_BY(mu_);
  mutable absl::Duration last_wait_ ABSL_GUARDED_BY(mu_);
  mutable int executed_ ABSL_GUARDED_BY(mu_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
};

class ScriptedIndex final : public SearchIndex {
 public:
  void Publish(std::shared_ptr<ScriptedSnapshot> snapshot) {
    MutexLock lock(&mu_);
    newest_ = std::move(snapshot);
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> Open() const override {
    MutexLock lock(&mu_);
    if (newest_ == nullptr) return absl::UnavailableError("no snapshot yet");
    return std::shared_ptr<const Snapshot>(newest_);
  }
  absl::StatusOr<std::shared_ptr<const Snapshot>> OpenAt(int64_t sequence,
                                                         absl::Time) const override {
    PARFOCAL_ASSIGN_OR_RETURN(auto snapshot, Open());
    if (snapshot->revision().sequence >= sequence) return snapshot;
    return absl::FailedPreconditionError(
        absl::StrCat("the index is at ", snapshot->revision().sequence));
  }

 private:
  mutable Mutex mu_;
  std::shared_ptr<ScriptedSnapshot> newest_ ABSL_GUARDED_BY(mu_);
};

class SearchServiceTest : public ::testing::Test {
 protected:
  SearchServiceTest() {
    Publish(1, 1000);
    service_.Serve(MakeSearchService(
        {&index_, &store_, &tokens_, &clock_, service_.dispatcher(),
         [](const QueryText& text, const Snapshot&) -> absl::StatusOr<BoundQuery> {
           if (text.filter == "bad")
             return WithReason(absl::InvalidArgumentError("byte 3"), "FILTER_SYNTAX", "filter");
           BoundQuery bound;
           bound.explain.push_back({.text = text.query, .rule = TermRule::kExactLabel, .rows = 4});
           return bound;
         },
         dir_.path()}));
    stub_ = v1::SearchService::NewStub(service_.channel());
  }

  void Publish(int64_t sequence, int hits, const std::string& release = "r1") {
    snapshot_ = std::make_shared<ScriptedSnapshot>(Revision{sequence, release}, hits);
    index_.Publish(snapshot_);
  }

  absl::Status Search(const v1::SearchRequest& request) {
    return InProcessService::Call(stub_.get(), &Stub::Search, request, &response_);
  }

  void StoreStudies(int count, size_t bytes) {
    ASSERT_THAT(store_.CreateSource({.id = "s"}), IsOk());
    bool resumed = false;
    const auto run = store_.BeginRun("s", clock_.Now(), &resumed);
    PageCommit page{.source = "s", .run = run->id};
    for (int i = 0; i < count; ++i) {
      Study study = testing::MakeStudy("s", absl::StrFormat("S%06d", i), "t");
      study.description = std::string(bytes, 'x');
      study.attributes = {{"k", "v"}};
      page.upserts.push_back({study, {static_cast<uint32_t>(page.raw.size()), 0, 1}});
      page.raw.push_back("x");
    }
    page.ledger.fetched = count;
    ASSERT_TRUE(store_.CommitPage(page).ok());
  }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  testing::TempDir dir_;
  ScriptedIndex index_;
  std::shared_ptr<ScriptedSnapshot> snapshot_;
  PageTokens tokens_{std::string(32, 'k'), &clock_};
  InProcessService service_;
  std::unique_ptr<Stub> stub_;
  v1::SearchResponse response_;
};

TEST_F(SearchServiceTest, PassesTheAnswerOn) {
  v1::SearchRequest request;
  request.set_query("words");
  request.set_explain(true);
  request.add_facets()->set_field("organism");
  request.add_facets()->set_field("attribute[\"a \\\"b\\\"\"]");
  ASSERT_THAT(Search(request), IsOk());
  EXPECT_EQ(response_.hits_size(), 25);
  EXPECT_EQ(response_.hits(0).name(), "sources/s/studies/S000000");
  EXPECT_EQ(response_.hits(0).score(), 1000.0);
  EXPECT_FALSE(response_.hits(0).has_record());
  EXPECT_EQ(response_.total_size(), 1000);
  EXPECT_EQ(response_.total_images(), 11);
  EXPECT_EQ(response_.unknown_image_sets(), 13);
  EXPECT_EQ(response_.revision().sequence(), 1);
  EXPECT_EQ(response_.revision().ontology_release(), "r1");
  ASSERT_EQ(response_.facets_size(), 2);
  EXPECT_EQ(response_.facets(1).field(), "attribute[\"a \\\"b\\\"\"]") << "as asked for";
  EXPECT_EQ(snapshot_->last().facets[1].attribute_key, "a \"b\"");
  EXPECT_EQ(response_.facets(0).values(0).exact_count(), 1);
  EXPECT_EQ(response_.facets(0).values(0).count(), 5);
  EXPECT_EQ(response_.facets(0).values(0).image_count(), 7);
  EXPECT_EQ(response_.facets(0).missing_count(), 10);
  ASSERT_EQ(response_.explain_size(), 1);
  EXPECT_EQ(response_.explain(0).rule(), v1::EXACT_LABEL);
  request.set_level(v1::IMAGE_SET);
  request.clear_explain();
  ASSERT_THAT(Search(request), IsOk());
  // Image sets, and studies that have none.
  EXPECT_EQ(response_.total_size(), 17);
  EXPECT_EQ(response_.facets(0).values(0).exact_count(), 21);
  EXPECT_EQ(response_.facets(0).values(0).count(), 61);
  EXPECT_EQ(response_.facets(0).missing_count(), 23);
  EXPECT_EQ(response_.explain_size(), 0);
}

TEST_F(SearchServiceTest, StarIsEveryOpenFacetButTheStatedOnes) {
  v1::SearchRequest request;
  auto* spec = request.add_facets();
  spec->set_field("*");
  spec->set_limit(7);
  ASSERT_THAT(Search(request), IsOk());
  std::set<std::string> got, want;
  for (const auto& facet : response_.facets()) got.insert(facet.field());
  for (const Field& field : Fields()) {
    if (field.facet && !field.stated && field.privacy == FieldPrivacy::kOpen)
      want.insert(std::string(field.name));
  }
  EXPECT_EQ(got, want);
  EXPECT_GT(want.size(), 10u);
  for (const FacetSpec& facet : snapshot_->last().facets) EXPECT_EQ(facet.limit, 7);
}

TEST_F(SearchServiceTest, RefusesWhatIsOutOfRange) {
  struct Row {
    const char* field;
    const char* reason;
    std::function<void(v1::SearchRequest*)> set;
  };
  const std::vector<Row> rows = {
      {"page_size", "VALUE_OUT_OF_RANGE", [](auto* r) { r->set_page_size(-1); }},
      {"tables", "LIMIT_EXCEEDED",
       [](auto* r) {
         for (int i = 0; i < 5; ++i) {
           v1::TableSpec* spec = r->add_tables();
           spec->set_row_field("organism");
           spec->set_column_field("source");
         }
       }},
      {"facets", "FILTER_UNKNOWN_FIELD", [](auto* r) { r->add_tables()->set_row_field("x"); }},
      {"histograms", "LIMIT_EXCEEDED",
       [](auto* r) {
         for (int i = 0; i < 9; ++i) r->add_histograms()->set_field("year");
       }},
      {"facets", "VALUE_OUT_OF_RANGE", [](auto* r) { r->add_histograms()->set_width(-1); }},
      {"facets", "VALUE_OUT_OF_RANGE", [](auto* r) { r->add_histograms()->set_bins(-1); }},
      {"similar_to", "RESOURCE_NAME", [](auto* r) { r->set_similar_to("x"); }},
      {"order_by", "VALUE_OUT_OF_RANGE", [](auto* r) { r->set_order_by("colour"); }},
      {"min_sequence", "VALUE_OUT_OF_RANGE", [](auto* r) { r->set_min_sequence(-1); }},
      {"filter", "FILTER_SYNTAX", [](auto* r) { r->set_filter("bad"); }},
      {"facets", "FILTER_UNKNOWN_FIELD", [](auto* r) { r->add_facets()->set_field("organsim"); }},
      {"facets", "FILTER_UNKNOWN_FIELD", [](auto* r) { r->add_facets()->set_field(""); }},
      {"facets", "FILTER_UNKNOWN_FIELD",
       [](auto* r) { r->add_facets()->set_field("attribute[k]"); }},
      {"facets", "FILTER_UNKNOWN_FIELD",
       [](auto* r) { r->add_facets()->set_field("attribute[\"Age\"]"); }},
      {"facets", "FILTER_TYPE", [](auto* r) { r->add_facets()->set_field("title"); }},
      {"facets", "VALUE_OUT_OF_RANGE",
       [](auto* r) {
         r->add_facets()->set_field("organism");
         r->mutable_facets(0)->set_limit(-1);
       }},
      {"facets", "VALUE_OUT_OF_RANGE",
       [](auto* r) {
         r->add_facets()->set_field("organism");
         r->mutable_facets(0)->set_offset(-1);
       }},
      {"facets", "LIMIT_EXCEEDED",
       [](auto* r) {
         for (int i = 0; i < 21; ++i) r->add_facets()->set_field("organism");
       }},
      {"page_token", "PAGE_TOKEN_MISMATCH", [](auto* r) { r->set_page_token("x"); }},
  };
  for (const Row& row : rows) {
    v1::SearchRequest request;
    row.set(&request);
    const absl::Status status = Search(request);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument))
        << row.field << " " << row.reason;
    EXPECT_THAT(status, HasReason(row.reason)) << row.field;
    EXPECT_EQ(FieldOf(status), row.field);
  }
}

TEST_F(SearchServiceTest, LimitsAreMetExactly) {
  v1::SearchRequest request;
  for (int i = 0; i < 20; ++i) request.add_facets()->set_field("organism");
  request.mutable_facets(0)->set_limit(5000);
  request.set_page_size(100000);
  ASSERT_THAT(Search(request), IsOk());
  EXPECT_EQ(snapshot_->last().facets[0].limit, 1000);
  EXPECT_EQ(snapshot_->last().facets[1].limit, 50);
  EXPECT_EQ(snapshot_->last().page_size, 200);
  request.Clear();
  // The tag and the length of the only field take 4 bytes.
  request.set_query(std::string(kMaxSearchRequestBytes - 4, 'x'));
  ASSERT_EQ(request.ByteSizeLong(), kMaxSearchRequestBytes);
  EXPECT_THAT(Search(request), IsOk());
  request.mutable_query()->push_back('x');
  EXPECT_THAT(Search(request), HasReason("LIMIT_EXCEEDED"));
}

TEST_F(SearchServiceTest, EveryOrderIsUnderstood) {
  const std::pair<const char*, SearchOrder> orders[] = {
      {"", SearchOrder::kRelevance},
      {"relevance", SearchOrder::kRelevance},
      {" release_date   desc ", SearchOrder::kReleaseDateDescending},
      {"release_date", SearchOrder::kReleaseDate},
      {"title", SearchOrder::kTitle},
      {"image_count desc", SearchOrder::kImageCountDescending},
      {"bytes desc", SearchOrder::kBytesDescending},
      {"name", SearchOrder::kName},
  };
  for (const auto& [text, order] : orders) {
    v1::SearchRequest request;
    request.set_order_by(text);
    ASSERT_THAT(Search(request), IsOk()) << text;
    EXPECT_EQ(snapshot_->last().order, order) << text;
  }
}

TEST_F(SearchServiceTest, PagesReadTheSnapshotOfTheFirst) {
  v1::SearchRequest request;
  request.set_query("q");
  std::vector<std::string> names;
  int pages = 0;
  do {
    request.set_page_size(1 + pages * 37 % 200);
    ASSERT_THAT(Search(request), IsOk());
    EXPECT_EQ(response_.revision().sequence(), 1) << "the index moves on, the search does not";
    for (const auto& hit : response_.hits()) names.push_back(hit.name());
    request.set_page_token(response_.next_page_token());
    Publish(2 + pages, 10);
    ++pages;
  } while (!response_.next_page_token().empty());
  ASSERT_EQ(names.size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(names[i], absl::StrFormat("sources/s/studies/S%06d", i));
}

TEST_F(SearchServiceTest, TokensOfAnotherSearchOrAnotherTimeAreRefused) {
  v1::SearchRequest request;
  request.set_query("q");
  ASSERT_THAT(Search(request), IsOk());
  const std::string token = response_.next_page_token();
  request.set_page_token(token);
  request.set_query("other");
  EXPECT_THAT(Search(request), HasReason("PAGE_TOKEN_MISMATCH"));
  request.set_query("q");
  EXPECT_THAT(Search(request), IsOk());
  clock_.Advance(kPageTokenLife + absl::Seconds(1));
  EXPECT_THAT(Search(request), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Search(request), HasReason("CURSOR_EXPIRED"));
}

TEST_F(SearchServiceTest, OnlySoManySnapshotsArePinned) {
  v1::SearchRequest request;
  request.set_query("q");
  std::vector<std::string> tokens;
  for (int i = 0; i < 40; ++i) {
    Publish(100 + i, 1000);
    request.clear_page_token();
    ASSERT_THAT(Search(request), IsOk());
    tokens.push_back(response_.next_page_token());
    clock_.Advance(absl::Seconds(1));
  }
  request.set_page_token(tokens.front());
  EXPECT_THAT(Search(request), HasReason("CURSOR_EXPIRED"));
  request.set_page_token(tokens.back());
  EXPECT_THAT(Search(request), IsOk());
  request.set_page_token(tokens[20]);
  EXPECT_THAT(Search(request), IsOk());
  EXPECT_EQ(response_.revision().sequence(), 120);
}

TEST_F(SearchServiceTest, MinSequence) {
  v1::SearchRequest request;
  request.set_min_sequence(1);
  EXPECT_THAT(Search(request), IsOk());
  request.set_min_sequence(2);
  EXPECT_THAT(Search(request), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Search(request), HasReason("INDEX_BEHIND"));
}

TEST_F(SearchServiceTest, BeforeTheFirstSnapshotItIsUnavailable) {
  index_.Publish(nullptr);
  EXPECT_THAT(Search({}), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(SearchServiceTest, FailuresKeepTheirCode) {
  for (const absl::Status& failure :
       {absl::DeadlineExceededError("late"), absl::InternalError("bug")}) {
    snapshot_->Fail(failure);
    EXPECT_THAT(Search({}), StatusIs(failure.code()));
  }
}

TEST_F(SearchServiceTest, DeadlinesHaveADefaultAndAMaximum) {
  const auto wait = [&](absl::Duration asked) {
    grpc::ClientContext context;
    if (asked != absl::InfiniteDuration())
      context.set_deadline(absl::ToChronoTime(absl::Now() + asked));
    EXPECT_TRUE(stub_->Search(&context, {}, &response_).ok());
    return snapshot_->last_wait();
  };
  EXPECT_LE(wait(absl::InfiniteDuration()), absl::Seconds(2));
  EXPECT_GT(snapshot_->last_wait(), absl::Seconds(1));
  EXPECT_LE(wait(absl::Hours(1)), absl::Seconds(10));
  EXPECT_GT(snapshot_->last_wait(), absl::Seconds(9));
  // The deadline crosses the wire as a duration.
  EXPECT_LE(wait(absl::Seconds(5)), absl::Milliseconds(5100));
  EXPECT_GT(snapshot_->last_wait(), absl::Seconds(4));
}

TEST_F(SearchServiceTest, RecordsComeWithTheHitsIfAskedFor) {
  StoreStudies(3, 10);  // The index knows more: one that is gone from the catalogue stays a name.
  v1::SearchRequest request;
  request.set_page_size(5);
  request.set_view(v1::BASIC);
  ASSERT_THAT(Search(request), IsOk());
  EXPECT_EQ(response_.hits(2).record().study().title(), "t");
  EXPECT_EQ(response_.hits(2).record().study().attributes_size(), 0);
  EXPECT_FALSE(response_.hits(3).has_record());
  request.set_view(v1::FULL);
  ASSERT_THAT(Search(request), IsOk());
  EXPECT_EQ(response_.hits(2).record().study().attributes_size(), 1);
}

TEST_F(SearchServiceTest, PagesWithLargeRecordsAreCutAndGoOn) {
  Publish(1, 60);
  StoreStudies(60, 60 * 1024);
  v1::SearchRequest request;
  request.set_page_size(200);
  request.set_view(v1::FULL);
  std::vector<std::string> names;
  do {
    ASSERT_THAT(Search(request), IsOk());
    EXPECT_LT(response_.ByteSizeLong(), kMaxResponseBytes);
    EXPECT_LT(response_.hits_size(), 60);
    for (const auto& hit : response_.hits()) {
      EXPECT_TRUE(hit.has_record());
      names.push_back(hit.name());
    }
    request.set_page_token(response_.next_page_token());
  } while (!response_.next_page_token().empty());
  ASSERT_EQ(names.size(), 60u);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(SearchServiceTest, AStreamSendsEverythingInOrderAndCanGoOn) {
  Publish(1, 12345);
  v1::SearchRequest request;
  request.set_query("q");
  grpc::ClientContext context;
  std::vector<v1::SearchHit> hits;
  ASSERT_THAT(InProcessService::ReadAll(stub_->StreamSearch(&context, request), &hits), IsOk());
  ASSERT_EQ(hits.size(), 12345u);
  int since = 0;
  std::string middle;
  size_t middle_at = 0;
  for (size_t i = 0; i < hits.size(); ++i) {
    ASSERT_EQ(hits[i].name(), absl::StrFormat("sources/s/studies/S%06d", i));
    ++since;
    if (hits[i].page_token().empty()) continue;
    EXPECT_LE(since, 100);
    since = 0;
    if (i > 6000 && middle.empty()) {
      middle = hits[i].page_token();
      middle_at = i;
    }
  }
  EXPECT_EQ(since, 0) << "the last hit has a token";
  // A broken stream goes on behind the last token, on the same snapshot.
  Publish(2, 5);
  request.set_page_token(middle);
  grpc::ClientContext again;
  std::vector<v1::SearchHit> rest;
  ASSERT_THAT(InProcessService::ReadAll(stub_->StreamSearch(&again, request), &rest), IsOk());
  ASSERT_EQ(rest.size(), hits.size() - middle_at - 1);
  EXPECT_EQ(rest.front().name(), hits[middle_at + 1].name());
  // The same token serves a page of Search.
  ASSERT_THAT(Search(request), IsOk());
  EXPECT_EQ(response_.hits(0).name(), hits[middle_at + 1].name());
}

TEST_F(SearchServiceTest, AStreamThatIsNotReadDoesNotRunAhead) {
  Publish(1, 1'000'000);
  grpc::ClientContext context;
  auto reader = stub_->StreamSearch(&context, {});
  v1::SearchHit hit;
  ASSERT_TRUE(reader->Read(&hit));
  absl::SleepFor(absl::Milliseconds(300));
  // 1,000,000 hits would be some 200 reads of the index.
  EXPECT_LT(snapshot_->executed(), 20);
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(SearchServiceTest, AStreamFailsAsASearchDoes) {
  v1::SearchRequest request;
  request.set_filter("bad");
  grpc::ClientContext context;
  std::vector<v1::SearchHit> hits;
  EXPECT_THAT(InProcessService::ReadAll(stub_->StreamSearch(&context, request), &hits),
              HasReason("FILTER_SYNTAX"));
  Publish(2, 0);
  grpc::ClientContext empty;
  EXPECT_THAT(InProcessService::ReadAll(stub_->StreamSearch(&empty, {}), &hits), IsOk());
  EXPECT_TRUE(hits.empty());
}

TEST_F(SearchServiceTest, AnAnswerIsKeptAndComparedWithTheAnswerOfNow) {
  Publish(1, 120);
  v1::CiteSearchRequest cite;
  cite.mutable_search()->set_query("light");
  cite.mutable_search()->set_page_size(7);
  v1::SearchCitation kept, again;
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::CiteSearch, cite, &kept), IsOk());
  EXPECT_EQ(kept.total_size(), 120);
  EXPECT_EQ(kept.revision().sequence(), 1);
  EXPECT_EQ(kept.search().query(), "light");
  EXPECT_EQ(kept.search().page_size(), 0);
  EXPECT_EQ(kept.create_time(), "2023-11-14T22:13:20Z");
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::CiteSearch, cite, &again), IsOk());
  EXPECT_EQ(again.name(), kept.name());

  Publish(2, 121);
  v1::GetSearchCitationRequest get;
  get.set_name(kept.name());
  get.set_page_size(100);
  v1::SearchCitation first, second;
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &first), IsOk());
  EXPECT_EQ(first.revision().sequence(), 1);
  EXPECT_EQ(first.current_revision().sequence(), 2);
  EXPECT_EQ(first.total_size(), 120);
  EXPECT_EQ(first.added_count(), 1);
  EXPECT_EQ(first.changed_count() + first.removed_count(), 0);
  ASSERT_EQ(first.records_size(), 100);
  // The next page is of the same state.
  Publish(3, 1);
  get.set_page_token(first.next_page_token());
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &second), IsOk());
  EXPECT_EQ(second.current_revision().sequence(), 2);
  ASSERT_EQ(second.records_size(), 21);
  EXPECT_EQ(second.records(20).since(), v1::CitedRecord::ADDED);
  EXPECT_TRUE(second.next_page_token().empty());
  get.set_differences_only(true);
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &second),
              HasReason("PAGE_TOKEN_MISMATCH"));
  get.clear_page_token();
  ASSERT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &second), IsOk());
  EXPECT_EQ(second.removed_count(), 119);
  EXPECT_EQ(second.records(0).since(), v1::CitedRecord::REMOVED);
}

TEST_F(SearchServiceTest, RefusesToKeepTooMuchAndToShowWhatIsNotKept) {
  Publish(1, 100001);
  v1::SearchCitation response;
  EXPECT_THAT(
      InProcessService::Call(stub_.get(), &Stub::CiteSearch, v1::CiteSearchRequest(), &response),
      HasReason("LIMIT_EXCEEDED"));
  Publish(1, 100000);
  EXPECT_THAT(
      InProcessService::Call(stub_.get(), &Stub::CiteSearch, v1::CiteSearchRequest(), &response),
      IsOk());
  v1::GetSearchCitationRequest get;
  get.set_name("searches/1");
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &response),
              HasReason("RESOURCE_NAME"));
  get.set_name("searchCitations/0123456789abcdef0123456789abcdef");
  EXPECT_THAT(InProcessService::Call(stub_.get(), &Stub::GetSearchCitation, get, &response),
              HasReason("RESOURCE_NOT_FOUND"));
}

TEST_F(SearchServiceTest, SuggestLimits) {
  v1::SuggestRequest request;
  v1::SuggestResponse response;
  const auto suggest = [&] {
    return InProcessService::Call(stub_.get(), &Stub::Suggest, request, &response);
  };
  request.set_prefix("a");
  EXPECT_THAT(suggest(), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_prefix("\xC3\xA9");  // One character in two bytes.
  EXPECT_THAT(suggest(), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_prefix("ab");
  ASSERT_THAT(suggest(), IsOk());
  EXPECT_EQ(response.suggestions_size(), 10);
  request.set_limit(20);
  ASSERT_THAT(suggest(), IsOk());
  EXPECT_EQ(response.suggestions_size(), 20);
  request.set_limit(21);
  ASSERT_THAT(suggest(), IsOk());
  EXPECT_EQ(response.suggestions_size(), 20);
  request.set_limit(-1);
  EXPECT_THAT(suggest(), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_limit(0);
  request.set_prefix(std::string(256, 'a'));
  EXPECT_THAT(suggest(), IsOk());
  request.set_prefix(std::string(257, 'a'));
  EXPECT_THAT(suggest(), HasReason("LIMIT_EXCEEDED"));
  request.set_prefix("ab");
  request.add_fields("no_such_field");
  EXPECT_THAT(suggest(), HasReason("FILTER_UNKNOWN_FIELD"));
}

}  // namespace
}  // namespace parfocal
