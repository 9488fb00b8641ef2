// The renormaliser on a store and an index in memory: the index shows every change at once, so what
// is held back is asked for by the flags of the fixture.
#include "parfocal/renormalise/renormaliser.h"

#include <atomic>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_record_store.h"
#include "support/plain_search_index.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::FakeRecordStore;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;
using testing::StatusIs;

class RenormaliserTest : public ::testing::Test {
 protected:
  // A walk comes no further than an image set, until the end.
  class Pause {
   public:
    Pause(RenormaliserTest* test, const std::string& study, int id) : test_(test) {
      test_->on_record_ = [this, study, id](const Record& record) {
        const RecordName name = NameOf(record);
        if (name.accession != study || name.image_set != std::to_string(id)) return;
        reached_ = true;
        while (!ended_) absl::SleepFor(absl::Milliseconds(1));
      };
    }
    ~Pause() { End(); }
    void Await() const {
      const absl::Time until = absl::Now() + absl::Seconds(20);
      while (!reached_ && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
      EXPECT_TRUE(reached_) << "the walk does not come there";
    }
    void End() const { ended_ = true; }

   private:
    RenormaliserTest* const test_;
    std::atomic<bool> reached_{false};
    mutable std::atomic<bool> ended_{false};
  };

  RenormaliserTest() {
    EXPECT_TRUE(store_.CreateSource({.id = "src"}).ok());
    run_ = store_.BeginRun("src", absl::Now(), nullptr)->id;
  }
  ~RenormaliserTest() override {
    if (renormaliser_ != nullptr) renormaliser_->Stop();
  }

  void Make(int batch = 3) {
    RenormaliserOptions options;
    options.store = &store_;
    options.index = &index_;
    options.batch = batch;
    options.retry = absl::Milliseconds(1);
    options.patience = absl::Seconds(20);
    options.release = [this] { return Release(); };
    options.normaliser = [this] {
      return PageNormaliser{[this](Record* record) { return Normalise(record); }, Release()};
    };
    options.take_over = [this] {
      EXPECT_TRUE(held_) << "a state is taken over only behind a held snapshot";
      MutexLock lock(&mu_);
      taken_ = newest_;
    };
    options.hold = [this](const std::string& name) {
      held_ = true;
      MutexLock lock(&mu_);
      held_name_ = name;
    };
    options.held = [this] {
      MutexLock lock(&mu_);
      return held_name_;
    };
    options.publish = [this] {
      held_ = false;
      ++published_;
      MutexLock lock(&mu_);
      held_name_.clear();
    };
    options.await_index = [this](int64_t, absl::Time) { return !behind_; };
    renormaliser_ = std::make_unique<Renormaliser>(std::move(options));
  }

  void HeldName(const std::string& name) {
    MutexLock lock(&mu_);
    held_name_ = name;
  }
  std::string Release() {
    MutexLock lock(&mu_);
    std::string name = "r";
    for (const auto& [words, term] : taken_) name += "|" + words + "=" + term;
    return name;
  }
  int Normalise(Record* record) {
    if (on_record_) on_record_(*record);
    MutexLock lock(&mu_);
    const auto apply = [this](std::vector<Statement>& statements) ABSL_NO_THREAD_SAFETY_ANALYSIS {
      for (Statement& statement : statements) {
        const auto found = taken_.find(statement.value);
        statement.term = found == taken_.end() ? "" : found->second;
      }
    };
    if (auto* study = std::get_if<Study>(record)) apply(study->statements);
    if (auto* set = std::get_if<ImageSet>(record)) apply(set->statements);
    return 0;
  }

  static Statement Says(const std::string& words, const std::string& field = "phenotype") {
    Statement statement;
    statement.field = field;
    statement.value = words;
    return statement;
  }
  static ImageSet Set(const std::string& study, const std::string& id, const std::string& words) {
    ImageSet set = MakeImageSet("src", study, id);
    set.statements = {Says(words)};
    return set;
  }
  void Commit(const std::vector<Record>& records) {
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.release = Release();
    page.raw = {"raw"};
    for (const Record& record : records) {
      page.upserts.push_back({record, {}});
      Normalise(&page.upserts.back().record);
    }
    ASSERT_THAT(store_.CommitPage(page), IsOk());
  }
  void CommitTwoStudies() {
    Commit({MakeStudy("src", "A", "a"), Set("A", "1", "round"), Set("A", "2", "long"),
            MakeStudy("src", "B", "b"), Set("B", "1", "Round "), Set("B", "2", "round"),
            MakeStudy("src", "C", "c"), Set("C", "1", "long")});
  }
  void Newest(std::map<std::string, std::string> terms) {
    MutexLock lock(&mu_);
    newest_ = std::move(terms);
  }
  std::string TermOf(const std::string& study, const std::string& id) {
    const auto got = store_.Get({"src", study, id});
    if (!got.ok()) return got.status().ToString();
    return std::get<ImageSet>(got->record).statements[0].term;
  }
  int64_t Newest() { return store_.Status("public")->sequence; }
  std::string Normalised() { return store_.Status("public")->normalised; }

