#include "parfocal/relate/relator.h"

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "related_studies.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::TempDir;

const absl::Duration kLong = absl::Seconds(60);

class RelatorTest : public ::testing::Test {
 protected:
  void SetUp() override { OpenAll(); }
  void OpenAll() {
    auto store = OpenRocksDbRecordStore(dir_ / "catalogue");
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
    relations_ = RelationsIn(store_.get());
    ASSERT_NE(relations_, nullptr);
    RelatorOptions options;
    options.store = store_.get();
    options.relations = relations_;
    options.words = TestWords();
    relator_ = std::make_unique<Relator>(std::move(options));
    relator_->Start();
  }
  void CloseAll() {
    relator_.reset();
    store_.reset();
  }
  // One complete run of the source with these studies; what else it had is deleted.
  Ledger Harvest(const std::string& id, const std::vector<Study>& studies,
                 const std::vector<RecordName>& gone = {}) {
    Source source;
    source.id = id;
    (void)store_->CreateSource(source);
    const auto run = store_->BeginRun(id, absl::Now(), nullptr);
    EXPECT_THAT(run, IsOk());
    PageCommit page;
    page.source = id;
    page.run = run->id;
    for (const Study& study : studies) page.upserts.push_back({study, {}});
    page.tombstones = gone;
    const auto receipt = store_->CommitPage(page);
    EXPECT_THAT(receipt, IsOk());
    parfocal::Run ended = *run;
    ended.state = RunState::kComplete;
    EXPECT_THAT(store_->EndRun(ended), IsOk());
    return receipt->ledger;
  }
  void Settle() {
    // What the relator writes is itself in the feed.
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(relator_->WaitApplied(Sequence(), absl::Now() + kLong));
    }
  }
  int64_t Sequence() { return store_->Status(std::string(kPublicGroup))->sequence; }
  StudyRelations Of(const RecordName& name) { return relations_->RelationsOf(name).value(); }

  TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  RelationStore* relations_ = nullptr;
  std::unique_ptr<Relator> relator_;
  const Study a_ = MakeRelated({.source = "a", .accession = "TST-1", .title = kTitle});
  const Study b_ = MakeRelated({.source = "b", .accession = "TST-1"});
};

TEST_F(RelatorTest, WhatArrivesIsRelatedAndTheFeedSaysSo) {
  Harvest("a", {a_});
  Settle();
  EXPECT_EQ(store_->Get(NameOf(a_))->meta.work, "");
  const int64_t before = Sequence();
  Harvest("b", {b_});
  Settle();
  const std::string work = "sources/a/studies/TST-1";
  EXPECT_EQ(Of(NameOf(a_)).work, work);
  EXPECT_EQ(store_->Get(NameOf(a_))->meta.work, work);
  ASSERT_EQ(Of(NameOf(b_)).relations.size(), 1u);
  EXPECT_EQ(Of(NameOf(b_)).relations[0].type, RelationType::kCopy);
  // Followers hear of both.
  std::set<std::string> told;
  const auto changes = store_->ChangesSince(std::string(kPublicGroup), before, 100);
  for (const Change& change : *changes) told.insert(change.name.source);
  EXPECT_THAT(told, ::testing::ElementsAre("a", "b"));
  // The record itself is as it was, so that a harvest finds it unchanged and writes nothing.
  EXPECT_EQ(std::get<Study>(store_->Get(NameOf(a_))->record), a_);
  const int64_t quiet = Sequence();
  EXPECT_EQ(Harvest("a", {a_}).unchanged, 1);
  Settle();
  EXPECT_EQ(Sequence(), quiet);
  EXPECT_EQ(Of(NameOf(a_)).work, work);
  // What goes takes its relations along; nothing else goes.
  Harvest("b", {}, {NameOf(b_)});
  Settle();
  EXPECT_EQ(Of(NameOf(a_)).work, "");
  EXPECT_TRUE(Of(NameOf(a_)).relations.empty());
  EXPECT_THAT(store_->Get(NameOf(a_)), IsOk());
}

TEST_F(RelatorTest, DecisionsSurviveHarvestsAndRestarts) {
  Harvest("a", {a_});
  Harvest("b", {b_});
  Settle();
  RelationDecision decision;
  decision.from = NameOf(b_);
  decision.to = NameOf(a_);
  decision.verdict = RelationVerdict::kRejected;
  decision.author = "A. Curator";
  decision.note = "another plate";
  int64_t sequence = 0;
  const auto relation = relator_->Decide(decision, &sequence);
  ASSERT_THAT(relation, IsOk());
  EXPECT_EQ(relation->verdict, RelationVerdict::kRejected);
  EXPECT_THAT(relation->because, HasSubstr("A. Curator rejects it: another plate; found: "));
  EXPECT_EQ(sequence, Sequence());
  EXPECT_EQ(Of(NameOf(a_)).work, "");

  Study changed = a_;
  changed.description = "described anew";
  Harvest("a", {changed});
  Settle();
  EXPECT_EQ(Of(NameOf(a_)).work, "");
  const int64_t quiet = Sequence();
  CloseAll();
  OpenAll();
  Settle();
  EXPECT_EQ(Sequence(), quiet) << "a start writes nothing that is written already";
  EXPECT_EQ(Of(NameOf(b_)).relations[0].verdict, RelationVerdict::kRejected);

  decision.verdict = RelationVerdict::kNone;
  ASSERT_THAT(relator_->Decide(decision, &sequence), IsOk());
  EXPECT_EQ(Of(NameOf(a_)).work, "sources/a/studies/TST-1");
  CloseAll();
  EXPECT_THAT(VerifyStore(dir_ / "catalogue"), IsOk());
}

TEST_F(RelatorTest, RefusesDecisionsAboutNothing) {
  Harvest("a", {a_});
  Settle();
  RelationDecision decision;
  decision.from = NameOf(a_);
  decision.to = {"a", "nowhere", ""};
  decision.verdict = RelationVerdict::kRejected;
  int64_t sequence = 0;
  EXPECT_THAT(relator_->Decide(decision, &sequence), StatusIs(absl::StatusCode::kNotFound));
  decision.to = decision.from;
  EXPECT_THAT(relator_->Decide(decision, &sequence), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(relations_->Decisions()->empty());
}

TEST_F(RelatorTest, WhatAnEarlierLifeWroteAndHoldsNoLongerGoes) {
  StudyRelations stale;
  stale.study = NameOf(a_);
  stale.work = "sources/x/studies/y";
  Harvest("a", {a_});
  Settle();
  relator_.reset();
  ASSERT_THAT(relations_->PutRelations(std::string(kPublicGroup), {stale}), IsOk());
  EXPECT_EQ(store_->Get(NameOf(a_))->meta.work, stale.work);
  CloseAll();
  OpenAll();
  Settle();
  EXPECT_EQ(store_->Get(NameOf(a_))->meta.work, "");
}

}  // namespace
}  // namespace parfocal
