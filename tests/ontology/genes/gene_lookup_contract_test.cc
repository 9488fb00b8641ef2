// What every GeneLookup must do, on the fake and on the real one.
#include <fstream>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/genes/gene_store.h"
#include "support/fake_gene_lookup.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::FakeGeneLookup;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TempDir;

constexpr char kHuman[] = "NCBITaxon:9606";
constexpr char kPombe[] = "NCBITaxon:4896";
constexpr char kPombeStrain[] = "NCBITaxon:284812";

struct Lookup {
  std::shared_ptr<const GeneLookup> genes;
  std::shared_ptr<TempDir> directory;  // Of the real one.
};

std::vector<Gene> Genes() {
  Gene septin = {"HGNC:7729",
                 kHuman,
                 "SEPTIN2",
                 "septin 2",
                 {"SEPT2"},
                 {"DIFF6"},
                 {"ENSEMBL:ENSG00000168385", "NCBIGene:4735"}};
  Gene cyclin = {"HGNC:1722",
                 kHuman,
                 "CDK1",
                 "kinase",
                 {"CDC2"},
                 {"CDC28A"},
                 {"ENSEMBL:ENSG00000170312", "NCBIGene:983"}};
  Gene other = {"HGNC:99", kHuman, "DIFF6", "invented", {}, {"CDC28A", "P34"}, {"NCBIGene:99999"}};
  Gene third = {"HGNC:100", kHuman, "ZZZ3", "invented", {}, {}, {"NCBIGene:26009"}};
  Gene yeast = {"PomBase:SPBC11B10.09", kPombe, "cdc2", "", {}, {"swo2", "tws1"}, {}};
  return {septin, cyclin, other, third, yeast};
}

Lookup MakeFake() {
  auto fake = std::make_shared<FakeGeneLookup>();
  for (const Gene& gene : Genes()) fake->Add(gene);
  fake->AddStrain(kPombeStrain, kPombe);
  fake->AddOrthologs("HGNC:1722", "PomBase:SPBC11B10.09", {"OMA", "PomBase"});
  fake->AddInteraction("HGNC:1722", "HGNC:7729", 970, "STRING");
  fake->AddInteraction("HGNC:1722", "HGNC:100", 999, "STRING");
  return {fake, nullptr};
}

std::string Joined(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) absl::StrAppend(&out, out.empty() ? "" : "|", value);
  return values.size() > 1 ? absl::StrCat("\"", out, "\"") : out;
}

// The same genes as the tables of their databases write them.
Lookup MakeReal() {
  auto dir = std::make_shared<TempDir>();
  const auto file = [&](const char* name) { return std::ofstream(*dir / name); };
  std::ofstream hgnc = file("hgnc.txt");
  hgnc << "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus" << std::string(20, '\t') << "\n";
  for (const Gene& gene : Genes()) {
    if (gene.taxon != kHuman) continue;
    std::string entrez, ensembl;
    for (const std::string& id : gene.cross_ids) {
      (id[0] == 'N' ? entrez : ensembl) = id.substr(id.find(':') + 1);
    }
    hgnc << gene.id << '\t' << gene.symbol << '\t' << gene.name << "\t\t\tApproved\t\t\t"
         << Joined(gene.aliases) << "\t\t" << Joined(gene.previous_symbols) << std::string(8, '\t')
         << entrez << '\t' << ensembl << std::string(6, '\t') << "\n";
  }
  hgnc.close();
  file("pombe.tsv") << "gene_systematic_id\tgene_name\tsynonyms\nSPBC11B10.09\tcdc2\tswo2,tws1\n";
  file("hcop.tsv") << "human_symbol\thuman_entrez\thuman_ensembl\ttaxon_id\tsymbol\tentrez\tensembl"
                      "\tsupport\tsupport_n\n"
                      "CDK1\t983\tENSG00000170312\t284812\tcdc2\t\tSPBC11B10.09\tPomBase|OMA\t2\n";
  file("string.tsv") << "protein1\tprotein2\tcombined_score\tsymbol1\tsymbol2\n"
                        "9606.ENSP1\t9606.ENSP2\t970\tCDK1\tSEPTIN2\n"
                        "9606.ENSP1\t9606.ENSP3\t999\tCDK1\tZZZ3\n";
  auto store = GeneStore::Open(*dir / "store", PARFOCAL_SOURCE_DIR "/deploy/vocabulary");
  EXPECT_THAT(store, testing::IsOk());
  GeneLoadRequest request;
  request.paths = {*dir / "hgnc.txt", *dir / "pombe.tsv", *dir / "hcop.tsv", *dir / "string.tsv"};
  EXPECT_THAT((*store)->Load(request), testing::IsOk());
  return {(*store)->Current(), dir};
}