  FakeRecordStore store_;
  testing::PlainSearchIndex index_{&store_, nullptr};
  std::string run_;
  Mutex mu_;
  std::map<std::string, std::string> newest_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> taken_ ABSL_GUARDED_BY(mu_);
  std::string held_name_ ABSL_GUARDED_BY(mu_);
  std::function<void(const Record&)> on_record_;  // Set before the renormaliser starts.
  std::atomic<bool> held_{false};
  std::atomic<int> published_{0};
  std::atomic<bool> behind_{false};  // The index.
  std::unique_ptr<Renormaliser> renormaliser_;
};

TEST_F(RenormaliserTest, WalksAtAStartThatFindsAnotherStateAndOnlyThen) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  EXPECT_EQ(Normalised(), "r");
  EXPECT_EQ(renormaliser_->Progress().examined, 8);
  EXPECT_EQ(renormaliser_->Progress().changed, 0);
  EXPECT_EQ(Newest(), 8) << "nothing changed, so the feed has nothing new";
  Make();
  renormaliser_->Start();
  EXPECT_FALSE(renormaliser_->Busy());
}

TEST_F(RenormaliserTest, ChangesWhatANewStateChangesAndShowsItInOneSwap) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const int before = published_;
  Newest({{"long", "X:2"}});
  renormaliser_->StateChanged();
  EXPECT_EQ(published_, before + 1);
  EXPECT_FALSE(held_);
  EXPECT_EQ(TermOf("A", "2"), "X:2");
  EXPECT_EQ(TermOf("C", "1"), "X:2");
  EXPECT_EQ(TermOf("A", "1"), "");
  EXPECT_EQ(Newest(), 10);
  EXPECT_EQ(Normalised(), "r|long=X:2");
  EXPECT_EQ(store_.Get({"src", "C", "1"})->meta.release, "r|long=X:2");
}

TEST_F(RenormaliserTest, ADecisionTouchesTheRecordsThatCarryTheWordsAndNoOthers) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const auto counts = renormaliser_->Decide("phenotype", " ROUND", [this] {
    Newest({{"round", "X:1"}, {"Round ", "X:1"}});
    return absl::OkStatus();
  });
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->examined, 3);
  EXPECT_EQ(counts->changed, 3);
  EXPECT_EQ(counts->sequence, 11);
  EXPECT_FALSE(held_);
  EXPECT_EQ(TermOf("B", "1"), "X:1");
  EXPECT_EQ(Normalised(), Release()) << "the next start has nothing to do";
}

// Of what texts name is decided for one study, by its name; nothing else follows.
TEST_F(RenormaliserTest, ADecisionAboutTheTextsOfAStudyConcernsThatStudyAlone) {
  Study study = MakeStudy("src", "A", "a");
  study.statements = {Says("round")};
  Commit({study, Set("A", "1", "round"), MakeStudy("src", "B", "b"), Set("B", "1", "round")});
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const auto decide = [&](const std::string& name) {
    return renormaliser_->Decide("mined_organism", name, [this] {
      Newest({{"round", "X:1"}});
      return absl::OkStatus();
    });
  };
  auto counts = decide("sources/src/studies/A");
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->examined, 1);
  EXPECT_EQ(counts->changed, 1);
  EXPECT_EQ(TermOf("A", "1"), "");
  counts = decide("sources/src/studies/of-tomorrow");
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->examined, 0);
}

TEST_F(RenormaliserTest, AStudyThatCarriesTheWordsTakesItsImageSetsAlong) {
  Study study = MakeStudy("src", "A", "a");
  study.statements = {Says("man", "organism")};
  Commit({study, Set("A", "1", "round"), Set("A", "2", "long"), MakeStudy("src", "B", "b"),
          Set("B", "1", "round")});
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const auto counts = renormaliser_->Decide("organism", "man", [this] {
    Newest({{"man", "T:1"}});
    return absl::OkStatus();
  });
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->examined, 3);
  EXPECT_EQ(counts->changed, 1);
}

