// The swap of a release over the real index: whatever a search sees meanwhile is of one release.
#include "normalisation.h"

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index_parts.h"
#include "log.h"
#include "parfocal/normalise/normaliser.h"
#include "support/fake_record_store.h"
#include "support/fake_term_lookup.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::FakeTermLookup;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;

constexpr int kSets = 4000;
constexpr const char* kIds[] = {"CMPO:0000001", "CMPO:0000002", "CMPO:0000008", "CMPO:0000009"};

// "round" is CMPO:0000001 in the first release; in the second that term is obsolete, replaced by
// CMPO:0000002, and both stand below another parent.
std::shared_ptr<const TermLookup> Release(int number) {
  auto terms = std::make_shared<FakeTermLookup>(absl::StrCat("release ", number));
  terms->Add("CMPO:0000008", "shape");
  terms->Add("CMPO:0000009", "size");
  if (number == 1) {
    terms->Add("CMPO:0000001", "round", {"CMPO:0000008"});
  } else {
    Term old;
    old.id = "CMPO:0000001";
    old.ontology = "CMPO";
    old.label = "round";
    old.obsolete = true;
    old.replaced_by = "CMPO:0000002";
    terms->Add(old);
    terms->Add("CMPO:0000002", "round cell", {"CMPO:0000009"});
  }
  return terms;
}

class NormalisationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    terms_ = Release(1);
    ASSERT_TRUE(store_.CreateSource({.id = "src"}).ok());
    run_ = store_.BeginRun("src", absl::Now(), nullptr)->id;
    Open();
    Harvest(0, kSets);
    index_->Start();
    normalisation_->Start();
    ASSERT_TRUE(Await(store_.Status("public")->sequence));
    ASSERT_TRUE(normalisation_->renormaliser().WaitIdle(absl::Now() + absl::Seconds(30)));
  }
  void Open() {
    const auto kept = [this]() -> std::shared_ptr<const TermLookup> {
      MutexLock lock(&mu_);
      return kept_;
    };
    auto index = IndexParts::Open(dir_ / "index", &store_,
                                  {[this] { return Terms(); }, kept, [this] { Keep(nullptr); }},
                                  nullptr, &log_);
    ASSERT_THAT(index, IsOk());
    index_ = *std::move(index);
    normalisation_ = std::make_unique<Normalisation>(
        [this] {
          NormaliserParts parts;
          parts.terms = Terms();
          parts.ontologies = {{"phenotype", {"CMPO"}}};
          return parts;
        },
        &store_, index_.get(), &log_);
  }
  void Keep(std::shared_ptr<const TermLookup> terms) {
    MutexLock lock(&mu_);
    kept_ = std::move(terms);
  }
  void TearDown() override {
    normalisation_->Stop();
    index_->Stop();
  }

  bool Await(int64_t sequence) {
    return index_->index()->OpenAt(sequence, absl::Now() + absl::Seconds(30)).ok();
  }
  std::shared_ptr<const TermLookup> Terms() {
    MutexLock lock(&mu_);
    return terms_;
  }
  void Use(int release) {
    MutexLock lock(&mu_);
    terms_ = Release(release);
  }
  // As a run does it.
  void Harvest(int begin, int end) {
    const PageNormaliser with = normalisation_->Take();
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.release = with.release;
    page.raw = {"raw"};
    if (begin == 0) page.upserts.push_back({MakeStudy("src", "A", "a"), {}});
    for (int i = begin; i < end; ++i) {
      ImageSet set = MakeImageSet("src", "A", absl::StrCat("set ", i));
      Statement statement;
      statement.field = "phenotype";
      statement.value = "round";
      statement.stated_id = "CMPO:0000001";
      set.statements = {statement};
      page.upserts.push_back({set, {}});
      with.normalise(&page.upserts.back().record);
    }
    ASSERT_THAT(store_.CommitPage(page), IsOk());
  }
  // What one snapshot says of each term: found by a filter, and exactly and rolled up in the facet.
  std::string See(const Snapshot& snapshot) {
    std::string seen = snapshot.revision().release;
    for (const char* id : kIds) {
      auto bound = index_->Bind({.filter = absl::StrCat("phenotype = \"", id, "\"")}, snapshot);
      if (!bound.ok()) return bound.status().ToString();
      const auto answer = snapshot.Execute(*bound, nullptr, absl::InfiniteFuture());
      if (!answer.ok()) return answer.status().ToString();
      absl::StrAppend(&seen, " ", answer->total.image_sets);
    }
    BoundQuery query;
    FacetSpec spec;
    spec.field = "phenotype";
    query.facets = {spec};
    const auto answer = snapshot.Execute(query, nullptr, absl::InfiniteFuture());
    if (!answer.ok()) return answer.status().ToString();
    std::map<std::string, std::string> values;
    for (const FacetValue& value : answer->facets[0].values) {
      values[value.value] =
          absl::StrCat(value.label, " ", value.exact.image_sets, " of ", value.count.image_sets);
    }
    for (const auto& [id, counts] : values) absl::StrAppend(&seen, "; ", id, " ", counts);
    return seen;
  }

  testing::TempDir dir_;
  Log log_{"error", false};
  testing::FakeRecordStore store_;
  std::string run_;
  Mutex mu_;
  std::shared_ptr<const TermLookup> terms_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const TermLookup> kept_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<IndexParts> index_;
  std::unique_ptr<Normalisation> normalisation_;
};

