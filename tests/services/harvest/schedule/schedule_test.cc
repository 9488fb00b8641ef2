#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/schedule/scheduler.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::FakeRecordStore;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using HarvestRun = parfocal::Run;

absl::Time At(int hour, int minute = 0, int day = 1) {
  return absl::FromCivil(absl::CivilMinute(2026, 3, day, hour, minute), absl::UTCTimeZone());
}

TEST(ScheduleTest, AWindowOpensAtItsBeginning) {
  Schedule night;
  ASSERT_THAT(SetWindow("22:00-05:30", &night), IsOk());
  EXPECT_EQ(FormatWindow(night), "22:00-05:30");
  EXPECT_EQ(OpenFrom(night, At(22)), At(22));
  EXPECT_EQ(OpenFrom(night, At(23, 59)), At(23, 59));
  EXPECT_EQ(OpenFrom(night, At(5, 29)), At(5, 29));
  EXPECT_EQ(OpenFrom(night, At(5, 30)), At(22));
  EXPECT_EQ(OpenFrom(night, At(21, 59)), At(22));
  Schedule day;
  ASSERT_THAT(SetWindow("09:00-17:00", &day), IsOk());
  EXPECT_EQ(OpenFrom(day, At(8)), At(9));
  EXPECT_EQ(OpenFrom(day, At(16, 59)), At(16, 59));
  EXPECT_EQ(OpenFrom(day, At(17)), At(9, 0, 2));
  EXPECT_EQ(OpenFrom(Schedule(), At(3)), At(3));
  for (const char* bad : {"22:00", "24:00-01:00", "1:00-2:00", "10:60-11:00", "10:00-10:00", "x"})
    EXPECT_THAT(SetWindow(bad, &day), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
}

TEST(ScheduleTest, BoundsOfASchedule) {
  const auto check = [](absl::Duration interval, absl::Duration jitter) {
    return CheckSchedule({interval, 0, 0, jitter}).ok();
  };
  EXPECT_TRUE(check(absl::ZeroDuration(), absl::ZeroDuration()));
  EXPECT_TRUE(check(kLeastInterval, absl::ZeroDuration()));
  EXPECT_FALSE(check(kLeastInterval - absl::Seconds(1), absl::ZeroDuration()));
  EXPECT_TRUE(check(kMostInterval, kMostInterval));
  EXPECT_FALSE(check(kMostInterval + absl::Seconds(1), absl::ZeroDuration()));
  EXPECT_FALSE(check(absl::Hours(1), absl::Hours(1) + absl::Seconds(1)));
  EXPECT_FALSE(check(absl::Hours(1), absl::Seconds(-1)));
  EXPECT_FALSE(check(absl::ZeroDuration(), absl::Seconds(1)));
}

// A store and a scheduler over it; runs are begun and ended by the test.
class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() { Restart(); }

  // As a new process on the same store would.
  void Restart() {
    scheduler_ = std::make_unique<Scheduler>(
        &store_, &clock_, limits_,
        [this](const std::string& source) {
          if (!refusal_.ok()) return refusal_;
          bool resumed = false;
          const auto run = store_.BeginRun(source, clock_.Now(), &resumed);
          EXPECT_FALSE(resumed) << "a second run of one source";
          begun_.push_back(source);
          newest_[source] = run->id;
          scheduler_->Changed(source);
          return absl::OkStatus();
        },
        [this](const std::string& source, const absl::Status&) { refused_.push_back(source); });
    scheduler_->Load();
  }

  void Add(const std::string& id, absl::Duration interval, absl::Duration jitter = {},
           const char* window = "") {
    Source source{.id = id, .connector = "c"};
    source.created = clock_.Now();
    source.schedule.interval = interval;
    source.schedule.jitter = jitter;
    ASSERT_THAT(SetWindow(window, &source.schedule), IsOk());
    ASSERT_THAT(store_.CreateSource(source), IsOk());
    scheduler_->Changed(id);
  }

  void End(const std::string& source, RunState state = RunState::kComplete,
           const std::string& message = "") {
    HarvestRun run;
    run.source = source;
    run.id = newest_.at(source);
    run.state = state;
    run.ended = clock_.Now();
    run.message = message;
    ASSERT_THAT(store_.EndRun(run), IsOk());
    scheduler_->Changed(source);
  }

  // Ticks each minute for so long; returns what began at which minute.
  std::vector<int64_t> MinutesOfRuns(absl::Duration span, RunState state) {
    std::vector<int64_t> minutes;
    const absl::Time begin = clock_.Now();
    for (; clock_.Now() - begin <= span; clock_.Advance(absl::Minutes(1))) {
      if (scheduler_->Tick() == 0) continue;
      minutes.push_back(absl::ToInt64Minutes(clock_.Now() - begin));
      for (const std::string& source : begun_)
        End(source, state, state == RunState::kComplete ? "" : "no answer");
      begun_.clear();
    }
    return minutes;
  }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ScheduleLimits limits_;
  absl::Status refusal_;
  std::vector<std::string> begun_, refused_;
  std::map<std::string, std::string> newest_;
  std::unique_ptr<Scheduler> scheduler_;
};