TEST_F(RenormaliserTest, ARefusedDecisionChangesNothing) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const int before = published_;
  EXPECT_THAT(
      renormaliser_->Decide("phenotype", "round", [] { return absl::InvalidArgumentError("no"); }),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no")));
  EXPECT_FALSE(held_);
  EXPECT_EQ(published_, before);
  EXPECT_EQ(Newest(), 8);
}

TEST_F(RenormaliserTest, ADecisionWithoutWordsWalksOverEverything) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  const auto counts = renormaliser_->Decide("", "", [this] {
    Newest({{"round", "X:1"}, {"long", "X:2"}});
    return absl::OkStatus();
  });
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->examined, 8);
  EXPECT_EQ(counts->changed, 4);
  EXPECT_EQ(Normalised(), Release());
}

TEST_F(RenormaliserTest, LeavesToAHarvestWhatItBringsMeanwhile) {
  CommitTwoStudies();
  std::atomic<bool> once{false};
  on_record_ = [&](const Record& record) {
    const RecordName name = NameOf(record);
    if (name.accession != "A" || name.image_set != "2" || once.exchange(true)) return;
    Record changed = Set("A", "2", "harvested");
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.raw = {"raw"};
    page.upserts = {{changed, {}}};
    EXPECT_THAT(store_.CommitPage(page), IsOk());
  };
  once = true;
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  once = false;
  Newest({{"long", "X:2"}});
  renormaliser_->StateChanged();
  EXPECT_EQ(renormaliser_->Progress().skipped, 1);
  EXPECT_EQ(renormaliser_->Progress().changed, 1);
  EXPECT_EQ(std::get<ImageSet>(store_.Get({"src", "A", "2"})->record).statements[0].value,
            "harvested");
}

TEST_F(RenormaliserTest, GoesOnAtTheNextStartWhereAStopInterruptedIt) {
  CommitTwoStudies();
  Make(/*batch=*/1);
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  std::atomic<int> seen{0};
  std::thread stopper;
  on_record_ = [&](const Record&) {
    if (++seen == 4) stopper = std::thread([this] { renormaliser_->Stop(); });
    if (seen >= 4) absl::SleepFor(absl::Milliseconds(20));
  };
  Newest({{"round", "X:1"}, {"Round ", "X:1"}, {"long", "X:2"}});
  renormaliser_->StateChanged();
  stopper.join();
  EXPECT_EQ(Normalised(), "") << "some records have followed, some have not";
  EXPECT_EQ(TermOf("C", "1"), "");
  held_ = false;  // The process is another one, and nothing was kept.
  HeldName("");
  const Pause pause(this, "C", 1);
  Make(1);
  renormaliser_->Start();
  pause.Await();
  EXPECT_FALSE(held_) << "there is no snapshot of one state to hold";
  const RenormaliseState state = renormaliser_->State();
  EXPECT_TRUE(state.busy);
  EXPECT_TRUE(state.walking);
  EXPECT_FALSE(state.held);
  EXPECT_EQ(state.before, "");
  EXPECT_EQ(state.release, Release());
  pause.End();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  EXPECT_EQ(Normalised(), Release());
  for (const auto& [study, id] :
       std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", "1"}, {"B", "2"}}) {
    EXPECT_EQ(TermOf(study, id), "X:1");
  }
  EXPECT_EQ(TermOf("A", "2"), "X:2");
  EXPECT_EQ(TermOf("C", "1"), "X:2");
  EXPECT_EQ(Newest(), 13) << "no record was written twice";
}

// What was held when the node was killed is held again, until all have followed or, where they had,
// until the index shows them.
TEST_F(RenormaliserTest, AStartGoesOnBehindWhatWasHeld) {
  CommitTwoStudies();
  for (const bool whole : {false, true}) {
    SCOPED_TRACE(whole);
    ASSERT_THAT(store_.SetNormalised(std::string(kPublicGroup), whole ? Release() : ""), IsOk());
    Make();
    const int before = published_;
    HeldName("before");
    held_ = true;
    behind_ = true;
    renormaliser_->Start();
    RenormaliseState state = renormaliser_->State();
    EXPECT_TRUE(state.busy);
    EXPECT_EQ(state.walking && whole, false);
    EXPECT_TRUE(state.held);
    EXPECT_EQ(state.before, "before");
    EXPECT_EQ(published_, before);
    HeldName("");  // The index had to be built anew.
    EXPECT_EQ(renormaliser_->State().before, "");
    behind_ = false;
    ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
    EXPECT_EQ(published_, before + 1);
    EXPECT_FALSE(held_);
    EXPECT_FALSE(renormaliser_->State().held);
    EXPECT_EQ(Normalised(), Release());
    renormaliser_->Stop();
  }
}

