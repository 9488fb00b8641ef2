#include "parfocal/harvest_run/harvest_runner.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/harvest/run/harvest_runner_fixture.h"

namespace parfocal {
namespace {

using testing::Accession;
using testing::HarvestRun;
using testing::HarvestRunnerTest;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

TEST_F(HarvestRunnerTest, HarvestsEveryPageOnce) {
  Fill(0, 105);
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.message, "");
  EXPECT_EQ(run.ledger.pages, 11);
  EXPECT_EQ(run.ledger.fetched, 105);
  EXPECT_EQ(run.ledger.new_records, 105);
  EXPECT_TRUE(run.ledger.Adds());
  EXPECT_EQ(Live(), 105);
  EXPECT_EQ(normalised_, 105);
  EXPECT_EQ(archive_.pages_read, 11);
  EXPECT_EQ(store_.GetSource("s")->last_complete_run, run.id);
}

TEST_F(HarvestRunnerTest, EachPageWaitsForTheIndexOfThePageBefore) {
  Fill(0, 35);
  EXPECT_EQ(Harvest().state, RunState::kComplete);
  MutexLock lock(&mu_);
  EXPECT_EQ(awaited_, (std::vector<int64_t>{10, 20, 30}));
}

TEST_F(HarvestRunnerTest, AnEmptySourceIsComplete) {
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.fetched, 0);
}

TEST_F(HarvestRunnerTest, ASecondHarvestCountsWhatChanged) {
  Fill(0, 30);
  Harvest();
  Fill(10, 15, 2);
  Fill(30, 33);
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.unchanged, 25);
  EXPECT_EQ(run.ledger.changed, 5);
  EXPECT_EQ(run.ledger.new_records, 3);
  EXPECT_EQ(run.ledger.deleted, 0);
}

TEST_F(HarvestRunnerTest, WhatAWholeListingLacksIsDeletedAndCanComeBack) {
  Fill(0, 30);
  Harvest();
  archive_.studies.erase(Accession(3));
  EXPECT_EQ(Harvest().ledger.deleted, 1);
  EXPECT_THAT(store_.Get({"s", Accession(3), ""}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Live(), 29);
  Fill(3, 4);
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.ledger.restored, 1);
  EXPECT_EQ(Live(), 30);
}

TEST_F(HarvestRunnerTest, AListingInPiecesMustLackItTwice) {
  archive_.whole = false;
  Fill(0, 30);
  Harvest();
  archive_.studies.erase(Accession(3));
  EXPECT_EQ(Harvest().ledger.deleted, 0);
  EXPECT_EQ(Live(), 30);
  const HarvestRun second = Harvest();
  EXPECT_EQ(second.ledger.deleted, 1);
  EXPECT_EQ(second.state, RunState::kComplete);
  EXPECT_EQ(Live(), 29);
}

TEST_F(HarvestRunnerTest, APartialRunBetweenDoesNotCountAsAListing) {
  archive_.whole = false;
  Fill(0, 30);
  Harvest();
  archive_.studies.erase(Accession(3));
  Harvest();  // Lacks it once.
  Fill(3, 4);
  archive_.fail_at_page = 2;
  EXPECT_EQ(Harvest().state, RunState::kPartial);  // Saw it.
  archive_.fail_at_page = -1;
  archive_.studies.erase(Accession(3));
  EXPECT_EQ(Harvest().ledger.deleted, 0) << "it was seen since the last complete listing";
  EXPECT_EQ(Harvest().ledger.deleted, 1);
}

TEST_F(HarvestRunnerTest, AFailedPageEndsTheRunAndDeletesNothing) {
  Fill(0, 30);
  Harvest();
  archive_.studies.erase(Accession(29));
  Fill(0, 1, 2);
  archive_.fail_at_page = 1;
  const HarvestRun partial = Harvest();
  EXPECT_EQ(partial.state, RunState::kPartial);
  EXPECT_EQ(partial.ledger.changed, 1);
  EXPECT_EQ(partial.ledger.deleted, 0);
  EXPECT_THAT(partial.message, HasSubstr("source s"));
  EXPECT_THAT(partial.message, HasSubstr("cursor '1'"));
  EXPECT_THAT(partial.message, HasSubstr("the server hung up"));
  EXPECT_THAT(partial.message, HasSubstr("again"));
  archive_.fail_at_page = 0;
  const HarvestRun failed = Harvest();
  EXPECT_EQ(failed.state, RunState::kFailed);
  EXPECT_THAT(failed.message, HasSubstr("the first page"));
  EXPECT_EQ(Live(), 30);
}