struct Backend {
  const char* name;
  Lookup (*make)();
};
void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

class GeneLookupContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override { lookup_ = GetParam().make(); }
  const GeneLookup& genes() const { return *lookup_.genes; }

  // "OUTCOME id/match id/match".
  std::string Ask(absl::string_view text, absl::string_view taxon) const {
    static constexpr const char* kOutcomes[] = {"unknown", "one",     "ambiguous",
                                                "several", "control", "damaged"};
    static constexpr const char* kMatches[] = {"id",       "symbol", "folded",
                                               "previous", "alias",  "repaired"};
    const GeneResolution got = genes().Resolve(text, taxon);
    std::string out = kOutcomes[static_cast<int>(got.outcome)];
    for (const GeneCandidate& candidate : got.candidates) {
      absl::StrAppend(&out, " ", candidate.id, "/", kMatches[static_cast<int>(candidate.match)]);
    }
    return out;
  }

 private:
  Lookup lookup_;
};

TEST_P(GeneLookupContract, AnIdentifierOfAnySystemIsOneGene) {
  for (const char* text : {"HGNC:1722", "hgnc:1722", "NCBIGene:983", "983", "ENSG00000170312",
                           "ENSG00000170312.7", "ENSEMBL:ENSG00000170312", " HGNC:1722 "}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(Ask(text, kHuman), "one HGNC:1722/id");
  }
  EXPECT_EQ(Ask("SPBC11B10.09", kPombe), "one PomBase:SPBC11B10.09/id");
}

TEST_P(GeneLookupContract, WithoutAnOrganismOnlyIdentifiersThatNoTwoSpeciesShareResolve) {
  EXPECT_EQ(Ask("ENSG00000170312", ""), "one HGNC:1722/id");
  EXPECT_EQ(Ask("SPBC11B10.09", ""), "one PomBase:SPBC11B10.09/id");
  EXPECT_EQ(Ask("983", ""), "unknown");
  EXPECT_EQ(genes().Resolve("CDK1", "").outcome, GeneOutcome::kAmbiguous);
  EXPECT_EQ(genes().Resolve("cdc2", "").outcome, GeneOutcome::kAmbiguous);
}

TEST_P(GeneLookupContract, TheFirstKindOfNameThatHoldsDecides) {
  EXPECT_EQ(Ask("CDK1", kHuman), "one HGNC:1722/symbol");
  EXPECT_EQ(Ask("Cdk1", kHuman), "one HGNC:1722/folded");
  EXPECT_EQ(Ask("CDC2", kHuman), "one HGNC:1722/previous");
  EXPECT_EQ(Ask("P34", kHuman), "one HGNC:99/alias");
  // An alias of one gene and the current symbol of another.
  EXPECT_EQ(Ask("DIFF6", kHuman), "one HGNC:99/symbol");
  EXPECT_EQ(Ask("nothing-of-the-kind", kHuman), "unknown");
}

TEST_P(GeneLookupContract, AnAliasOfSeveralGenesIsNeverChosen) {
  EXPECT_EQ(Ask("CDC28A", kHuman), "ambiguous HGNC:1722/alias HGNC:99/alias");
  EXPECT_THAT(genes().Resolve("CDC28A", kHuman).reason, Not(IsEmpty()));
}

TEST_P(GeneLookupContract, ASymbolIsOfItsOrganismAlone) {
  EXPECT_EQ(Ask("cdc2", kPombe), "one PomBase:SPBC11B10.09/symbol");
  EXPECT_EQ(Ask("cdc2", kHuman), "one HGNC:1722/previous");
  EXPECT_EQ(Ask("cdc2", "NCBITaxon:1"), "unknown");
}

