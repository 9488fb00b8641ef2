// Cell lines as one term each, what they say of the organism, and what people call them and genes.
#include "parfocal/normalise/cell_lines.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/normalise/filter_names.h"
#include "parfocal/normalise/normaliser.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_term_lookup.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::FakeGeneLookup;
using testing::FakeTermLookup;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string>& Ontologies() {
  static const auto* const all =
      new std::vector<std::string>{"EFO", "CLO", "Cellosaurus", "BTO", "MCCL"};
  return *all;
}

Term Line(const std::string& id, const std::string& label, const std::string& parent,
          std::vector<std::string> xrefs = {}, std::vector<std::string> synonyms = {}) {
  Term term;
  term.id = id;
  term.ontology = id.substr(0, id.find(':'));
  term.label = label;
  term.parents = {parent};
  term.xrefs = std::move(xrefs);
  for (const std::string& text : synonyms) term.synonyms.push_back({text, {}, "", ""});
  return term;
}

std::shared_ptr<FakeTermLookup> Terms() {
  auto terms = std::make_shared<FakeTermLookup>();
  terms->Add("EFO:0000001", "epithelial cell derived cell line");
  Term human = Line("CLO:0000010", "immortal human cell line cell", "CLO:0000001");
  human.relations = {{kInTaxon, "NCBITaxon:9606", ""}};
  terms->Add(human);
  Term dog = Line("CLO:0000011", "immortal dog cell line cell", "CLO:0000001");
  dog.relations = {{kInTaxon, "NCBITaxon:9615", ""}};
  terms->Add(dog);
  terms->Add("NCBITaxon:9606", "Homo sapiens", {"NCBITaxon:40674"});
  terms->Add("NCBITaxon:9615", "Canis lupus familiaris", {"NCBITaxon:40674"}, {"dog"});
  terms->Add("NCBITaxon:10090", "Mus musculus", {"NCBITaxon:40674"});
  terms->Add("NCBITaxon:40674", "Mammalia");
  terms->Add("NCBITaxon:10239", "Viruses");
  terms->Add("NCBITaxon:12345", "some virus", {"NCBITaxon:10239"});
  terms->Add(Line("EFO:0001185", "HeLa", "EFO:0000001", {"BTO:0000567"}));
  terms->Add(Line("CLO:0003684", "HeLa cell", "CLO:0000010",
                  {"EFO: EFO_0001185", "RRID:CVCL_0030", "MeSH: D006367"}));
  terms->Add(Line("EFO:0002869", "U2OS", "EFO:0000001", {}, {"U2-OS"}));
  terms->Add(Line("CLO:0009454", "U-2 OS cell", "CLO:0000010"));
  terms->Add(Line("CLO:0007646", "MDCK cell", "CLO:0000011"));
  // Two of one label are not united with a third.
  terms->Add(Line("CLO:0000021", "Twin cell", "CLO:0000010"));
  terms->Add(Line("CLO:0000022", "twin", "CLO:0000011"));
  terms->Add(Line("EFO:0000023", "Twin", "EFO:0000001"));
  terms->Add("EFO:0000030", "kidney disease");
  return terms;
}

TEST(CellLinesTest, AreUnitedByReferencesAndLabels) {
  const auto lines = CellLines::Build(*Terms(), Ontologies());
  for (const char* id : {"EFO:0001185", "CLO:0003684", "BTO:0000567", "Cellosaurus:CVCL_0030"}) {
    SCOPED_TRACE(id);
    const CellLine* line = lines->Of(id);
    if (line == nullptr) {
      ADD_FAILURE() << "is no cell line";
      continue;
    }
    EXPECT_EQ(line->id, "EFO:0001185");
    EXPECT_EQ(line->label, "HeLa");
    EXPECT_EQ(line->species, "NCBITaxon:9606");
  }
  for (const char* name : {"U-2 OS", "U2OS", "u2-os cells", "U2 OS cell line"}) {
    SCOPED_TRACE(name);
    ASSERT_NE(lines->Named(name), nullptr);
    EXPECT_EQ(lines->Named(name)->id, "EFO:0002869");
  }
  EXPECT_EQ(lines->Of("CLO:0007646")->species, "NCBITaxon:9615");
  EXPECT_EQ(lines->Named("twin"), nullptr);
  EXPECT_NE(lines->Of("CLO:0000021"), lines->Of("CLO:0000022"));
  EXPECT_NE(lines->Of("EFO:0000023"), lines->Of("CLO:0000021"));
  EXPECT_EQ(lines->Of("EFO:0000030"), nullptr);
  EXPECT_EQ(lines->Of("CLO:0000010"), nullptr);
}

