// The connector under the runner: what the catalogue holds after runs that were stopped anywhere,
// and after servers that take everything back.
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/oai_pmh/oai_pmh_connector.h"
#include "services/harvest/connectors/oai_pmh/scripted_oai.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::ManualClock;
using testing::ScriptedOai;
using HarvestRun = parfocal::Run;

class OaiRunTest : public ::testing::Test {
 protected:
  OaiRunTest() {
    connectors_["oai-pmh"] = [](const Source& source, const ConnectorContext& context) {
      return MakeOaiPmhConnector(source, context);
    };
    EXPECT_TRUE(store_
                    .CreateSource({.id = "s",
                                   .connector = "oai-pmh",
                                   .location = "https://x.org/oai",
                                   .options = {{"metadata_prefix", "oai_dc"}}})
                    .ok());
    oai_.before = [this](int) {
      // A stop in the middle of a page: once, at the list request that the test has chosen.
      if (stop_at_-- == 0) {
        stopping_ = true;
        while (!stopped_) absl::SleepFor(absl::Microseconds(50));
      }
    };
    Restart();
  }

  void Restart() {
    runner_.reset();
    HarvestRunnerOptions options;
    options.store = &store_;
    options.clock = &clock_;
    options.connectors = &connectors_;
    options.context.fetcher = &oai_;
    options.normaliser = [] { return PageNormaliser{[](Record*) { return 0; }, "r"}; };
    runner_ = std::make_unique<HarvestRunner>(std::move(options));
  }

  HarvestRun Await(const std::string& run) {
    while (true) {
      const auto progress = runner_->Get("s", run);
      EXPECT_THAT(progress, IsOk());
      if (!progress.ok() || progress->run.state != RunState::kRunning) return progress->run;
      absl::SleepFor(absl::Microseconds(200));
    }
  }

  HarvestRun Harvest(bool accept_deletions = false) {
    const auto begun = runner_->Start("s", accept_deletions);
    EXPECT_THAT(begun, IsOk());
    const HarvestRun run = Await(begun->run.id);
    clock_.Advance(absl::Seconds(1));
    return run;
  }

  // Stops the node when the `at`-th list request from now is under way, and starts another.
  void StopAt(int at) {
    stopping_ = stopped_ = false;
    stop_at_ = at;
    const auto begun = runner_->Start("s", false);
    ASSERT_THAT(begun, IsOk());
    while (!stopping_ && runner_->active() > 0) absl::SleepFor(absl::Microseconds(50));
    std::thread stopper([this] { runner_->Stop(); });
    absl::SleepFor(absl::Milliseconds(2));
    stopped_ = true;
    stopper.join();
    stop_at_ = -1;
    Restart();
  }

  void Fill(int count) {
    for (int i = 0; i < count; ++i)
      oai_.Add(absl::StrFormat("oai:x:%04d", i), oai_.now - absl::Hours(2400 - i));
  }
  int64_t Live() { return store_.Status("public")->studies; }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ScriptedOai oai_;
  std::atomic<int> stop_at_{-1};
  std::atomic<bool> stopping_{false}, stopped_{false};
  ConnectorRegistry connectors_;
  std::unique_ptr<HarvestRunner> runner_;
};

TEST_F(OaiRunTest, ARunThatIsStoppedAnywhereEndsAsIfItHadNotBeen) {
  Fill(95);
  std::mt19937 random(7);
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE(round);
    for (auto& [id, item] : oai_.items) ++item.version;
    oai_.now += absl::Hours(24 * 40);  // Everything is listed again.
    int stops = 0;
    for (; stops < 3; ++stops) {
      StopAt(static_cast<int>(random() % 5));
      const HarvestRun stopped = store_.ListRuns("s").front();
      if (stopped.state != RunState::kRunning) break;
    }
    HarvestRun run = store_.ListRuns("s").front();
    if (run.state == RunState::kRunning) {
      ASSERT_EQ(runner_->ResumeAll(), 1);
      run = Await(run.id);
    }
    EXPECT_EQ(run.state, RunState::kComplete) << run.message;
    EXPECT_EQ(run.ledger.pages, 10) << "no page counts twice";
    EXPECT_EQ(run.ledger.fetched, 95);
    EXPECT_EQ(run.ledger.new_records + run.ledger.changed, 95);
    EXPECT_TRUE(run.ledger.Adds());
    EXPECT_EQ(Live(), 95);
    clock_.Advance(absl::Seconds(1));
  }
}

