#include "parfocal/mapping/mapping_store.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/xref_set.h"
#include "sssom_text.h"
#include "support/fake_term_lookup.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::ManualClock;
using testing::StatusIs;
using testing::Table;

CuratorDecision Make(Verdict verdict, const std::string& words, const std::string& term,
                     const std::string& author = "A. Curator") {
  CuratorDecision decision;
  decision.verdict = verdict;
  decision.field = "phenotype";
  decision.words = words;
  decision.term = term;
  decision.author = author;
  return decision;
}

std::string ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}
void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string Exported(const MappingSnapshot& snapshot, bool requests = false) {
  std::string text;
  WriteSssom(snapshot.DecisionSet(requests),
             [&](absl::string_view piece) { text.append(piece.data(), piece.size()); });
  return text;
}

// The decisions of a listing, in one line each.
std::vector<std::string> Listed(const MappingSnapshot& snapshot, const MappingQuery& query = {}) {
  std::vector<std::string> out;
  snapshot.List(query, [&](const MappingEntry& entry) {
    if (entry.decision == nullptr) {
      out.push_back(absl::StrCat(entry.set->name, " ", entry.row));
    } else {
      const CuratorDecision& d = *entry.decision;
      out.push_back(absl::StrCat(d.number, " ", static_cast<int>(d.verdict), " ", d.words, " ",
                                 d.term, entry.holds ? "" : " (was)"));
    }
    return true;
  });
  return out;
}

class MappingStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<MappingStore> Open(MappingUse use = {}) { return Open(dir_ / "store", use); }
  std::unique_ptr<MappingStore> Open(const std::string& folder, MappingUse use = {}) {
    warnings_.clear();
    auto store = MappingStore::Open(folder, std::move(use), &clock_, &warnings_);
    EXPECT_THAT(store, IsOk());
    return store.ok() ? *std::move(store) : nullptr;
  }
  const testing::TempDir dir_;
  ManualClock clock_;
  std::vector<std::string> warnings_;
};

TEST_F(MappingStoreTest, DecisionsAreThereAfterAReopeningWithTheirHistory) {
  {
    auto store = Open();
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big\tcells\\", "CMPO:0000001")), IsOk());
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "Big Cells\\", "CMPO:0000002", "B. Other")),
                IsOk());
    ASSERT_THAT(store->Decide(Make(Verdict::kNoTerm, "odd", "")), IsOk());
    ASSERT_THAT(store->Decide(Make(Verdict::kRejected, "odd", "CMPO:0000003")), IsOk());
  }
  const auto store = Open();
  const auto now = store->Current();
  EXPECT_EQ(now->Decision("phenotype", "big cells\\")->term, "CMPO:0000002");
  EXPECT_EQ(now->Decision("phenotype", "ODD")->term, "");
  EXPECT_TRUE(now->Rejected("phenotype", "odd", "CMPO:0000003"));
  EXPECT_THAT(Listed(*now),
              ElementsAre("2 0 Big Cells\\ CMPO:0000002", "3 2 odd ", "4 1 odd CMPO:0000003"));
  EXPECT_THAT(Listed(*now, {.history = true}),
              ElementsAre("1 0 big\tcells\\ CMPO:0000001 (was)", "2 0 Big Cells\\ CMPO:0000002",
                          "3 2 odd ", "4 1 odd CMPO:0000003"));
}

TEST_F(MappingStoreTest, ASnapshotThatWasHandedOutStaysAsItIs) {
  auto store = Open();
  const auto before = store->Current();
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big", "CMPO:0000001")), IsOk());
  EXPECT_FALSE(before->Decision("phenotype", "big").has_value());
  EXPECT_TRUE(store->Current()->Decision("phenotype", "big").has_value());
  EXPECT_NE(store->Current()->release(), before->release());
}

TEST_F(MappingStoreTest, RefusesDecisionsThatSayTooLittleOrTooMuch) {
  auto store = Open();
  const auto refused = [&](CuratorDecision decision) {
    const auto outcome = store->Decide(std::move(decision));
    return outcome.ok() ? "taken" : FieldOf(outcome.status());
  };
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "CMPO:0000001", "")), "author");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "CMPO:0000001", "ada@mail.example.org")),
            "author");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "CMPO:0000001", "Ada <ada@x.example>")),
            "author");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, " \t", "CMPO:0000001")), "words");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "")), "term");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "big thing")), "term");
  EXPECT_EQ(refused(Make(Verdict::kNoTerm, "big", "CMPO:0000001")), "term");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, std::string(kMaxDecisionWords, 'a'), "CMPO:0000001")),
            "taken");
  EXPECT_EQ(
      refused(Make(Verdict::kAccepted, std::string(kMaxDecisionWords + 1, 'a'), "CMPO:0000001")),
      "words");
  EXPECT_EQ(refused(Make(Verdict::kAccepted, "big", "CMPO:0000001", "A. B. @ the lab")), "taken");
}

