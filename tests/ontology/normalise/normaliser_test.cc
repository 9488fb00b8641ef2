#include "parfocal/normalise/normaliser.h"

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/terms/term_store.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;

constexpr char kOntology[] = R"(format-version: 1.2

[Term]
id: EX:0000001
name: Elongated cell phenotype
synonym: "long cell" EXACT []
synonym: "spindle" RELATED []

[Term]
id: EX:0000002
name: obsolete stretched cell
is_obsolete: true
replaced_by: EX:0000001

[Term]
id: EX:0000003
name: obsolete alone
is_obsolete: true

[Term]
id: EX:0000004
name: twin
synonym: "shared name" EXACT []

[Term]
id: EX:0000005
name: other
synonym: "shared name" EXACT []

[Term]
id: EX:0000006
name: double

[Term]
id: EX:0000007
name: double

[Term]
id: EXB:0000001
name: twin

[Term]
id: EXB:0000002
name: only in the second
)";

class NormaliserTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(dir_ / "a.obo") << kOntology;
    auto store = TermStore::Open(dir_ / "store");
    ASSERT_THAT(store, IsOk());
    LoadRequest request;
    request.paths = {dir_ / "a.obo"};
    ASSERT_THAT((*store)->Load(request), IsOk());
    NormaliserParts parts;
    parts.terms = (*store)->Current();
    parts.ontologies = {{"phenotype", {"EX"}}, {"organism", {"EXB", "EX"}}};
    normaliser_ = std::make_unique<Normaliser>(std::move(parts));
  }
  Statement One(const char* field, const char* value, const char* id, int* conflicts = nullptr) {
    Study study;
    study.statements.emplace_back();
    study.statements[0].field = field;
    study.statements[0].value = value;
    study.statements[0].stated_id = id;
    Record record = study;
    const int n = normaliser_->Normalise(&record);
    if (conflicts != nullptr) *conflicts = n;
    return std::get<Study>(record).statements[0];
  }

  testing::TempDir dir_;
  std::unique_ptr<Normaliser> normaliser_;
};

