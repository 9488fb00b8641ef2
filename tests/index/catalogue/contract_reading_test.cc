// The contract of reading: batches, scans, what a run touched, the change feed.
#include <algorithm>
#include <thread>

#include "index/catalogue/record_store_contract.h"

namespace parfocal {
namespace {

TEST_P(RecordStoreContract, AnswersABatchInItsOrder) {
  CommitRecords({MakeStudy(kSrc, "A", "a"), MakeStudy(kSrc, "B", "b")});
  const auto records =
      store_->BatchGet({StudyName("B"), StudyName("none"), StudyName("A"), StudyName("B")});
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(std::get<Study>(records[0]->record).title, "b");
  EXPECT_THAT(records[1],
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("sources/src/studies/none")));
  EXPECT_EQ(std::get<Study>(records[2]->record).title, "a");
  EXPECT_EQ(std::get<Study>(records[3]->record).title, "b");
  EXPECT_THAT(store_->BatchGet({}), IsEmpty());
  EXPECT_THAT(store_->GetRaw(StudyName("none")), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(RecordStoreContract, TellsApartNamesThatDifferInOddBytes) {
  const std::string nul(1, '\0'), one("\1"), high("\xff");
  std::vector<Record> records;
  std::vector<RecordName> names;
  for (const std::string& accession :
       {std::string("A"), std::string("AB"), "A" + nul, "A" + one, "A" + nul + "B", "A" + one + one,
        "A" + high, std::string("A/B"), std::string("A%2FB"), nul, one, high, std::string(" ")}) {
    records.push_back(MakeStudy(kSrc, accession, "title of " + accession));
    names.push_back(StudyName(accession));
    for (const std::string& id :
         {std::string("B"), nul, one, high, std::string("p/w"), nul + "B", "B" + nul}) {
      records.push_back(MakeImageSet(kSrc, accession, id, accession + "|" + id));
      names.push_back(SetName(accession, id));
    }
  }
  EXPECT_EQ(CommitRecords(records).new_records, static_cast<int64_t>(records.size()));
  Reopen();
  for (const Record& record : records) {
    auto got = store_->Get(NameOf(record));
    ASSERT_THAT(got, IsOk());
    EXPECT_TRUE(got->record == record) << FormatRecordName(NameOf(record));
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(Names({}), names) << "key order is the order of names";
  for (const RecordName& name : names) {
    if (!name.image_set.empty()) continue;
    SCOPED_TRACE(FormatRecordName(name));
    const auto of_study = Names(name);
    ASSERT_EQ(of_study.size(), 8u) << "a study and its own ImageSets, no other's";
    EXPECT_EQ(of_study[0], name) << "the study first";
    for (const RecordName& each : of_study) EXPECT_EQ(each.accession, name.accession);
  }
}

TEST_P(RecordStoreContract, ScansWhatBeginsWithTheName) {
  AddSource("src2");
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeImageSet(kSrc, "A", "1"),
                 MakeImageSet(kSrc, "A", "10"), MakeStudy(kSrc, "AB", "t"),
                 MakeImageSet(kSrc, "B", "orphan")});
  const std::string first = run_;
  run_ = Begin("src2");
  Commit(Page({MakeStudy("src2", "A", "t")}, "src2"));
  run_ = first;
  EXPECT_THAT(Names({kSrc, "", ""}),
              ElementsAre(StudyName("A"), SetName("A", "1"), SetName("A", "10"), StudyName("AB"),
                          SetName("B", "orphan")));
  EXPECT_THAT(Names(StudyName("A")),
              ElementsAre(StudyName("A"), SetName("A", "1"), SetName("A", "10")));
  EXPECT_THAT(Names(SetName("A", "1")), ElementsAre(SetName("A", "1")));
  EXPECT_THAT(Names(StudyName("B")), ElementsAre(SetName("B", "orphan")));
  EXPECT_THAT(Names(StudyName("C")), IsEmpty());
  EXPECT_THAT(Names({"sr", "", ""}), IsEmpty()) << "a part of a source's id is not that source";
  EXPECT_EQ(Names({}).size(), 6u) << "no source: every record";
}

TEST_P(RecordStoreContract, ScansOnBehindAName) {
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeImageSet(kSrc, "A", "1"),
                 MakeImageSet(kSrc, "A", "2"), MakeStudy(kSrc, "B", "t")});
  const RecordName all{kSrc, "", ""};
  EXPECT_THAT(Names(all, StudyName("A")),
              ElementsAre(SetName("A", "1"), SetName("A", "2"), StudyName("B")));
  EXPECT_THAT(Names(all, SetName("A", "1")), ElementsAre(SetName("A", "2"), StudyName("B")));
  EXPECT_THAT(Names(all, SetName("A", "11")), ElementsAre(SetName("A", "2"), StudyName("B")))
      << "need not exist";
  EXPECT_THAT(Names(StudyName("A"), SetName("A", "2")), IsEmpty());
  EXPECT_THAT(Names(StudyName("A"), StudyName("B")), IsEmpty()) << "behind the range";
  EXPECT_THAT(Names(StudyName("B"), StudyName("A")), ElementsAre(StudyName("B")))
      << "before the range";
}

