// What people do to sources: acts with a name and a reason, schedules, the quarantine.
#include "services/harvest/rpc/harvest_service_fixture.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::HarvestServiceTest;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::Stub;

// ---- Acts of people

// Of 200 studies 100 vanish: the run is held.
class HeldRunTest : public HarvestServiceTest {
 protected:
  HeldRunTest() {
    for (int i = 0; i < 200; ++i) archive_.studies[absl::StrFormat("S%03d", i)] = 1;
    EXPECT_THAT(Create("s"), IsOk());
    EndOf(*Start("s"));
    archive_.studies.erase(archive_.studies.begin(), std::next(archive_.studies.begin(), 100));
    clock_.Advance(absl::Hours(1));
    held_ = EndOf(*Start("s"));
    clock_.Advance(absl::Hours(1));
  }
  v1::Run EndOf(const v1::Run& run) { return Watch(run.name()).back(); }
  template <typename Request>
  Request Act(const std::string& name) {
    Request request;
    request.set_name(name);
    request.set_actor("ada");
    request.set_reason("the archive closed a collection");
    return request;
  }
  v1::Run held_;
};

TEST_F(HeldRunTest, IsReleasedByNameAndThatIsAudited) {
  ASSERT_EQ(held_.state(), v1::Run::HELD);
  EXPECT_THAT(held_.message(), HasSubstr("parfocal release s/"));
  auto request = Act<v1::ReleaseRunRequest>(held_.name());
  v1::Run run;
  request.clear_actor();
  EXPECT_THAT(Call(&Stub::ReleaseRun, request, &run), HasReason("VALUE_OUT_OF_RANGE"));
  request = Act<v1::ReleaseRunRequest>(held_.name());
  request.set_reason(std::string(2049, 'x'));
  EXPECT_THAT(Call(&Stub::ReleaseRun, request, &run), HasReason("LIMIT_EXCEEDED"));
  // What cannot be written down is not done.
  request = Act<v1::ReleaseRunRequest>(held_.name());
  audit_failure_ = absl::UnavailableError("no space");
  EXPECT_THAT(Call(&Stub::ReleaseRun, request, &run), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(store_.ListRuns("s").size(), 2u);
  audit_failure_ = absl::OkStatus();
  ASSERT_THAT(Call(&Stub::ReleaseRun, request, &run), IsOk());
  const v1::Run released = EndOf(run);
  EXPECT_EQ(released.state(), v1::Run::COMPLETE);
  EXPECT_EQ(released.ledger().deleted(), 100);
  EXPECT_THAT(audited_, ElementsAre(absl::StrCat("run.release ", held_.name(),
                                                 " by ada: the archive closed a collection")));
  EXPECT_THAT(Call(&Stub::ReleaseRun, request, &run), HasReason("RUN_NOT_HELD"))
      << "a newer run has ended since";
}

TEST_F(HeldRunTest, WhatARunDeletedIsBroughtBackForThirtyDays) {
  v1::Run run;
  ASSERT_THAT(Call(&Stub::ReleaseRun, Act<v1::ReleaseRunRequest>(held_.name()), &run), IsOk());
  EndOf(run);
  EXPECT_EQ(store_.Status("public")->studies, 100);
  v1::RestoreRecordsResponse restored;
  clock_.Advance(absl::Hours(24 * 30));
  ASSERT_THAT(Call(&Stub::RestoreRecords, Act<v1::RestoreRecordsRequest>(run.name()), &restored),
              IsOk());
  EXPECT_EQ(restored.restored(), 100);
  EXPECT_EQ(store_.Status("public")->studies, 200);
  EXPECT_THAT(audited_.back(), HasSubstr("run.restore"));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Call(&Stub::RestoreRecords, Act<v1::RestoreRecordsRequest>(run.name()), &restored),
              HasReason("RESTORE_TOO_LATE"));
}

TEST_F(HeldRunTest, AcceptingDeletionsUnnamedIsAuditedToo) {
  v1::StartRunRequest request;
  request.set_parent("sources/s");
  request.set_accept_deletions(true);
  v1::Run run;
  ASSERT_THAT(Call(&Stub::StartRun, request, &run), IsOk());
  EndOf(run);
  EXPECT_THAT(audited_, ElementsAre(HasSubstr("run.accept-deletions sources/s by (not named)")));
}

