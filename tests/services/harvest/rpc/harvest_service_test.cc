#include "parfocal/harvest_rpc/harvest_service.h"

#include "services/harvest/rpc/harvest_service_fixture.h"

namespace parfocal {
namespace {

using testing::HarvestServiceTest;
using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using testing::Stub;

TEST_F(HarvestServiceTest, CreatesReadsUpdatesAndDeletesASource) {
  ASSERT_THAT(Create("gallery"), IsOk());
  EXPECT_THAT(Create("gallery"), HasReason("RESOURCE_EXISTS"));
  v1::GetSourceRequest get;
  v1::Source source;
  get.set_name("sources/gallery");
  ASSERT_THAT(Call(&Stub::GetSource, get, &source), IsOk());
  EXPECT_EQ(source.name(), "sources/gallery");
  EXPECT_EQ(source.title(), "title of gallery");
  EXPECT_EQ(source.connector(), "scripted");
  EXPECT_EQ(source.create_time().seconds(), absl::ToUnixSeconds(clock_.Now()));

  v1::UpdateSourceRequest update;
  update.mutable_source()->set_name("sources/gallery");
  update.mutable_source()->set_title("new");
  update.mutable_source()->set_location("/elsewhere");
  update.mutable_update_mask()->add_paths("title");
  ASSERT_THAT(Call(&Stub::UpdateSource, update, &source), IsOk());
  EXPECT_EQ(source.title(), "new");
  EXPECT_EQ(source.location(), "/somewhere") << "what the mask does not name stays";
  update.mutable_update_mask()->add_paths("connector");
  EXPECT_THAT(Call(&Stub::UpdateSource, update, &source), HasReason("VALUE_OUT_OF_RANGE"));
  update.clear_update_mask();
  EXPECT_THAT(Call(&Stub::UpdateSource, update, &source), HasReason("VALUE_OUT_OF_RANGE"));

  v1::DeleteSourceRequest remove;
  google::protobuf::Empty empty;
  remove.set_name("sources/gallery");
  ASSERT_THAT(Call(&Stub::DeleteSource, remove, &empty), IsOk());
  EXPECT_THAT(Call(&Stub::DeleteSource, remove, &empty), HasReason("RESOURCE_NOT_FOUND"));
  EXPECT_THAT(Call(&Stub::GetSource, get, &source), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(HarvestServiceTest, RefusesBadDefinitions) {
  for (const char* id : {"", "A", "1a", "a_b", "-a"})
    EXPECT_THAT(Create(id), HasReason("RESOURCE_NAME")) << id;
  EXPECT_THAT(Create(std::string(63, 'a')), IsOk());
  EXPECT_THAT(Create(std::string(64, 'a')), HasReason("RESOURCE_NAME"));
  EXPECT_THAT(Create("x", "unknown"), HasReason("SOURCE_DEFINITION"));
  EXPECT_THAT(Create("x", "refuses"), HasReason("SOURCE_DEFINITION"));
}

TEST_F(HarvestServiceTest, SourceDefinitionsHaveLimits) {
  struct Row {
    const char* field;
    std::function<void(v1::Source*, size_t)> set;
    size_t limit;
  };
  const std::vector<Row> rows = {
      {"source.title", [](v1::Source* s, size_t n) { s->set_title(std::string(n, 't')); },
       kMaxSourceTitleBytes},
      {"source.location", [](v1::Source* s, size_t n) { s->set_location(std::string(n, 'l')); },
       kMaxSourceLocationBytes},
      {"source.options",
       [](v1::Source* s, size_t n) { (*s->mutable_options())["k"] = std::string(n, 'o'); },
       kMaxSourceOptionBytes},
      {"source.options",
       [](v1::Source* s, size_t n) {
         for (size_t i = 0; i < n; ++i) (*s->mutable_options())[absl::StrCat("k", i)] = "v";
       },
       kMaxSourceOptions},
  };
  int number = 0;
  for (const Row& row : rows) {
    for (const size_t beyond : {0, 1}) {
      v1::CreateSourceRequest request;
      v1::Source response;
      request.set_source_id(absl::StrCat("s", number++));
      request.mutable_source()->set_connector("scripted");
      row.set(request.mutable_source(), row.limit + beyond);
      const absl::Status status = Call(&Stub::CreateSource, request, &response);
      if (beyond == 0) {
        EXPECT_THAT(status, IsOk()) << row.field;
      } else {
        EXPECT_THAT(status, HasReason("LIMIT_EXCEEDED")) << row.field;
        EXPECT_EQ(FieldOf(status), row.field);
      }
    }
  }
}

TEST_F(HarvestServiceTest, WatchEndsWithTheRun) {
  ASSERT_THAT(Create("s"), IsOk());
  for (int i = 0; i < 95; ++i) archive_.studies[absl::StrFormat("S%03d", i)] = 1;
  std::atomic<bool> open = false;
  archive_.before_page = [&](int page) {
    while (page == 5 && !open) absl::SleepFor(absl::Milliseconds(1));
  };
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("s"));
  EXPECT_EQ(run.state(), v1::Run::RUNNING);
  EXPECT_THAT(Start("s"), HasReason("RUN_IN_PROGRESS"));
  std::thread release([&] {
    absl::SleepFor(absl::Milliseconds(700));
    open = true;
  });
  absl::Status status;
  const std::vector<v1::Run> seen = Watch(run.name(), &status);
  release.join();
  EXPECT_THAT(status, IsOk());
  ASSERT_GE(seen.size(), 2u);
  EXPECT_LE(seen.size(), 10u) << "at most four times a second";
  EXPECT_EQ(seen.back().state(), v1::Run::COMPLETE);
  EXPECT_EQ(seen.back().ledger().fetched(), 95);
  EXPECT_TRUE(seen.back().ledger().adds_up());
  EXPECT_EQ(seen.back().progress_done(), 95);
  for (size_t i = 0; i + 1 < seen.size(); ++i) EXPECT_EQ(seen[i].state(), v1::Run::RUNNING);
  // An ended run is sent once.
  EXPECT_EQ(Watch(run.name()).size(), 1u);
  Watch("sources/s/runs/none", &status);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  Watch("sources/s", &status);
  EXPECT_THAT(status, HasReason("RESOURCE_NAME"));
}

TEST_F(HarvestServiceTest, AWatcherWhoGoesAwayHoldsNothing) {
  ASSERT_THAT(Create("s"), IsOk());
  archive_.studies["A"] = 1;
  std::atomic<bool> open = false;
  archive_.before_page = [&](int) {
    while (!open) absl::SleepFor(absl::Milliseconds(1));
  };
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("s"));
  for (int i = 0; i < 40; ++i) {
    grpc::ClientContext context;
    v1::WatchRunRequest request;
    request.set_name(run.name());
    auto reader = stub_->WatchRun(&context, request);
    v1::Run first;
    ASSERT_TRUE(reader->Read(&first)) << i;
    context.TryCancel();
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  open = true;
  EXPECT_EQ(Watch(run.name()).back().state(), v1::Run::COMPLETE);
}

TEST_F(HarvestServiceTest, ListsPageWithoutSkippingOrRepeating) {
  std::vector<std::string> all;
  for (char c = 'a'; c < 'h'; ++c) {
    ASSERT_THAT(Create(std::string(1, c)), IsOk());
    all.push_back(absl::StrCat("sources/", std::string(1, c)));
  }
  for (int page_size : {1, 3, 7, 8}) {
    std::vector<std::string> seen;
    v1::ListSourcesRequest request;
    v1::ListSourcesResponse response;
    request.set_page_size(page_size);
    do {
      ASSERT_THAT(Call(&Stub::ListSources, request, &response), IsOk());
      for (const v1::Source& source : response.sources()) seen.push_back(source.name());
      request.set_page_token(response.next_page_token());
    } while (!response.next_page_token().empty());
    EXPECT_EQ(seen, all);
  }
  std::vector<std::string> runs, seen;
  for (int i = 0; i < 5; ++i) {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("a"));
    Watch(run.name());
    runs.insert(runs.begin(), run.name());
    clock_.Advance(absl::Seconds(1));
  }
  v1::ListRunsRequest request;
  v1::ListRunsResponse response;
  request.set_parent("sources/a");
  request.set_page_size(2);
  do {
    ASSERT_THAT(Call(&Stub::ListRuns, request, &response), IsOk());
    for (const v1::Run& run : response.runs()) seen.push_back(run.name());
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(seen, runs);
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(Call(&Stub::ListRuns, request, &response), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_page_size(0);
  request.set_parent("sources/nowhere");
  EXPECT_THAT(Call(&Stub::ListRuns, request, &response), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(HarvestServiceTest, RejectionsPageWithinTheirRun) {
  ASSERT_THAT(Create("s"), IsOk());
  for (int i = 0; i < 100; ++i) archive_.studies[absl::StrFormat("S%03d", i)] = 1;
  for (int i = 0; i < 5; ++i) archive_.bad.insert(absl::StrFormat("S%03d", i));
  archive_.page_size = 100;
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("s"));
  Watch(run.name());
  v1::ListRejectionsRequest request;
  v1::ListRejectionsResponse response;
  request.set_parent("sources/s");
  request.set_page_size(2);
  ASSERT_THAT(Call(&Stub::ListRejections, request, &response), IsOk());
  ASSERT_EQ(response.rejections_size(), 2);
  EXPECT_EQ(response.rejections(0).place(), "S000");
  EXPECT_EQ(response.rejections(0).run(), run.name());
  // A newer run does not slip in between.
  clock_.Advance(absl::Seconds(1));
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run newer, Start("s"));
  Watch(newer.name());
  std::vector<std::string> places;
  while (!response.next_page_token().empty()) {
    request.set_page_token(response.next_page_token());
    ASSERT_THAT(Call(&Stub::ListRejections, request, &response), IsOk());
    for (const v1::Rejection& rejection : response.rejections()) {
      EXPECT_EQ(rejection.run(), run.name());
      places.push_back(rejection.place());
    }
  }
  EXPECT_EQ(places, (std::vector<std::string>{"S002", "S003", "S004"}));
  request.clear_page_token();
  request.set_parent(newer.name());
  request.set_page_size(100);
  ASSERT_THAT(Call(&Stub::ListRejections, request, &response), IsOk());
  EXPECT_EQ(response.rejections_size(), 5);
}

TEST_F(HarvestServiceTest, FailuresInARowAreCounted) {
  ASSERT_THAT(Create("s"), IsOk());
  archive_.studies["A"] = 1;
  const auto failures = [&] {
    v1::GetSourceRequest get;
    v1::Source source;
    get.set_name("sources/s");
    EXPECT_THAT(Call(&Stub::GetSource, get, &source), IsOk());
    return source.consecutive_failures();
  };
  for (int i = 1; i <= 3; ++i) {
    archive_.fail_at_page = 0;
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("s"));
    EXPECT_EQ(Watch(run.name()).back().state(), v1::Run::FAILED);
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(failures(), i);
  }
  archive_.fail_at_page = -1;
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const v1::Run run, Start("s"));
  EXPECT_EQ(Watch(run.name()).back().state(), v1::Run::COMPLETE);
  EXPECT_EQ(failures(), 0);
}

TEST_F(HarvestServiceTest, ARehearsalIsAnsweredAndWritesNothing) {
  v1::TrySourceRequest request;
  request.set_definition("protocol: table");
  request.set_definition_name("d.yaml");
  request.set_location("/data");
  v1::TrySourceResponse response;
  ASSERT_THAT(Call(&Stub::TrySource, request, &response), IsOk());
  EXPECT_THAT(tried_, ::testing::ElementsAre("protocol: table", "d.yaml", "/data", "20"));
  EXPECT_EQ(response.studies(), 1);
  EXPECT_EQ(response.image_sets(), 2);
  EXPECT_TRUE(response.complete());
  EXPECT_TRUE(response.ledger().adds_up());
  ASSERT_EQ(response.fields_size(), 1);
  EXPECT_EQ(response.fields(0).level(), "image set");
  EXPECT_EQ(response.fields(0).mapped_values(), 1);
  EXPECT_EQ(response.unmapped(0).value(), "gnome\xEF\xBF\xBD");
  EXPECT_EQ(response.rejections(0).place(), "a.csv:2");
  EXPECT_EQ(response.rejections(0).reason(), "write to [e-mail masked]");
  EXPECT_EQ(response.rejections(0).run(), "");
  EXPECT_EQ(response.total_rejections(), 5);
  EXPECT_TRUE(store_.ListSources().empty());
  request.set_max_pages(5000);
  ASSERT_THAT(Call(&Stub::TrySource, request, &response), IsOk());
  EXPECT_EQ(tried_[3], "1000");
}

TEST_F(HarvestServiceTest, ARehearsalThatCannotBeSaysWhy) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  v1::TrySourceRequest request;
  v1::TrySourceResponse response;
  request.set_definition("bad");
  absl::Status status = Call(&Stub::TrySource, request, &response);
  EXPECT_THAT(status, StatusIs(kInvalid, ::testing::HasSubstr("definition:1: no definition")));
  EXPECT_THAT(status, HasReason("SOURCE_DEFINITION"));
  request.set_definition("protocol: table");
  request.set_max_pages(-1);
  EXPECT_THAT(Call(&Stub::TrySource, request, &response), HasReason("VALUE_OUT_OF_RANGE"));
  request.set_max_pages(0);
  request.set_definition(std::string((1 << 20) + 1, ' '));
  EXPECT_THAT(Call(&Stub::TrySource, request, &response), HasReason("LIMIT_EXCEEDED"));
  request.clear_definition();
  request.set_location(std::string(kMaxSourceLocationBytes + 1, 'x'));
  EXPECT_THAT(Call(&Stub::TrySource, request, &response), HasReason("LIMIT_EXCEEDED"));
}

}  // namespace
}  // namespace parfocal
