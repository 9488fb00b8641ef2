#include "parfocal/relate/relation_finder.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "related_studies.h"

namespace parfocal {
namespace {

using ::testing::IsEmpty;

class RelationFinderTest : public ::testing::Test {
 protected:
  RecordName Put(const Sketch& sketch) {
    const Study study = MakeRelated(sketch);
    finder_.Put(FactsOf(study, *words_));
    return NameOf(study);
  }
  RelationDecision Says(RelationVerdict verdict, const RecordName& from, const RecordName& to,
                        RelationType type = RelationType::kCopy) {
    RelationDecision decision;
    decision.from = from;
    decision.to = to;
    decision.type = type;
    decision.verdict = verdict;
    decision.author = "curator";
    return decision;
  }
  std::string WorkOf(const RecordName& name) { return finder_.Of(name).work; }

  const std::shared_ptr<const RelationWords> words_ = TestWords();
  RelationFinder finder_;
};

TEST_F(RelationFinderTest, CopiesOfCopiesAreOneWorkThatIsCalledByItsFirst) {
  const RecordName a = Put({.source = "c", .accession = "TST-1", .data_doi = "10.1/d"});
  const RecordName b = Put({.source = "b", .accession = "TST-1"});
  finder_.Update();
  EXPECT_EQ(WorkOf(a), "sources/b/studies/TST-1");
  const RecordName c = Put({.source = "a", .accession = "5", .data_doi = "10.1/d"});
  finder_.Update();
  for (const RecordName& name : {a, b, c}) EXPECT_EQ(WorkOf(name), "sources/a/studies/5");
  // Without the one in the middle nothing joins the other two.
  finder_.Remove(a);
  finder_.Update();
  EXPECT_EQ(WorkOf(b), "");
  EXPECT_EQ(WorkOf(c), "");
  EXPECT_THAT(finder_.Of(a).relations, IsEmpty());
}

TEST_F(RelationFinderTest, WhatIsKnownAlreadyChangesNothing) {
  const Sketch sketch{.source = "a", .accession = "TST-1"};
  Put(sketch);
  Put({.source = "b", .accession = "TST-1"});
  EXPECT_EQ(finder_.Update().size(), 2u);
  Put(sketch);
  EXPECT_THAT(finder_.Update(), IsEmpty());
}

TEST_F(RelationFinderTest, DecisionsOutweighRulesAndOutliveTheirStudies) {
  const Sketch sketch{.source = "a", .accession = "TST-1"};
  const RecordName a = Put(sketch), b = Put({.source = "b", .accession = "TST-1"});
  const RecordName c = Put({.source = "c", .accession = "9"});
  finder_.Decide(Says(RelationVerdict::kRejected, b, a));
  finder_.Decide(Says(RelationVerdict::kAsserted, c, a, RelationType::kConversion));
  finder_.Update();
  EXPECT_EQ(WorkOf(a), "");
  ASSERT_EQ(finder_.Of(a).relations.size(), 2u);
  EXPECT_EQ(finder_.Of(a).relations[0].verdict, RelationVerdict::kRejected);
  EXPECT_EQ(finder_.Of(a).relations[1].type, RelationType::kConversion);
  EXPECT_TRUE(finder_.Of(a).relations[1].inverse) << "c was made of a";
  EXPECT_FALSE(finder_.Of(c).relations[0].inverse);

  finder_.Remove(a);
  finder_.Update();
  EXPECT_THAT(finder_.Of(c).relations, IsEmpty());
  Put(sketch);
  finder_.Update();
  EXPECT_EQ(finder_.Of(a).relations.size(), 2u) << "harvested again";

  finder_.Decide(Says(RelationVerdict::kNone, a, b));
  finder_.Update();
  EXPECT_EQ(WorkOf(a), "sources/a/studies/TST-1") << "what was rejected holds again";
}

TEST_F(RelationFinderTest, NamesWhatNoSourceHoldsUntilOneDoes) {
  const RecordName a = Put({.source = "a", .accession = "1", .description = "Compare TST-7."});
  finder_.Update();
  ASSERT_EQ(finder_.Of(a).relations.size(), 1u);
  EXPECT_EQ(finder_.Of(a).relations[0].accession, "tst-7");
  EXPECT_EQ(finder_.Of(a).relations[0].to, RecordName());
  const RecordName b = Put({.source = "b", .accession = "TST-7"});
  finder_.Update();
  ASSERT_EQ(finder_.Of(a).relations.size(), 1u);
  EXPECT_EQ(finder_.Of(a).relations[0].to, b);
}

TEST_F(RelationFinderTest, WhatTooManyShareRelatesNone) {
  for (size_t i = 0; i < RelationFinder::kMaxShared; ++i)
    Put({.source = "a", .accession = absl::StrCat(i), .dois = {"10.1/x"}});
  finder_.Update();
  EXPECT_EQ(finder_.Of({"a", "0", ""}).relations.size(), RelationFinder::kMaxShared - 1);
  Put({.source = "a", .accession = "one more", .dois = {"10.1/x"}});
  finder_.Update();
  EXPECT_THAT(finder_.Of({"a", "0", ""}).relations, IsEmpty());
  finder_.Remove({"a", "one more", ""});
  finder_.Update();
  EXPECT_EQ(finder_.Of({"a", "0", ""}).relations.size(), RelationFinder::kMaxShared - 1);
}

TEST_F(RelationFinderTest, WorkGrowsWithWhatIsSharedNotWithWhatThereIs) {
  for (int i = 0; i < 1000; ++i)
    Put({.source = "a",
         .accession = absl::StrCat("n", i),
         .data_doi = absl::StrCat("10.1/", i / 2)});
  finder_.Update();
  EXPECT_EQ(finder_.compared(), 1000) << "each with its one partner";
}

// Whatever the order in which studies come, change and go, the outcome is that of reading at once
// what is there in the end.
TEST_F(RelationFinderTest, TheWayThereDoesNotMatter) {
  std::mt19937 random(20261121);
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::map<RecordName, Sketch> there;
  std::vector<RelationDecision> decisions;
  for (int step = 0; step < 500; ++step) {
    Sketch sketch;
    sketch.source = pick(2) == 0 ? "a" : "b";
    sketch.accession = absl::StrCat("TST-", pick(40));
    sketch.publisher = pick(2) == 0 ? "P" : "Q";
    sketch.people = {pick(2) == 0 ? "Ann Curie" : "Bob Other"};
    if (pick(3) == 0) sketch.title = absl::StrCat(kTitle, " number ", pick(10));
    if (pick(3) == 0) sketch.dois = {absl::StrCat("10.1/", pick(10))};
    if (pick(4) == 0) sketch.pmids = {absl::StrCat(pick(10))};
    if (pick(6) == 0) sketch.data_doi = absl::StrCat("10.2/", pick(10));
    if (pick(5) == 0) sketch.description = absl::StrCat("converted from TST-", pick(40));
    if (pick(9) == 0) sketch.alternate_ids = {absl::StrCat("TST-", pick(40))};
    const RecordName name{sketch.source, sketch.accession, ""};
    if (pick(4) == 0) {
      finder_.Remove(name);
      there.erase(name);
    } else {
      Put(sketch);
      there[name] = sketch;
    }
    if (pick(50) == 0) {
      const RecordName other{"a", absl::StrCat("TST-", pick(40)), ""};
      if (!(other == name)) {
        decisions.push_back(Says(static_cast<RelationVerdict>(pick(3)), name, other));
        finder_.Decide(decisions.back());
      }
    }
    if (pick(3) == 0) finder_.Update();
  }
  finder_.Update();
  RelationFinder fresh;
  for (const RelationDecision& decision : decisions) fresh.Decide(decision);
  for (const auto& [name, sketch] : there) fresh.Put(FactsOf(MakeRelated(sketch), *words_));
  fresh.Update();
  int works = 0;
  for (const auto& [name, sketch] : there) {
    SCOPED_TRACE(FormatRecordName(name));
    EXPECT_EQ(finder_.Of(name), fresh.Of(name));
    works += fresh.Of(name).work.empty() ? 0 : 1;
  }
  EXPECT_GT(works, 10) << "too little is related to show anything";
}

}  // namespace
}  // namespace parfocal