TEST_F(SchedulerTest, BeginsRunsAtTheirInterval) {
  Add("a", absl::Hours(1));
  Add("by-hand", absl::ZeroDuration());
  EXPECT_THAT(MinutesOfRuns(absl::Hours(3), RunState::kComplete), ElementsAre(0, 60, 120, 180));
}

TEST_F(SchedulerTest, OneRunOfASourceAtATime) {
  Add("a", absl::Minutes(1));
  EXPECT_EQ(scheduler_->Tick(), 1);
  clock_.Advance(absl::Hours(5));
  EXPECT_EQ(scheduler_->Tick(), 0);
  EXPECT_THAT(scheduler_->Ping("a"), IsOk());
  EXPECT_EQ(scheduler_->Tick(), 0);
  End("a");
  EXPECT_EQ(scheduler_->Tick(), 1) << "what was missed is made up for once";
  End("a");
  EXPECT_EQ(scheduler_->Tick(), 0);
}

TEST_F(SchedulerTest, KeepsToTheWindowAlsoWhenTheNodeWasDown) {
  // The manual clock stands at 22:13:20 UTC.
  Add("a", absl::Hours(24), {}, "09:00-10:00");
  EXPECT_EQ(scheduler_->Tick(), 0);
  EXPECT_EQ(absl::FormatTime("%H:%M", scheduler_->Of("a")->next_run, absl::UTCTimeZone()), "09:00");
  clock_.Advance(absl::Hours(14));  // 12:13: the window is past.
  Restart();
  EXPECT_EQ(scheduler_->Tick(), 0);
  clock_.Advance(absl::Hours(21));
  EXPECT_EQ(scheduler_->Tick(), 1);
}

TEST_F(SchedulerTest, JitterIsBoundedSpreadAndTheSameAfterARestart) {
  std::set<absl::Time> times;
  for (int i = 0; i < 20; ++i) Add(absl::StrCat("s", i), absl::Hours(1), absl::Minutes(30));
  EXPECT_EQ(scheduler_->Tick(), 20);
  const absl::Time begun = clock_.Now();
  for (int i = 0; i < 20; ++i) End(absl::StrCat("s", i));
  for (int i = 0; i < 20; ++i) {
    const absl::Time next = scheduler_->Of(absl::StrCat("s", i))->next_run;
    EXPECT_GE(next, begun + absl::Hours(1));
    EXPECT_LE(next, begun + absl::Minutes(90));
    times.insert(next);
  }
  EXPECT_GT(times.size(), 15u);
  const absl::Time before = scheduler_->Of("s3")->next_run;
  Restart();
  EXPECT_EQ(scheduler_->Of("s3")->next_run, before);
}