TEST_F(HarvestServiceTest, ASourceHasAScheduleAndTellsHowFreshItIs) {
  v1::CreateSourceRequest create;
  create.set_source_id("s");
  create.mutable_source()->set_connector("scripted");
  create.mutable_source()->set_location("/somewhere");
  create.mutable_source()->mutable_schedule()->mutable_interval()->set_seconds(59);
  v1::Source source;
  EXPECT_THAT(Call(&Stub::CreateSource, create, &source), HasReason("VALUE_OUT_OF_RANGE"));
  create.mutable_source()->mutable_schedule()->mutable_interval()->set_seconds(86400);
  create.mutable_source()->mutable_schedule()->set_window("22:00-05:30");
  ASSERT_THAT(Call(&Stub::CreateSource, create, &source), IsOk());
  EXPECT_EQ(source.schedule().window(), "22:00-05:30");
  EXPECT_TRUE(source.freshness().has_next_run());
  EXPECT_FALSE(source.freshness().has_last_seen());
  archive_.studies["A"] = 1;
  Watch(Start("s")->name());
  v1::GetSourceRequest get;
  get.set_name("sources/s");
  ASSERT_THAT(Call(&Stub::GetSource, get, &source), IsOk());
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  EXPECT_EQ(source.freshness().last_seen().seconds(), now);
  EXPECT_EQ(source.freshness().last_changed().seconds(), now);
  EXPECT_FALSE(source.freshness().has_stale_since());
  clock_.Advance(absl::Hours(48));
  ASSERT_THAT(Call(&Stub::GetSource, get, &source), IsOk());
  EXPECT_EQ(source.freshness().stale_since().seconds(), now + 2 * 86400);
  // Eight failures in a row suspend it, until a person says that they are mended.
  archive_.fail_at_page = 0;
  for (int i = 0; i < 8; ++i) Watch(Start("s")->name());
  scheduler_->Changed("s");
  ASSERT_THAT(Call(&Stub::GetSource, get, &source), IsOk());
  EXPECT_EQ(source.state(), v1::Source::SUSPENDED);
  EXPECT_EQ(source.consecutive_failures(), 8);
  v1::PingSourceRequest ping;
  ping.set_name("sources/s");
  EXPECT_THAT(Call(&Stub::PingSource, ping, &source), HasReason("SOURCE_SUSPENDED"));
  v1::ResumeSourceRequest resume;
  resume.set_name("sources/s");
  resume.set_actor("ada");
  EXPECT_THAT(Call(&Stub::ResumeSource, resume, &source), HasReason("VALUE_OUT_OF_RANGE"));
  resume.set_reason("the server is back");
  clock_.Advance(absl::Seconds(1));
  ASSERT_THAT(Call(&Stub::ResumeSource, resume, &source), IsOk());
  EXPECT_EQ(source.state(), v1::Source::ACTIVE);
  EXPECT_THAT(audited_, ElementsAre("source.resume sources/s by ada: the server is back"));
  EXPECT_THAT(Call(&Stub::PingSource, ping, &source), IsOk());
}

TEST_F(HarvestServiceTest, ShowsAndReplaysWhatWasRefused) {
  for (int i = 0; i < 200; ++i) archive_.studies[absl::StrFormat("S%03d", i)] = 1;
  archive_.bad = {"S004"};
  ASSERT_THAT(Create("s"), IsOk());
  const v1::Run run = Watch(Start("s")->name()).back();
  v1::GetRejectionRequest get;
  get.set_parent(run.name());
  v1::Rejection rejection;
  ASSERT_THAT(Call(&Stub::GetRejection, get, &rejection), IsOk());
  EXPECT_EQ(rejection.place(), "S004");
  EXPECT_EQ(rejection.data(), "S004 v1");
  EXPECT_TRUE(rejection.can_replay());
  get.set_number(1);
  EXPECT_THAT(Call(&Stub::GetRejection, get, &rejection), StatusIs(absl::StatusCode::kNotFound));
  get.set_number(-1);
  EXPECT_THAT(Call(&Stub::GetRejection, get, &rejection), HasReason("VALUE_OUT_OF_RANGE"));
  archive_.bad.clear();
  v1::ReplayRejectionsRequest replay;
  replay.set_parent("sources/s");
  v1::Run second;
  ASSERT_THAT(Call(&Stub::ReplayRejections, replay, &second), IsOk());
  EXPECT_EQ(Watch(second.name()).back().ledger().new_records(), 1);
  EXPECT_THAT(Call(&Stub::ReplayRejections, replay, &second), HasReason("NOTHING_TO_REPLAY"));
}

}  // namespace
}  // namespace parfocal
