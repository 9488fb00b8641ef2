// A runner over the fake store and a scripted archive, for the tests of how runs go and end.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "services/harvest/run/scripted_connector.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal::testing {

using HarvestRun = parfocal::Run;

inline std::string Accession(int i) { return absl::StrFormat("S%06d", i); }

class HarvestRunnerTest : public ::testing::Test {
 protected:
  HarvestRunnerTest() {
    connectors_["scripted"] = [this](const Source& source, const ConnectorContext& context) {
      context_ = context;
      return absl::StatusOr<std::unique_ptr<Connector>>(
          std::make_unique<ScriptedConnector>(source.id, &archive_));
    };
    connectors_["refuses"] = [](const Source&, const ConnectorContext&) {
      return absl::StatusOr<std::unique_ptr<Connector>>(
          absl::InvalidArgumentError("location: no such folder"));
    };
    EXPECT_TRUE(store_.CreateSource({.id = "s", .connector = "scripted"}).ok());
    Restart();
  }

  // As a new process on the same store would.
  void Restart() {
    runner_.reset();
    HarvestRunnerOptions options;
    options.store = &store_;
    options.clock = &clock_;
    options.connectors = &connectors_;
    options.normaliser = [this] {
      return PageNormaliser{[this](Record*) {
                              ++normalised_;
                              return 0;
                            },
                            release_};
    };
    options.limits = limits_;
    options.await_index = [this](int64_t sequence) {
      MutexLock lock(&mu_);
      awaited_.push_back(sequence);
    };
    options.on_store_failure = [this](const absl::Status& status) {
      MutexLock lock(&mu_);
      store_failure_ = status;
    };
    runner_ = std::make_unique<HarvestRunner>(std::move(options));
  }

  HarvestRun Await(const std::string& run) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      const auto progress = runner_->Get("s", run);
      if (progress.ok() && progress->run.state != RunState::kRunning) return progress->run;
      absl::SleepFor(absl::Milliseconds(1));
    }
    ADD_FAILURE() << "the run did not end";
    return {};
  }

  HarvestRun Harvest(bool accept_deletions = false) {
    const auto begun = runner_->Start("s", accept_deletions);
    EXPECT_TRUE(begun.ok()) << begun.status();
    const HarvestRun run = Await(begun->run.id);
    // The equation holds at the end of every run, and what is remembered is what was seen.
    const auto stored = store_.GetRun("s", run.id);
    EXPECT_TRUE(stored.ok());
    EXPECT_EQ(stored->ledger, run.ledger);
    EXPECT_EQ(stored->state, run.state);
    clock_.Advance(absl::Seconds(1));
    return run;
  }

  void Fill(int begin, int end, int version = 1) {
    for (int i = begin; i < end; ++i) archive_.studies[Accession(i)] = version;
  }

  int64_t Live() { return store_.Status("public")->studies; }

  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ScriptedArchive archive_;
  ConnectorContext context_;  // Of the connector made last.
  ConnectorRegistry connectors_;
  HarvestLimits limits_;
  std::string release_ = "r1";
  std::atomic<int> normalised_{0};
  Mutex mu_;
  absl::Status store_failure_;
  std::vector<int64_t> awaited_;
  std::atomic<bool> runner_stopped_{false};
  std::unique_ptr<HarvestRunner> runner_;
};

}  // namespace parfocal::testing