TEST_F(MappingStoreTest, AnExportGivesTheSameStateInAnotherStore) {
  auto store = Open();
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big", "CMPO:0000001")), IsOk());
  clock_.Advance(absl::Seconds(1));
  ASSERT_THAT(store->Decide(Make(Verdict::kRejected, "big", "CMPO:0000001")), IsOk());
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "\"quoted\" words", "EFO:0000002")), IsOk());
  ASSERT_THAT(store->Decide(Make(Verdict::kNoTerm, "odd", "", "orcid:0000-0001")), IsOk());
  const std::string text = Exported(*store->Current());
  EXPECT_THAT(text, HasSubstr("  EFO: http://www.ebi.ac.uk/efo/EFO_\n"));
  EXPECT_THAT(text, HasSubstr("sssom:NoTermFound"));
  EXPECT_THAT(text, HasSubstr("\tNot\t"));
  EXPECT_THAT(text, HasSubstr("semapv:ManualMappingCuration"));
  auto other = Open(dir_ / "other");
  const auto report = other->Import(text, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->set, "curator");
  EXPECT_EQ(report->decisions, 3);
  EXPECT_EQ(Exported(*other->Current()), text);
  // Once more changes nothing.
  const auto again = other->Import(text, {});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->rows.accepted, 3);
  EXPECT_EQ(again->decisions, 0);
  EXPECT_FALSE(again->changed);
  const std::string requests = Exported(*store->Current(), /*requests=*/true);
  EXPECT_THAT(requests, HasSubstr("odd\tphenotype"));
  EXPECT_THAT(requests, ::testing::Not(HasSubstr("quoted")));
}

TEST_F(MappingStoreTest, AnImportUndoesNoLaterDecisionAndSaysSo) {
  auto store = Open();
  const std::string old = Table(
      "subject_label|subject_category|predicate_id|object_id|author_label|mapping_date\n"
      "big|phenotype|skos:exactMatch|CMPO:0000001|A|2001-02-03\n"
      "small|phenotype|skos:exactMatch|CMPO:0000002|A|2001-02-03\n"
      "odd|phenotype|skos:exactMatch|CMPO:0000002||2001-02-03\n"
      "odd|phenotype|skos:broadMatch|CMPO:0000002|A|2001-02-03\n"
      "odd|phenotype|skos:exactMatch|CMPO:0000002|A|3 May\n");
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big", "CMPO:0000009")), IsOk());
  MappingImport options;
  options.id = std::string(kCuratorSet);
  const auto report = store->Import(old, options);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->rows.rows, 5);
  EXPECT_EQ(report->rows.accepted, 1);
  std::vector<std::string> errors;
  for (const MappingRowError& error : report->rows.errors)
    errors.push_back(absl::StrCat(error.line, ": ", error.reason));
  EXPECT_THAT(errors,
              ElementsAre("2: decision 1 of A. Curator is newer", HasSubstr("4: author"),
                          HasSubstr("5: skos:broadMatch"), HasSubstr("6: mapping_date '3 May'")));
  EXPECT_EQ(store->Current()->Decision("phenotype", "big")->term, "CMPO:0000009");
  EXPECT_EQ(store->Current()->Decision("phenotype", "small")->term, "CMPO:0000002");
}

TEST_F(MappingStoreTest, ACutFrameAtTheEndIsDroppedAndKeptBeside) {
  {
    auto store = Open();
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "one", "CMPO:0000001")), IsOk());
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "two", "CMPO:0000002")), IsOk());
  }
  const std::string path = dir_ / "store/decisions.log";
  const std::string whole = ReadText(path);
  const size_t second = whole.rfind("\n@") + 1;
  for (size_t size = second + 1; size < whole.size(); ++size) {
    WriteText(path, whole.substr(0, size));
    const auto store = Open();
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->Current()->Decision("phenotype", "one").has_value());
    EXPECT_FALSE(store->Current()->Decision("phenotype", "two").has_value());
    EXPECT_EQ(ReadText(path), whole.substr(0, second));
    EXPECT_EQ(ReadText(path + ".cut"), whole.substr(second, size - second));
  }
}

