// A real feed that shrank: three states of the crates of one archive, the second of which lists 218
// of 568 crates no more, and all others with another landing page. The guard holds the run; nothing
// is lost; identities stay those of the accessions.
#include <cstdlib>
#include <filesystem>

#include "parfocal/ro_crate/ro_crate_connector.h"
#include "services/harvest/run/harvest_runner_fixture.h"
#include "support/corpus.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using testing::HarvestRun;
using testing::IsOk;
using testing::ManualClock;

class SnapshotsCorpusTest : public ::testing::Test {
 protected:
  // Unpacks what matches into a folder of its own.
  std::string Unpack(const std::string& archive, const std::string& folder,
                     const std::string& patterns) {
    const std::string into = dir_ / folder;
    std::filesystem::create_directory(into);
    const std::string command =
        absl::StrCat("tar -xzf '", archive, "' -C '", into, "' --wildcards ", patterns);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return into;
  }

  HarvestRun Harvest(const std::string& location, bool accept_deletions = false) {
    Source source = *store_.GetSource("archive");
    source.location = location;
    EXPECT_THAT(store_.UpdateSource(source), IsOk());
    const auto begun = runner_->Start("archive", accept_deletions);
    EXPECT_THAT(begun, IsOk());
    while (true) {
      const auto progress = runner_->Get("archive", begun->run.id);
      if (!progress.ok() || progress->run.state != RunState::kRunning) return progress->run;
      absl::SleepFor(absl::Milliseconds(2));
    }
  }

  void SetUp() override {
    connectors_["ro-crate"] = MakeRoCrateConnector;
    ASSERT_THAT(store_.CreateSource({.id = "archive", .connector = "ro-crate"}), IsOk());
    HarvestRunnerOptions options;
    options.store = &store_;
    options.clock = &clock_;
    options.connectors = &connectors_;
    options.normaliser = [] { return PageNormaliser{[](Record*) { return 0; }, "r"}; };
    runner_ = std::make_unique<HarvestRunner>(std::move(options));
  }

  testing::TempDir dir_;
  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ConnectorRegistry connectors_;
  std::unique_ptr<HarvestRunner> runner_;
};

TEST_F(SnapshotsCorpusTest, AFeedThatLosesAThirdIsHeldAndLosesNothing) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const std::string sources = corpus + "/sources";
  const std::string march =
      Unpack(sources + "/gide/crates.tar.gz", "march", "'crates/ssbd-*' 'crates/[0-9]*'");
  const std::string april =
      Unpack(sources + "/ssbd/crate-snapshots/2026-04-27.tar.gz", "april", "'*'");
  const std::string may = Unpack(sources + "/ssbd/crate-snapshots/2026-05-14.tar.gz", "may", "'*'");

  HarvestRun run = Harvest(march);
  ASSERT_EQ(run.state, RunState::kComplete) << run.message;
  EXPECT_EQ(run.ledger.new_records, 237 + 331);

  run = Harvest(april);
  EXPECT_EQ(run.state, RunState::kHeld) << run.message;
  EXPECT_EQ(run.ledger.new_records, 2);
  EXPECT_EQ(run.ledger.changed, 226 + 124);
  EXPECT_EQ(run.ledger.unchanged, 0);
  EXPECT_EQ(run.ledger.deleted, 0);
  EXPECT_EQ(store_.Status("public")->studies, 568 + 2) << "what vanished still answers";

  // A person looks at it and lets it go: the repository's crates stand among the database's.
  run = Harvest(april, /*accept_deletions=*/true);
  EXPECT_EQ(run.state, RunState::kComplete) << run.message;
  EXPECT_EQ(run.ledger.deleted, 11 + 207);
  EXPECT_EQ(run.ledger.unchanged, 352);
  EXPECT_EQ(store_.Status("public")->studies, 352);

  // Four more are too few to hold a run.
  run = Harvest(may);
  EXPECT_EQ(run.state, RunState::kComplete) << run.message;
  EXPECT_EQ(run.ledger.new_records, 0);
  EXPECT_EQ(run.ledger.changed, 191 + 122);
  EXPECT_EQ(run.ledger.unchanged, 35);
  EXPECT_EQ(run.ledger.deleted, 4);
}

}  // namespace
}  // namespace parfocal
