// Several sources at once.
#include "services/harvest/run/harvest_runner_fixture.h"

namespace parfocal {
namespace {

using testing::Accession;
using testing::HarvestRun;
using testing::HarvestRunnerTest;
using testing::IsOk;
using testing::ScriptedArchive;
using testing::ScriptedConnector;

// RELIABILITY T-20. The slow source goes on only when the seven others have ended: if it held one
// of them up, the test would not end.
TEST_F(HarvestRunnerTest, OneSourceThatStandsStillHoldsUpNoneOfSevenOthers) {
  std::atomic<int> others_ended{0};
  std::atomic<bool> slow_began{false};
  ScriptedArchive slow;
  slow.studies[Accession(1)] = 1;
  slow.before_page = [&](int) {
    slow_began = true;
    while (others_ended < 7) absl::SleepFor(absl::Milliseconds(1));
  };
  connectors_["slow"] = [&](const Source& source, const ConnectorContext&) {
    return absl::StatusOr<std::unique_ptr<Connector>>(
        std::make_unique<ScriptedConnector>(source.id, &slow));
  };
  std::vector<ScriptedArchive> quick(7);
  connectors_["quick"] = [&](const Source& source, const ConnectorContext&) {
    return absl::StatusOr<std::unique_ptr<Connector>>(std::make_unique<ScriptedConnector>(
        source.id, &quick[static_cast<size_t>(source.id.back() - '0')]));
  };
  ASSERT_THAT(store_.CreateSource({.id = "loris", .connector = "slow"}), IsOk());
  const auto loris = runner_->Start("loris", false);
  ASSERT_THAT(loris, IsOk());
  while (!slow_began) absl::SleepFor(absl::Milliseconds(1));
  std::vector<std::string> runs;
  for (int i = 0; i < 7; ++i) {
    for (int study = 0; study < 100; ++study) quick[i].studies[Accession(study)] = 1;
    const std::string id = absl::StrCat("quick-", i);
    ASSERT_THAT(store_.CreateSource({.id = id, .connector = "quick"}), IsOk());
    const auto begun = runner_->Start(id, false);
    ASSERT_THAT(begun, IsOk());
    runs.push_back(begun->run.id);
  }
  for (int i = 0; i < 7; ++i) {
    while (true) {
      const auto progress = runner_->Get(absl::StrCat("quick-", i), runs[static_cast<size_t>(i)]);
      ASSERT_THAT(progress, IsOk());
      if (progress->run.state != RunState::kRunning) {
        EXPECT_EQ(progress->run.ledger.new_records, 100);
        break;
      }
      absl::SleepFor(absl::Milliseconds(1));
    }
    ++others_ended;
  }
  while (runner_->Get("loris", loris->run.id)->run.state == RunState::kRunning)
    absl::SleepFor(absl::Milliseconds(1));
  EXPECT_EQ(store_.GetRun("loris", loris->run.id)->state, RunState::kComplete);
}

}  // namespace
}  // namespace parfocal