TEST(CellLinesTest, NumbersThatAHyphenPartsStayApart) {
  EXPECT_EQ(CellLines::FoldName("MDA-MB-231"), "mdamb231");
  EXPECT_EQ(CellLines::FoldName("MDAMB231 cells"), "mdamb231");
  EXPECT_NE(CellLines::FoldName("ZR-75-1"), CellLines::FoldName("ZR-751"));
}

Statement Say(const std::string& field, const std::string& value, const std::string& id = "",
              const std::string& role = "", uint32_t group = 0) {
  Statement statement;
  statement.field = field;
  statement.value = value;
  statement.stated_id = id;
  statement.role = role;
  statement.group = group;
  return statement;
}

class CellLineRolesTest : public ::testing::Test {
 protected:
  CellLineRolesTest() {
    parts_.terms = Terms();
    parts_.cell_lines = CellLines::Build(*parts_.terms, Ontologies());
    parts_.ontologies = {{"organism", {"NCBITaxon"}}, {"cell_line", Ontologies()}};
  }
  // "field=term role!" for each statement; `!` if it is flagged.
  std::vector<std::string> All(std::vector<Statement> statements) {
    Study study;
    study.statements = std::move(statements);
    Record record = study;
    conflicts_ = Normaliser(parts_).Normalise(&record);
    const Record once = record;
    EXPECT_EQ(Normaliser(parts_).Normalise(&record), conflicts_);
    EXPECT_TRUE(record == once) << "normalising again changed something";
    said_ = std::get<Study>(record).statements;
    std::vector<std::string> out;
    for (const Statement& s : said_) {
      out.push_back(absl::StrCat(s.field, "=", s.term, s.role.empty() ? "" : " ", s.role,
                                 s.label_conflict ? "!" : ""));
    }
    return out;
  }

  NormaliserParts parts_;
  std::vector<Statement> said_;
  int conflicts_ = 0;
};

