// The contract of sources, runs and rejections; and the two stores that keep it.
#include "index/catalogue/record_store_contract.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/fake_record_store.h"

namespace parfocal {
namespace {

TEST_P(RecordStoreContract, KeepsSources) {
  Source source;
  source.id = "another";
  source.connector = "c";
  source.location = "/somewhere";
  source.title = "Title";
  source.options = {{"key", "value"}, {"other", ""}};
  source.created = clock_.Now();
  EXPECT_THAT(store_->CreateSource(source), IsOk());
  EXPECT_THAT(store_->CreateSource(source), StatusIs(absl::StatusCode::kAlreadyExists));
  Reopen();
  EXPECT_TRUE(*store_->GetSource("another") == source);
  EXPECT_THAT(store_->GetSource("none"), StatusIs(absl::StatusCode::kNotFound));
  const auto sources = store_->ListSources();
  ASSERT_EQ(sources.size(), 2u);
  EXPECT_EQ(sources[0].id, "another");
  EXPECT_EQ(sources[1].id, kSrc);
  Source bad;
  bad.id = "Not An Id";
  EXPECT_THAT(store_->CreateSource(bad), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(RecordStoreContract, UpdatesASourceButNotItsHistory) {
  const std::string run = run_;
  End(kSrc, run);
  Source source = *store_->GetSource(kSrc);
  const absl::Time created = source.created;
  EXPECT_EQ(source.last_complete_run, run);
  source.title = "New title";
  source.last_complete_run = "stale";
  source.created = absl::UnixEpoch();
  EXPECT_THAT(store_->UpdateSource(source), IsOk());
  const Source got = *store_->GetSource(kSrc);
  EXPECT_EQ(got.title, "New title");
  EXPECT_EQ(got.last_complete_run, run);
  EXPECT_EQ(got.created, created);
  source.id = "none";
  EXPECT_THAT(store_->UpdateSource(source), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordStoreContract, KeepsTheScheduleOfASource) {
  Source source = *store_->GetSource(kSrc);
  EXPECT_TRUE(source.schedule == Schedule());
  EXPECT_EQ(source.resumed, absl::InfinitePast());
  source.schedule = {absl::Hours(24), 1320, 330, absl::Minutes(15)};
  source.resumed = clock_.Now();
  EXPECT_THAT(store_->UpdateSource(source), IsOk());
  Reopen();
  EXPECT_TRUE(*store_->GetSource(kSrc) == source);
}

TEST_P(RecordStoreContract, KnowsWhenARunLastSawARecord) {
  const absl::Time first = clock_.Now();
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeStudy(kSrc, "B", "t")});
  clock_.Advance(absl::Hours(1));
  NextRun();
  const absl::Time second = clock_.Now();
  clock_.Advance(absl::Minutes(10));
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeStudy(kSrc, "C", "t")});
  Reopen();
  const auto seen =
      store_->LastSeen({StudyName("A"), StudyName("B"), StudyName("C"), StudyName("none")});
  EXPECT_THAT(seen, ElementsAre(second, first, second, absl::InfinitePast()));
}

TEST_P(RecordStoreContract, RestoresWhatWasDeletedWithinATime) {
  CommitRecords({MakeStudy(kSrc, "A", "a"), MakeImageSet(kSrc, "A", "1"), MakeStudy(kSrc, "B", "b"),
                 MakeStudy(kSrc, "C", "c")});
  CommitTombstones({StudyName("C")});
  clock_.Advance(absl::Hours(1));
  const absl::Time from = clock_.Now();
  CommitTombstones({StudyName("A"), {kSrc, "A", "1"}, StudyName("B")});
  clock_.Advance(absl::Hours(1));
  EXPECT_THAT(store_->RestoreDeleted("none", from, clock_.Now()),
              StatusIs(absl::StatusCode::kNotFound));
  const auto restored = store_->RestoreDeleted(kSrc, from, clock_.Now());
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(*restored, 3);
  Reopen();
  EXPECT_EQ(std::get<Study>(store_->Get(StudyName("A"))->record).title, "a");
  EXPECT_THAT(store_->Get({kSrc, "A", "1"}), IsOk());
  EXPECT_EQ(store_->Get(StudyName("B"))->meta.last_changed, clock_.Now());
  EXPECT_THAT(store_->Get(StudyName("C")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(Status().studies, 2);
  EXPECT_EQ(Status().image_sets, 1);
  EXPECT_EQ(Status().tombstones, 1);
  ExpectFeedWithoutHoles();
  // A second time there is nothing left to do, and the end of the time is not in it.
  EXPECT_EQ(*store_->RestoreDeleted(kSrc, from, clock_.Now()), 0);
  CommitTombstones({StudyName("B")});
  EXPECT_EQ(*store_->RestoreDeleted(kSrc, from, clock_.Now()), 0);
}

TEST_P(RecordStoreContract, DeletesASourceWithItsRunsAndLeavesTombstones) {
  AddSource("src2");
  const std::string first = run_;
  CommitRecords(
      {MakeStudy(kSrc, "A", "t"), MakeImageSet(kSrc, "A", "1"), MakeStudy(kSrc, "B", "t")});
  CommitTombstones({StudyName("B")});
  run_ = Begin("src2");
  Commit(Page({MakeStudy("src2", "A", "t")}, "src2"));
  run_ = first;
  EXPECT_THAT(store_->DeleteSource("none"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->DeleteSource(kSrc),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(run_)));
  End(kSrc, run_);
  EXPECT_THAT(store_->DeleteSource(kSrc), IsOk());
  Reopen();
  EXPECT_THAT(store_->GetSource(kSrc), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->DeleteSource(kSrc), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->GetRun(kSrc, run_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->ListRuns(kSrc), IsEmpty());
  EXPECT_THAT(Names({}), ElementsAre(RecordName{"src2", "A", ""}));
  EXPECT_EQ(Tombstones().size(), 3u);
  EXPECT_EQ(Status().tombstones, 3);
  EXPECT_EQ(Status().studies, 1);
  ExpectFeedWithoutHoles();
  // Back again: the old run's id is not given out a second time.
  AddSource(kSrc);
  run_ = Begin(kSrc);
  EXPECT_GT(run_, first);
  EXPECT_EQ(CommitRecords({MakeStudy(kSrc, "A", "t")}).restored, 1);
}

// ---- Runs

TEST_P(RecordStoreContract, ResumesARunThatWasLeftRunning) {
  PageCommit page = Page({MakeStudy(kSrc, "A", "t")});
  page.cursor = "page 2";
  page.ledger.pages = 1;
  page.ledger.fetched = 1;
  Commit(page);
  Reopen();
  bool resumed = false;
  auto run = store_->BeginRun(kSrc, clock_.Now() + absl::Hours(5), &resumed);
  ASSERT_THAT(run, IsOk());
  EXPECT_TRUE(resumed);
  EXPECT_EQ(run->id, run_);
  EXPECT_EQ(run->cursor, "page 2");
  EXPECT_EQ(run->state, RunState::kRunning);
  EXPECT_EQ(run->started, clock_.Now());
  EXPECT_EQ(run->ended, absl::InfiniteFuture());
  EXPECT_EQ(run->ledger.new_records, 1);
  EXPECT_THAT(store_->BeginRun("none", clock_.Now(), &resumed),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordStoreContract, EndsARunOnce) {
  PageCommit page = Page({MakeStudy(kSrc, "A", "t")});
  page.cursor = "c";
  Commit(page);
  parfocal::Run run = *store_->GetRun(kSrc, run_);
  run.state = RunState::kRunning;
  EXPECT_THAT(store_->EndRun(run), StatusIs(absl::StatusCode::kInvalidArgument));
  run.state = RunState::kPartial;
  run.message = "three pages are missing";
  run.ended = clock_.Now() + absl::Minutes(1);
  EXPECT_THAT(store_->EndRun(run), IsOk());
  EXPECT_THAT(store_->EndRun(run), StatusIs(absl::StatusCode::kFailedPrecondition));
  Reopen();
  EXPECT_TRUE(*store_->GetRun(kSrc, run_) == run);
  EXPECT_EQ(store_->GetSource(kSrc)->last_complete_run, "") << "PARTIAL never is";
  run.id = "99999999";
  EXPECT_THAT(store_->EndRun(run), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordStoreContract, ListsRunsNewestFirst) {
  const std::string first = run_;
  NextRun();
  const auto runs = store_->ListRuns(kSrc);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].id, run_);
  EXPECT_EQ(runs[1].id, first);
  EXPECT_LT(first, run_) << "ids sort by start";
  EXPECT_EQ(store_->GetSource(kSrc)->last_complete_run, first);
  EXPECT_THAT(store_->ListRuns("none"), IsEmpty());
  EXPECT_THAT(store_->GetRun(kSrc, "99999999"), StatusIs(absl::StatusCode::kNotFound));
}

// ---- Rejections

TEST_P(RecordStoreContract, KeepsRejectionsInTheirOrder) {
  for (int page_number = 0; page_number < 3; ++page_number) {
    PageCommit page = Page();
    for (int i = 0; i < 2; ++i) {
      Rejection rejection;
      rejection.place = absl::StrCat("file:", page_number * 2 + i);
      rejection.reason = "bad";
      rejection.record = "sources/src/studies/X";
      rejection.raw = "bytes";
      // The second has neither, as those of older catalogues.
      if (i == 0) {
        rejection.reader = "ro-crate 0.1";
        rejection.can_replay = true;
      }
      page.rejections.push_back(rejection);
    }
    Commit(page);
  }
  Reopen();
  auto places = [&](const std::string& run, int64_t offset, int limit) {
    std::vector<std::string> out;
    auto got = store_->ListRejections(kSrc, run, offset, limit);
    EXPECT_THAT(got, IsOk());
    for (const Rejection& rejection : *got) out.push_back(rejection.place);
    return out;
  };
  EXPECT_THAT(places(run_, 0, 100),
              ElementsAre("file:0", "file:1", "file:2", "file:3", "file:4", "file:5"));
  EXPECT_THAT(places("", 2, 3), ElementsAre("file:2", "file:3", "file:4")) << "the newest run";
  EXPECT_THAT(places(run_, 6, 3), IsEmpty());
  EXPECT_THAT(places(run_, 0, 0), IsEmpty());
  auto first = store_->ListRejections(kSrc, run_, 0, 2);
  const std::string record = "sources/src/studies/X";
  EXPECT_TRUE((*first)[0] ==
              (Rejection{kSrc, run_, "file:0", record, "bad", "bytes", "ro-crate 0.1", true}));
  EXPECT_TRUE((*first)[1] == (Rejection{kSrc, run_, "file:1", record, "bad", "bytes", "", false}));
  NextRun();
  EXPECT_THAT(places("", 0, 10), IsEmpty()) << "the newest run has none";
  EXPECT_THAT(store_->ListRejections(kSrc, "99999999", 0, 1),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->ListRejections("none", "", 0, 1), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordStoreContract, CutsRejectedBytes) {
  PageCommit page = Page();
  for (size_t size : {kMaxRejectionRawBytes, kMaxRejectionRawBytes + 1}) {
    Rejection rejection;
    rejection.raw = std::string(size, 'x');
    rejection.can_replay = true;
    page.rejections.push_back(rejection);
  }
  Commit(page);
  auto got = store_->ListRejections(kSrc, run_, 0, 10);
  ASSERT_THAT(got, IsOk());
  for (const Rejection& rejection : *got) EXPECT_EQ(rejection.raw.size(), kMaxRejectionRawBytes);
  // Half of something is not parsed again.
  EXPECT_TRUE((*got)[0].can_replay);
  EXPECT_FALSE((*got)[1].can_replay);
}

INSTANTIATE_TEST_SUITE_P(
    All, RecordStoreContract,
    ::testing::Values(Backend{"Fake",
                              [](const std::string&, const Clock* clock) {
                                return std::make_unique<testing::FakeRecordStore>(clock);
                              }},
                      Backend{"RocksDb",
                              [](const std::string& directory,
                                 const Clock* clock) -> std::unique_ptr<RecordStore> {
                                RocksDbRecordStoreOptions options;
                                options.clock = clock;
                                auto store = OpenRocksDbRecordStore(directory, options);
                                EXPECT_THAT(store, IsOk());
                                return store.ok() ? *std::move(store) : nullptr;
                              }}),
    [](const auto& info) { return info.param.name; });

TEST(FakeRecordStoreTest, FailsTheNextCallAndChangesNothing) {
  testing::FakeRecordStore store;
  Source source;
  source.id = kSrc;
  store.FailNext(absl::UnavailableError("disk"));
  EXPECT_THAT(store.CreateSource(source),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("disk")));
  EXPECT_THAT(store.GetSource(kSrc), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store.CreateSource(source), IsOk());
}

}  // namespace
}  // namespace parfocal