// RELIABILITY T-35.
TEST_F(OaiRunTest, AServerThatTakesEverythingBack) {
  Fill(120);
  ASSERT_EQ(Harvest().state, RunState::kComplete);
  const auto items = oai_.items;
  // Everything is marked deleted.
  oai_.now += absl::Hours(24);
  for (auto& [id, item] : oai_.items) item = {oai_.now, 1, true};
  HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kHeld);
  EXPECT_EQ(Live(), 120) << "what is served is as it was";
  EXPECT_THAT(run.message, HasSubstr("parfocal release s/"));
  // Nothing at all is listed any more: no deletion, however often.
  oai_.items.clear();
  oai_.now += absl::Hours(24 * 40);
  for (int i = 0; i < 3; ++i) {
    run = Harvest();
    EXPECT_EQ(run.state, RunState::kFailed);
    EXPECT_THAT(run.message, HasSubstr("no record at all"));
  }
  EXPECT_EQ(Live(), 120);
  // Half of it vanishes without a word: the first list of everything deletes nothing, the second
  // would, and is held.
  oai_.items = items;
  for (int i = 0; i < 60; ++i) oai_.items.erase(absl::StrFormat("oai:x:%04d", i));
  EXPECT_EQ(Harvest().state, RunState::kComplete);
  EXPECT_EQ(Live(), 120);
  oai_.now += absl::Hours(24 * 40);
  EXPECT_EQ(Harvest().state, RunState::kHeld);
  EXPECT_EQ(Live(), 120);
  run = Harvest(/*accept_deletions=*/true);
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.deleted, 60);
  EXPECT_EQ(Live(), 60);
  // Under other names: an exchange of identities.
  oai_.items.clear();
  for (int i = 0; i < 120; ++i) oai_.Add(absl::StrFormat("oai:y:%04d", i), oai_.now);
  oai_.now += absl::Hours(24 * 40);
  EXPECT_EQ(Harvest().state, RunState::kComplete);
  oai_.now += absl::Hours(24 * 40);
  EXPECT_EQ(Harvest().state, RunState::kHeld);
  EXPECT_EQ(Live(), 180);
}

// An answer of HTML, a list in circles, one that breaks off: the catalogue stays as it is, and the
// next run asks for everything that this one would have brought.
TEST_F(OaiRunTest, AServerInTroubleChangesNothing) {
  Fill(50);
  ASSERT_EQ(Harvest().state, RunState::kComplete);
  oai_.now += absl::Hours(24);
  oai_.items["oai:x:0003"] = {oai_.now - absl::Hours(1), 2, false};
  for (const std::string& body : {std::string("<html>Service Unavailable</html>"), std::string(),
                                  std::string("<OAI-PMH><ListRecords>")}) {
    oai_.spoil = [&](int, std::string* out) { *out = body; };
    const HarvestRun run = Harvest();
    EXPECT_EQ(run.state, RunState::kFailed) << body;
    EXPECT_EQ(Live(), 50);
    // What the server sent is there to be looked at.
    const auto rejections = store_.ListRejections("s", run.id, 0, 10);
    ASSERT_THAT(rejections, IsOk());
    const bool shown = body.find("html") != std::string::npos;
    ASSERT_EQ(rejections->size(), shown ? 1u : 0u);
    if (shown) {
      EXPECT_EQ(rejections->front().raw, body);
    }
    oai_.now += absl::Hours(1);
  }
  oai_.spoil = nullptr;
  const HarvestRun run = Harvest();
  EXPECT_EQ(run.state, RunState::kComplete);
  EXPECT_EQ(run.ledger.changed, 1);
  EXPECT_EQ(run.ledger.deleted, 0);
}

}  // namespace
}  // namespace parfocal