TEST_F(SchedulerTest, FailuresWaitLongerAndLongerAndThenForAPerson) {
  limits_.failures = 4;
  Restart();
  Add("a", absl::Minutes(5));
  EXPECT_THAT(MinutesOfRuns(absl::Hours(48), RunState::kFailed),
              ElementsAre(0, 15, 15 + 30, 15 + 30 + 60));
  const auto upkeep = scheduler_->Of("a");
  EXPECT_TRUE(upkeep->suspended);
  EXPECT_EQ(upkeep->failures, 4);
  EXPECT_THAT(upkeep->why_suspended, HasSubstr("no answer"));
  EXPECT_THAT(upkeep->why_suspended, HasSubstr("parfocal source resume a"));
  EXPECT_THAT(scheduler_->Ping("a"), HasReason("SOURCE_SUSPENDED"));
  Restart();
  EXPECT_TRUE(scheduler_->Of("a")->suspended) << "it stays so over a restart";
  // A person resumes it: it is tried at once, and may fail as often again.
  Source source = *store_.GetSource("a");
  source.resumed = clock_.Now();
  ASSERT_THAT(store_.UpdateSource(source), IsOk());
  scheduler_->Changed("a");
  EXPECT_FALSE(scheduler_->Of("a")->suspended);
  EXPECT_THAT(MinutesOfRuns(absl::Hours(48), RunState::kPartial), ElementsAre(0, 15, 45, 105));
  EXPECT_EQ(scheduler_->Of("a")->failures, 8);
}

TEST_F(SchedulerTest, TheLongestPauseIsADay) {
  limits_.failures = 100;
  Restart();
  Add("a", absl::Minutes(5));
  const auto minutes = MinutesOfRuns(absl::Hours(24 * 6), RunState::kHeld);
  ASSERT_GT(minutes.size(), 9u);
  EXPECT_EQ(minutes[9] - minutes[8], 24 * 60);
}

TEST_F(SchedulerTest, APingIsOneRunAfterAPause) {
  Add("a", absl::ZeroDuration());
  EXPECT_THAT(scheduler_->Ping("none"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(scheduler_->Tick(), 0);
  for (int i = 0; i < 3; ++i) EXPECT_THAT(scheduler_->Ping("a"), IsOk());
  EXPECT_EQ(scheduler_->Tick(), 1);
  End("a");
  EXPECT_EQ(scheduler_->Tick(), 0) << "three pings were one";
  EXPECT_THAT(scheduler_->Ping("a"), IsOk());
  clock_.Advance(limits_.ping_pause - absl::Seconds(1));
  EXPECT_EQ(scheduler_->Tick(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(scheduler_->Tick(), 1);
}

TEST_F(SchedulerTest, WhatCannotBeBegunIsNotTriedAtEachTick) {
  Add("a", absl::Minutes(5));
  refusal_ = absl::InvalidArgumentError("no such folder");
  EXPECT_THAT(MinutesOfRuns(absl::Minutes(50), RunState::kComplete), IsEmpty());
  EXPECT_EQ(refused_.size(), 3u) << "at once, after 15 and after 30 minutes more";
  refusal_ = absl::OkStatus();
  scheduler_->Changed("a");
  EXPECT_EQ(scheduler_->Tick(), 1);
}

TEST_F(SchedulerTest, KnowsHowFreshASourceIs) {
  Add("a", absl::Hours(1));
  const absl::Time created = clock_.Now();
  auto upkeep = scheduler_->Of("a");
  EXPECT_EQ(upkeep->last_attempt, absl::InfinitePast());
  EXPECT_EQ(upkeep->stale_from, created + absl::Hours(2));
  scheduler_->Tick();
  PageCommit page;
  page.source = "a";
  page.run = newest_["a"];
  page.upserts = {{testing::MakeStudy("a", "A", "t"), {}}};
  page.raw = {"x"};
  ASSERT_THAT(store_.CommitPage(page), IsOk());
  clock_.Advance(absl::Minutes(10));
  End("a");
  const absl::Time changed = clock_.Now();
  clock_.Advance(absl::Hours(1));
  scheduler_->Tick();
  End("a", RunState::kPartial);
  upkeep = scheduler_->Of("a");
  EXPECT_EQ(upkeep->last_seen, created);
  EXPECT_EQ(upkeep->last_changed, changed);
  EXPECT_EQ(upkeep->last_attempt, clock_.Now());
  EXPECT_EQ(upkeep->failures, 1);
  EXPECT_EQ(upkeep->stale_from, created + absl::Hours(2));
  ASSERT_THAT(store_.DeleteSource("a"), IsOk());
  scheduler_->Changed("a");
  EXPECT_THAT(scheduler_->Of("a"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace parfocal
