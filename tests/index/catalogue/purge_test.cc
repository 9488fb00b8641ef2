#include "parfocal/catalogue/purge.h"

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;
using testing::StatusIs;
using testing::TempDir;

const std::string kMarker = "zyxwvmarker";

class PurgeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(store_, OpenRocksDbRecordStore(dir_ / "catalogue"));
    Source source;
    source.id = "src";
    ASSERT_THAT(store_->CreateSource(source), IsOk());
    run_ = store_->BeginRun("src", absl::Now(), nullptr)->id;
    // A page on which the study, its two image sets and another study stand, twice.
    Commit("first ");
    Commit("second ");
    End();
  }
  void End() {
    ::parfocal::Run run = *store_->GetRun("src", run_);
    run.state = RunState::kComplete;
    ASSERT_THAT(store_->EndRun(run), IsOk());
  }
  void Commit(const std::string& version) {
    PageCommit page;
    page.source = "src";
    page.run = run_;
    // Bytes: header, the other's, ours.
    const std::string other = "OTHER" + version, ours = "SECRET " + kMarker + version;
    page.raw = {"head " + other + ours};
    const RawSlice theirs{0, 5, other.size(), 0, 5}, own{0, 5 + other.size(), ours.size(), 0, 5};
    page.upserts.push_back({MakeStudy("src", "OTHER", "same"), theirs});
    page.upserts.push_back({MakeStudy("src", "SECRET", kMarker + version), own});
    for (const char* id : {"a", "b"})
      page.upserts.push_back({MakeImageSet("src", "SECRET", absl::StrCat(kMarker, id)), own});
    Rejection rejection;
    rejection.record = "sources/src/studies/SECRET/imageSets/x";
    rejection.raw = kMarker;
    page.rejections = {rejection};
    ASSERT_THAT(store_->CommitPage(page), IsOk());
  }
  // Tables and logs of the database; with `word`: files that hold it.
  std::set<std::string> Files(const std::string& word = "") const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(dir_ / "catalogue")) {
      const std::string extension = entry.path().extension();
      if (!entry.is_regular_file()) continue;
      if (word.empty()) {
        if (extension == ".sst" || extension == ".log") names.insert(entry.path().filename());
        continue;
      }
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(in), {});
      if (absl::StrContains(bytes, word)) names.insert(entry.path().filename());
    }
    return names;
  }

  TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
  const RecordName secret_{"src", "SECRET", ""}, other_{"src", "OTHER", ""};
};

TEST_F(PurgeTest, NothingOfItIsLeftAndNothingElseIsTouched) {
  const std::string raw = *store_->GetRaw(other_);
  EXPECT_FALSE(Files(kMarker).empty());
  const auto report = PurgeStudy(store_.get(), secret_);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->records, 3);
  EXPECT_EQ(report->raw_pages, 2) << "of both versions";
  EXPECT_EQ(report->rejections, 2);
  EXPECT_EQ(report->sequence, store_->Status("public")->sequence);
  EXPECT_THAT(store_->Get(secret_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->GetRaw(secret_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(*store_->GetRaw(other_), raw);
  EXPECT_EQ(store_->Status("public")->studies, 1);
  EXPECT_EQ(store_->Status("public")->image_sets, 0);
  EXPECT_EQ(store_->Status("public")->tombstones, 0);
  const auto rejections = store_->ListRejections("src", run_, 0, 10);
  ASSERT_THAT(rejections, IsOk());
  for (const Rejection& rejection : *rejections) {
    EXPECT_EQ(rejection.raw, "");
    EXPECT_EQ(rejection.record, "");
  }
  // Whoever follows hears of each record by its name; then the names go, too.
  int named = 0;
  const auto feed = store_->ChangesSince("public", 0, 1000);
  ASSERT_THAT(feed, IsOk());
  for (const Change& change : *feed)
    named += change.kind == ChangeKind::kDelete && !change.name.image_set.empty() ? 1 : 0;
  EXPECT_EQ(named, 2);
  const std::set<std::string> before = Files();
  ASSERT_THAT(ErasePurged(store_.get(), secret_), IsOk());
  const auto changes = store_->ChangesSince("public", 0, 1000);
  ASSERT_THAT(changes, IsOk());
  for (const Change& change : *changes) EXPECT_EQ(change.name.image_set, "");
  EXPECT_TRUE(*IsTakenDown(*store_, secret_));
  EXPECT_FALSE(*IsTakenDown(*store_, other_));
  store_.reset();
  // The database's list of its files names the first and last key of each; it is written anew when
  // the store is opened.
  PARFOCAL_ASSERT_OK_AND_ASSIGN(store_, OpenRocksDbRecordStore(dir_ / "catalogue"));
  store_.reset();
  EXPECT_THAT(Files(kMarker), ::testing::IsEmpty());
  // Tables are compressed: one of before might hold what no search for bytes finds.
  std::set<std::string> left;
  const std::set<std::string> after = Files();
  std::set_intersection(before.begin(), before.end(), after.begin(), after.end(),
                        std::inserter(left, left.end()));
  EXPECT_THAT(left, ::testing::IsEmpty());
  EXPECT_THAT(VerifyStore(dir_ / "catalogue"), IsOk());
}

TEST_F(PurgeTest, ThePageCanComeAgain) {
  ASSERT_THAT(PurgeStudy(store_.get(), secret_), IsOk());
  // The same page as before: what was blanked must not be taken for it.
  run_ = store_->BeginRun("src", absl::Now(), nullptr)->id;
  PageCommit page;
  page.source = "src";
  page.run = run_;
  page.raw = {"head OTHERsecond SECRET " + kMarker + "second "};
  page.upserts.push_back({MakeStudy("src", "THIRD", "t"), {0, 5, page.raw[0].size() - 5, 0, 5}});
  ASSERT_THAT(store_->CommitPage(page), IsOk());
  EXPECT_EQ(*store_->GetRaw({"src", "THIRD", ""}), page.raw[0]);
}

// What a run has read before, it would write behind the purge.
TEST_F(PurgeTest, ARunThatGoesOnHasToEndFirst) {
  run_ = store_->BeginRun("src", absl::Now(), nullptr)->id;
  EXPECT_THAT(PurgeStudy(store_.get(), secret_), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(store_->Get(secret_), IsOk());
  End();
  EXPECT_THAT(PurgeStudy(store_.get(), secret_), IsOk());
}

TEST_F(PurgeTest, TwiceIsNoErrorAndNothingIsNotFound) {
  ASSERT_THAT(PurgeStudy(store_.get(), secret_), IsOk());
  const auto again = PurgeStudy(store_.get(), secret_);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->records, 0);
  EXPECT_THAT(PurgeStudy(store_.get(), {"src", "NEVER", ""}),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(*IsTakenDown(*store_, {"src", "NEVER", ""}));
  testing::ManualClock clock;
  testing::FakeRecordStore memory(&clock);
  EXPECT_THAT(PurgeStudy(&memory, secret_), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace parfocal
