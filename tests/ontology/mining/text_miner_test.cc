// What titles and descriptions name and what they only mention, with a handful of terms and the
// rules of this file; the standard table on ordinary sentences.
#include "parfocal/mining/text_miner.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_term_lookup.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::FakeTermLookup;
using ::testing::IsEmpty;
using testing::IsOk;

std::shared_ptr<const TermLookup> Terms() {
  auto terms = std::make_shared<FakeTermLookup>();
  terms->Add("NCBITaxon:10239", "Viruses");
  terms->Add("NCBITaxon:20", "Rodentia");
  terms->Add("NCBITaxon:21", "Mus musculus", {"NCBITaxon:20"}, {"house mouse"});
  terms->Add("NCBITaxon:22", "Mus musculus castaneus", {"NCBITaxon:21"});
  terms->Add("NCBITaxon:23", "Homo sapiens", {}, {"human"});
  terms->Add("NCBITaxon:24", "Danio rerio", {}, {"zebrafish"});
  terms->Add("NCBITaxon:25", "Oryctes rhinoceros", {}, {"rhinoceros beetle"});
  terms->Add("NCBITaxon:26", "Trypoxylus dichotomus");
  terms->Add("NCBITaxon:27", "Cancer");
  terms->Add("NCBITaxon:28", "Lens <eudicots>", {}, {"lens"});
  terms->Add("NCBITaxon:29", "Rift fever virus", {"NCBITaxon:10239"});
  terms->Add("NCBITaxon:30", "Oryctolagus cuniculus", {}, {"rabbit"});
  terms->Add("NCBITaxon:31", "Twin one", {}, {"twin fish"});
  terms->Add("NCBITaxon:32", "Twin two", {}, {"twin fish"});
  terms->Add("NCBITaxon:33", "Data set");
  terms->Add("FBbi:00000222", "imaging method");
  terms->Add("FBbi:1", "microscopy", {"FBbi:00000222"});
  terms->Add("FBbi:2", "confocal microscopy", {"FBbi:1"});
  terms->Add("FBbi:3", "scanning electron microscopy (SEM)", {"FBbi:1"});
  terms->Add("FBbi:4", "FLIM", {"FBbi:1"});
  terms->Add("FBbi:5", "bright-field microscopy", {"FBbi:1"});
  terms->Add("FBbi:6", "DAPI");
  terms->Add("CLO:1", "immortal human cell line");
  terms->Add("CLO:2", "HeLa cell", {"CLO:1"}, {"HELA"});
  terms->Add("CLO:3", "U-2 OS cell", {"CLO:1"});
  terms->Add("CLO:4", "stem cell", {"CLO:1"});
  terms->Add("CLO:5", "MAP cell", {"CLO:1"});
  terms->Add("CLO:6", "M2 cell", {"CLO:1"});
  return terms;
}

FieldOntologies Ontologies() {
  return {{"organism", {"NCBITaxon"}}, {"imaging_method", {"FBbi"}}, {"cell_line", {"CLO"}}};
}

// The standard table with every place accepted for certain.
std::shared_ptr<const MiningVocabulary> Rules(const std::string& more = "") {
  const char* const kRows =
      "field\trule\tphrase\tvalue\treason\n"
      "organism\tname\tmice\tMus musculus\t\n"
      "organism\tname\tmouse\tMus musculus\t\n"
      "organism\tweak\tHomo sapiens\t\t\n"
      "organism\tnot_below\t\tNCBITaxon:10239\t\n"
      "organism\tlabel_words\t\t2\t\n"
      "organism\tcapital\t\t\t\n"
      "organism\tmask\tanti mouse\t\t\n"
      "organism\tmask\trabbit anti *\t\t\n"
      "organism\tbefore\tunlike\t\t\n"
      "organism\tbehind\tpathogens\t\t\n"
      "organism\tnever\tzebrafish facility\t\t\n"
      "organism\taccept\t\t0.5\t\n"
      "organism\tconfidence\ttitle\t0.9\t\n"
      "organism\tconfidence\toften\t0.8\t\n"
      "organism\tconfidence\tonce\t0.7\t\n"
      "organism\tconfidence\tamong\t0.6\t\n"
      "organism\tconfidence\tweak_title\t0.55\t\n"
      "organism\tconfidence\tweak_once\t0.52\t\n"
      "imaging_method\tname\tSEM\tscanning electron microscopy (SEM)\t\n"
      "imaging_method\tbelow\t\tFBbi:00000222\t\n"
      "imaging_method\tnever\tmicroscopy\t\t\n"
      "imaging_method\taccept\t\t0.5\t\n"
      "imaging_method\tconfidence\ttitle\t0.9\t\n"
      "imaging_method\tconfidence\tonce\t0.9\t\n"
      "imaging_method\tconfidence\tamong\t0.8\t\n"
      "cell_line\tnext\tcells\t\t\n"
      "cell_line\taccept\t\t0.5\t\n"
      "cell_line\tconfidence\ttitle\t0.9\t\n";
  return MiningVocabulary::Parse(absl::StrCat(kRows, more)).value();
}