TEST_P(GeneLookupContract, AStrainIsItsSpecies) {
  EXPECT_EQ(genes().SpeciesOf(kPombeStrain), kPombe);
  EXPECT_EQ(genes().SpeciesOf(kHuman), kHuman);
  EXPECT_EQ(Ask("cdc2", kPombeStrain), "one PomBase:SPBC11B10.09/symbol");
}

TEST_P(GeneLookupContract, CellsThatAreNoSingleGeneAreToldApart) {
  EXPECT_EQ(Ask("CDK1;SEPTIN2", kHuman), "several");
  EXPECT_EQ(Ask("control", kHuman), "control");
  EXPECT_EQ(Ask("", kHuman), "control");
  EXPECT_EQ(Ask(" ", kHuman), "control");
  EXPECT_EQ(Ask(std::string(1025, 'a'), kHuman), "unknown");
}

TEST_P(GeneLookupContract, ADateIsRepairedWhereOneGeneFits) {
  EXPECT_EQ(Ask("2-Sep", kHuman), "one HGNC:7729/repaired");
  EXPECT_EQ(Ask("Sep-2", kHuman), "one HGNC:7729/repaired");
  EXPECT_EQ(Ask("9-Sep", kHuman), "damaged");
  EXPECT_EQ(Ask("2-Sep", kPombe), "damaged");
}

TEST_P(GeneLookupContract, FindGivesAllNames) {
  const auto gene = genes().Find("HGNC:7729");
  ASSERT_TRUE(gene.has_value());
  EXPECT_EQ(gene->symbol, "SEPTIN2");
  EXPECT_EQ(gene->taxon, kHuman);
  EXPECT_EQ(gene->name, "septin 2");
  EXPECT_THAT(gene->previous_symbols, ElementsAre("SEPT2"));
  EXPECT_THAT(gene->aliases, ElementsAre("DIFF6"));
  EXPECT_THAT(gene->cross_ids, ElementsAre("ENSEMBL:ENSG00000168385", "NCBIGene:4735"));
  EXPECT_EQ(genes().Find("HGNC:5"), std::nullopt);
  EXPECT_EQ(genes().Find("NCBIGene:4735"), std::nullopt);
}

TEST_P(GeneLookupContract, VisitGoesThroughASpeciesByIdUntilToldToStop) {
  std::vector<std::string> ids;
  genes().Visit(kHuman, [&](const Gene& gene) {
    ids.push_back(gene.id);
    return ids.size() < 2;
  });
  EXPECT_THAT(ids, ElementsAre("HGNC:100", "HGNC:1722"));
  EXPECT_THAT(genes().Taxa(), ElementsAre(kPombe, kHuman));
}

TEST_P(GeneLookupContract, OrthologsAreFoundFromBothSides) {
  const auto yeast = genes().Orthologs("HGNC:1722", kPombeStrain);
  ASSERT_EQ(yeast.size(), 1u);
  EXPECT_EQ(yeast[0].id, "PomBase:SPBC11B10.09");
  EXPECT_EQ(yeast[0].symbol, "cdc2");
  EXPECT_THAT(yeast[0].sources, ElementsAre("OMA", "PomBase"));
  const auto human = genes().Orthologs("PomBase:SPBC11B10.09", kHuman);
  ASSERT_EQ(human.size(), 1u);
  EXPECT_EQ(human[0].id, "HGNC:1722");
  EXPECT_THAT(genes().Orthologs("HGNC:1722", kHuman), IsEmpty());
  EXPECT_THAT(genes().Orthologs("HGNC:7729", kPombe), IsEmpty());
}

TEST_P(GeneLookupContract, InteractionsComeWithTheBestFirst) {
  const auto partners = genes().Interactions("HGNC:1722");
  ASSERT_EQ(partners.size(), 2u);
  EXPECT_EQ(partners[0].id, "HGNC:100");
  EXPECT_EQ(partners[0].score, 999);
  EXPECT_EQ(partners[0].source, "STRING");
  EXPECT_EQ(partners[1].symbol, "SEPTIN2");
  EXPECT_EQ(genes().Interactions("HGNC:7729").size(), 1u);
  EXPECT_THAT(genes().Interactions("HGNC:99"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, GeneLookupContract,
                         ::testing::Values(Backend{"Fake", MakeFake}, Backend{"Store", MakeReal}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace parfocal