// RELIABILITY: beyond 10 % and beyond 50 the run is held; each limit alone lets it pass.
TEST_F(HarvestRunnerTest, TooManyDeletionsHoldTheRun) {
  struct Row {
    int before, deleted;
    bool held;
  };
  const Row rows[] = {
      {1000, 100, false},                   // 10 % is not beyond 10 %.
      {1000, 101, true},  {505, 51, true},  // 10.1 %, 51.
      {510, 51, false},                     // 51 are 10 %.
      {100, 50, false},                     // 50 is not beyond 50.
      {100, 51, true},    {51, 51, true},
  };
  int first = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.deleted, " of ", row.before));
    archive_.studies.clear();
    Fill(first, first + row.before);
    ASSERT_EQ(Harvest(/*accept_deletions=*/true).state, RunState::kComplete);
    ASSERT_EQ(Live(), row.before);
    for (int i = 0; i < row.deleted; ++i) archive_.studies.erase(Accession(first + i));
    const HarvestRun run = Harvest();
    EXPECT_EQ(run.state, row.held ? RunState::kHeld : RunState::kComplete);
    EXPECT_EQ(run.ledger.deleted, row.held ? 0 : row.deleted);
    EXPECT_EQ(Live(), row.held ? row.before : row.before - row.deleted);
    if (row.held) {
      EXPECT_THAT(run.message, HasSubstr(absl::StrCat(row.deleted, " records")));
      EXPECT_THAT(run.message, HasSubstr("parfocal release s/"));
      const HarvestRun accepted = Harvest(/*accept_deletions=*/true);
      EXPECT_EQ(accepted.state, RunState::kComplete);
      EXPECT_EQ(accepted.ledger.deleted, row.deleted);
    }
    first += 10000;
  }
}

TEST_F(HarvestRunnerTest, AnExchangeOfIdentitiesHoldsTheRun) {
  for (const auto& [exchanged, held] : std::vector<std::pair<int, bool>>{{60, false}, {61, true}}) {
    const int first = exchanged * 10000;
    archive_.studies.clear();
    Fill(first, first + 1200);
    ASSERT_EQ(Harvest(true).state, RunState::kComplete);
    // Fewer than 10 % vanish, and as many come under new names: 5 % is 60.
    for (int i = 0; i < exchanged; ++i) archive_.studies.erase(Accession(first + i));
    Fill(first + 5000, first + 5000 + exchanged);
    EXPECT_EQ(Harvest().state, held ? RunState::kHeld : RunState::kComplete) << exchanged;
  }
}

TEST_F(HarvestRunnerTest, ManyDeletionsAreCommittedInPages) {
  limits_.deletions_per_page = 7;
  Restart();
  Fill(0, 40);
  Harvest();
  archive_.studies.clear();
  Fill(0, 2);
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.deleted, 38);
  EXPECT_EQ(Live(), 2);
}

TEST_F(HarvestRunnerTest, BadRecordsAreQuarantinedWithTheirReason) {
  Fill(0, 30);
  for (int i = 0; i < 5; ++i) archive_.bad.insert(Accession(i));
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete) << "five bad records are below the floor";
  EXPECT_EQ(run.ledger.quarantined, 5);
  EXPECT_EQ(run.ledger.new_records, 25);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto rejections, store_.ListRejections("s", run.id, 0, 100));
  ASSERT_EQ(rejections.size(), 5u);
  EXPECT_EQ(rejections[0].place, Accession(0));
  EXPECT_EQ(rejections[0].source, "s");
  EXPECT_EQ(rejections[0].run, run.id);
}

// Beyond 1 % of its records in quarantine a run is PARTIAL.
TEST_F(HarvestRunnerTest, MuchQuarantineMakesTheRunPartial) {
  archive_.page_size = 100;
  Fill(0, 1000);
  for (int i = 0; i < 10; ++i) archive_.bad.insert(Accession(100 * i));
  EXPECT_EQ(Harvest().state, RunState::kComplete) << "10 of 1000 is not beyond 1 %";
  archive_.bad.insert(Accession(5));
  archive_.studies.erase(Accession(999));
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kPartial);
  EXPECT_THAT(run.message, HasSubstr("11 of 999"));
  EXPECT_EQ(run.ledger.deleted, 0);
}