TEST_P(RecordStoreContract, ScansUntilToldToStopAndMayBeCalledMeanwhile) {
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeStudy(kSrc, "B", "t"), MakeStudy(kSrc, "C", "t")});
  int visits = 0;
  EXPECT_THAT(store_->Scan({}, {},
                           [&](const StoredRecord& stored) {
                             ++visits;
                             EXPECT_THAT(store_->Get(NameOf(stored.record)), IsOk());
                             // Written while the scan goes on: not part of its view.
                             CommitRecords({MakeStudy(kSrc, absl::StrCat("Z", visits), "late")});
                             return visits < 2;
                           }),
              IsOk());
  EXPECT_EQ(visits, 2);
  visits = 0;
  EXPECT_THAT(store_->Scan({}, StudyName("A"),
                           [&](const StoredRecord&) {
                             CommitRecords({MakeStudy(kSrc, absl::StrCat("ZZ", ++visits), "late")});
                             return true;
                           }),
              IsOk());
  EXPECT_EQ(visits, 4) << "B, C, Z1, Z2 and none of those written meanwhile";
}

TEST_P(RecordStoreContract, NamesWhatARunDidNotTouch) {
  CommitRecords({MakeStudy(kSrc, "A", "t"), MakeImageSet(kSrc, "A", "1"), MakeStudy(kSrc, "B", "t"),
                 MakeStudy(kSrc, "C", "t"), MakeStudy(kSrc, "D", "t")});
  EXPECT_THAT(Untouched(), IsEmpty());
  CommitTombstones({StudyName("D")});
  const std::string first = run_;
  NextRun();
  EXPECT_THAT(Untouched(),
              ElementsAre(StudyName("A"), SetName("A", "1"), StudyName("B"), StudyName("C")));
  // One unchanged, one changed, one new; over two pages and one of them twice.
  EXPECT_EQ(CommitRecords({MakeStudy(kSrc, "C", "t")}).unchanged, 1);
  CommitRecords(
      {MakeStudy(kSrc, "A", "changed"), MakeStudy(kSrc, "E", "new"), MakeStudy(kSrc, "C", "t")});
  Reopen();
  EXPECT_THAT(Untouched(), ElementsAre(SetName("A", "1"), StudyName("B")));
  int visits = 0;
  EXPECT_THAT(store_->ScanUntouched(kSrc, run_, [&](const RecordName&) { return ++visits < 1; }),
              IsOk());
  EXPECT_EQ(visits, 1);
  EXPECT_THAT(store_->ScanUntouched(kSrc, "99999999", [](const RecordName&) { return true; }),
              StatusIs(absl::StatusCode::kNotFound));
  run_ = first;
  EXPECT_THAT(Untouched(), ElementsAre(StudyName("E"))) << "an ended run keeps what it touched";
}

TEST_P(RecordStoreContract, TouchesInAnyOrder) {
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) records.push_back(MakeStudy(kSrc, absl::StrCat("S", 100 + i), "t"));
  CommitRecords(records);
  NextRun();
  std::vector<RecordName> expected;
  std::vector<Record> odd, backwards;
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0)
      odd.push_back(records[i]);
    else if (i % 3 == 1)
      backwards.insert(backwards.begin(), records[i]);
    else
      expected.push_back(NameOf(records[i]));
  }
  CommitRecords(backwards);
  CommitRecords(odd);
  EXPECT_EQ(Untouched(), expected);
}

// ---- Change feed

