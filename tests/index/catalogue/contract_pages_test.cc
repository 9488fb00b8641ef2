// The contract of CommitPage, tombstones and counts.
#include "index/catalogue/record_store_contract.h"

namespace parfocal {
namespace {

TEST_P(RecordStoreContract, KeepsARecordWithItsBytesAndItsPast) {
  testing::RandomRecords random(7);
  const Study study = [&] {
    Study s = random.NextStudy();
    s.accession = "S";
    return s;
  }();
  const ImageSet set = [&] {
    ImageSet s = random.NextImageSet();
    s.study = "S";
    return s;
  }();
  const absl::Time first = clock_.Now();
  const Ledger ledger = CommitRecords({study, set});
  EXPECT_EQ(ledger.new_records, 2);
  Reopen();
  auto got = store_->Get(NameOf(study));
  ASSERT_THAT(got, IsOk());
  EXPECT_TRUE(std::get<Study>(got->record) == study);
  EXPECT_EQ(got->meta.sequence, 1);
  EXPECT_EQ(got->meta.first_seen, first);
  EXPECT_EQ(got->meta.last_changed, first);
  EXPECT_FALSE(got->meta.deleted);
  got = store_->Get(NameOf(set));
  ASSERT_THAT(got, IsOk());
  EXPECT_TRUE(std::get<ImageSet>(got->record) == set);
  EXPECT_EQ(got->meta.sequence, 2);
}

TEST_P(RecordStoreContract, HashesTheSliceWithItsContext) {
  PageCommit page = Page();
  page.raw = {"unused", "HEAD|row one|row two"};
  Upsert upsert;
  upsert.record = MakeStudy(kSrc, "S", "t");
  upsert.raw = {1, 13, 7, 0, 5};
  page.upserts = {upsert};
  Commit(page);
  auto got = store_->Get(StudyName("S"));
  ASSERT_THAT(got, IsOk());
  // printf 'HEAD|row two' | sha256sum
  EXPECT_EQ(got->meta.raw_sha256,
            "67cf8e2c08742be290a7d38f7c55156f54a4cb6d4e40ead54c65fe47632cd527");
  EXPECT_EQ(got->meta.content_sha256.size(), 64u);
  auto raw = store_->GetRaw(StudyName("S"));
  ASSERT_THAT(raw, IsOk());
  EXPECT_EQ(*raw, "HEAD|row two");
}

TEST_P(RecordStoreContract, ReadsSlicesOfLargeBlobs) {
  // Longer than any chunk in which a store may keep it, with a slice over several of them.
  std::string blob;
  for (int i = 0; blob.size() < 300'000; ++i) blob += absl::StrCat(i, ",");
  struct {
    uint64_t offset, length;
  } const rows[] = {
      {0, 0},          {0, 1},         {65535, 1},      {65536, 1},       {65535, 2},
      {0, 65536},      {65536, 65536}, {1000, 200'000}, {blob.size(), 0}, {blob.size() - 1, 1},
      {0, blob.size()}};
  PageCommit page = Page();
  page.raw = {blob};
  int number = 0;
  for (const auto& row : rows) {
    Upsert upsert;
    upsert.record = MakeStudy(kSrc, absl::StrCat("S", number++), "t");
    upsert.raw.offset = row.offset;
    upsert.raw.length = row.length;
    upsert.raw.context_offset = 2;
    upsert.raw.context_length = 3;
    page.upserts.push_back(upsert);
  }
  Commit(page);
  number = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(number);
    auto raw = store_->GetRaw(StudyName(absl::StrCat("S", number++)));
    ASSERT_THAT(raw, IsOk());
    EXPECT_TRUE(*raw == blob.substr(2, 3) + blob.substr(row.offset, row.length));
  }
}

TEST_P(RecordStoreContract, CountsTheSameBytesAndContentAsUnchanged) {
  const Study study = MakeStudy(kSrc, "S", "t");
  CommitRecords({study});
  clock_.Advance(absl::Hours(1));
  NextRun();
  // The record's own bytes are the same though the page around them is another.
  PageCommit page = Page();
  Add(MakeStudy(kSrc, "R", "new"), "something else before it", &page);
  Add(study, "raw of sources/src/studies/S", &page);
  const Ledger ledger = Commit(page);
  EXPECT_EQ(ledger.unchanged, 1);
  EXPECT_EQ(ledger.new_records, 1);
  EXPECT_EQ(ledger.changed, 0);
  EXPECT_EQ(Changes().size(), 2u);
  auto got = store_->Get(StudyName("S"));
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->meta.last_changed, got->meta.first_seen);
  EXPECT_EQ(got->meta.sequence, 1);
}

TEST_P(RecordStoreContract, CountsOtherBytesOrOtherContentAsChanged) {
  PageCommit page = Page();
  Add(MakeStudy(kSrc, "S", "one"), "bytes", &page);
  Commit(page);
  const absl::Time first = clock_.Now();
  clock_.Advance(absl::Hours(1));
  page = Page();
  Add(MakeStudy(kSrc, "S", "two"), "bytes", &page);
  EXPECT_EQ(Commit(page).changed, 1) << "other content";
  page = Page();
  Add(MakeStudy(kSrc, "S", "two"), "other", &page);
  EXPECT_EQ(Commit(page).changed, 1) << "other bytes";
  auto got = store_->Get(StudyName("S"));
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(std::get<Study>(got->record).title, "two");
  EXPECT_EQ(got->meta.first_seen, first);
  EXPECT_EQ(got->meta.last_changed, first + absl::Hours(1));
  EXPECT_EQ(got->meta.sequence, 3);
  EXPECT_EQ(*store_->GetRaw(StudyName("S")), "other");
  EXPECT_EQ(Status().studies, 1);
}

TEST_P(RecordStoreContract, RefusesAPageOfNoRunningRun) {
  PageCommit page = Page({MakeStudy(kSrc, "S", "t")});
  page.run = "";
  EXPECT_THAT(store_->CommitPage(page), StatusIs(absl::StatusCode::kFailedPrecondition));
  page.run = "99999999";
  EXPECT_THAT(store_->CommitPage(page), StatusIs(absl::StatusCode::kFailedPrecondition));
  page.run = run_;
  End(kSrc, run_, RunState::kPartial);
  EXPECT_THAT(store_->CommitPage(page), StatusIs(absl::StatusCode::kFailedPrecondition));
  AddSource("other");
  page.run = Begin("other");
  EXPECT_THAT(store_->CommitPage(page), StatusIs(absl::StatusCode::kFailedPrecondition))
      << "run of another source";
  EXPECT_THAT(Names({}), IsEmpty());
  EXPECT_EQ(Status().sequence, 0);
}

TEST_P(RecordStoreContract, RefusesABadPageWhole) {
  const std::string long_id(kMaxIdBytes, 'x');
  struct {
    const char* what;
    std::function<void(PageCommit*)> spoil;
  } const rows[] = {
      {"two upserts of a name", [&](PageCommit* p) { Add(MakeStudy(kSrc, "good", "u"), "", p); }},
      {"upsert and tombstone of a name",
       [&](PageCommit* p) { p->tombstones = {StudyName("good")}; }},
      {"two tombstones of a name",
       [&](PageCommit* p) {
         p->tombstones = {StudyName("x"), StudyName("x")};
       }},
      {"record of another source",
       [&](PageCommit* p) { Add(MakeStudy("other", "S", "t"), "", p); }},
      {"tombstone of another source",
       [&](PageCommit* p) {
         p->tombstones = {{"other", "S", ""}};
       }},
      {"no accession", [&](PageCommit* p) { Add(MakeStudy(kSrc, "", "t"), "", p); }},
      {"ImageSet without id", [&](PageCommit* p) { Add(MakeImageSet(kSrc, "S", ""), "", p); }},
      {"accession too long",
       [&](PageCommit* p) { Add(MakeStudy(kSrc, long_id + "x", "t"), "", p); }},
      {"id too long", [&](PageCommit* p) { Add(MakeImageSet(kSrc, "S", long_id + "x"), "", p); }},
      {"slice beyond the blob", [&](PageCommit* p) { p->upserts[0].raw.length += 1; }},
      {"slice that wraps round", [&](PageCommit* p) { p->upserts[0].raw.offset = UINT64_MAX; }},
      {"context beyond the blob",
       [&](PageCommit* p) { p->upserts[0].raw.context_length = 1 << 20; }},
      {"no such blob", [&](PageCommit* p) { p->upserts[0].raw.blob = 1; }},
      {"not a group", [&](PageCommit* p) { p->group = "No Group"; }},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    PageCommit page = Page({MakeStudy(kSrc, "good", "t")});
    row.spoil(&page);
    EXPECT_THAT(store_->CommitPage(page), StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(Names({}), IsEmpty());
  }
  EXPECT_EQ(CommitRecords({MakeStudy(kSrc, long_id, "t"), MakeImageSet(kSrc, long_id, long_id)})
                .new_records,
            2)
      << "at the limit";
}

TEST_P(RecordStoreContract, CompletesTheLedgerAndKeepsTheCursor) {
  PageCommit page = Page({MakeStudy(kSrc, "S", "t"), MakeStudy(kSrc, "R", "t")});
  page.cursor = "after R";
  page.ledger.pages = 1;
  page.ledger.fetched = 4;
  page.ledger.quarantined = 1;
  page.ledger.skipped = 1;
  page.ledger.rows_read = page.ledger.rows_accepted = 9;
  page.ledger.new_records = 77;  // The store counts these itself.
  auto receipt = store_->CommitPage(page);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->sequence, 2);
  EXPECT_EQ(receipt->ledger.new_records, 2);
  EXPECT_TRUE(receipt->ledger.Adds());
  page.ledger.fetched = 2;
  page.ledger.quarantined = page.ledger.skipped = 0;
  page.cursor = "end";
  receipt = store_->CommitPage(page);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->sequence, 2) << "changed nothing: the store's newest";
  EXPECT_EQ(receipt->ledger.unchanged, 2);
  Reopen();
  auto run = store_->GetRun(kSrc, run_);
  ASSERT_THAT(run, IsOk());
  EXPECT_EQ(run->cursor, "end");
  EXPECT_EQ(run->ledger.pages, 2);
  EXPECT_EQ(run->ledger.fetched, 6);
  EXPECT_EQ(run->ledger.rows_read, 18);
  EXPECT_TRUE(run->ledger.Adds());
}

TEST_P(RecordStoreContract, KeepsRecordsThatComeWithoutBytes) {
  PageCommit page = Page();
  page.raw.clear();
  Upsert upsert;
  upsert.record = MakeStudy(kSrc, "S", "t");
  page.upserts = {upsert};
  EXPECT_EQ(Commit(page).new_records, 1);
  EXPECT_EQ(*store_->GetRaw(StudyName("S")), "");
}

// ---- Tombstones

TEST_P(RecordStoreContract, HidesATombstoneAndKeepsItsContent) {
  CommitRecords({MakeStudy(kSrc, "S", "t"), MakeImageSet(kSrc, "S", "1")});
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(CommitTombstones({SetName("S", "1"), StudyName("never seen")}).deleted, 1);
  EXPECT_EQ(CommitTombstones({SetName("S", "1")}).deleted, 0) << "is one already";
  Reopen();
  EXPECT_THAT(store_->Get(SetName("S", "1")), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Names({}), ElementsAre(StudyName("S")));
  EXPECT_THAT(Tombstones(), ElementsAre(SetName("S", "1")));
  EXPECT_THAT(Tombstones("other"), IsEmpty());
  EXPECT_EQ(*store_->GetRaw(SetName("S", "1")), "raw of sources/src/studies/S/imageSets/1");
  const auto changes = Changes();
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[2].kind, ChangeKind::kDelete);
  EXPECT_EQ(changes[2].name, SetName("S", "1"));
  EXPECT_THAT(store_->ScanTombstones(
                  kSrc,
                  [&](const StoredRecord& stored) {
                    EXPECT_EQ(std::get<ImageSet>(stored.record).attributes[0].second, "v");
                    EXPECT_EQ(stored.meta.last_changed, clock_.Now());
                    EXPECT_EQ(stored.meta.sequence, 3);
                    return true;
                  }),
              IsOk());
}

