// What curators decide about names that several genes of an organism have.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/normalise/normaliser.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_mapping_lookup.h"
#include "support/fake_term_lookup.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;

constexpr char kHuman[] = "NCBITaxon:9606";
constexpr char kMouse[] = "NCBITaxon:10090";
constexpr char kYeast[] = "NCBITaxon:4896";
constexpr char kStrain[] = "NCBITaxon:284812";

class GeneDecisionsTest : public ::testing::Test {
 protected:
  GeneDecisionsTest() {
    auto terms = std::make_shared<testing::FakeTermLookup>();
    for (const char* id : {kHuman, kMouse, kYeast, kStrain}) terms->Add(id, id);
    auto genes = std::make_shared<testing::FakeGeneLookup>();
    genes->Add("HGNC:1", kHuman, "AAA1", {"BIG", "LONE"});
    genes->Add("HGNC:2", kHuman, "AAA2", {"BIG"});
    genes->Add("MGI:1", kMouse, "Aaa1", {"big"});
    genes->Add("MGI:2", kMouse, "Aaa2", {"big"});
    genes->Add("PomBase:1", kYeast, "aaa1", {"BIG"});
    genes->Add("PomBase:2", kYeast, "aaa2", {"BIG"});
    genes->AddStrain(kStrain, kYeast);
    parts_.terms = terms;
    parts_.genes = genes;
    parts_.mappings = mappings_;
    parts_.ontologies = {{"organism", {"NCBITaxon"}}};
  }
  Statement Gene(const std::string& name, const std::vector<std::string>& taxa,
                 const std::string& id = "") {
    ImageSet set;
    set.source = "s";
    set.study = "a";
    for (const std::string& taxon : taxa) {
      Statement organism;
      organism.field = "organism";
      organism.value = organism.stated_id = taxon;
      set.statements.push_back(organism);
    }
    Statement gene;
    gene.field = "gene";
    gene.value = name;
    gene.stated_id = id;
    set.statements.push_back(gene);
    Record record = set;
    Normaliser(parts_).Normalise(&record);
    return std::get<ImageSet>(record).statements.back();
  }

  NormaliserParts parts_;
  std::shared_ptr<testing::FakeMappingLookup> mappings_ =
      std::make_shared<testing::FakeMappingLookup>();
};

TEST_F(GeneDecisionsTest, HoldForTheirOrganismAlone) {
  EXPECT_EQ(Gene("BIG", {kHuman}).term, "");
  mappings_->Decide("gene@NCBITaxon:9606", "BIG", "HGNC:2");
  mappings_->Decide("gene@NCBITaxon:4896", "BIG", "PomBase:1");
  const Statement human = Gene("Big", {kHuman});
  EXPECT_EQ(human.term, "HGNC:2");
  EXPECT_EQ(human.label, "AAA2");
  EXPECT_EQ(human.rule, TermRule::kCuratorDecision);
  EXPECT_EQ(Gene("BIG", {kHuman}, "BIG").term, "HGNC:2") << "a symbol in a column of identifiers";
  EXPECT_EQ(Gene("BIG", {kMouse}).term, "");
  EXPECT_EQ(Gene("BIG", {kMouse}).rule, TermRule::kUnmapped);
  EXPECT_EQ(Gene("BIG", {kStrain}).term, "PomBase:1") << "a strain has the names of its species";
  EXPECT_EQ(Gene("BIG", {}).term, "") << "without an organism nothing is decided";
  EXPECT_EQ(Gene("BIG", {kHuman, kMouse}).term, "HGNC:2");
  EXPECT_EQ(Gene("BIG", {kHuman, kYeast}).term, "") << "two decisions, two genes: no guess";
}

TEST_F(GeneDecisionsTest, GoBeforeTheTablesButNotBeforeAnId) {
  mappings_->Decide("gene@NCBITaxon:9606", "LONE", "HGNC:2");
  EXPECT_EQ(Gene("LONE", {kHuman}).term, "HGNC:2");
  const Statement beside = Gene("LONE", {kHuman}, "HGNC:1");
  EXPECT_EQ(beside.term, "HGNC:1");
  EXPECT_TRUE(beside.label_conflict);
  mappings_->Decide("gene@NCBITaxon:9606", "AAA1", "");
  const Statement none = Gene("AAA1", {kHuman});
  EXPECT_EQ(none.term, "");
  EXPECT_EQ(none.rule, TermRule::kCuratorDecision);
}

TEST_F(GeneDecisionsTest, ARefusedGeneIsNotTakenAndOneThatIsGoneIsNone) {
  EXPECT_EQ(Gene("LONE", {kHuman}).term, "HGNC:1");
  mappings_->Reject("gene@NCBITaxon:9606", "LONE", "HGNC:1");
  const Statement refused = Gene("LONE", {kHuman});
  EXPECT_EQ(refused.term, "");
  EXPECT_THAT(refused.evidence, HasSubstr("HGNC:1"));
  mappings_->Decide("gene@NCBITaxon:9606", "AAA2", "HGNC:999");
  EXPECT_EQ(Gene("AAA2", {kHuman}).term, "HGNC:2");
  mappings_->Decide("gene@NCBITaxon:9606", "AAA1", "MGI:1");
  EXPECT_EQ(Gene("AAA1", {kHuman}).term, "HGNC:1") << "a gene of another species";
}

}  // namespace
}  // namespace parfocal
