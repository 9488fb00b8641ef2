// Each rule that the normaliser takes from its parts, their order, and what settles a conflict
// between words and id. Terms, genes and mappings are written down here.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/normalise/witness.h"
#include "support/fake_mapping_lookup.h"
#include "support/fake_term_lookup.h"

namespace parfocal {
namespace {

using testing::FakeTermLookup;
using ::testing::HasSubstr;

std::shared_ptr<FakeTermLookup> Terms() {
  auto terms = std::make_shared<FakeTermLookup>();
  terms->Add("NCBITaxon:9604", "Hominidae");
  terms->Add("NCBITaxon:9606", "Homo sapiens", {"NCBITaxon:9604"}, {"human"});
  terms->Add("NCBITaxon:10090", "Mus musculus", {}, {"mouse"});
  terms->Add("NCBITaxon:9607", "Agouti taczanowskii");
  terms->Add("NCBITaxon:9608", "Canidae");
  terms->Add("CMPO:0000398", "protein localized in nucleus phenotype");
  terms->Add("CMPO:0000077", "elongated cell phenotype");
  terms->Add("CMPO:0000240", "round cell phenotype");
  terms->Add("GO:0005634", "nucleus");
  terms->Add("FBbi:00000246", "fluorescence microscopy");
  terms->Add("FBbi:00000251", "confocal microscopy", {"FBbi:00000246"});
  return terms;
}

// Decisions and sets, written down.
class Mappings final : public MappingLookup {
 public:
  std::map<std::string, MappedTerm> decisions, words, terms;
  std::vector<std::string> rejected;

  std::string release() const override { return "mappings"; }
  std::string normalisation_release() const override { return release(); }
  std::optional<MappedTerm> Decision(absl::string_view, absl::string_view w) const override {
    return At(decisions, w);
  }
  bool Rejected(absl::string_view, absl::string_view w, absl::string_view term) const override {
    return std::find(rejected.begin(), rejected.end(), absl::StrCat(w, "|", term)) !=
           rejected.end();
  }
  std::optional<MappedTerm> OfWords(absl::string_view, absl::string_view w,
                                    const std::vector<std::string>&) const override {
    return At(words, w);
  }
  std::optional<MappedTerm> OfTerm(absl::string_view curie,
                                   const std::vector<std::string>&) const override {
    return At(terms, curie);
  }
  std::vector<Bridge> Bridges(absl::string_view) const override { return {}; }

 private:
  static std::optional<MappedTerm> At(const std::map<std::string, MappedTerm>& map,
                                      absl::string_view key) {
    auto it = map.find(absl::AsciiStrToLower(key));
    return it == map.end() ? std::nullopt : std::optional<MappedTerm>(it->second);
  }
};

// Genes by "taxon text".
class Genes final : public GeneLookup {
 public:
  std::map<std::string, GeneResolution> known;

  void One(const std::string& key, const std::string& id, const std::string& symbol,
           GeneMatch match, const std::string& reason = "") {
    known[key] = {GeneOutcome::kOne, {{id, symbol, match}}, reason};
  }
  std::string release() const override { return "genes"; }
  std::vector<std::string> Taxa() const override { return {}; }
  std::string SpeciesOf(absl::string_view taxon) const override { return std::string(taxon); }
  GeneResolution Resolve(absl::string_view text, absl::string_view taxon) const override {
    auto it = known.find(absl::StrCat(taxon, " ", text));
    return it == known.end() ? GeneResolution() : it->second;
  }
  std::optional<Gene> Find(absl::string_view) const override { return std::nullopt; }
  void Visit(absl::string_view, const std::function<bool(const Gene&)>&) const override {}
  std::vector<Ortholog> Orthologs(absl::string_view, absl::string_view) const override {
    return {};
  }
  std::vector<Interaction> Interactions(absl::string_view) const override { return {}; }
};

Statement Say(const std::string& field, const std::string& value, const std::string& id = "",
              const std::string& evidence = "") {
  Statement statement;
  statement.field = field;
  statement.value = value;
  statement.stated_id = id;
  statement.evidence = evidence;
  return statement;
}

class NormaliserRulesTest : public ::testing::Test {
 protected:
  NormaliserRulesTest() {
    parts_.terms = Terms();
    parts_.mappings = mappings_;
    parts_.genes = genes_;
    parts_.ontologies = {{"organism", {"NCBITaxon"}},
                         {"phenotype", {"CMPO"}},
                         {"imaging_method", {"FBbi"}},
                         {"localisation", {"GO"}}};
  }
  std::vector<Statement> All(std::vector<Statement> statements) {
    ImageSet set;
    set.source = "s";
    set.study = "study1";
    set.block = "screenA";
    set.statements = std::move(statements);
    Record record = set;
    Normaliser normaliser(parts_);
    conflicts_ = normaliser.Normalise(&record);
    const Record once = record;
    Normaliser other(parts_);
    EXPECT_EQ(other.Normalise(&record), conflicts_);
    EXPECT_TRUE(record == once) << "normalising again changed something";
    return std::get<ImageSet>(record).statements;
  }
  Statement One(const Statement& statement) { return All({statement})[0]; }