TEST_F(CellLineRolesTest, OneTermWhateverTheIdOrSpelling) {
  EXPECT_THAT(All({Say("cell_line", "HeLa", "CLO:0003684"), Say("cell_line", "U2-OS cells"),
                   Say("cell_line", "U-2 OS", "CLO:0009454"), Say("cell_line", "no such line")}),
              ElementsAre("cell_line=EFO:0001185", "cell_line=EFO:0002869", "cell_line=EFO:0002869",
                          "cell_line=", "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_EQ(conflicts_, 0);
  EXPECT_THAT(said_[0].evidence, HasSubstr("CLO:0003684 is the same cell line"));
  EXPECT_EQ(said_[4].origin, Origin::kInferred);
  EXPECT_THAT(said_[4].evidence, HasSubstr("species of HeLa (EFO:0001185)"));
}

TEST_F(CellLineRolesTest, TheOrganismOfACellLineIsNoSample) {
  EXPECT_THAT(All({Say("organism", "dog", "", "sample"), Say("cell_line", "MDCK cells")}),
              ElementsAre("organism=NCBITaxon:9615 cell_line", "cell_line=CLO:0007646"));
  EXPECT_THAT(All({Say("organism", "dog", "", "sample")}),
              ElementsAre("organism=NCBITaxon:9615 sample"));
  // What is stated less exactly agrees; of an unknown line the only organism must be the one.
  EXPECT_THAT(All({Say("organism", "Mammalia", "", "sample"), Say("cell_line", "MDCK")}),
              ElementsAre("organism=NCBITaxon:40674 cell_line", "cell_line=CLO:0007646"));
  EXPECT_THAT(All({Say("organism", "dog", "", "sample"), Say("cell_line", "my own")}),
              ElementsAre("organism=NCBITaxon:9615 cell_line", "cell_line="));
}

TEST_F(CellLineRolesTest, AVirusIsThePathogenOfWhatStandsBesideIt) {
  const Statement human = Say("organism", "Homo sapiens", "NCBITaxon:9606", "sample");
  const Statement virus = Say("organism", "some virus", "NCBITaxon:12345", "sample");
  EXPECT_THAT(All({human, virus}),
              ElementsAre("organism=NCBITaxon:9606 sample", "organism=NCBITaxon:12345 sample"))
      << "nothing is declared";
  parts_.declared =
      DeclaredTerms::Parse(
          "pathogen_organism\talways\tNCBITaxon:10239\tNCBITaxon:10239\tneeds a host\n", "test")
          .value();
  EXPECT_THAT(All({human, virus}),
              ElementsAre("organism=NCBITaxon:9606 host", "organism=NCBITaxon:12345 pathogen"));
  EXPECT_THAT(said_[1].evidence, HasSubstr("by taxonomy"));
  // Alone it is what was imaged. Of several organisms nobody knows which is the host.
  EXPECT_THAT(All({virus}), ElementsAre("organism=NCBITaxon:12345 sample"));
  EXPECT_THAT(All({human, virus, Say("organism", "dog", "", "sample")}),
              ElementsAre("organism=NCBITaxon:9606 sample", "organism=NCBITaxon:12345 pathogen",
                          "organism=NCBITaxon:9615 sample"));
  // A cell line is its host, and no virus contradicts a cell line.
  EXPECT_THAT(All({human, virus, Say("cell_line", "HeLa")}),
              ElementsAre("organism=NCBITaxon:9606 cell_line", "organism=NCBITaxon:12345 pathogen",
                          "cell_line=EFO:0001185"));
  EXPECT_THAT(All({virus, Say("cell_line", "HeLa")}),
              ElementsAre("organism=NCBITaxon:12345 pathogen", "cell_line=EFO:0001185",
                          "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_EQ(conflicts_, 0);
  // What the archive says of roles stays.
  EXPECT_THAT(All({Say("organism", "Homo sapiens", "", "host"),
                   Say("organism", "some virus", "NCBITaxon:12345", "pathogen")}),
              ElementsAre("organism=NCBITaxon:9606 host", "organism=NCBITaxon:12345 pathogen"));
  EXPECT_EQ(said_[1].evidence, "");
  // Another block has other organisms.
  Statement elsewhere = virus;
  elsewhere.scope = "screenB";
  Statement here = human;
  here.scope = "screenA";
  EXPECT_THAT(All({here, elsewhere}),
              ElementsAre("organism=NCBITaxon:9606 sample", "organism=NCBITaxon:12345 sample"));
}

TEST_F(CellLineRolesTest, ASpeciesThatTheRecordDeniesIsFlagged) {
  EXPECT_THAT(All({Say("organism", "Mus musculus", "", "sample"), Say("cell_line", "HeLa")}),
              ElementsAre("organism=NCBITaxon:10090 sample!", "cell_line=EFO:0001185",
                          "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_EQ(conflicts_, 1);
  EXPECT_THAT(said_[0].evidence, HasSubstr("HeLa is a cell line of NCBITaxon:9606"));
  // Another sample of the study, a host, an organism that another line explains: none of them.
  EXPECT_THAT(
      All({Say("organism", "Mus musculus", "", "sample", 1), Say("cell_line", "HeLa", "", "", 2)}),
      ElementsAre("organism=NCBITaxon:10090 sample", "cell_line=EFO:0001185",
                  "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_THAT(All({Say("organism", "Mus musculus", "", "host"), Say("cell_line", "HeLa")}),
              ElementsAre("organism=NCBITaxon:10090 host", "cell_line=EFO:0001185",
                          "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_THAT(All({Say("organism", "dog", "", "sample"), Say("cell_line", "MDCK"),
                   Say("cell_line", "HeLa")}),
              ElementsAre("organism=NCBITaxon:9615 cell_line", "cell_line=CLO:0007646",
                          "cell_line=EFO:0001185", "cell_line_organism=NCBITaxon:9606 cell_line"));
  EXPECT_EQ(conflicts_, 0);
}

TEST(FilterNamesTest, GenesByTheBestKindOfNameAndCellLinesByAny) {
  FakeGeneLookup genes;
  genes.Add("HGNC:6388", "NCBITaxon:9606", "KIF11", {"EG5"}, {"ENSEMBL:ENSG00000138160"});
  genes.Add("MGI:1098231", "NCBITaxon:10090", "Kif11", {"Eg5"});
  EXPECT_THAT(GenesCalled("KIF11", &genes), ElementsAre("HGNC:6388"));
  EXPECT_THAT(GenesCalled("Kif11", &genes), ElementsAre("MGI:1098231"));
  EXPECT_THAT(GenesCalled("HGNC:6388", &genes), ElementsAre("HGNC:6388"));
  EXPECT_THAT(GenesCalled("no such gene", &genes), IsEmpty());
  EXPECT_THAT(GenesCalled("KIF11", nullptr), IsEmpty());
  const auto lines = CellLines::Build(*Terms(), Ontologies());
  EXPECT_EQ(CellLineCalled("CLO_0003684", lines.get()), "EFO:0001185");
  EXPECT_EQ(CellLineCalled("U2-OS", lines.get()), "EFO:0002869");
  EXPECT_EQ(CellLineCalled("marble", lines.get()), "");
}

}  // namespace
}  // namespace parfocal