TEST_F(MappingStoreTest, DamageWithDecisionsBehindItIsNeverPassedOver) {
  {
    auto store = Open();
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "one", "CMPO:0000001")), IsOk());
    ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "two", "CMPO:0000002")), IsOk());
  }
  const std::string path = dir_ / "store/decisions.log";
  std::string damaged = ReadText(path);
  damaged[damaged.find("one")] = 'X';
  WriteText(path, damaged);
  const auto store = MappingStore::Open(dir_ / "store", {}, &clock_, &warnings_);
  EXPECT_THAT(store, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("decisions.log: damaged at byte"));
  EXPECT_EQ(ReadText(path), damaged);
  WriteText(path, "something else\n");
  EXPECT_THAT(MappingStore::Open(dir_ / "store", {}, &clock_, &warnings_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(MappingStoreTest, FilesThatDidNotChangeAreNotReadAgain) {
  const std::string folder = dir_ / "sets";
  std::filesystem::create_directories(folder + "/gold");
  const std::string header = "subject_id\tpredicate_id\tobject_id\n";
  WriteText(folder + "/a.sssom.tsv",
            "#mapping_set_id: A\n" + header + "MP:0000001\tskos:exactMatch\tHP:0000001\n");
  WriteText(folder + "/b.tsv", "x\ty\n1\t2\n");
  WriteText(folder + "/gold/c.tsv", header);
  WriteText(folder + "/README.md", "text");
  auto store = Open();
  auto reports = store->Load({folder});
  ASSERT_THAT(reports, IsOk());
  ASSERT_EQ(reports->size(), 2u);
  EXPECT_EQ((*reports)[0].set, "A");
  EXPECT_FALSE((*reports)[0].reused);
  EXPECT_THAT((*reports)[1].error, HasSubstr("no SSSOM header"));
  const std::string release = store->Current()->release();
  store.reset();
  store = Open();
  EXPECT_EQ(store->Current()->release(), release);
  EXPECT_EQ(store->Current()->Bridges("MP:0000001").size(), 1u);
  reports = store->Load({folder});
  ASSERT_THAT(reports, IsOk());
  EXPECT_TRUE((*reports)[0].reused);
  EXPECT_EQ(store->Current()->release(), release);
  WriteText(folder + "/a.yml", "license: x\n");
  reports = store->Load({folder});
  ASSERT_THAT(reports, IsOk());
  EXPECT_FALSE((*reports)[0].reused);
  EXPECT_THAT(store->Load({dir_ / "nowhere"}), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(MappingStoreTest, ConfiguredSetsThatAreGoneGoAndImportedOnesStayAndWin) {
  const std::string row = "subject_id\tpredicate_id\tobject_id\nMP:0000001\tskos:exactMatch\t";
  WriteText(dir_ / "a.tsv", "#mapping_set_id: A\n" + row + "HP:0000001\n");
  WriteText(dir_ / "b.tsv", "#mapping_set_id: B\n" + row + "HP:0000002\n");
  WriteText(dir_ / "b2.tsv", "#mapping_set_id: B\n" + row + "HP:0000003\n");
  auto store = Open();
  ASSERT_THAT(store->Load({dir_ / "a.tsv", dir_ / "b.tsv", dir_ / "b2.tsv"}), IsOk());
  const auto names = [&] {
    std::vector<std::string> out;
    for (const NamedSet& set : store->Current()->sets()) out.push_back(set.name);
    return out;
  };
  EXPECT_THAT(names(), ElementsAre("A", "B#b", "B#b2"));
  const auto report = store->Import("#mapping_set_id: A\n" + row + "HP:0000009\n", {});
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->changed);
  EXPECT_FALSE(report->used);
  EXPECT_EQ(store->Current()->FindSet("A")->object(0), "HP:0000009");
  EXPECT_THAT(names(), ElementsAre("A", "B#b", "B#b2"));
  ASSERT_THAT(store->Load({dir_ / "b.tsv"}), IsOk());
  EXPECT_THAT(names(), ElementsAre("A", "B"));
  store.reset();
  store = Open();
  EXPECT_THAT(names(), ElementsAre("A", "B"));
}

TEST_F(MappingStoreTest, GenesOfEveryDatabaseCanBeDecidedAndCarried) {
  auto store = Open();
  const char* const genes[] = {"HGNC:2",
                               "MGI:104510",
                               "FlyBase:FBgn0000001",
                               "SGD:S000000001",
                               "PomBase:SPAC1.01c",
                               "WormBase:WBGene00000001",
                               "NCBIGene:100506742"};
  for (const char* gene : genes) {
    CuratorDecision decision = Make(Verdict::kAccepted, gene, gene);
    decision.field = GeneDecisionField("NCBITaxon:9606");
    EXPECT_THAT(store->Decide(decision), IsOk()) << gene;
    decision.field = "phenotype";
    decision.term = "SPAC1.01c";
    EXPECT_FALSE(CheckDecision(decision).ok());
  }
  auto other = Open(dir_ / "other");
  ASSERT_THAT(other->Import(Exported(*store->Current()), {}), IsOk());
  for (const char* gene : genes) {
    const auto decided = other->Current()->Decision("gene@NCBITaxon:9606", gene);
    ASSERT_TRUE(decided.has_value()) << gene;
    EXPECT_EQ(decided->term, gene);
  }
  EXPECT_EQ(other->Current()->normalisation_release(), store->Current()->normalisation_release());
}

TEST_F(MappingStoreTest, ACopyHasWhatPeopleGaveAndNothingElse) {
  const std::string row = "subject_id\tpredicate_id\tobject_id\nMP:0000001\tskos:exactMatch\t";
  WriteText(dir_ / "a.tsv", "#mapping_set_id: A\n" + row + "HP:0000001\n");
  auto store = Open();
  ASSERT_THAT(store->Load({dir_ / "a.tsv"}), IsOk());
  ASSERT_THAT(store->Import("#mapping_set_id: B\n" + row + "HP:0000002\n", {}), IsOk());
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big", "CMPO:0000001")), IsOk());
  ASSERT_THAT(store->Decide(Make(Verdict::kNoTerm, "odd", "")), IsOk());
  ASSERT_THAT(store->CopyTo(dir_ / "copy"), IsOk());
  ASSERT_THAT(store->Decide(Make(Verdict::kRejected, "big", "CMPO:0000001")), IsOk());
  auto copy = Open(dir_ / "copy");
  EXPECT_TRUE(warnings_.empty());
  ASSERT_EQ(copy->Current()->sets().size(), 1u);
  EXPECT_EQ(copy->Current()->sets()[0].name, "B");
  EXPECT_THAT(Listed(*copy->Current(), {"", "", std::string(kCuratorSet), true}),
              ElementsAre("1 0 big CMPO:0000001", "2 2 odd "));
  WriteText(dir_ / "file", "");
  EXPECT_THAT(store->CopyTo(dir_ / "file"), StatusIs(absl::StatusCode::kUnavailable));
}

// By this name a node knows whether its records must be normalised anew.
TEST_F(MappingStoreTest, TheNormalisationReleaseNamesWhatDecidesWordsAndNothingElse) {
  MappingUse use;
  use.words["words"] = SetUse();
  clock_.Advance(absl::Nanoseconds(1234));  // Finer than what is kept.
  auto store = Open(use);
  const auto release = [&] { return store->Current()->normalisation_release(); };
  std::vector<std::string> releases = {release()};
  const auto changes = [&](bool wanted, const char* what) {
    EXPECT_EQ(release() != releases.back(), wanted) << what;
    releases.push_back(release());
    const std::string whole = store->Current()->release();
    store = Open(use);
    EXPECT_EQ(release(), releases.back()) << "a reopening behind: " << what;
    EXPECT_EQ(store->Current()->release(), whole) << "a reopening behind: " << what;
  };
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "big", "CMPO:0000001")), IsOk());
  changes(true, "a decision");
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "Big", "CMPO:0000001", "B. Other")), IsOk());
  changes(false, "somebody agrees");
  ASSERT_THAT(store->Decide(Make(Verdict::kRejected, "big", "CMPO:0000002")), IsOk());
  changes(true, "a refusal");
  const std::string undated = Table(
      "subject_label|subject_category|predicate_id|object_id|author_label\n"
      "odd|phenotype|skos:exactMatch|CMPO:0000003|A\n");
  MappingImport decisions;
  decisions.id = std::string(kCuratorSet);
  ASSERT_THAT(store->Import(undated, decisions), IsOk());
  changes(true, "an imported decision");
  const std::string head = "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\n";
  const std::string row = "MP:0000001\tskos:exactMatch\t\tHP:0000001\n";
  MappingImport set;
  set.id = "bridges";
  auto report = store->Import(head + row, set);
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->changed);
  EXPECT_FALSE(report->used);
  changes(false, "a set of bridges");
  report = store->Import(head + row + "MESH:D1\tskos:exactMatch\tNot\tCL:0000001\n", set);
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->used);
  changes(true, "what a set of bridges denies holds for all sets");
  set.id = "words";
  report = store->Import(head + row, set);
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->used);
  changes(true, "a set that is used");
  ASSERT_THAT(store->Decide(Make(Verdict::kRejected, "odd", "CMPO:0000003")), IsOk());
  changes(true, "an acceptance that ends");
  ASSERT_THAT(store->Decide(Make(Verdict::kAccepted, "odd", "CMPO:0000003")), IsOk());
  changes(true, "and holds again");
  EXPECT_EQ(releases.back(), releases[releases.size() - 3]) << "what holds is what held before";
}