  NormaliserParts parts_;
  std::shared_ptr<Mappings> mappings_ = std::make_shared<Mappings>();
  std::shared_ptr<Genes> genes_ = std::make_shared<Genes>();
  int conflicts_ = 0;
};

TEST_F(NormaliserRulesTest, EachRuleGivesWayToTheOneBefore) {
  parts_.lexical = [](absl::string_view,
                      const std::vector<std::string>&) -> std::optional<LexicalTerm> {
    return LexicalTerm{"CMPO:0000240", "round cell phenotype", TermRule::kLexical, 0.7f, "near"};
  };
  EXPECT_EQ(One(Say("phenotype", "cells like marbles")).rule, TermRule::kLexical);
  EXPECT_EQ(One(Say("phenotype", "cells like marbles")).evidence, "near");
  EXPECT_LT(One(Say("phenotype", "cells like marbles")).confidence, 1.0f);
  EXPECT_EQ(One(Say("phenotype", "elongated cells")).rule, TermRule::kFoldedLabel);
  EXPECT_EQ(One(Say("phenotype", "elongated cells")).evidence,
            "label \"elongated cell phenotype\"");
  EXPECT_EQ(One(Say("phenotype", "elongated cell phenotype")).rule, TermRule::kExactLabel);
  EXPECT_EQ(One(Say("organism", "human")).rule, TermRule::kExactSynonym);
  EXPECT_EQ(One(Say("organism", "human")).evidence, "synonym \"human\"");
  mappings_->words["human"] = {"NCBITaxon:10090", "", 0.8f, "set:x"};
  EXPECT_EQ(One(Say("organism", "human")).rule, TermRule::kMapping);
  EXPECT_EQ(One(Say("organism", "human")).evidence, "mapping set set:x");
  EXPECT_EQ(One(Say("organism", "human")).label, "Mus musculus");
  mappings_->decisions["human"] = {"NCBITaxon:9604", "", 1.0f, "set:curators"};
  EXPECT_EQ(One(Say("organism", "human")).rule, TermRule::kCuratorDecision);
  EXPECT_EQ(One(Say("organism", "human")).term, "NCBITaxon:9604");
  const Statement given = One(Say("organism", "Mus musculus", "NCBITaxon:10090"));
  EXPECT_EQ(given.rule, TermRule::kGivenId);
  EXPECT_EQ(given.evidence, "");
}

TEST_F(NormaliserRulesTest, ARefusedTermIsNotTakenAndNoTermIsADecision) {
  mappings_->rejected = {"mouse|NCBITaxon:10090"};
  EXPECT_EQ(One(Say("organism", "mouse")).rule, TermRule::kUnmapped);
  mappings_->decisions["homo sapiens"] = {"", "", 1.0f, "set:curators"};
  const Statement none = One(Say("organism", "Homo sapiens"));
  EXPECT_EQ(none.rule, TermRule::kCuratorDecision);
  EXPECT_EQ(none.term, "");
  EXPECT_EQ(none.evidence, "no term exists");
}

TEST_F(NormaliserRulesTest, AnIdOfAnotherOntologyIsMapped) {
  // Without a mapping it stands.
  EXPECT_EQ(One(Say("localisation", "nuclear", "CMPO:0000398")).term, "CMPO:0000398");
  parts_.declared = *DeclaredTerms::Parse(
      "localisation\talways\tCMPO:0000398\tGO:0005634\tthe place is the nucleus\n"
      "organism\tunknown\tNCBITaxon:9606\tNCBITaxon:9604\tstrain\n"
      "organism\tunknown\tNCBITaxon:559292\tNCBITaxon:9604\tstrain\n",
      "table");
  const Statement place = One(Say("localisation", "nuclear", "CMPO:0000398"));
  EXPECT_EQ(place.term, "GO:0005634");
  EXPECT_EQ(place.label, "nucleus");
  EXPECT_EQ(place.rule, TermRule::kMapping);
  EXPECT_EQ(place.stated_id, "CMPO:0000398");
  EXPECT_EQ(place.evidence, "CMPO:0000398: the place is the nucleus");
  EXPECT_EQ(One(Say("phenotype", "", "CMPO:0000398")).term, "CMPO:0000398");
  // Only where the taxonomy lacks the strain.
  EXPECT_EQ(One(Say("organism", "", "NCBITaxon:9606")).term, "NCBITaxon:9606");
  EXPECT_EQ(One(Say("organism", "", "NCBITaxon:559292")).term, "NCBITaxon:9604");
  parts_.declared = nullptr;
  mappings_->terms["cmpo:0000398"] = {"GO:0005634", "", 0.9f, "set:places"};
  EXPECT_EQ(One(Say("localisation", "nuclear", "CMPO:0000398")).evidence,
            "CMPO:0000398 by mapping set set:places");
}

TEST_F(NormaliserRulesTest, WordsAgainstId) {
  const struct {
    const char* field;
    const char* words;
    const char* id;
    const char* evidence;
    const char* term;
    TermRule rule;
    bool conflict;
  } kRows[] = {
      // Another spelling of the id's own name is none.
      {"imaging_method", "confocal-microscopy", "FBbi:00000251", "", "FBbi:00000251",
       TermRule::kGivenId, false},
      // Relatives: the more specific, whichever side it is on.
      {"imaging_method", "confocal microscopy", "FBbi:00000246", "", "FBbi:00000251",
       TermRule::kLabelOverId, true},
      {"imaging_method", "fluorescence microscopy", "FBbi:00000251", "", "FBbi:00000251",
       TermRule::kGivenId, true},
      // Unrelated: the id, unless a witness backs the words.
      {"organism", "Homo sapiens", "NCBITaxon:9607", "", "NCBITaxon:9607", TermRule::kGivenId,
       true},
      {"organism", "Homo sapiens", "NCBITaxon:9607", "7", "NCBITaxon:9606", TermRule::kLabelOverId,
       true},
      // A witness decides between relatives, too.
      {"organism", "Hominidae", "NCBITaxon:9606", "7", "NCBITaxon:9604", TermRule::kLabelOverId,
       true},
      // Words that name nothing: the id, unless it was filled down.
      {"organism", "Homo sapines", "NCBITaxon:9607", "", "NCBITaxon:9607", TermRule::kGivenId,
       true},
      {"organism", "Homo sapines", "NCBITaxon:9607", "7", "", TermRule::kUnmapped, true},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(absl::StrCat(row.words, " / ", row.id, " / ", row.evidence));
    const std::string witness = *row.evidence == '\0' ? "" : ManyIdsWitness(7);
    const Statement got = One(Say(row.field, row.words, row.id, witness));
    EXPECT_EQ(got.term, row.term);
    EXPECT_EQ(got.rule, row.rule);
    EXPECT_EQ(got.label_conflict, row.conflict);
    EXPECT_EQ(conflicts_, row.conflict ? 1 : 0);
    EXPECT_EQ(got.value, row.words);
    EXPECT_EQ(got.stated_id, row.id);
    EXPECT_EQ(WitnessOf(got.evidence), witness);
    if (row.conflict) {
      EXPECT_THAT(got.evidence, HasSubstr(absl::StrCat(row.id, " is \"")));
    }
  }
}

// What a source definition supplied stays in the evidence, however often the record is normalised.
TEST_F(NormaliserRulesTest, WhatADefinitionSuppliedIsKept) {
  const std::string said = DefinitionEvidence("the same for every record");
  Statement got = One(Say("organism", "Homo sapiens", "NCBITaxon:9606", said));
  EXPECT_EQ(got.term, "NCBITaxon:9606");
  EXPECT_EQ(got.evidence, said);
  const Statement conflict = One(Say("organism", "Homo sapines", "NCBITaxon:9607", said));
  EXPECT_THAT(conflict.evidence, HasSubstr(said + "; NCBITaxon:9607 is \""));
  EXPECT_EQ(One(conflict).evidence, conflict.evidence);
}

// Columns that were filled down run past the end of the ontology.
TEST_F(NormaliserRulesTest, AnUnknownIdThatWasFilledDownIsNotBelieved) {
  const std::string witness = ManyIdsWitness(7);
  // Without a witness the id holds; that its ontology gives the words to another term is flagged.
  EXPECT_EQ(One(Say("organism", "Homo sapiens", "NCBITaxon:999999", "")).term, "NCBITaxon:999999");
  EXPECT_EQ(conflicts_, 1);
  EXPECT_EQ(One(Say("organism", "Some other species", "NCBITaxon:999999", "")).term,
            "NCBITaxon:999999");
  EXPECT_EQ(conflicts_, 0);
  const Statement named = One(Say("organism", "Homo sapiens", "NCBITaxon:999999", witness));
  EXPECT_EQ(named.term, "NCBITaxon:9606");
  EXPECT_EQ(named.rule, TermRule::kLabelOverId);
  EXPECT_EQ(named.stated_id, "NCBITaxon:999999");
  EXPECT_TRUE(named.label_conflict);
  const Statement unnamed = One(Say("organism", "Homo sapines", "NCBITaxon:999999", witness));
  EXPECT_EQ(unnamed.term, "");
  EXPECT_TRUE(unnamed.label_conflict);
}

TEST_F(NormaliserRulesTest, ACuratorsDecisionSettlesAConflict) {
  mappings_->decisions["homo sapines"] = {"NCBITaxon:9606", "", 1.0f, "set:curators"};
  const Statement got = One(Say("organism", "Homo sapines", "NCBITaxon:9607"));
  EXPECT_EQ(got.term, "NCBITaxon:9606");
  EXPECT_EQ(got.rule, TermRule::kCuratorDecision);
  EXPECT_TRUE(got.label_conflict);
}

TEST_F(NormaliserRulesTest, TheSameWordsBesideTheirOwnIdAreAWitness) {
  const std::vector<Statement> got = All({Say("organism", "Homo sapiens", "NCBITaxon:9607"),
                                          Say("organism", "Homo sapiens", "NCBITaxon:9606"),
                                          Say("organism", "Homo sapiens", "NCBITaxon:9608")});
  for (const Statement& statement : got) EXPECT_EQ(statement.term, "NCBITaxon:9606");
  EXPECT_EQ(conflicts_, 2);
  EXPECT_THAT(got[0].evidence, HasSubstr("the same words beside NCBITaxon:9606"));
  EXPECT_FALSE(got[1].label_conflict);
}

TEST_F(NormaliserRulesTest, TheStudysOrganismIsAWitness) {
  Study study;
  study.source = "s";
  study.accession = "study1";
  study.statements = {Say("organism", "human", "NCBITaxon:9606")};
  parts_.study = [&](const ImageSet&) { return std::optional<Study>(study); };
  const Statement got = One(Say("organism", "Homo sapiens", "NCBITaxon:9607"));
  EXPECT_EQ(got.term, "NCBITaxon:9606");
  EXPECT_EQ(got.rule, TermRule::kLabelOverId);
  EXPECT_THAT(got.evidence, HasSubstr("organism of the study: NCBITaxon:9606"));
  study.statements = {Say("organism", "mouse", "NCBITaxon:10090")};
  EXPECT_EQ(One(Say("organism", "Homo sapiens", "NCBITaxon:9607")).term, "NCBITaxon:9607");
}

TEST_F(NormaliserRulesTest, AFindingsWordsAreItsOwn) {
  ImageSet set;
  set.observations.resize(1);
  set.observations[0].finding = Say("phenotype", "round cell phenotype", "CMPO:0000077");
  Record record = set;
  EXPECT_EQ(Normaliser(parts_).Normalise(&record), 0);
  const Statement& got = std::get<ImageSet>(record).observations[0].finding;
  EXPECT_EQ(got.term, "CMPO:0000077");
  EXPECT_FALSE(got.label_conflict);
}

TEST_F(NormaliserRulesTest, GenesByIdElseBySymbolInTheOrganismOfTheRow) {
  const std::string human = "NCBITaxon:9606 ";
  genes_->One(human + "ENSG1", "HGNC:1", "AAA1", GeneMatch::kId);
  genes_->One(human + "AAA1", "HGNC:1", "AAA1", GeneMatch::kSymbol);
  genes_->One(human + "aaa1", "HGNC:1", "AAA1", GeneMatch::kFoldedSymbol);
  genes_->One(human + "OLD1", "HGNC:1", "AAA1", GeneMatch::kAlias, "an alias of AAA1");
  genes_->One(human + "2-Sep", "HGNC:2", "SEPTIN2", GeneMatch::kRepairedSymbol, "SEPT2, a date");
  genes_->One(human + "BBB2", "HGNC:3", "BBB2", GeneMatch::kSymbol);
  genes_->known[human + "AMB"] = {
      GeneOutcome::kAmbiguous,
      {{"HGNC:1", "AAA1", GeneMatch::kAlias}, {"HGNC:3", "BBB2", GeneMatch::kAlias}},
      "an alias of AAA1 and BBB2"};
  const struct {
    const char* value;
    const char* id;
    const char* term;
    TermRule rule;
    bool conflict;
    const char* evidence;
  } kRows[] = {
      {"AAA1", "ENSG1", "HGNC:1", TermRule::kGivenId, false, ""},
      {"ENSG1", "ENSG1", "HGNC:1", TermRule::kGivenId, false, ""},
      {"AAA1", "", "HGNC:1", TermRule::kExactLabel, false, ""},
      {"aaa1", "", "HGNC:1", TermRule::kFoldedLabel, false, ""},
      {"OLD1", "", "HGNC:1", TermRule::kExactSynonym, false, "an alias of AAA1"},
      {"2-Sep", "", "HGNC:2", TermRule::kRepairedSymbol, false, "SEPT2, a date"},
      // The id holds against another symbol, an unknown id gives way to the symbol.
      {"BBB2", "ENSG1", "HGNC:1", TermRule::kGivenId, true, "\"BBB2\" is HGNC:3"},
      {"no such", "ENSG1", "HGNC:1", TermRule::kGivenId, false, ""},
      {"BBB2", "ENSG404", "HGNC:3", TermRule::kExactLabel, false,
       "ENSG404 names no gene of the organism"},
      {"AMB", "", "", TermRule::kUnmapped, false, "an alias of AAA1 and BBB2"},
      {"control", "", "", TermRule::kUnmapped, false, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(absl::StrCat(row.value, " / ", row.id));
    Statement gene = Say("gene", row.value, row.id);
    gene.role = "perturbed";
    const std::vector<Statement> got = All({gene, Say("organism", "Homo sapiens")});
    EXPECT_EQ(got[0].term, row.term);
    EXPECT_EQ(got[0].rule, row.rule);
    EXPECT_EQ(got[0].label_conflict, row.conflict);
    EXPECT_EQ(got[0].evidence, row.evidence);
    EXPECT_EQ(got[0].role, "perturbed");
    EXPECT_EQ(got[0].value, row.value);
    EXPECT_EQ(got[0].stated_id, row.id);
  }
  EXPECT_EQ(One(Say("gene", "AAA1")).term, "");  // Of no known organism.
}

TEST_F(NormaliserRulesTest, ARowWithoutOrganismHasTheGenesOfItsStudyOrBlock) {
  genes_->One("NCBITaxon:9606 AAA1", "HGNC:1", "AAA1", GeneMatch::kSymbol);
  genes_->One("NCBITaxon:10090 AAA1", "MGI:1", "Aaa1", GeneMatch::kFoldedSymbol);
  Study study;
  study.statements = {Say("organism", "Homo sapiens"), Say("organism", "mouse")};
  parts_.study = [&](const ImageSet&) { return std::optional<Study>(study); };
  // Both organisms know the name; the human table knows it better, in whatever order.
  EXPECT_EQ(One(Say("gene", "AAA1")).term, "HGNC:1");
  std::swap(study.statements[0], study.statements[1]);
  EXPECT_EQ(One(Say("gene", "AAA1")).term, "HGNC:1");
  genes_->One("NCBITaxon:10090 AAA1", "MGI:1", "AAA1", GeneMatch::kSymbol);
  EXPECT_EQ(One(Say("gene", "AAA1")).term, "");
  EXPECT_THAT(One(Say("gene", "AAA1")).evidence, HasSubstr("several organisms"));
  study.statements[0].scope = "screenB";  // The mouse is in another screen.
  EXPECT_EQ(One(Say("gene", "AAA1")).term, "HGNC:1");
}

// Whatever order records come in and however they are cut into pages (each with a normaliser of its
// own), the outcome is the same.
TEST_F(NormaliserRulesTest, OrderAndPagesDoNotMatter) {
  genes_->One("NCBITaxon:9606 AAA1", "HGNC:1", "AAA1", GeneMatch::kSymbol);
  Study studies[2];
  studies[0].statements = {Say("organism", "Homo sapiens", "NCBITaxon:9606")};
  studies[1].statements = {Say("organism", "Mus musculus", "NCBITaxon:10090")};
  parts_.study = [&](const ImageSet& set) {
    return std::optional<Study>(studies[set.study == "study1" ? 0 : 1]);
  };
  std::vector<Record> drafts;
  for (int i = 0; i < 60; ++i) {
    ImageSet set;
    set.source = "s";
    set.study = absl::StrCat("study", 1 + i % 2);
    set.id = absl::StrCat(i);
    const std::string id = absl::StrCat("NCBITaxon:", 9604 + i % 5);
    set.statements = {Say("organism", "Homo sapiens", id, i % 3 == 0 ? ManyIdsWitness(5) : ""),
                      Say("gene", "AAA1")};
    if (i % 4 == 0) set.statements.erase(set.statements.begin());
    drafts.emplace_back(set);
  }
  std::map<std::string, ImageSet> first;
  std::mt19937 random(7);
  for (int round = 0; round < 8; ++round) {
    std::shuffle(drafts.begin(), drafts.end(), random);
    auto normaliser = std::make_unique<Normaliser>(parts_);
    for (const Record& draft : drafts) {
      if (random() % 5 == 0) normaliser = std::make_unique<Normaliser>(parts_);
      Record record = draft;
      normaliser->Normalise(&record);
      const ImageSet& set = std::get<ImageSet>(record);
      const auto [it, added] = first.try_emplace(set.id, set);
      if (!added) {
        EXPECT_EQ(it->second, set) << set.id;
      }
    }
  }
}

TEST(WitnessTest, WhatADefinitionSuppliedIsKeptUpToTheFirstSemicolon) {
  const std::string evidence = DefinitionEvidence("value map 'm': \"a;b\"");
  EXPECT_EQ(evidence, "source definition: value map 'm': \"a,b\"");
  EXPECT_EQ(DefinitionEvidenceOf(evidence), evidence);
  EXPECT_EQ(DefinitionEvidenceOf(evidence + "; more"), evidence);
  EXPECT_EQ(DefinitionEvidenceOf("more; " + evidence), "");
  EXPECT_EQ(WitnessOf(evidence), "");
}

// A rule that finds a term wherever a text has one word of four letters.
std::vector<MinedTerm> FindInTexts(absl::string_view field, absl::string_view title,
                                   absl::string_view description) {
  if (title != "mice" && description != "mice") return {};
  return {{absl::StrCat("EX:", field), "a label", "mice", 0.96f, "in the text: \"mice\""}};
}

NormaliserParts MiningParts() {
  NormaliserParts parts;
  parts.terms = Terms();
  parts.ontologies = {{"organism", {"NCBITaxon"}}, {"imaging_method", {"FBbi"}}};
  parts.mine = FindInTexts;
  parts.mined_fields = {"organism", "imaging_method"};
  return parts;
}

std::vector<std::string> FieldsOf(const Record& record) {
  std::vector<std::string> out;
  for (const Statement& s : std::get<Study>(record).statements) out.push_back(s.field);
  return out;
}

TEST(MiningTest, WhatAStudyLeavesUnsaidIsLookedForInItsTexts) {
  Study study;
  study.title = "mice";
  Statement said;
  said.field = "organism";
  said.value = "human";
  study.statements = {said};
  Record record = study;
  Normaliser normaliser(MiningParts());
  normaliser.Normalise(&record);
  ASSERT_THAT(FieldsOf(record), ::testing::ElementsAre("organism", "mined_imaging_method"));
  const Statement& mined = std::get<Study>(record).statements[1];
  EXPECT_EQ(mined.value, "mice");
  EXPECT_EQ(mined.term, "EX:imaging_method");
  EXPECT_EQ(mined.label, "a label");
  EXPECT_EQ(mined.origin, Origin::kInferred);
  EXPECT_EQ(mined.rule, TermRule::kMined);
  EXPECT_FLOAT_EQ(mined.confidence, 0.96f);
  EXPECT_EQ(mined.evidence, "in the text: \"mice\"");
  EXPECT_TRUE(mined.stated_id.empty());
}

TEST(MiningTest, NormalisingAgainGivesTheSame) {
  Study study;
  study.title = "mice";
  Record record = study;
  Normaliser normaliser(MiningParts());
  normaliser.Normalise(&record);
  const Record once = record;
  normaliser.Normalise(&record);
  EXPECT_EQ(record, once);
  ASSERT_EQ(FieldsOf(record).size(), 2u);
  // Without the rule, nothing of it is left.
  NormaliserParts parts = MiningParts();
  parts.mine = nullptr;
  Normaliser without(std::move(parts));
  without.Normalise(&record);
  EXPECT_THAT(FieldsOf(record), ::testing::IsEmpty());
}

// A curator decides about the texts of one study: the words are its name.
TEST(MiningTest, WhatACuratorRejectedOrNamedHolds) {
  Study study;
  study.source = "src";
  study.accession = "A 1";
  study.title = "mice";
  const std::string name = "sources/src/studies/A%201";
  const auto mined = [&](const testing::FakeMappingLookup& mappings, const Study& of) {
    NormaliserParts parts = MiningParts();
    parts.mappings = std::make_shared<testing::FakeMappingLookup>(mappings);
    Record record = of;
    Normaliser normaliser(std::move(parts));
    normaliser.Normalise(&record);
    std::vector<std::string> out;
    for (const Statement& s : std::get<Study>(record).statements)
      out.push_back(absl::StrCat(s.field, " ", s.term));
    return out;
  };
  testing::FakeMappingLookup rejected;
  rejected.Reject("mined_organism", name, "EX:organism");
  EXPECT_THAT(mined(rejected, study),
              ::testing::ElementsAre("mined_imaging_method EX:imaging_method"));
  Study other = study;
  other.accession = "A 2";
  EXPECT_THAT(mined(rejected, other), ::testing::SizeIs(2));
  testing::FakeMappingLookup another;
  another.Reject("mined_organism", name, "EX:another");
  EXPECT_THAT(mined(another, study), ::testing::SizeIs(2));
  testing::FakeMappingLookup named;
  named.Decide("mined_organism", name, "NCBITaxon:10090");
  named.Decide("mined_imaging_method", name, "");
  EXPECT_THAT(mined(named, study), ::testing::ElementsAre("mined_organism NCBITaxon:10090"));
}

// Such fields are ours: what says that an archive states one is not believed.
TEST(MiningTest, NothingStatesAMinedField) {
  Study study;
  study.title = "texts";
  Statement said;
  said.field = "mined_organism";
  said.value = "mouse";
  study.statements = {said};
  Record record = study;
  Normaliser normaliser(MiningParts());
  normaliser.Normalise(&record);
  EXPECT_THAT(FieldsOf(record), ::testing::IsEmpty());
}

TEST(MiningTest, RowsOfScreensSayItForThemselves) {
  Study study;
  study.title = "mice";
  study.blocks.emplace_back();
  Record record = study;
  Normaliser normaliser(MiningParts());
  normaliser.Normalise(&record);
  EXPECT_THAT(FieldsOf(record), ::testing::IsEmpty());
}

TEST(WitnessTest, IsFoundAtTheBeginningOnly) {
  const std::string witness = ManyIdsWitness(12);
  EXPECT_EQ(WitnessOf(witness), witness);
  EXPECT_EQ(WitnessOf(witness + "; more"), witness);
  EXPECT_EQ(WitnessOf("more; " + witness), "");
  EXPECT_EQ(WitnessOf("12 apples"), "");
  EXPECT_EQ(WitnessOf(""), "");
}

}  // namespace
}  // namespace parfocal
