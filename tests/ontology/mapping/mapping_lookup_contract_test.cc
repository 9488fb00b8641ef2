// What every MappingLookup must hold, on the fake and on the real one alike.
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/mapping_snapshot.h"
#include "sssom_text.h"
#include "support/fake_mapping_lookup.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Show(const Bridge& bridge) {
  return absl::StrCat(static_cast<int>(bridge.kind), " ", bridge.term);
}
std::vector<std::string> Show(const std::vector<Bridge>& bridges) {
  std::vector<std::string> out;
  for (const Bridge& bridge : bridges) out.push_back(Show(bridge));
  return out;
}
std::string TermOf(const std::optional<MappedTerm>& mapped) {
  return !mapped ? "nothing" : mapped->term.empty() ? "no term" : mapped->term;
}

// The same knowledge in both: words of a tissue, foreign ids, bridges, denials, decisions.
std::shared_ptr<const MappingLookup> MakeFake() {
  auto fake = std::make_shared<testing::FakeMappingLookup>();
  fake->MapWords("anatomy", "Left Lung", {"UBERON:0000001", "", 1, "words"});
  fake->MapWords("anatomy", "wing", {"UBERON:0000002", "", 1, "words"});
  fake->MapWords("anatomy", "wing", {"UBERON:0000003", "", 1, "words"});
  fake->MapWords("anatomy", "wing", {"BTO:0000004", "", 1, "words"});
  fake->MapWords("anatomy", "tail", {"UBERON:0000005", "", 1, "words"});
  fake->MapTerms("MESH:D1", "CL:0000001");
  fake->MapTerms("MESH:D2", "CL:0000002");
  fake->MapTerms("MESH:D2", "CL:0000003");
  fake->MapTerms("MESH:D4", "CL:0000004");
  fake->Deny("MESH:D4", "CL:0000004");
  fake->AddBridge("MP:0000001", {"HP:0000001", "", BridgeKind::kExact});
  fake->AddBridge("MP:0000001", {"HP:0000002", "", BridgeKind::kBroad});
  fake->AddBridge("MP:0000001", {"HP:0000003", "", BridgeKind::kExact});
  fake->AddBridge("HP:0000001", {"FYPO:0000001", "", BridgeKind::kClose});
  fake->Deny("MP:0000001", "HP:0000003");
  fake->Decide("phenotype", "Big cells", "CMPO:0000001", "large cell");
  fake->Decide("phenotype", "odd", "");
  fake->Decide("phenotype", "was big", "CMPO:0000001");
  fake->Reject("phenotype", "was big", "CMPO:0000001");
  fake->Reject("anatomy", "tail", "UBERON:0000005");
  return fake;
}

CuratorDecision Decided(Verdict verdict, const std::string& field, const std::string& words,
                        const std::string& term, const std::string& label = "") {
  CuratorDecision decision;
  decision.verdict = verdict;
  decision.field = field;
  decision.words = words;
  decision.term = term;
  decision.label = label;
  decision.author = "A. Curator";
  return decision;
}

std::shared_ptr<const MappingLookup> MakeReal() {
  MappingUse use;
  use.words["words"].relations = {MappingRelation::kClose};
  use.terms["terms"].relations = {MappingRelation::kExact};
  use.terms["bridges"].relations = {MappingRelation::kExact};
  use.categories["organism part"] = {"anatomy"};
  use.bridge_only = {"MP", "HP", "FYPO"};
  const std::string words =
      "subject_label|subject_category|predicate_id|object_id\n"
      "left  lung|organism part|skos:closeMatch|UBERON:0000001\n"
      "wing|organism_part|skos:closeMatch|UBERON:0000002\n"
      "wing|organismPart, cell type|skos:closeMatch|UBERON:0000003\n"
      "wing|organism part|skos:closeMatch|BTO:0000004\n"
      "tail|organism part|skos:closeMatch|UBERON:0000005\n";
  const std::string terms =
      "subject_id|predicate_id|predicate_modifier|object_id\n"
      "mesh:D1|skos:exactMatch||CL:0000001\n"
      "mesh:D2|skos:exactMatch||CL:0000002\n"
      "CL:0000003|skos:exactMatch||mesh:D2\n"
      "mesh:D4|skos:exactMatch||CL:0000004\n";
  const std::string bridges =
      "subject_id|predicate_id|predicate_modifier|object_id\n"
      "CL:0000004|skos:exactMatch|Not|mesh:D4\n"
      "MP:0000001|skos:exactMatch||HP:0000001\n"
      "HP:0000002|skos:narrowMatch||MP:0000001\n"
      "MP:0000001|skos:exactMatch||HP:0000003\n"
      "HP:0000003|skos:exactMatch|Not|MP:0000001\n"
      "HP:0000001|skos:closeMatch||FYPO:0000001\n";
  return MappingSnapshot::Of(
      {testing::SetOf("words", words), testing::SetOf("terms", terms),
       testing::SetOf("bridges", bridges)},
      use,
      {Decided(Verdict::kAccepted, "phenotype", "Big cells", "CMPO:0000001", "large cell"),
       Decided(Verdict::kNoTerm, "phenotype", "odd", ""),
       Decided(Verdict::kAccepted, "phenotype", "was big", "CMPO:0000001"),
       Decided(Verdict::kRejected, "phenotype", "was big", "CMPO:0000001"),
       Decided(Verdict::kRejected, "anatomy", "tail", "UBERON:0000005")});
}

