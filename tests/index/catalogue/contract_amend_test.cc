// The contract of Amend and SetNormalised.
#include "index/catalogue/record_store_contract.h"

namespace parfocal {
namespace {

Record Titled(const std::string& accession, const std::string& title) {
  return MakeStudy(kSrc, accession, title);
}

std::string TitleOf(const RecordStore& store, const std::string& accession) {
  auto got = store.Get(StudyName(accession));
  return got.ok() ? std::get<Study>(got->record).title : got.status().ToString();
}

TEST_P(RecordStoreContract, AmendsTheContentAndNothingElse) {
  PageCommit page = Page({Titled("A", "old"), Titled("B", "b")});
  page.release = "r1";
  Commit(page);
  const auto before = store_->Get(StudyName("A"));
  ASSERT_THAT(before, IsOk());
  EXPECT_EQ(before->meta.release, "r1");
  const auto raw = store_->GetRaw(StudyName("A"));
  clock_.Advance(absl::Hours(1));
  auto receipt = store_->Amend("public", {{Titled("A", "new"), 1}}, "r2");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->changed, 1);
  EXPECT_EQ(receipt->sequence, 3);
  Reopen();
  const auto after = store_->Get(StudyName("A"));
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(TitleOf(*store_, "A"), "new");
  EXPECT_EQ(after->meta.release, "r2");
  EXPECT_EQ(after->meta.sequence, 3);
  EXPECT_EQ(after->meta.first_seen, before->meta.first_seen);
  EXPECT_EQ(after->meta.last_changed, clock_.Now());
  EXPECT_EQ(after->meta.raw_sha256, before->meta.raw_sha256);
  EXPECT_NE(after->meta.content_sha256, before->meta.content_sha256);
  EXPECT_EQ(*store_->GetRaw(StudyName("A")), *raw);
  EXPECT_THAT(Untouched(), IsEmpty()) << "the run has touched it, whatever it says now";
  EXPECT_EQ(Status().studies, 2);
  ExpectFeedWithoutHoles();
}

TEST_P(RecordStoreContract, AmendsHashAsThePageThatSaysTheSame) {
  CommitRecords({Titled("A", "old")});
  ASSERT_THAT(store_->Amend("public", {{Titled("A", "new"), 1}}, "r2"), IsOk());
  NextRun();
  PageCommit page = Page({Titled("A", "new")});
  page.release = "r2";
  EXPECT_EQ(Commit(page).unchanged, 1);
  EXPECT_EQ(Changes().size(), 2u);
}

TEST_P(RecordStoreContract, GivesNoChangeEntryToWhatStaysTheSame) {
  PageCommit page = Page({Titled("A", "a"), Titled("B", "b")});
  page.release = "r1";
  Commit(page);
  auto receipt = store_->Amend("public", {{Titled("A", "a"), 1}, {Titled("B", "c"), 2}}, "r2");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->unchanged, 1);
  EXPECT_EQ(receipt->changed, 1);
  EXPECT_EQ(Changes().size(), 3u);
  EXPECT_EQ(store_->Get(StudyName("A"))->meta.sequence, 1);
  receipt = store_->Amend("public", {{Titled("A", "a"), 1}}, "r2");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->sequence, 3) << "the newest, if nothing changed";
}

TEST_P(RecordStoreContract, LeavesAloneWhatAHarvestChangedSinceItWasRead) {
  CommitRecords({Titled("A", "a"), Titled("B", "b"), Titled("C", "c")});
  CommitRecords({Titled("A", "harvested")});
  CommitTombstones({StudyName("B")});
  auto receipt = store_->Amend("public",
                               {{Titled("A", "amended"), 1},
                                {Titled("B", "amended"), 2},
                                {Titled("C", "amended"), 3},
                                {Titled("D", "amended"), 4}},
                               "r2");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->skipped, 3);
  EXPECT_EQ(receipt->changed, 1);
  EXPECT_EQ(TitleOf(*store_, "A"), "harvested");
  EXPECT_EQ(TitleOf(*store_, "C"), "amended");
  EXPECT_THAT(store_->Get(StudyName("B")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(store_->Get(StudyName("D")), StatusIs(absl::StatusCode::kNotFound));
  ExpectFeedWithoutHoles();
}

TEST_P(RecordStoreContract, AmendsOneGroupAlone) {
  CommitRecords({Titled("A", "a")});
  auto receipt = store_->Amend("lab", {{Titled("A", "b"), 1}}, "r2");
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->skipped, 1);
  EXPECT_EQ(TitleOf(*store_, "A"), "a");
}

TEST_P(RecordStoreContract, RefusesAmendmentsThatAreNoSet) {
  CommitRecords({Titled("A", "a")});
  EXPECT_THAT(store_->Amend("public", {{Titled("A", "b"), 1}, {Titled("A", "c"), 1}}, "r2"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(store_->Amend("public", {{MakeImageSet(kSrc, "A", ""), 1}}, "r2"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("name")));
  EXPECT_EQ(TitleOf(*store_, "A"), "a");
}

TEST_P(RecordStoreContract, RemembersUpToWhichReleaseAGroupIsNormalised) {
  EXPECT_EQ(Status().normalised, "");
  ASSERT_THAT(store_->SetNormalised("public", "r1"), IsOk());
  ASSERT_THAT(store_->SetNormalised("public", "r1"), IsOk());
  CommitRecords({Titled("A", "a")});
  Reopen();
  EXPECT_EQ(Status().normalised, "r1");
  EXPECT_EQ(Status("lab").normalised, "");
  EXPECT_EQ(Status().sequence, 1);
  EXPECT_THAT(store_->SetNormalised("not a group", "r1"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace parfocal