TEST_F(NormaliserTest, RulesInOrder) {
  constexpr TermRule kUnmapped = TermRule::kUnmapped, kGivenId = TermRule::kGivenId,
                     kReplaced = TermRule::kReplacedObsolete, kLabel = TermRule::kExactLabel,
                     kSynonym = TermRule::kExactSynonym, kFolded = TermRule::kFoldedLabel;
  const struct {
    const char* field;
    const char* value;
    const char* id;
    const char* term;
    const char* label;
    TermRule rule;
    bool conflict;
  } kRows[] = {
      // The given id, whatever stands beside it.
      {"phenotype", "elongated  CELL phenotype", "EX:0000001", "EX:0000001",
       "Elongated cell phenotype", kGivenId, false},
      {"phenotype", "elongated-cell", "EX:0000001", "EX:0000001", "Elongated cell phenotype",
       kGivenId, false},
      {"phenotype", "spindle", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId,
       false},
      {"phenotype", "round cell", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId,
       true},
      {"phenotype", "", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId, false},
      {"phenotype", "EX_0000001", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId,
       false},
      {"phenotype", "1", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId, false},
      // Obsolete: its old words are no conflict.
      {"phenotype", "stretched cell", "EX:0000002", "EX:0000001", "Elongated cell phenotype",
       kReplaced, false},
      {"phenotype", "long cell", "EX:0000002", "EX:0000001", "Elongated cell phenotype", kReplaced,
       false},
      {"phenotype", "round cell", "EX:0000002", "EX:0000001", "Elongated cell phenotype", kReplaced,
       true},
      {"phenotype", "alone", "EX:0000003", "EX:0000003", "obsolete alone", kGivenId, false},
      // Another ontology than the field's, a field without ontologies: the id stands.
      {"phenotype", "only in the second", "EXB:0000002", "EXB:0000002", "only in the second",
       kGivenId, false},
      {"strain", "round", "EX:0000001", "EX:0000001", "Elongated cell phenotype", kGivenId, true},
      // An id that is not in the store keeps the words.
      {"phenotype", "some words", "EX:0000099", "EX:0000099", "some words", kGivenId, false},
      {"phenotype", "EX:0000099", "EX:0000099", "EX:0000099", "", kGivenId, false},
      // An IRI that is no term: the words decide.
      {"phenotype", "long cell", "http://example.com/x", "EX:0000001", "Elongated cell phenotype",
       kSynonym, false},
      {"phenotype", "unknown words", "http://example.com/x", "", "", kUnmapped, false},
      // Words alone.
      {"phenotype", "ELONGATED cell phenotype", "", "EX:0000001", "Elongated cell phenotype",
       kLabel, false},
      {"phenotype", "Long Cell", "", "EX:0000001", "Elongated cell phenotype", kSynonym, false},
      {"phenotype", "spindle", "", "", "", kUnmapped, false},  // Not an exact synonym.
      {"phenotype", "elongated-cells", "", "EX:0000001", "Elongated cell phenotype", kFolded,
       false},
      {"phenotype", "elongated", "", "", "", kUnmapped, false},    // Not this label.
      {"phenotype", "shared name", "", "", "", kUnmapped, false},  // Two terms have it.
      {"phenotype", "double", "", "", "", kUnmapped, false},       // Two labels.
      {"phenotype", "obsolete alone", "", "", "", kUnmapped, false},
      {"phenotype", "only in the second", "", "", "", kUnmapped, false},
      {"organism", "twin", "", "EXB:0000001", "twin", kLabel, false},  // The best ontology first.
      {"organism", "only in the second", "", "EXB:0000002", "only in the second", kLabel, false},
      {"strain", "twin", "", "", "", kUnmapped, false},
      {"phenotype", "", "", "", "", kUnmapped, false},
  };
  for (int round = 0; round < 2; ++round) {  // The second answers from the cache.
    for (const auto& row : kRows) {
      SCOPED_TRACE(std::string(row.field) + " / " + row.value + " / " + row.id);
      int conflicts = -1;
      const Statement got = One(row.field, row.value, row.id, &conflicts);
      EXPECT_EQ(got.value, row.value);
      EXPECT_EQ(got.stated_id, row.id);
      EXPECT_EQ(got.term, row.term);
      EXPECT_EQ(got.label, row.label);
      EXPECT_EQ(got.rule, row.rule);
      EXPECT_EQ(got.label_conflict, row.conflict);
      EXPECT_EQ(conflicts, row.conflict ? 1 : 0);
      EXPECT_EQ(got.confidence < 1.0f, row.rule == kSynonym || row.rule == kFolded);
    }
  }
}

TEST_F(NormaliserTest, ImageSetsWithTheirFindings) {
  ImageSet set;
  set.statements.resize(2);
  set.statements[0].field = "organism";
  set.statements[0].value = "twin";
  set.statements[1].field = "phenotype";
  set.statements[1].value = "wrong";
  set.statements[1].stated_id = "EX:0000001";
  set.statements[1].group = 3;
  set.observations.resize(1);
  set.observations[0].finding.field = "phenotype";
  set.observations[0].finding.value = "long cell";
  Record record = set;
  EXPECT_EQ(normaliser_->Normalise(&record), 1);
  const ImageSet& got = std::get<ImageSet>(record);
  EXPECT_EQ(got.statements[0].term, "EXB:0000001");
  EXPECT_EQ(got.statements[1].group, 3u);
  EXPECT_EQ(got.observations[0].finding.term, "EX:0000001");
  // A finding is named by its submitter: another name than the term's is no conflict.
  set.observations[0].finding.value = "wrong";
  set.observations[0].finding.stated_id = "EX:0000001";
  Record named = set;
  EXPECT_EQ(normaliser_->Normalise(&named), 1);
  EXPECT_FALSE(std::get<ImageSet>(named).observations[0].finding.label_conflict);
  // Once more changes nothing.
  Record again = record;
  EXPECT_EQ(normaliser_->Normalise(&again), 1);
  EXPECT_TRUE(again == record);
}

TEST_F(NormaliserTest, WordsThatLookLikeAJoinedKeyStayApart) {
  const Statement a = One("phenotype", "EX:0000001", "");
  const Statement b = One("phenotype", "", "EX:0000001");
  EXPECT_EQ(a.term, "");
  EXPECT_EQ(b.term, "EX:0000001");
}

}  // namespace
}  // namespace parfocal