struct Backend {
  const char* name;
  std::shared_ptr<const MappingLookup> (*make)();
};
void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class MappingLookupContract : public ::testing::TestWithParam<Backend> {
 protected:
  const std::shared_ptr<const MappingLookup> lookup_ = GetParam().make();
};

TEST_P(MappingLookupContract, DecisionsHoldWithoutRegardToCaseAndBlanks) {
  const auto decision = lookup_->Decision("phenotype", "  big\tCELLS ");
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->term, "CMPO:0000001");
  EXPECT_EQ(decision->label, "large cell");
  EXPECT_EQ(decision->set, "curator");
  EXPECT_EQ(TermOf(lookup_->Decision("anatomy", "big cells")), "nothing");
  EXPECT_EQ(TermOf(lookup_->Decision("phenotype", "odd")), "no term");
}

TEST_P(MappingLookupContract, ARefusalEndsTheAcceptanceOfItsTerm) {
  EXPECT_EQ(TermOf(lookup_->Decision("phenotype", "was big")), "nothing");
  EXPECT_TRUE(lookup_->Rejected("phenotype", "Was  Big", "CMPO:0000001"));
  EXPECT_FALSE(lookup_->Rejected("phenotype", "was big", "CMPO:0000002"));
  EXPECT_FALSE(lookup_->Rejected("anatomy", "was big", "CMPO:0000001"));
}

TEST_P(MappingLookupContract, WordsMeanWhatTheSetsSayOfThemInTheirField) {
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "left lung", {})), "UBERON:0000001");
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "left lung", {"UBERON"})), "UBERON:0000001");
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "left lung", {"BTO"})), "nothing");
  EXPECT_EQ(TermOf(lookup_->OfWords("cell_line", "left lung", {})), "nothing");
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "right lung", {})), "nothing");
}

TEST_P(MappingLookupContract, TwoTermsOfThePreferredOntologyAreNone) {
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "wing", {"UBERON", "BTO"})), "nothing");
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "wing", {"BTO", "UBERON"})), "BTO:0000004");
  EXPECT_EQ(TermOf(lookup_->OfTerm("MESH:D2", {"CL"})), "nothing");
}

TEST_P(MappingLookupContract, ARefusedTermIsNoMeaningOfItsWords) {
  EXPECT_EQ(TermOf(lookup_->OfWords("anatomy", "tail", {"UBERON"})), "nothing");
}

TEST_P(MappingLookupContract, ForeignIdsMeanTheirExactMatchInBothDirections) {
  EXPECT_EQ(TermOf(lookup_->OfTerm("MESH:D1", {"CL"})), "CL:0000001");
  EXPECT_EQ(TermOf(lookup_->OfTerm("CL:0000001", {"MESH"})), "MESH:D1");
  EXPECT_EQ(TermOf(lookup_->OfTerm("MESH:D1", {"UBERON"})), "nothing");
}

TEST_P(MappingLookupContract, ADeniedPairIsTakenAway) {
  EXPECT_EQ(TermOf(lookup_->OfTerm("MESH:D4", {"CL"})), "nothing");
  EXPECT_THAT(Show(lookup_->Bridges("HP:0000003")), IsEmpty());
}

TEST_P(MappingLookupContract, BridgesGoBothWaysWithTheirDirectionAndOneHop) {
  EXPECT_THAT(Show(lookup_->Bridges("MP:0000001")), ElementsAre("0 HP:0000001", "2 HP:0000002"));
  EXPECT_THAT(Show(lookup_->Bridges("HP:0000002")), ElementsAre("3 MP:0000001"));
  EXPECT_THAT(Show(lookup_->Bridges("HP:0000001")), ElementsAre("0 MP:0000001", "1 FYPO:0000001"));
  EXPECT_THAT(Show(lookup_->Bridges("XPO:0000001")), IsEmpty());
}

TEST_P(MappingLookupContract, ABridgeOfPhenotypesIsNeverApplied) {
  EXPECT_EQ(TermOf(lookup_->OfTerm("MP:0000001", {"HP"})), "nothing");
}

TEST_P(MappingLookupContract, StatesHaveNames) { EXPECT_NE(lookup_->release(), ""); }

INSTANTIATE_TEST_SUITE_P(All, MappingLookupContract,
                         ::testing::Values(Backend{"Fake", MakeFake}, Backend{"Real", MakeReal}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace parfocal
