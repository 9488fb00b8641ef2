#include "parfocal/relate/study_facts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "related_studies.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;

std::set<std::string> NoAliases(const std::string&) { return {}; }

std::optional<FoundRelation> Between(const Sketch& a, const Sketch& b) {
  const auto words = TestWords();
  const StudyFacts first = FactsOf(MakeRelated(a), *words),
                   second = FactsOf(MakeRelated(b), *words);
  const auto forth = Compare(first, second, NoAliases);
  const auto back = Compare(second, first, NoAliases);
  // Either side sees the same relation, the directed ones turned round.
  EXPECT_EQ(forth.has_value(), back.has_value());
  if (forth && back) {
    EXPECT_EQ(forth->type, back->type);
    const bool directed =
        forth->type == RelationType::kConversion || forth->type == RelationType::kSubset;
    EXPECT_EQ(forth->inverse, directed && !back->inverse);
  }
  return forth;
}

RelationType TypeBetween(const Sketch& a, const Sketch& b) {
  const auto found = Between(a, b);
  return found ? found->type : RelationType::kUnspecified;
}

TEST(RelationWordsTest, FindsAccessionsThatAreWordsOfTheirOwn) {
  const auto words = TestWords();
  const struct {
    const char* text;
    const char* accession;  // Empty: none.
  } kTexts[] = {{"see TST-12.", "tst-12"},
                {"https://example.org/TST-12/", "tst-12"},
                {"TST-12v1 of the set", "tst-12"},
                {"xTST-12", ""},
                {"TST-12a", ""},
                {"TST-1234567", ""},
                {"TST-", ""},
                {"MAP-123", ""},
                {"map-1234, too", "map-1234"}};
  for (const auto& row : kTexts) {
    SCOPED_TRACE(row.text);
    const auto found = words->MentionsIn(row.text, 10);
    if (*row.accession == '\0') {
      EXPECT_THAT(found, IsEmpty());
    } else {
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].accession, row.accession);
    }
  }
}

TEST(RelationWordsTest, TheSentenceSaysWhatItIs) {
  const auto words = TestWords();
  const auto converted =
      words->MentionsIn("Zarr converted from TST-1. It is a subset of TST-2", 10);
  ASSERT_EQ(converted.size(), 2u);
  EXPECT_EQ(converted[0].type, RelationType::kConversion);
  EXPECT_EQ(converted[1].type, RelationType::kSubset);
  // A word of the next sentence says nothing of this one.
  const auto plain = words->MentionsIn("Compare TST-3. Files were converted", 10);
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_EQ(plain[0].type, RelationType::kOther);
}

TEST(RelationWordsTest, RefusesTablesWithTheLine) {
  for (const char* text :
       {"accession\tA-\t1\t2\tx", "accession\t\t1\t2\tx\tcopy", "accession\tA-\t3\t2\tx\tcopy",
        "accession\tA-\t0\t2\tx\tcopy", "accession\tA-\t1\t19\tx\tcopy",
        "accession\tA-\t1\t2\tx\tpart", "phrase\tcopy\tsame as", "phrase\tsubset\t", "words"}) {
    SCOPED_TRACE(text);
    const auto words = RelationWords::Parse(absl::StrCat("# first\n", text, "\n"), "t");
    ASSERT_FALSE(words.ok());
    EXPECT_THAT(words.status().message(), HasSubstr("t:2: "));
  }
  EXPECT_FALSE(RelationWords::Parse(std::string(RelationWords::kMaxBytes + 1, '#'), "t").ok());
  EXPECT_THAT(RelationWords::Parse(std::string(RelationWords::kMaxBytes, '#'), "t"), IsOk());
}