std::vector<MinedTerm> Mine(const char* field, absl::string_view title,
                            absl::string_view description = "", const std::string& more = "") {
  const auto terms = Terms();
  const TextMiner miner(terms, CellLines::Build(*terms, {"CLO"}), Ontologies(), Rules(more));
  return miner.Mine(field, title, description);
}

std::vector<std::string> Ids(const char* field, absl::string_view title,
                             absl::string_view description = "") {
  std::vector<std::string> out;
  for (const MinedTerm& term : Mine(field, title, description))
    out.push_back(term.id.substr(term.id.find(':') + 1));
  return out;
}

TEST(TextMinerTest, WhatATitleNames) {
  const struct {
    const char* field;
    const char* title;
    std::vector<std::string> ids;
  } rows[] = {
      {"organism", "Brains of mice", {"21"}},
      {"organism", "Zebrafish embryos", {"24"}},
      {"organism", "House-mouse embryos", {"21"}},
      {"organism", "Embryos of house mouses", {"21"}},
      {"organism", "Danio\xc2\xa0rerio, day 2", {"24"}},
      {"organism", "\xe2\x80\x9cMus musculus\xe2\x80\x9d", {"21"}},
      // A title of one word is an accession.
      {"organism", "12-Zebrafish-Fins", {}},
      // The longest name, and of two on one branch the more specific.
      {"organism", "Mus musculus castaneus", {"22"}},
      {"organism", "Mouse (Mus musculus castaneus)", {"22"}},
      // Word boundaries, and no name across a full stop.
      {"organism", "Mousetraps here", {}},
      {"organism", "Gene mus. Musculus fibres; a House. Mouse", {"21"}},
      {"organism", "A house. mouse", {"21"}},
      {"organism", "Danio. rerio", {}},
      // Genera share names with much else, and species begin with a capital.
      {"organism", "Cancer cells", {}},
      {"organism", "Lens of the eye", {}},
      {"organism", "a data set", {}},
      {"organism", "Data set", {"33"}},
      // Two terms of one name; a virus; what the table says is none.
      {"organism", "The twin fish", {}},
      {"organism", "Rift fever virus", {}},
      {"organism", "From the zebrafish facility", {}},
      // Antibodies, what is denied.
      {"organism", "Stained with rabbit anti-tubulin and anti-mouse", {}},
      {"organism", "Retinas unlike zebrafish", {}},
      {"organism", "Control of zebrafish pathogens", {}},
      {"organism", "Control of zebrafish and pathogens", {"24"}},
      // The name behind says which one is meant.
      {"organism", "The rhinoceros beetle Trypoxylus dichotomus", {"26"}},
      {"organism", "The rhinoceros beetle (Trypoxylus dichotomus)", {"26"}},
      {"organism", "The rhinoceros beetle and Trypoxylus dichotomus", {"25", "26"}},
      // What is said of much says nothing beside what is not.
      {"organism", "Human disease in mice", {"21"}},
      {"organism", "Human retina", {"23"}},
      {"imaging_method", "Confocal microscopy of nuclei", {"2"}},
      {"imaging_method", "Bright-field microscopy", {"5"}},
      {"imaging_method", "SEM of teeth", {"3"}},
      {"imaging_method", "means and sem", {}},
      {"imaging_method", "FLIM of cells", {"4"}},
      {"imaging_method", "A flim", {}},
      {"imaging_method", "Microscopy with DAPI", {}},
      {"cell_line", "HeLa cells", {"2"}},
      {"cell_line", "U2OS cells and U-2 OS cells", {"3"}},
      {"cell_line", "HeLa plasmid", {}},
      {"cell_line", "Sub-HeLa cells", {}},
      {"cell_line", "Sub/HeLa cells", {}},
      {"cell_line", "MAP cells", {}},
      {"cell_line", "M2 cells", {"6"}},
      {"cell_line", "stem cells", {}},
      {"anatomy", "The brain", {}},
      {"organism", "", {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.title);
    EXPECT_EQ(Ids(row.field, row.title), row.ids);
  }
}

TEST(TextMinerTest, APlaceGivesItsConfidence) {
  const struct {
    const char* title;
    const char* description;
    std::vector<std::pair<std::string, float>> found;
  } rows[] = {
      {"Young mice", "Zebrafish.", {{"21", 0.9f}, {"24", 0.6f}}},
      {"", "Zebrafish. Zebrafish.", {{"24", 0.8f}}},
      {"", "Zebrafish.", {{"24", 0.7f}}},
      {"", "Zebrafish, mice.", {{"24", 0.6f}, {"21", 0.6f}}},
      // Weak ones: in the title, once; often is below the threshold, as no row names it.
      {"Human skin", "", {{"23", 0.55f}}},
      {"", "Human.", {{"23", 0.52f}}},
      {"", "Human. Human.", {}},
      {"Human skin", "Zebrafish.", {{"24", 0.6f}}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.title, "|", row.description));
    std::vector<std::pair<std::string, float>> found;
    for (const MinedTerm& term : Mine("organism", row.title, row.description))
      found.emplace_back(term.id.substr(10), term.confidence);
    EXPECT_EQ(found, row.found);
  }
}

