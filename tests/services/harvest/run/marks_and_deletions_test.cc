// What a run carries from page to page and from one run to the next: deletions that the source
// states, the acceptance of any number of them, the connector's mark.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "run_cursor.h"
#include "services/harvest/run/harvest_runner_fixture.h"

namespace parfocal {
namespace {

using testing::Accession;
using testing::HarvestRun;
using testing::HarvestRunnerTest;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

// RELIABILITY T-35: all marked deleted. The guard counts what the source calls deleted like what it
// no longer lists.
TEST_F(HarvestRunnerTest, WhatTheSourceCallsDeletedGoesUnderTheGuard) {
  archive_.all = false;
  Fill(0, 100);
  ASSERT_EQ(Harvest().state, RunState::kComplete);
  archive_.studies.clear();
  for (int i = 0; i < 51; ++i) archive_.deleted.insert(Accession(i));
  archive_.deleted.insert("never seen");
  const HarvestRun held = Harvest();
  EXPECT_EQ(held.state, RunState::kHeld);
  EXPECT_THAT(held.message, HasSubstr("51 records"));
  EXPECT_EQ(Live(), 100) << "nothing was deleted, and absence from changes means nothing";
  archive_.deleted.erase(Accession(50));
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete) << "50 is not beyond 50";
  EXPECT_EQ(run.ledger.deleted, 50);
  EXPECT_TRUE(run.ledger.Adds());
  EXPECT_EQ(Live(), 50);
  EXPECT_EQ(Harvest().ledger.deleted, 0) << "what is gone is not deleted again";
}

TEST_F(HarvestRunnerTest, ADeletedStudyTakesItsImageSetsWithIt) {
  archive_.all = false;
  for (const bool accept : {false, true}) {
    archive_.deleted.clear();
    archive_.studies.clear();
    Fill(0, 2);
    ASSERT_EQ(Harvest().state, RunState::kComplete);
    bool resumed = false;
    HarvestRun begun = *store_.BeginRun("s", clock_.Now(), &resumed);
    PageCommit page{.source = "s", .run = begun.id, .cursor = "0"};
    page.upserts.push_back({ImageSet{.source = "s", .study = Accession(1), .id = "a"}, {}});
    page.ledger.fetched = 1;
    ASSERT_THAT(store_.CommitPage(page), IsOk());
    archive_.studies.clear();
    archive_.deleted = {Accession(1)};
    const auto started = runner_->Start("s", accept);
    ASSERT_THAT(started, IsOk());
    EXPECT_TRUE(started->resumed);
    const HarvestRun run = Await(begun.id);
    EXPECT_EQ(run.state, RunState::kComplete) << run.message;
    EXPECT_EQ(run.ledger.deleted, 2) << "the study and its image set";
    EXPECT_THAT(store_.Get({"s", Accession(1), "a"}), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_EQ(Live(), 1);
  }
}

TEST_F(HarvestRunnerTest, MoreStatedDeletionsThanARunRemembersHoldIt) {
  limits_.condemned_bytes = 10 * FormatRecordName({"s", Accession(0), ""}).size();
  limits_.hold_floor = 1000;
  Restart();
  archive_.all = false;
  Fill(0, 100);
  Harvest();
  archive_.studies.clear();
  for (int i = 0; i < 11; ++i) archive_.deleted.insert(Accession(i));
  const HarvestRun held = Harvest();
  EXPECT_EQ(held.state, RunState::kHeld);
  EXPECT_THAT(held.message, HasSubstr("11 records so far"));
  EXPECT_EQ(Live(), 100);
  const HarvestRun accepted = Harvest(/*accept_deletions=*/true);
  EXPECT_EQ(accepted.state, RunState::kComplete);
  EXPECT_EQ(accepted.ledger.deleted, 11);
  archive_.deleted.clear();
  for (int i = 11; i < 21; ++i) archive_.deleted.insert(Accession(i));
  EXPECT_EQ(Harvest().ledger.deleted, 10) << "at the limit";
}

TEST_F(HarvestRunnerTest, ARecordThatIsDeletedAndComesBackInOneRunStays) {
  archive_.all = false;
  archive_.page_size = 5;
  Fill(0, 20);
  Harvest();
  // As a stopped run left it: record 7 was called deleted on a page before, and is listed later.
  bool resumed = false;
  const HarvestRun begun = *store_.BeginRun("s", clock_.Now(), &resumed);
  RunCursor cursor{.condemned = {{"s", Accession(7), ""}, {"s", Accession(1), ""}}, .text = "1"};
  ASSERT_THAT(store_.CommitPage({.source = "s", .run = begun.id, .cursor = cursor.Format()}),
              IsOk());
  ASSERT_EQ(runner_->ResumeAll(), 1);
  const HarvestRun run = Await(begun.id);
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.deleted, 1) << "what was called deleted before the stop";
  EXPECT_THAT(store_.Get({"s", Accession(1), ""}), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_.Get({"s", Accession(7), ""}), IsOk());
}

// A run that lists changes neither deletes by absence nor counts as one of the two listings.
TEST_F(HarvestRunnerTest, AListingOfChangesIsNoListing) {
  archive_.whole = false;
  Fill(0, 30);
  Harvest();
  archive_.all = false;
  archive_.studies.clear();
  Fill(0, 1, 2);
  EXPECT_EQ(Harvest().ledger.deleted, 0);
  EXPECT_EQ(Live(), 30);
  archive_.all = true;
  Fill(0, 29);
  EXPECT_EQ(Harvest().ledger.deleted, 0) << "the first listing of everything that lacks it";
  EXPECT_EQ(Harvest().ledger.deleted, 1);
}

TEST_F(HarvestRunnerTest, TheMarkOfTheLastCompleteRunIsToldToTheNext) {
  archive_.all = false;
  Fill(0, 30);
  archive_.mark = "until Monday";
  Harvest();
  EXPECT_EQ(context_.mark, "") << "there was no run before the first";
  archive_.mark = "until Tuesday";
  archive_.fail_at_page = 2;
  EXPECT_EQ(Harvest().state, RunState::kPartial);
  EXPECT_EQ(context_.mark, "until Monday");
  archive_.fail_at_page = -1;
  archive_.mark = std::string(kMaxMarkBytes, 'x');
  Harvest();
  EXPECT_EQ(context_.mark, "until Monday") << "a PARTIAL run leaves none";
  archive_.mark.push_back('x');
  Harvest();
  EXPECT_EQ(context_.mark.size(), kMaxMarkBytes);
  Harvest();
  EXPECT_EQ(context_.mark, "") << "beyond the limit it is dropped";
}

TEST_F(HarvestRunnerTest, AConnectorMayAskForWhatIsHeld) {
  Fill(0, 3);
  Harvest();
  Harvest();
  std::vector<std::string> raw;
  ASSERT_THAT(context_.held([&](std::string bytes) { raw.push_back(std::move(bytes)); }), IsOk());
  EXPECT_THAT(raw, ::testing::ElementsAre("S000000 v1", "S000001 v1", "S000002 v1"));
}

// RELIABILITY: a killed run keeps what its starter agreed to.
TEST_F(HarvestRunnerTest, AcceptanceOfDeletionsSurvivesAStop) {
  Fill(0, 200);
  Harvest();
  archive_.studies.clear();
  Fill(0, 20);
  std::atomic<bool> reached{false};
  archive_.before_page = [&](int page) {
    if (page != 1) return;
    reached = true;
    while (!runner_stopped_) absl::SleepFor(absl::Microseconds(50));
  };
  const auto begun = runner_->Start("s", /*accept_deletions=*/true);
  ASSERT_THAT(begun, IsOk());
  // Written down before the start was acknowledged, not with the first page.
  EXPECT_TRUE(RunCursor::Parse(store_.GetRun("s", begun->run.id)->cursor).accept_deletions);
  while (!reached) absl::SleepFor(absl::Microseconds(50));
  std::thread stopper([&] { runner_->Stop(); });
  absl::SleepFor(absl::Milliseconds(20));
  runner_stopped_ = true;
  stopper.join();
  ASSERT_EQ(store_.GetRun("s", begun->run.id)->state, RunState::kRunning);
  archive_.before_page = nullptr;
  Restart();
  ASSERT_EQ(runner_->ResumeAll(), 1);
  const HarvestRun run = Await(begun->run.id);
  EXPECT_EQ(run.state, RunState::kComplete) << run.message;
  EXPECT_EQ(run.ledger.deleted, 180);
}

// ---- Replays

TEST_F(HarvestRunnerTest, AReplayAcceptsWhatIsMendedAndMovesNoMarker) {
  Fill(0, 200);
  archive_.bad = {Accession(3), Accession(150)};
  archive_.mark = "up to here";
  archive_.all = false;
  const HarvestRun first = Harvest();
  ASSERT_EQ(first.state, RunState::kComplete) << first.message;
  EXPECT_EQ(first.ledger.quarantined, 2);
  EXPECT_EQ(Live(), 198);
  // One of the two is mended; of the archive nothing else is looked at.
  archive_.bad = {Accession(150)};
  archive_.deleted = {Accession(7)};
  const int pages = archive_.pages_read;
  const auto begun = runner_->Replay("s", first.id);
  ASSERT_THAT(begun, IsOk());
  const HarvestRun replay = Await(begun->run.id);
  EXPECT_EQ(replay.state, RunState::kComplete);
  EXPECT_THAT(replay.message, HasSubstr(first.id));
  EXPECT_EQ(replay.ledger.new_records, 1);
  EXPECT_EQ(replay.ledger.quarantined, 1);
  EXPECT_EQ(replay.ledger.deleted, 0);
  EXPECT_TRUE(replay.ledger.Adds());
  EXPECT_EQ(archive_.pages_read, pages);
  EXPECT_EQ(Live(), 199);
  // The next harvest goes on where the last one ended.
  Harvest();
  EXPECT_EQ(context_.mark, "up to here");
}

TEST_F(HarvestRunnerTest, AReplayNeedsSomethingToParse) {
  Fill(0, 3);
  const HarvestRun run = Harvest();
  EXPECT_EQ(ReasonOf(runner_->Replay("s", run.id).status()), "NOTHING_TO_REPLAY");
  EXPECT_THAT(runner_->Replay("s", "99999999"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(runner_->Replay("none", run.id), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(HarvestRunnerTest, AReplayGoesOnAsAReplayAfterARestart) {
  Fill(0, 300);
  for (int i = 0; i < 3; ++i) archive_.bad.insert(Accession(i));
  const HarvestRun first = Harvest();
  // As a node leaves it that is killed right after the run was begun.
  bool resumed = false;
  const auto left = store_.BeginRun("s", clock_.Now(), &resumed);
  PageCommit page;
  page.source = "s";
  page.run = left->id;
  page.cursor = RunCursor{.replay_of = first.id}.Format();
  ASSERT_THAT(store_.CommitPage(page), IsOk());
  archive_.bad.clear();
  const int pages = archive_.pages_read;
  Restart();
  EXPECT_EQ(runner_->ResumeAll(), 1);
  const HarvestRun replay = Await(left->id);
  EXPECT_EQ(replay.state, RunState::kComplete) << replay.message;
  EXPECT_EQ(replay.ledger.new_records, 3);
  EXPECT_EQ(archive_.pages_read, pages) << "the archive was not listed";
}

}  // namespace
}  // namespace parfocal