TEST_P(RecordStoreContract, FeedsChangesInOrderWithoutHoles) {
  for (int page = 0; page < 5; ++page) {
    CommitRecords({MakeStudy(kSrc, absl::StrCat("S", page), "t"), MakeStudy(kSrc, "same", "t"),
                   MakeStudy(kSrc, "changing", absl::StrCat(page))});
  }
  PageCommit bad = Page({MakeStudy(kSrc, "X", "t"), MakeStudy(kSrc, "X", "t")});
  EXPECT_FALSE(store_->CommitPage(bad).ok());
  CommitTombstones({StudyName("S0")});
  Reopen();
  ExpectFeedWithoutHoles();
  EXPECT_EQ(Changes().size(), 12u);
  EXPECT_EQ(Changes(0, 5).size(), 5u);
  EXPECT_EQ(Changes(10, 5)[0].sequence, 11);
  EXPECT_EQ(Changes(10, 5).size(), 2u);
  EXPECT_THAT(Changes(12), IsEmpty());
  EXPECT_THAT(Changes(1000), IsEmpty());
  EXPECT_THAT(Changes(0, 0), IsEmpty());
  EXPECT_EQ(Changes(-5, 1)[0].sequence, 1);
  EXPECT_THAT(Changes(0, 10, "unheard-of"), IsEmpty());
}

TEST_P(RecordStoreContract, GivesEachGroupItsOwnFeed) {
  CommitRecords({MakeStudy(kSrc, "open", "t"), MakeStudy(kSrc, "moves", "t")});
  PageCommit page = Page({MakeStudy(kSrc, "closed", "t"), MakeStudy(kSrc, "moves", "t")});
  page.group = "lab";
  auto receipt = store_->CommitPage(page);
  ASSERT_THAT(receipt, IsOk());
  EXPECT_EQ(receipt->sequence, 2) << "of the page's group";
  EXPECT_EQ(receipt->ledger.new_records, 1);
  EXPECT_EQ(receipt->ledger.changed, 1);
  Reopen();
  ExpectFeedWithoutHoles();
  ExpectFeedWithoutHoles("lab");
  EXPECT_EQ(Status().studies, 1);
  EXPECT_EQ(Status().tombstones, 0);
  EXPECT_EQ(Status("lab").studies, 2);
  // Readers of the old group see it go, without a word about where.
  ASSERT_EQ(Changes().size(), 3u);
  EXPECT_EQ(Changes()[2].kind, ChangeKind::kDelete);
  EXPECT_EQ(Changes()[2].name, StudyName("moves"));
  EXPECT_EQ(Changes(0, 10, "lab")[1].name, StudyName("moves"));
}

TEST_P(RecordStoreContract, CountsATombstoneThatComesBackInAnotherGroup) {
  CommitRecords({MakeStudy(kSrc, "moves", "t")});
  CommitTombstones({StudyName("moves")});
  PageCommit page = Page({MakeStudy(kSrc, "moves", "t")});
  page.group = "lab";
  EXPECT_EQ(Commit(page).restored, 1);
  Reopen();
  EXPECT_EQ(Status().tombstones, 0);
  EXPECT_EQ(Status().studies, 0);
  EXPECT_EQ(Status("lab").studies, 1);
  EXPECT_EQ(Changes().size(), 2u) << "it had gone from the old group already";
  ExpectFeedWithoutHoles("lab");
}

TEST_P(RecordStoreContract, KeepsFeedsWholeWhenSourcesCommitAtOnce) {
  constexpr int kThreads = 3, kPages = 10;
  std::vector<std::string> runs;
  for (int t = 0; t < kThreads; ++t) {
    AddSource(absl::StrCat("s", t));
    runs.push_back(Begin(absl::StrCat("s", t)));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const std::string source = absl::StrCat("s", t);
      for (int page = 0; page < kPages; ++page) {
        PageCommit commit;
        commit.source = source;
        commit.run = runs[t];
        commit.raw = {source};
        for (int i = 0; i < 5; ++i) {
          commit.upserts.push_back({MakeStudy(source, absl::StrCat(page, "-", i), "t"), {}});
        }
        EXPECT_THAT(store_->CommitPage(commit), IsOk());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ExpectFeedWithoutHoles();
  EXPECT_EQ(Status().studies, kThreads * kPages * 5);
  Reopen();
  ExpectFeedWithoutHoles();
  EXPECT_EQ(Names({}).size(), static_cast<size_t>(kThreads * kPages * 5));
}

TEST_P(RecordStoreContract, WaitsForAChangeOrTheDeadline) {
  EXPECT_EQ(store_->WaitForChange("public", 0, absl::Now() + absl::Milliseconds(20)), 0);
  EXPECT_EQ(store_->WaitForChange("public", 0, absl::InfinitePast()), 0);
  std::thread writer([&] {
    absl::SleepFor(absl::Milliseconds(30));
    CommitRecords({MakeStudy(kSrc, "S", "t")});
  });
  EXPECT_EQ(store_->WaitForChange("public", 0, absl::InfiniteFuture()), 1);
  writer.join();
  EXPECT_EQ(store_->WaitForChange("public", 0, absl::InfiniteFuture()), 1) << "already there";
}

}  // namespace
}  // namespace parfocal