TEST_F(RenormaliserTest, AStartHoldsRecordsOfOneStateUntilAllHaveFollowed) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  renormaliser_->Stop();
  EXPECT_FALSE(renormaliser_->State().busy);
  const int before = published_;
  {
    MutexLock lock(&mu_);
    newest_ = taken_ = {{"round", "X:1"}, {"long", "X:2"}};
  }
  const Pause pause(this, "C", 1);
  Make(/*batch=*/2);
  renormaliser_->Start();
  pause.Await();
  EXPECT_TRUE(held_);
  EXPECT_EQ(published_, before);
  RenormaliseState state = renormaliser_->State();
  EXPECT_TRUE(state.walking);
  EXPECT_TRUE(state.held);
  EXPECT_EQ(state.before, "r");
  EXPECT_EQ(state.release, "r|long=X:2|round=X:1");
  EXPECT_EQ(state.progress.examined, 6);
  EXPECT_EQ(state.progress.changed, 3);
  pause.End();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  state = renormaliser_->State();
  EXPECT_FALSE(state.busy || state.walking || state.held);
  EXPECT_EQ(state.progress.examined, 8);
  EXPECT_EQ(published_, before + 1);
  EXPECT_FALSE(held_);
}

TEST_F(RenormaliserTest, AStartHoldsNothingWhileTheIndexIsBeingBuilt) {
  CommitTwoStudies();
  ASSERT_THAT(store_.SetNormalised("public", "r"), IsOk());
  {
    MutexLock lock(&mu_);
    newest_ = taken_ = {{"long", "X:2"}};
  }
  behind_ = true;
  const Pause pause(this, "A", 1);
  Make();
  renormaliser_->Start();
  pause.Await();
  EXPECT_FALSE(held_);
  EXPECT_FALSE(renormaliser_->State().held);
  behind_ = false;
  pause.End();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
}

TEST_F(RenormaliserTest, TriesAgainAfterAFailureOfTheCatalogue) {
  CommitTwoStudies();
  Make();
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  std::atomic<bool> once{false};
  on_record_ = [&](const Record&) {
    if (!once.exchange(true)) store_.FailNext(absl::UnavailableError("disk"));
  };
  Newest({{"long", "X:2"}});
  renormaliser_->StateChanged();
  EXPECT_TRUE(once);
  EXPECT_EQ(TermOf("A", "2"), "X:2");
  EXPECT_EQ(TermOf("C", "1"), "X:2");
  EXPECT_EQ(Normalised(), Release());
}

TEST_F(RenormaliserTest, DecisionsPassAWalk) {
  CommitTwoStudies();
  Make(/*batch=*/1);
  renormaliser_->Start();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  std::atomic<bool> walking{false}, go_on{false};
  on_record_ = [&](const Record& record) {
    if (NameOf(record).accession != "C") return;
    walking = true;
    const absl::Time until = absl::Now() + absl::Milliseconds(100);
    while (!go_on && absl::Now() < until) absl::SleepFor(absl::Milliseconds(1));
  };
  Newest({{"long", "X:2"}});
  std::thread loader([this] { renormaliser_->StateChanged(); });
  while (!walking) absl::SleepFor(absl::Milliseconds(1));
  const auto counts = renormaliser_->Decide("phenotype", "round", [this] {
    Newest({{"long", "X:2"}, {"round", "X:1"}, {"Round ", "X:1"}});
    return absl::OkStatus();
  });
  go_on = true;
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(counts->changed, 3);
  loader.join();
  ASSERT_TRUE(renormaliser_->WaitIdle(absl::Now() + absl::Seconds(20)));
  EXPECT_EQ(TermOf("B", "1"), "X:1");
  EXPECT_EQ(TermOf("C", "1"), "X:2");
  EXPECT_EQ(Normalised(), Release());
  EXPECT_FALSE(held_);
}

}  // namespace
}  // namespace parfocal