TEST(TextMinerTest, AnInitialIsTheOneThatIsNamedInFull) {
  EXPECT_THAT(Ids("organism", "Fins of D. rerio", "Danio rerio was bred."), ElementsAre("24"));
  const std::vector<MinedTerm> mined =
      Mine("organism", "Fins of D. rerio", "Danio rerio was bred.");
  ASSERT_EQ(mined.size(), 1u);
  EXPECT_EQ(mined[0].confidence, 0.9f);  // That of the title.
  EXPECT_EQ(mined[0].words, "D. rerio");
  EXPECT_THAT(Ids("organism", "Fins of D. rerio"), IsEmpty());
  EXPECT_THAT(Ids("organism", "Fins of O. rerio", "Danio rerio."), ElementsAre("24"));
  EXPECT_EQ(Mine("organism", "Fins of O. rerio", "Danio rerio.")[0].confidence, 0.7f);
}

TEST(TextMinerTest, TheEvidenceIsTheVeryWords) {
  const std::vector<MinedTerm> mined =
      Mine("organism", "MICE and a mouse", "Mice, mice, house mouse");
  ASSERT_EQ(mined.size(), 1u);
  EXPECT_EQ(mined[0].label, "Mus musculus");
  EXPECT_EQ(mined[0].words, "MICE");
  EXPECT_EQ(mined[0].evidence, "in the title and description: \"MICE\", \"mouse\", \"Mice\"");
  EXPECT_EQ(Mine("organism", "", "one zebrafish")[0].evidence, "in the description: \"zebrafish\"");
}

TEST(TextMinerTest, HostileTextsAreBounded) {
  std::string many;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&many, "Zebrafish and mice, Data set-");
  EXPECT_LE(Mine("organism", many, many).size(), TextMiner::kMaxTermsPerField);
  const std::string rest =
      absl::StrCat(std::string(TextMiner::kMaxTextBytes, ' '), "Zebrafish embryos");
  EXPECT_THAT(Ids("organism", rest), IsEmpty());
  EXPECT_THAT(Ids("organism", absl::StrCat(rest.substr(20))), ElementsAre("24"));
  std::string words;
  for (size_t i = 0; i < TextMiner::kMaxWords; ++i) absl::StrAppend(&words, "a ");
  EXPECT_THAT(Ids("organism", absl::StrCat(words, "Zebrafish")), IsEmpty());
  EXPECT_THAT(Ids("organism", absl::StrCat(words.substr(2), "Zebrafish")), ElementsAre("24"));
  for (const char* text : {"\xe2\x80", "\xc2", "\xff\xfe zebrafish", "-", "E.", "E. ", "("})
    Mine("organism", text, text);
}

TEST(TextMinerTest, TheStandardTableOnOrdinarySentences) {
  const auto terms = Terms();
  const TextMiner miner(terms, CellLines::Build(*terms, {"CLO"}), Ontologies(),
                        MiningVocabulary::Standard());
  const struct {
    const char* field;
    const char* text;
    std::vector<std::string> ids;
  } rows[] = {
      {"organism", "Cortex of wild-type mice", {"NCBITaxon:21"}},
      {"organism", "Goat serum, fetal bovine serum and mouse monoclonal antibodies", {}},
      {"organism", "Secondary antibody: rabbit anti-mouse, mouse anti-human", {}},
      {"organism", "Non-human primates", {}},
      {"organism", "A human-led analysis", {}},
      {"imaging_method", "SEM images of a tooth", {"FBbi:3"}},
      {"imaging_method", "mean and sem", {}},
      {"imaging_method", "Confocal images of cells", {"FBbi:2"}},
      {"cell_line", "Mitosis in HeLa cells", {"CLO:2"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    std::vector<std::string> ids;
    // The table takes methods from descriptions alone: what a title names is too often only near.
    const std::string field = row.field;
    const bool described = field == "imaging_method";
    for (const MinedTerm& term :
         miner.Mine(field, described ? "" : row.text, described ? row.text : "")) {
      ids.push_back(term.id);
    }
    EXPECT_EQ(ids, row.ids);
  }
}

TEST(TextMinerTest, WithoutCellLinesThatFieldIsNotMined) {
  const TextMiner miner(Terms(), nullptr, Ontologies(), Rules());
  EXPECT_THAT(miner.Mine("cell_line", "HeLa cells", ""), IsEmpty());
  EXPECT_EQ(miner.Mine("organism", "Young mice", "").size(), 1u);
}

}  // namespace
}  // namespace parfocal