// Beyond 20 % of bad records a page is refused whole.
TEST_F(HarvestRunnerTest, APageOfBadRecordsIsRefusedWhole) {
  archive_.page_size = 50;
  Fill(0, 150);
  for (int i = 0; i < 10; ++i) archive_.bad.insert(Accession(i));
  const HarvestRun at_limit = Harvest();
  EXPECT_EQ(at_limit.ledger.skipped, 0) << "10 of 50 is not beyond 20 %";
  archive_.bad.insert(Accession(10));
  Fill(11, 50, 2);
  const HarvestRun beyond = Harvest();
  EXPECT_EQ(beyond.state, RunState::kPartial);
  EXPECT_EQ(beyond.ledger.skipped, 39);
  EXPECT_EQ(beyond.ledger.changed, 0) << "nothing of the page was applied";
  EXPECT_EQ(beyond.ledger.unchanged, 100);
  EXPECT_TRUE(beyond.ledger.Adds());
  EXPECT_THAT(beyond.message, HasSubstr("39 records were passed over"));
  EXPECT_THAT(beyond.message, HasSubstr("11 of its 50 records are bad"));
}

TEST_F(HarvestRunnerTest, NothingButBadRecordsIsAFailure) {
  Fill(0, 30);
  for (int i = 0; i < 30; ++i) archive_.bad.insert(Accession(i));
  EXPECT_EQ(Harvest().state, RunState::kFailed);
}

TEST_F(HarvestRunnerTest, ALedgerThatDoesNotAddUpIsNeverComplete) {
  Fill(0, 30);
  archive_.miscount_page = 1;
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kPartial);
  EXPECT_THAT(run.message, HasSubstr("does not add up"));
}

TEST_F(HarvestRunnerTest, AStoppedRunGoesOnWhereItWas) {
  Fill(0, 200);
  for (int stop_at = 0; stop_at < 20; stop_at += 3) {
    archive_.pages_read = 0;
    std::atomic<bool> reached = false;
    archive_.before_page = [&](int page) {
      if (page == stop_at) reached = true;
    };
    const auto begun = runner_->Start("s", false);
    ASSERT_THAT(begun, IsOk());
    while (!reached) absl::SleepFor(absl::Microseconds(50));
    runner_->Stop();
    const HarvestRun stopped = *store_.GetRun("s", begun->run.id);
    archive_.before_page = nullptr;
    Restart();
    const int resumed = runner_->ResumeAll();
    // A run that had just ended when it was told to stop is not taken up again.
    EXPECT_EQ(resumed, stopped.state == RunState::kRunning ? 1 : 0);
    const HarvestRun run = Await(begun->run.id);
    EXPECT_EQ(run.state, RunState::kComplete);
    EXPECT_EQ(run.ledger.pages, 20) << "no page counts twice";
    EXPECT_EQ(run.ledger.fetched, 200);
    EXPECT_TRUE(run.ledger.Adds());
    EXPECT_EQ(Live(), 200);
    // The pages in hand may be read twice, no more than those.
    EXPECT_LE(archive_.pages_read, 23);
    clock_.Advance(absl::Seconds(1));
  }
}

TEST_F(HarvestRunnerTest, ARunStoppedAmongItsDeletionsFinishesThem) {
  limits_.deletions_per_page = 1;
  Fill(0, 40);
  Restart();
  Harvest();
  archive_.studies.clear();
  Fill(0, 5);
  // As a kill leaves it: the pages are read, some deletions are done.
  bool resumed = false;
  HarvestRun run = *store_.BeginRun("s", clock_.Now(), &resumed);
  PageCommit page{.source = "s",
                  .run = run.id,
                  .cursor =
                      "\x1f"
                      "end-of-listing"};
  page.tombstones = {{"s", Accession(39), ""}};
  for (int i = 0; i < 5; ++i) {
    const std::string bytes = absl::StrCat(Accession(i), " v1");
    page.upserts.push_back({Study{.source = "s", .accession = Accession(i), .title = bytes},
                            {static_cast<uint32_t>(page.raw.size()), 0, bytes.size()}});
    page.raw.push_back(bytes);
  }
  page.ledger.pages = 1;
  page.ledger.fetched = 5;
  ASSERT_THAT(store_.CommitPage(page), IsOk());
  archive_.pages_read = 0;
  ASSERT_EQ(runner_->ResumeAll(), 1);
  run = Await(run.id);
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.deleted, 35);
  EXPECT_EQ(archive_.pages_read, 0) << "the listing is not read again";
  EXPECT_EQ(Live(), 5);
}