TEST_F(MappingStoreTest, AStoredSetThatIsDamagedIsSaidAndReadAgain) {
  WriteText(dir_ / "a.tsv",
            "#mapping_set_id: A\nsubject_id\tpredicate_id\tobject_id\n"
            "MP:0000001\tskos:exactMatch\tHP:0000001\n");
  ASSERT_THAT(Open()->Load({dir_ / "a.tsv"}), IsOk());
  for (const auto& entry : std::filesystem::directory_iterator(dir_ / "store/sets")) {
    std::string text = ReadText(entry.path().string());
    text.back() = static_cast<char>(text.back() ^ 1);
    WriteText(entry.path().string(), text);
  }
  auto store = Open();
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], HasSubstr("checksum"));
  EXPECT_TRUE(store->Current()->sets().empty());
  const auto reports = store->Load({dir_ / "a.tsv"});
  ASSERT_THAT(reports, IsOk());
  EXPECT_FALSE((*reports)[0].reused);
  EXPECT_EQ(store->Current()->sets().size(), 1u);
}

TEST_F(MappingStoreTest, UseIsDataAndItsMistakesNameTheLine) {
  const auto use = MappingUse::Parse(
      "words:\n  - set: A\n    predicates: [skos:closeMatch]\n    min_confidence: 0.5\n"
      "categories:\n  organism part: [anatomy]\nbridge_only: [MP]\nxrefs:\n  CMPO: [FYPO]\n",
      "use.yaml");
  ASSERT_THAT(use, IsOk());
  EXPECT_EQ(use->words.at("A").relations.count(MappingRelation::kClose), 1u);
  EXPECT_EQ(use->categories.at("organism part").front(), "anatomy");
  constexpr struct {
    const char* yaml;
    const char* says;
  } kBad[] = {
      {"sets: []\n", "u:1: unknown key 'sets'"},
      {"words:\n  - predicates: []\n", "u:2: expected `set: ID`"},
      {"words:\n  - set: A\n    predicates: [rdfs:label]\n", "u:3: expected a mapping predicate"},
      {"words:\n  - set: A\n    min_confidence: much\n", "u:3: min_confidence"},
      {"categories: [a]\n", "u:1: expected `name: [..]`"},
      {"words: [\n", "u:"},
  };
  for (const auto& row : kBad) {
    const auto bad = MappingUse::Parse(row.yaml, "u");
    EXPECT_THAT(bad, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(bad.status().message()), HasSubstr(row.says));
  }
  EXPECT_EQ(FoldedCategory("organismPart"), "organism part");
  EXPECT_EQ(FoldedCategory("Cell_Type"), "cell type");
}

TEST_F(MappingStoreTest, TheUseThatIsDeliveredIsReadable) {
  EXPECT_THAT(
      MappingUse::Read(std::string(PARFOCAL_SOURCE_DIR) + "/deploy/vocabulary/mapping-sets.yaml"),
      IsOk());
}

TEST_F(MappingStoreTest, CrossReferencesAreBridges) {
  testing::FakeTermLookup terms;
  Term term;
  term.id = "CMPO:0000001";
  term.ontology = "CMPO";
  term.label = "large cell";
  term.xrefs = {"FYPO:0000002", "PomBase:x", "GO:0000003"};
  terms.Add(term);
  auto store = Open();
  store->SetDerived({XrefSet(terms, "CMPO", {"FYPO"})});
  const auto bridges = store->Current()->Bridges("FYPO:0000002");
  ASSERT_EQ(bridges.size(), 1u);
  EXPECT_EQ(bridges[0].term, "CMPO:0000001");
  EXPECT_EQ(bridges[0].label, "large cell");
  EXPECT_EQ(bridges[0].kind, BridgeKind::kRelated);
  EXPECT_TRUE(store->Current()->Bridges("GO:0000003").empty());
}

}  // namespace
}  // namespace parfocal