const char kFirst[] =
    "release 1 4000 0 4000 0; CMPO:0000001 round 4000 of 4000; CMPO:0000008 shape 0 of 4000";
// Asked for by its old id, the term is found under the new one.
const char kSecond[] =
    "release 2 4000 4000 0 4000; CMPO:0000002 round cell 4000 of 4000; CMPO:0000009 size 0 of 4000";

TEST_F(NormalisationTest, NoSearchSeesTwoReleasesDuringASwap) {
  ASSERT_EQ(See(**index_->index()->Open()), kFirst);
  std::atomic<bool> done{false};
  std::map<std::string, int> seen;
  std::thread searcher([&] {
    while (!done) ++seen[See(**index_->index()->Open())];
  });
  Use(2);
  normalisation_->StateChanged();
  const std::string after = See(**index_->index()->Open());
  done = true;
  searcher.join();
  EXPECT_EQ(after, kSecond);
  for (const auto& [what, times] : seen) EXPECT_TRUE(what == kFirst || what == kSecond) << what;
  EXPECT_EQ(index_->ServedTerms()->release(), "release 2");
  EXPECT_GT(seen[kFirst], 0);
}

// Killed when some records have followed a release and some have not: until all have, the next
// start answers from the state before, with the terms before.
TEST_F(NormalisationTest, NoSearchSeesTwoReleasesAfterAKillInMidWalk) {
  Keep(Terms());
  Use(2);
  // What a walk does before it is killed.
  ASSERT_THAT(normalisation_->Take().release, ::testing::HasSubstr("terms release 1"));
  index_->Hold(store_.Status("public")->normalised);
  ASSERT_THAT(store_.SetNormalised("public", ""), IsOk());
  std::vector<Amendment> amendments;
  ASSERT_THAT(store_.Scan({}, std::nullopt,
                          [&](const StoredRecord& stored) {
                            if (auto* set = std::get_if<ImageSet>(&stored.record)) {
                              ImageSet followed = *set;
                              followed.statements[0].term = "CMPO:0000002";
                              followed.statements[0].label = "round cell";
                              amendments.push_back({followed, stored.meta.sequence});
                            }
                            return amendments.size() < static_cast<size_t>(kSets / 2);
                          }),
              IsOk());
  ASSERT_THAT(store_.Amend("public", amendments, "half of release 2"), IsOk());
  ASSERT_TRUE(
      index_->WaitApplied(store_.Status("public")->sequence, absl::Now() + absl::Seconds(30)));
  EXPECT_EQ(See(**index_->index()->Open()), kFirst);
  normalisation_->Stop();
  index_->Stop();
  normalisation_ = nullptr;

  Open();
  EXPECT_NE(index_->Held(), "");
  index_->Start();
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!index_->index()->Open().ok() && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(1));
  ASSERT_TRUE(index_->WaitApplied(store_.Status("public")->sequence, deadline));
  EXPECT_EQ(See(**index_->index()->Open()), kFirst);
  normalisation_->Start();
  const RenormaliseState state = normalisation_->renormaliser().State();
  if (state.busy) {
    EXPECT_TRUE(state.held);
    EXPECT_THAT(state.before, ::testing::HasSubstr("terms release 1"));
  }
  std::set<std::string> seen;
  while (normalisation_->renormaliser().Busy() && absl::Now() < deadline)
    seen.insert(See(**index_->index()->Open()));
  EXPECT_EQ(See(**index_->index()->Open()), kSecond);
  seen.erase(kFirst);
  seen.erase(kSecond);
  EXPECT_THAT(seen, ::testing::IsEmpty());
  EXPECT_EQ(index_->Held(), "");
  MutexLock lock(&mu_);
  EXPECT_EQ(kept_, nullptr);
}