TEST_F(HarvestRunnerTest, AnIoErrorLeavesTheRunToBeReplayed) {
  Fill(0, 30);
  archive_.before_page = [&](int page) {
    if (page == 2) store_.FailNext(absl::UnavailableError("disk full"));
  };
  const auto begun = runner_->Start("s", false);
  ASSERT_THAT(begun, IsOk());
  while (runner_->active() > 0) absl::SleepFor(absl::Milliseconds(1));
  {
    MutexLock lock(&mu_);
    EXPECT_THAT(store_failure_, StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_EQ(store_.GetRun("s", begun->run.id)->state, RunState::kRunning);
  archive_.before_page = nullptr;
  Restart();
  EXPECT_EQ(runner_->ResumeAll(), 1);
  EXPECT_EQ(Await(begun->run.id).state, RunState::kComplete);
  EXPECT_EQ(Live(), 30);
}

TEST_F(HarvestRunnerTest, APageThatTheStoreRefusesEndsTheRun) {
  Fill(0, 30);
  archive_.before_page = [&](int page) {
    if (page == 2) store_.FailNext(absl::InvalidArgumentError("too many records"));
  };
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kPartial);
  EXPECT_THAT(run.message, HasSubstr("too many records"));
  MutexLock lock(&mu_);
  EXPECT_THAT(store_failure_, IsOk());
}

TEST_F(HarvestRunnerTest, OneRunForEachSource) {
  Fill(0, 30);
  std::atomic<bool> open = false;
  archive_.before_page = [&](int) {
    while (!open) absl::SleepFor(absl::Milliseconds(1));
  };
  const auto begun = runner_->Start("s", false);
  ASSERT_THAT(begun, IsOk());
  EXPECT_THAT(runner_->Start("s", false), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(runner_->Start("s", false), HasReason("RUN_IN_PROGRESS"));
  open = true;
  EXPECT_EQ(Await(begun->run.id).state, RunState::kComplete);
  EXPECT_THAT(runner_->Start("s", false), IsOk());
}

TEST_F(HarvestRunnerTest, MoreRunsThanAllowedWaitForTheirTurn) {
  limits_.concurrent_runs = 2;
  Restart();
  Fill(0, 20);
  std::atomic<int> reading = 0;
  std::atomic<int> most = 0;
  std::atomic<bool> open = false;
  archive_.before_page = [&](int page) {
    if (page > 0) return;
    const int now = ++reading;
    if (now > most) most = now;
    while (!open) absl::SleepFor(absl::Milliseconds(1));
    --reading;
  };
  std::vector<std::pair<std::string, std::string>> runs;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    ASSERT_THAT(store_.CreateSource({.id = id, .connector = "scripted"}), IsOk());
    const auto begun = runner_->Start(id, false);
    ASSERT_THAT(begun, IsOk());
    EXPECT_EQ(begun->run.state, RunState::kRunning);
    runs.emplace_back(id, begun->run.id);
  }
  while (reading < 2) absl::SleepFor(absl::Milliseconds(1));
  absl::SleepFor(absl::Milliseconds(20));
  EXPECT_EQ(most, 2);
  open = true;
  while (runner_->active() > 0) absl::SleepFor(absl::Milliseconds(1));
  for (const auto& [source, run] : runs)
    EXPECT_EQ(runner_->Get(source, run)->run.state, RunState::kComplete);
}

TEST_F(HarvestRunnerTest, RefusesWhatNoConnectorCanRead) {
  ASSERT_THAT(store_.CreateSource({.id = "odd", .connector = "unknown"}), IsOk());
  EXPECT_THAT(runner_->Start("odd", false), HasReason("SOURCE_DEFINITION"));
  EXPECT_THAT(runner_->Start("odd", false),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("scripted")));
  EXPECT_THAT(runner_->Check({.id = "x", .connector = "refuses"}), HasReason("SOURCE_DEFINITION"));
  EXPECT_THAT(runner_->Start("nowhere", false), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(runner_->Get("s", "no-such-run"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(HarvestRunnerTest, ARunThatCannotGoOnEnds) {
  Fill(0, 30);
  bool resumed = false;
  const HarvestRun run = *store_.BeginRun("s", clock_.Now(), &resumed);
  Source source = *store_.GetSource("s");
  source.connector = "refuses";
  ASSERT_THAT(store_.UpdateSource(source), IsOk());
  EXPECT_EQ(runner_->ResumeAll(), 0);
  const HarvestRun ended = *store_.GetRun("s", run.id);
  EXPECT_EQ(ended.state, RunState::kFailed);
  EXPECT_THAT(ended.message, HasSubstr("no such folder"));
}

TEST_F(HarvestRunnerTest, TellsProgress) {
  Fill(0, 35);
  const HarvestRun run = Harvest();
  const auto progress = runner_->Get("s", run.id);
  ASSERT_THAT(progress, IsOk());
  EXPECT_EQ(progress->done, 35);
  EXPECT_EQ(progress->total, 35);
  EXPECT_FALSE(progress->resumed);
}

}  // namespace
}  // namespace parfocal