TEST(CompareTest, WhatMakesARelation) {
  const Sketch a{.source = "a",
                 .accession = "TST-1",
                 .title = kTitle,
                 .publisher = "P",
                 .people = {"Ann B. Curie"},
                 .dois = {"10.1/x"},
                 .bytes = 200000,
                 .files = 2};
  Sketch b{.source = "a",
           .accession = "other",
           .title = "Something else that is long enough",
           .publisher = "Q",
           .people = {"Someone Else"}};
  EXPECT_EQ(TypeBetween(a, b), RelationType::kUnspecified);

  // A shared article alone is the same paper, whatever the archives; with the size it is a copy.
  b.dois = {"10.1/x"};
  EXPECT_EQ(TypeBetween(a, b), RelationType::kSamePaper);
  b.bytes = 200500;
  EXPECT_EQ(TypeBetween(a, b), RelationType::kCopy);
  b.bytes = 202000;
  EXPECT_EQ(TypeBetween(a, b), RelationType::kSamePaper);
  b.bytes = 200500;
  b.publisher = "P";
  EXPECT_EQ(TypeBetween(a, b), RelationType::kSamePaper) << "one archive, two deposits of a paper";

  // Title and people, in two archives, unless their papers differ.
  Sketch c{.source = "a",
           .accession = "other",
           .title = kTitle,
           .publisher = "Q",
           .people = {"Curie, Ann"}};
  EXPECT_EQ(TypeBetween(a, c), RelationType::kCopy);
  c.people = {"Someone Else"};
  EXPECT_EQ(TypeBetween(a, c), RelationType::kUnspecified);
  c.people = {"Curie A"};
  EXPECT_EQ(TypeBetween(a, c), RelationType::kCopy);
  c.dois = {"10.1/y"};
  EXPECT_EQ(TypeBetween(a, c), RelationType::kUnspecified);
  c.dois = {};
  c.publisher = "P";
  EXPECT_EQ(TypeBetween(a, c), RelationType::kUnspecified) << "parts of one project share a title";
  c.bytes = 200000;
  c.files = 2;
  EXPECT_EQ(TypeBetween(a, c), RelationType::kCopy) << "deposited twice";
}

TEST(CompareTest, IdentifiersOutweighWords) {
  const Sketch a{.source = "a", .accession = "TST-1", .title = kTitle};
  EXPECT_EQ(TypeBetween(a, {.source = "b", .accession = "tst-1"}), RelationType::kCopy);
  EXPECT_EQ(TypeBetween({.source = "a", .accession = "7"}, {.source = "b", .accession = "7"}),
            RelationType::kUnspecified)
      << "a number means something within its source alone";
  EXPECT_EQ(TypeBetween({.source = "a", .accession = "1", .data_doi = "10.1/set.v1"},
                        {.source = "b", .accession = "2", .data_doi = "10.1/set.v2"}),
            RelationType::kCopy);
  EXPECT_EQ(TypeBetween({.source = "a", .accession = "1", .data_doi = "10.1/set1"},
                        {.source = "b", .accession = "2", .data_doi = "10.1/set2"}),
            RelationType::kUnspecified);
  EXPECT_EQ(TypeBetween(a, {.source = "b", .accession = "9", .alternate_ids = {"TST-1"}}),
            RelationType::kCopy);
  EXPECT_EQ(TypeBetween({.source = "a", .accession = "MAP-1234"},
                        {.source = "b", .accession = "9", .alternate_ids = {"MAP-1234"}}),
            RelationType::kSameSpecimen);
  const auto conversion = Between(
      {.source = "b", .accession = "TST-9", .description = "Zarr converted from TST-1. More."}, a);
  ASSERT_TRUE(conversion);
  EXPECT_EQ(conversion->type, RelationType::kConversion);
  EXPECT_FALSE(conversion->inverse);
  EXPECT_THAT(conversion->because, HasSubstr("Zarr converted from TST-1"));
  EXPECT_EQ(TypeBetween({.source = "b", .accession = "TST-9", .description = "Compare TST-1."}, a),
            RelationType::kOther);
}

TEST(CompareTest, APaperIsKnownByWhatAThirdRecordStates) {
  const auto words = TestWords();
  const StudyFacts a =
      FactsOf(MakeRelated({.source = "a", .accession = "1", .dois = {"10.1/x"}}), *words);
  const StudyFacts b =
      FactsOf(MakeRelated({.source = "a", .accession = "2", .pmids = {"77"}}), *words);
  EXPECT_FALSE(Compare(a, b, NoAliases));
  const auto found = Compare(a, b, [](const std::string& paper) {
    return paper == "doi:10.1/x" ? std::set<std::string>{"pmid:77"} : std::set<std::string>{};
  });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->type, RelationType::kSamePaper);
  EXPECT_THAT(found->because, HasSubstr("other records state"));
}

}  // namespace
}  // namespace parfocal