// The archive says CMPO:0000001, which the release in use replaces: the stated twin keeps it.
TEST_F(NormalisationTest, TermsAreCountedByWhatRecordsMeanNotByWhatWasStated) {
  Use(2);
  normalisation_->StateChanged();
  const auto snapshot = *index_->index()->Open();
  Counts exact, rolled_up;
  snapshot->CountTerm("CMPO:0000001", &exact, &rolled_up);
  EXPECT_EQ(exact.image_sets, 0);
  EXPECT_EQ(exact.studies, 0);
  EXPECT_EQ(rolled_up.image_sets, 0);
  auto stated = index_->Bind({.filter = "stated_phenotype = \"CMPO:0000001\""}, *snapshot);
  ASSERT_THAT(stated, IsOk());
  EXPECT_EQ(snapshot->Execute(*stated, nullptr, absl::InfiniteFuture())->total.image_sets, kSets);
  snapshot->CountTerm("CMPO:0000002", &exact, &rolled_up);
  EXPECT_EQ(exact.image_sets, kSets);
  EXPECT_EQ(exact.studies, 1);
}

TEST_F(NormalisationTest, APageOfTheOldReleaseIsCommittedBeforeTheWalkBegins) {
  auto page = std::make_unique<PageNormaliser>(normalisation_->Take());
  EXPECT_THAT(page->release, ::testing::HasSubstr("terms release 1"));
  Use(2);
  std::atomic<bool> swapped{false};
  std::thread loader([&] {
    normalisation_->StateChanged();
    swapped = true;
  });
  absl::SleepFor(absl::Milliseconds(50));
  EXPECT_FALSE(swapped) << "a page of the old release is still in hand";
  page.reset();
  loader.join();
  EXPECT_THAT(normalisation_->Take().release, ::testing::HasSubstr("terms release 2"));
}

TEST_F(NormalisationTest, HarvestsDuringASwapAreOfTheNewRelease) {
  Use(2);
  std::thread loader([&] { normalisation_->StateChanged(); });
  for (int i = 1; i <= 4; ++i) Harvest(i * kSets, (i + 1) * kSets);
  loader.join();
  ASSERT_TRUE(Await(store_.Status("public")->sequence));
  Counts exact, rolled_up;
  (*index_->index()->Open())->CountTerm("CMPO:0000002", &exact, &rolled_up);
  EXPECT_EQ(exact.image_sets, 5 * kSets);
  (*index_->index()->Open())->CountTerm("CMPO:0000009", &exact, &rolled_up);
  EXPECT_EQ(rolled_up.image_sets, 5 * kSets);
  EXPECT_EQ(exact.image_sets, 0);
}

}  // namespace
}  // namespace parfocal