TEST_P(RecordStoreContract, RestoresATombstoneEvenWithTheSameContent) {
  CommitRecords({MakeStudy(kSrc, "S", "t")});
  const absl::Time first = clock_.Now();
  CommitTombstones({StudyName("S")});
  clock_.Advance(absl::Hours(1));
  const Ledger ledger = CommitRecords({MakeStudy(kSrc, "S", "t")});
  EXPECT_EQ(ledger.restored, 1);
  EXPECT_EQ(ledger.changed, 1);
  EXPECT_EQ(ledger.new_records, 0);
  EXPECT_EQ(ledger.unchanged, 0);
  auto got = store_->Get(StudyName("S"));
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->meta.first_seen, first);
  EXPECT_EQ(got->meta.sequence, 3);
  EXPECT_THAT(Tombstones(), IsEmpty());
  EXPECT_EQ(Changes().back().kind, ChangeKind::kUpsert);
}

TEST_P(RecordStoreContract, CountsWhatIsThere) {
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeStudy(kSrc, "B", "t"), MakeImageSet(kSrc, "A", "1"),
                 MakeImageSet(kSrc, "A", "2"), MakeImageSet(kSrc, "B", "1")});
  CommitTombstones({StudyName("B"), SetName("B", "1")});
  CommitRecords({MakeStudy(kSrc, "B", "back"), MakeImageSet(kSrc, "A", "1", "changed")});
  Reopen();
  const StoreStatus status = Status();
  EXPECT_EQ(status.studies, 2);
  EXPECT_EQ(status.image_sets, 2);
  EXPECT_EQ(status.tombstones, 1);
  EXPECT_EQ(status.sequence, 9);
  EXPECT_EQ(Status("unheard-of").sequence, 0);
  EXPECT_EQ(Status("unheard-of").studies, 0);
}

}  // namespace
}  // namespace parfocal
