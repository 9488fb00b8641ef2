#include "parfocal/terms/term_store.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/terms/inherited_relation.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TempDir;

class TermStoreTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(dir_ / "in");
    std::ofstream(dir_ / ("in/" + name)) << text;
  }
  std::string In(const std::string& name) { return dir_ / ("in/" + name); }
  void Open() {
    store_.reset();
    auto store = TermStore::Open(dir_ / "store");
    ASSERT_THAT(store, IsOk());
    store_ = *std::move(store);
  }
  absl::StatusOr<LoadReport> Load(std::vector<std::string> names) {
    if (store_ == nullptr) Open();
    LoadRequest request;
    for (const std::string& name : names) request.paths.push_back(In(name));
    request.tables = &tables_;
    return store_->Load(request);
  }
  std::shared_ptr<const TermLookup> Terms() { return store_->Current(); }

  TempDir dir_;
  std::unique_ptr<TermStore> store_;
  TableLayouts tables_;
};

std::string Stanza(const std::string& id, const std::string& name, const std::string& rest = "") {
  return absl::StrCat("\n[Term]\nid: ", id, "\nname: ", name, "\n", rest);
}
std::string IsA(const std::string& id) { return absl::StrCat("is_a: ", id, "\n"); }

constexpr char kHead[] = "format-version: 1.2\n";

std::vector<std::string> Ids(const std::vector<TermMatch>& matches) {
  std::vector<std::string> out;
  for (const TermMatch& match : matches) out.push_back(match.id);
  return out;
}

TEST_F(TermStoreTest, KnowsNothingBeforeTheFirstLoad) {
  Open();
  EXPECT_EQ(Terms()->release(), "");
  EXPECT_FALSE(Terms()->Find("EX:0000001").has_value());
  EXPECT_THAT(Terms()->Ancestors("EX:0000001"), ElementsAre("EX:0000001"));
  EXPECT_THAT(Terms()->Descendants("EX:0000001", 5), ElementsAre("EX:0000001"));
  EXPECT_THAT(Terms()->Exact("x", {}), IsEmpty());
  EXPECT_THAT(Terms()->Suggest("x", {}, 5), IsEmpty());
}

TEST_F(TermStoreTest, AnswersFromOneFile) {
  Write("a.obo",
        kHead + Stanza("EX:0000001", "root", "alt_id: EX:0000009\n") +
            Stanza("EX:0000002", "child",
                   "def: \"A child.\" []\nsynonym: \"kid\" EXACT []\nsynonym: \"KD\" EXACT "
                   "ABBREVIATION []\n"
                   "xref: OTHER:1\nis_a: EX:1\nrelationship: part_of EX:0000003\n") +
            Stanza("EX:0000003", "whole", IsA("EX:0000001")) +
            Stanza("EX:0000004", "obsolete thing", "is_obsolete: true\nreplaced_by: EX:0000005\n") +
            Stanza("EX:0000005", "obsolete too", "is_obsolete: true\nreplaced_by: EX:0000003\n"));
  auto report = Load({"a.obo"});
  ASSERT_THAT(report, IsOk());
  std::optional<Term> term = Terms()->Find("EX:0000002");
  ASSERT_TRUE(term.has_value());
  EXPECT_EQ(term->ontology, "EX");
  EXPECT_EQ(term->label, "child");
  EXPECT_EQ(term->definition, "A child.");
  EXPECT_THAT(term->xrefs, ElementsAre("OTHER:1"));
  EXPECT_THAT(term->parents, ElementsAre("EX:0000001", "EX:0000003"));  // "EX:1" is the same id.
  EXPECT_THAT(term->synonyms, SizeIs(2));
  EXPECT_FALSE(term->obsolete);
  EXPECT_EQ(Terms()->LabelOf("EX:0000003"), "whole");
  EXPECT_THAT(Terms()->Ancestors("EX:0000002"),
              ElementsAre("EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(Terms()->Descendants("EX:0000001", 9),
              ElementsAre("EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(Terms()->Descendants("EX:0000001", 2), SizeIs(2));
  // Chains end at a live term; a merged id is an obsolete one.
  EXPECT_EQ(Terms()->Find("EX:0000004")->replaced_by, "EX:0000003");
  EXPECT_EQ(Terms()->Find("EX:0000009")->replaced_by, "EX:0000001");
  EXPECT_TRUE(Terms()->Find("EX:0000009")->obsolete);
  EXPECT_EQ(report->terms, 6);
  EXPECT_EQ(report->obsolete, 3);
  EXPECT_EQ(report->replaced, 3);
  EXPECT_EQ(report->edges, 3);
}

TEST_F(TermStoreTest, ExactLooksAtLabelsThenSynonymsOfLiveTerms) {
  Write("a.obo",
        kHead + Stanza("EX:0000001", "Fast Thing") +
            Stanza("EX:0000002", "second",
                   "synonym: \"fast thing\" EXACT []\nsynonym: \"quick one\" EXACT []\n") +
            Stanza("EXB:0000001", "fast  thing", "synonym: \"quick one\" BROAD []\n") +
            Stanza("EX:0000003", "gone", "is_obsolete: true\n") +
            Stanza("EX:0000004", "abbreviated", "synonym: \"ABC\" EXACT ABBREVIATION []\n") +
            Stanza("EX:0000005", "\xc3\x89toile"));
  ASSERT_THAT(Load({"a.obo"}), IsOk());
  EXPECT_THAT(Ids(Terms()->Exact(" FAST\t thing ", {})), ElementsAre("EX:0000001", "EXB:0000001"));
  EXPECT_THAT(Ids(Terms()->Exact("fast thing", {"EXB", "EX"})),
              ElementsAre("EXB:0000001", "EX:0000001"));
  EXPECT_THAT(Ids(Terms()->Exact("fast thing", {"QQQ"})), IsEmpty());
  const std::vector<TermMatch> quick = Terms()->Exact("Quick one", {});
  ASSERT_THAT(Ids(quick), ElementsAre("EX:0000002"));
  EXPECT_TRUE(quick[0].by_synonym);
  EXPECT_EQ(quick[0].label, "second");
  EXPECT_THAT(Terms()->Exact("gone", {}), IsEmpty());
  EXPECT_THAT(Terms()->Exact("ABC", {}), IsEmpty());
  EXPECT_THAT(Terms()->Exact("", {}), IsEmpty());
  EXPECT_THAT(Terms()->Exact("fast-thing", {}), IsEmpty());
  EXPECT_THAT(Ids(Terms()->Exact("\xc3\xa9TOILE", {})), ElementsAre("EX:0000005"));
}

TEST_F(TermStoreTest, SuggestsByTheBeginningsOfWords) {
  Write(
      "a.obo",
      kHead + Stanza("EX:0000001", "light microscopy") +
          Stanza("EX:0000002", "light sheet microscopy", "synonym: \"SPIM imaging\" RELATED []\n") +
          Stanza("EX:0000003", "electron microscopy", "synonym: \"light free\" EXACT []\n") +
          Stanza("EXB:0000001", "lighthouse") +
          Stanza("EX:0000004", "light gone", "is_obsolete: true\n"));
  ASSERT_THAT(Load({"a.obo"}), IsOk());
  // Labels first, shorter first; then synonyms.
  EXPECT_THAT(Ids(Terms()->Suggest("LIGH", {}, 9)),
              ElementsAre("EXB:0000001", "EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(Ids(Terms()->Suggest("ligh", {}, 2)), ElementsAre("EXB:0000001", "EX:0000001"));
  EXPECT_THAT(Ids(Terms()->Suggest("ligh", {"EX"}, 9)),
              ElementsAre("EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(Ids(Terms()->Suggest("light mic", {}, 9)),
              ElementsAre("EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(Ids(Terms()->Suggest("light she", {}, 9)), ElementsAre("EX:0000002"));
  const auto spim = Terms()->Suggest("spi", {}, 9);
  ASSERT_THAT(spim, SizeIs(1));
  EXPECT_TRUE(spim[0].by_synonym);
  EXPECT_THAT(Terms()->Suggest("ight", {}, 9), IsEmpty());
  EXPECT_THAT(Terms()->Suggest(" ", {}, 9), IsEmpty());
}

TEST_F(TermStoreTest, FilesMergeAndTheNewerOneDecides) {
  Write("old.obo",
        absl::StrCat(kHead, "data-version: 2001-01-01\n", Stanza("EX:0000001", "old root"),
                     Stanza("EX:0000002", "old two", IsA("EX:0000001")),
                     Stanza("EX:0000003", "three", IsA("EX:0000001")),
                     Stanza("EX:0000004", "four", "is_obsolete: true\n")));
  Write("new.obo",
        absl::StrCat(
            kHead, "data-version: releases/2002-01-01\n", Stanza("EX:0000001", "new root"),
            Stanza("EX:0000002", "new two", "synonym: \"zwei\" EXACT []\n" + IsA("EX:0000005")),
            Stanza("EX:0000003", "obsolete three", "is_obsolete: true\nreplaced_by: EX:0000002\n"),
            Stanza("EX:0000004", "four again")));
  // The order of loading does not matter where dates speak.
  ASSERT_THAT(Load({"new.obo", "old.obo"}), IsOk());
  EXPECT_EQ(Terms()->LabelOf("EX:0000001"), "new root");
  EXPECT_THAT(Terms()->Find("EX:0000002")->parents, ElementsAre("EX:0000001", "EX:0000005"));
  EXPECT_TRUE(Terms()->Find("EX:0000003")->obsolete);
  EXPECT_THAT(Terms()->Find("EX:0000003")->parents, IsEmpty());
  EXPECT_FALSE(Terms()->Find("EX:0000004")->obsolete);
  // Only a parent: in the closure, but not described.
  EXPECT_FALSE(Terms()->Find("EX:0000005").has_value());
  EXPECT_THAT(Terms()->Ancestors("EX:0000002"),
              ElementsAre("EX:0000001", "EX:0000002", "EX:0000005"));
  EXPECT_EQ(store_->Report().mentioned, 1);
}

TEST_F(TermStoreTest, OneOntologyInTwoFormatsMeets) {
  Write("a.obo", kHead + Stanza("QQQ:0000001", "one"));
  Write("b.ttl",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<http://purl.obolibrary.org/obo/QQQ_0000002> a owl:Class ; rdfs:label \"two\" ;\n"
        "  rdfs:subClassOf <http://purl.obolibrary.org/obo/QQQ_0000001> .\n"
        "<http://example.com/thing> a owl:Class ; rdfs:label \"iri\" .\n");
  ASSERT_THAT(Load({"a.obo", "b.ttl"}), IsOk());
  EXPECT_THAT(Terms()->Ancestors("QQQ:0000002"), ElementsAre("QQQ:0000001", "QQQ:0000002"));
  EXPECT_EQ(Terms()->LabelOf("http://example.com/thing"), "iri");
}

TEST_F(TermStoreTest, ARestartParsesNothing) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one"));
  Write("b.obo", kHead + Stanza("EX:0000002", "two", IsA("EX:0000001")));
  ASSERT_THAT(Load({"a.obo", "b.obo"}), IsOk());
  const std::string release = Terms()->release();
  EXPECT_THAT(release, SizeIs(16));
  std::filesystem::remove(In("b.obo"));  // Not needed any more.
  Open();
  EXPECT_EQ(Terms()->release(), release);
  EXPECT_EQ(Terms()->LabelOf("EX:0000002"), "two");
  EXPECT_EQ(store_->Report().terms, 2);
  ASSERT_THAT(store_->Report().files, SizeIs(2));
  EXPECT_EQ(store_->Report().files[0].report.classes, 1);

  // Touched, but the same.
  std::filesystem::last_write_time(
      In("a.obo"), std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  auto report = Load({"a.obo"});
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->files[0].reused);
  EXPECT_EQ(report->release, release);
}

TEST_F(TermStoreTest, ASecondLoadReplacesByNameAndOldLookupsStay) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one", "def: \"First.\" []\n"));
  Write("b.obo", kHead + Stanza("EX:0000002", "two"));
  ASSERT_THAT(Load({"a.obo", "b.obo"}), IsOk());
  auto old = Terms();
  Write("a.obo", kHead + Stanza("EX:0000003", "three and more"));
  auto report = Load({"a.obo"});
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->files[0].reused);
  EXPECT_NE(Terms()->release(), old->release());
  EXPECT_FALSE(Terms()->Find("EX:0000001").has_value());
  EXPECT_EQ(Terms()->LabelOf("EX:0000002"), "two");
  EXPECT_EQ(Terms()->LabelOf("EX:0000003"), "three and more");
  // The old release is whole, although its parts were deleted.
  EXPECT_EQ(old->Find("EX:0000001")->definition, "First.");

  LoadRequest only;
  only.paths = {In("a.obo")};
  only.only_these = true;
  ASSERT_THAT(store_->Load(only), IsOk());
  EXPECT_FALSE(Terms()->Find("EX:0000002").has_value());
}

// The release that records are shown with outlasts a restart, until it is forgotten; also when a
// third one comes before the second was shown.
TEST_F(TermStoreTest, KeepsTheLastReleaseOverRestartsUntilItIsForgotten) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one", "def: \"First.\" []\n"));
  Open();
  LoadRequest request;
  request.paths = {In("a.obo")};
  request.keep_last = true;
  ASSERT_THAT(store_->Load(request), IsOk());
  EXPECT_EQ(store_->Kept(), nullptr);  // There was none before.
  const std::string first = Terms()->release();
  Write("a.obo", kHead + Stanza("EX:0000001", "one anew"));
  ASSERT_THAT(store_->Load(request), IsOk());
  ASSERT_THAT(store_->Load(request), IsOk());  // The same again.
  ASSERT_NE(store_->Kept(), nullptr);
  EXPECT_EQ(store_->Kept()->release(), first);
  Open();
  EXPECT_EQ(Terms()->LabelOf("EX:0000001"), "one anew");
  ASSERT_NE(store_->Kept(), nullptr);
  EXPECT_EQ(store_->Kept()->release(), first);
  EXPECT_EQ(store_->Kept()->Find("EX:0000001")->definition, "First.");
  Write("a.obo", kHead + Stanza("EX:0000001", "a third"));
  ASSERT_THAT(store_->Load(request), IsOk());
  EXPECT_EQ(store_->Kept()->release(), first);
  auto kept = store_->Kept();
  ASSERT_THAT(store_->Forget(), IsOk());
  EXPECT_EQ(store_->Kept(), nullptr);
  EXPECT_EQ(kept->Find("EX:0000001")->definition, "First.");
  kept.reset();  // It keeps the folder open.
  Open();
  EXPECT_EQ(store_->Kept(), nullptr);
  EXPECT_EQ(Terms()->LabelOf("EX:0000001"), "a third");
}

TEST_F(TermStoreTest, EqualContentHasAnEqualRelease) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one"));
  ASSERT_THAT(Load({"a.obo"}), IsOk());
  auto other = TermStore::Open(dir_ / "other");
  ASSERT_THAT(other, IsOk());
  LoadRequest request;
  request.paths = {In("a.obo")};
  ASSERT_THAT((*other)->Load(request), IsOk());
  EXPECT_EQ((*other)->Current()->release(), Terms()->release());
  Write("a.obo", kHead + Stanza("EX:0000001", "two"));
  ASSERT_THAT((*other)->Load(request), IsOk());
  EXPECT_NE((*other)->Current()->release(), Terms()->release());
}

TEST_F(TermStoreTest, CyclesCountAsOneTerm) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one", IsA("EX:0000003")) +
                     Stanza("EX:0000002", "two", IsA("EX:0000001")) +
                     Stanza("EX:0000003", "three", IsA("EX:0000002") + IsA("EX:0000004")) +
                     Stanza("EX:0000004", "four", IsA("EX:0000004")) +
                     Stanza("EX:0000005", "five", IsA("EX:0000001")));
  auto report = Load({"a.obo"});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->cycles, 1);
  EXPECT_EQ(report->cycle_terms, 3);
  EXPECT_THAT(report->warnings, ElementsAre(HasSubstr("cycle")));
  for (const char* id : {"EX:0000001", "EX:0000002", "EX:0000003"}) {
    EXPECT_THAT(Terms()->Ancestors(id),
                ElementsAre("EX:0000001", "EX:0000002", "EX:0000003", "EX:0000004"));
    EXPECT_THAT(Terms()->Descendants(id, 100),
                ElementsAre("EX:0000001", "EX:0000002", "EX:0000003", "EX:0000005"));
  }
}

TEST_F(TermStoreTest, ReplacementsThatLoopReplaceNothing) {
  const auto gone = [](const char* by) {
    return absl::StrCat("is_obsolete: true\nreplaced_by: ", by, "\n");
  };
  Write("a.obo", kHead + Stanza("EX:0000001", "self", gone("EX:0000001")) +
                     Stanza("EX:0000002", "there", gone("EX:0000003")) +
                     Stanza("EX:0000003", "and back", gone("EX:0000002")) +
                     Stanza("EX:0000004", "nowhere", gone("EX:0000099")) +
                     Stanza("EX:0000005", "dead end", gone("EX:0000006")) +
                     Stanza("EX:0000006", "end", "is_obsolete: true\n"));
  auto report = Load({"a.obo"});
  ASSERT_THAT(report, IsOk());
  for (int i = 1; i <= 6; ++i) {
    EXPECT_EQ(Terms()->Find(absl::StrFormat("EX:%07d", i))->replaced_by, "");
  }
  EXPECT_EQ(report->broken_chains, 5);
}

// A million levels where the compiler optimises; fewer where it would take a minute.
#ifdef NDEBUG
constexpr int kLevels = 1'000'000;
#else
constexpr int kLevels = 50'000;
#endif

TEST_F(TermStoreTest, AHierarchyMayBeAsDeepAsItIsLarge) {
  {
    std::filesystem::create_directories(dir_ / "in");
    std::ofstream out(In("deep.obo"));
    out << kHead;
    for (int i = 1; i <= kLevels; ++i) {
      out << "[Term]\nid: " << absl::StrFormat("EX:%07d", i) << "\n";
      if (i > 1) out << "is_a: " << absl::StrFormat("EX:%07d", i - 1) << "\n";
    }
  }
  auto report = Load({"deep.obo"});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->cycles, 0);
  EXPECT_THAT(Terms()->Ancestors(absl::StrFormat("EX:%07d", kLevels)), SizeIs(kLevels));
  EXPECT_THAT(Terms()->Descendants("EX:0000001", 2'000'000), SizeIs(kLevels));
}

TEST_F(TermStoreTest, BadEdgesAreLeftOut) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one") +
                     Stanza("EX:0000002", "two", IsA("EX:0000001")) +
                     Stanza("EX:0000003", "three", IsA("EX:0000001") + IsA("EX:0000002")));
  Write("bad-edges.tsv",
        "# a comment\nchild\tparent\treason\n# another\nEX_3\tEX:0000002\tnonsense\n");
  Open();
  LoadRequest request;
  request.paths = {dir_ / "in"};
  auto report = store_->Load(request);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->bad_edges, 1);
  EXPECT_THAT(Terms()->Ancestors("EX:0000003"), ElementsAre("EX:0000001", "EX:0000003"));
  const std::string release = Terms()->release();
  Open();  // The list is part of the release.
  EXPECT_THAT(Terms()->Ancestors("EX:0000003"), ElementsAre("EX:0000001", "EX:0000003"));
  Write("other.tsv", "EX:0000003\tEX:0000001\treason\n");
  request.bad_edges = In("other.tsv");
  ASSERT_THAT(store_->Load(request), IsOk());
  EXPECT_NE(Terms()->release(), release);
  EXPECT_THAT(Terms()->Find("EX:0000003")->parents, ElementsAre("EX:0000002"));
  Write("other.tsv", "child\tparent\nEX:0000003\n");
  EXPECT_THAT(store_->Load(request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("other.tsv:2")));
  request.bad_edges = PARFOCAL_SOURCE_DIR "/deploy/vocabulary/bad-edges.tsv";
  EXPECT_THAT(store_->Load(request), IsOk());
}

TEST_F(TermStoreTest, AFailureLeavesTheLastRelease) {
  Write("a.obo", kHead + Stanza("EX:0000001", "one"));
  ASSERT_THAT(Load({"a.obo"}), IsOk());
  const std::string release = Terms()->release();
  Write("bad.owl", "Prefix(:=<http://example.org/>)\nOntology(<http://example.org/>)\n");
  Write("b.obo", kHead + Stanza("EX:0000002", "two"));
  EXPECT_THAT(Load({"b.obo", "bad.owl"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("OWL functional syntax")));
  EXPECT_THAT(Load({"missing.obo"}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("missing.obo")));
  EXPECT_EQ(Terms()->release(), release);
  EXPECT_FALSE(Terms()->Find("EX:0000002").has_value());
  Open();
  EXPECT_EQ(Terms()->release(), release);
  // In a folder it is passed over, by name and reason.
  LoadRequest request;
  request.paths = {dir_ / "in"};
  std::vector<std::string> seen;
  auto report = store_->Load(request, [&](const std::string& file, size_t done, size_t total) {
    seen.push_back(absl::StrCat(file, " ", done, "/", total));
  });
  ASSERT_THAT(report, IsOk());
  ASSERT_THAT(report->skipped, SizeIs(1));
  EXPECT_EQ(report->skipped[0].name, "bad.owl");
  EXPECT_EQ(Terms()->LabelOf("EX:0000002"), "two");
  EXPECT_THAT(seen, ElementsAre("a.obo 0/3", "b.obo 1/3", "bad.owl 2/3", " 3/3"));
}

TEST_F(TermStoreTest, RelationsAreLookedUpAndInherited) {
  tables_ = TableLayouts::Parse(
                "lines\tid\tid\nlines\tlabel\tlabel\nlines\tparent_label\tclass\n"
                "lines\trelation\tfrom\tpredicate=in_taxon; among=EXB\n"
                "lines\tlabel_begins\tcanine\tpredicate=in_taxon; target=EXB:0000002\n",
                "test")
                .value();
  Write("species.obo", kHead + Stanza("EXB:0000001", "mouse") + Stanza("EXB:0000002", "dog") +
                           Stanza("EXB:0000003", "twin") + Stanza("EXB:0000004", "twin"));
  Write("lines.tsv",
        "id\tlabel\tclass\tfrom\n"
        "EX:0000001\tcell line\t\t\n"
        "EX:0000002\tcanine line\tcell line\t\n"
        "EX:0000003\tkidney line\tcanine line\t\n"
        "EX:0000004\tline of a mouse\tcanine line\tMouse\n"
        "EX:0000005\tline of a twin\tcell line\ttwin\n"
        "EX:0000006\tcaninelike line\tcell line\tunheard of\n");
  ASSERT_THAT(Load({"lines.tsv", "species.obo"}), IsOk());
  EXPECT_THAT(Terms()->Find("EX:0000004")->relations,
              ElementsAre(TermRelation{kInTaxon, "EXB:0000001", "Mouse"}));
  // A label that fits two terms, or none, is kept without a target.
  EXPECT_THAT(Terms()->Find("EX:0000005")->relations,
              ElementsAre(TermRelation{kInTaxon, "", "twin"}));
  EXPECT_THAT(Terms()->Find("EX:0000006")->relations,
              ElementsAre(TermRelation{kInTaxon, "", "unheard of"}));
  EXPECT_THAT(InheritedTargets(*Terms(), "EX:0000003", kInTaxon), ElementsAre("EXB:0000002"));
  // The nearest statement holds.
  EXPECT_THAT(InheritedTargets(*Terms(), "EX:0000004", kInTaxon), ElementsAre("EXB:0000001"));
  EXPECT_THAT(InheritedTargets(*Terms(), "EX:0000001", kInTaxon), IsEmpty());
  EXPECT_THAT(InheritedTargets(*Terms(), "EX:0000099", kInTaxon), IsEmpty());
}

TEST_F(TermStoreTest, AnotherLayoutReadsTheTableAnew) {
  const std::string id = "lines\tid\tid\n";
  tables_ = TableLayouts::Parse(id, "test").value();
  Write("lines.tsv", "id\tname\nEX:0000001\tone\n");
  ASSERT_THAT(Load({"lines.tsv"}), IsOk());
  EXPECT_EQ(Terms()->Find("EX:0000001")->label, "");
  tables_ = TableLayouts::Parse(id + "lines\tlabel\tname\n", "test").value();
  auto report = Load({"lines.tsv"});
  ASSERT_THAT(report, IsOk());
  EXPECT_FALSE(report->files[0].reused);
  EXPECT_EQ(Terms()->Find("EX:0000001")->label, "one");
}

TEST_F(TermStoreTest, ALabelInAnotherLanguageDisplacesNoEnglishOne) {
  Write("old.obo", kHead + Stanza("EX:0000001", "one"));
  Write("new.ttl",
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<http://example.org/o> a owl:Ontology ; owl:versionInfo \"2020-01-01\" .\n"
        "<http://example.org/EX_0000001> a owl:Class ; rdfs:label \"ichi\"@ja .\n"
        "<http://example.org/EX_0000002> a owl:Class ; rdfs:label \"ni\"@ja .\n");
  auto report = Load({"old.obo", "new.ttl"});
  ASSERT_THAT(report, IsOk());
  const std::optional<Term> term = Terms()->Find("EX:0000001");
  EXPECT_EQ(term->label, "one");
  ASSERT_THAT(term->synonyms, SizeIs(1));
  EXPECT_EQ(term->synonyms[0].text, "ichi");
  EXPECT_EQ(term->synonyms[0].language, "ja");
  EXPECT_EQ(Ids(Terms()->Exact("ichi", {})), std::vector<std::string>{"EX:0000001"});
  EXPECT_EQ(Terms()->LabelOf("EX:0000002"), "ni");
}

TEST_F(TermStoreTest, VisitsTheTermsOfOneOntologyOrOfAll) {
  Write("a.obo", kHead + Stanza("EX:0000002", "two", "synonym: \"zwei\" EXACT []\n") +
                     Stanza("EXB:0000001", "other") + Stanza("EX:0000001", "one") +
                     Stanza("EX:0000003", "three", IsA("EX:0000004") + "is_obsolete: true\n"));
  ASSERT_THAT(Load({"a.obo"}), IsOk());
  const auto visited = [&](absl::string_view ontology, size_t at_most) {
    std::vector<std::string> ids;
    Terms()->Visit(ontology, [&](const Term& term) {
      ids.push_back(term.id);
      EXPECT_EQ(term.synonyms.size(), term.id == "EX:0000002" ? 1u : 0u);
      return ids.size() < at_most;
    });
    return ids;
  };
  EXPECT_THAT(visited("EX", 9), ElementsAre("EX:0000001", "EX:0000002", "EX:0000003"));
  EXPECT_THAT(visited("", 9), ElementsAre("EX:0000001", "EX:0000002", "EX:0000003", "EXB:0000001"));
  EXPECT_THAT(visited("EX", 2), ElementsAre("EX:0000001", "EX:0000002"));
  EXPECT_THAT(visited("NONE", 9), IsEmpty());
}

TEST_F(TermStoreTest, CountsByOntologyAndNamesTheFilesOfTheRelease) {
  Write("a.obo", absl::StrCat(kHead, "data-version: 2020-01-01\n", Stanza("EX:0000001", "one"),
                              Stanza("EX:0000002", "two", IsA("EX:0000001")),
                              Stanza("EX:0000003", "gone", "is_obsolete: true\n"),
                              Stanza("EXB:0000001", "alone")));
  Write("b.obo", kHead + Stanza("EXB:0000002", "other") + Stanza("EXB:0000003", ""));
  ASSERT_THAT(Load({"b.obo", "a.obo"}), IsOk());
  for (int round = 0; round < 2; ++round) {
    const LoadReport report = store_->Report();
    ASSERT_THAT(report.ontologies, SizeIs(2));
    EXPECT_EQ(report.ontologies[0].prefix, "EX");
    EXPECT_EQ(report.ontologies[0].terms, 3);
    EXPECT_EQ(report.ontologies[0].obsolete, 1);
    EXPECT_EQ(report.ontologies[0].orphans, 0);
    EXPECT_EQ(report.ontologies[1].prefix, "EXB");
    EXPECT_EQ(report.ontologies[1].terms, 3);
    EXPECT_EQ(report.ontologies[1].labelled, 2);
    EXPECT_EQ(report.ontologies[1].orphans, 3);
    ASSERT_THAT(report.release_files, SizeIs(2));  // From old to new.
    EXPECT_EQ(report.release_files[0].name, "b.obo");
    EXPECT_EQ(report.release_files[0].prefix, "EXB");
    EXPECT_EQ(report.release_files[1].name, "a.obo");
    EXPECT_EQ(report.release_files[1].prefix, "EX");
    EXPECT_EQ(report.release_files[1].terms, 4);
    EXPECT_EQ(report.release_files[1].version, "2020-01-01");
    EXPECT_EQ(report.files[0].report.is_a + report.files[1].report.is_a, 1);
    Open();  // After a restart the same is known.
  }
}

TEST_F(TermStoreTest, ASecondOpenOfTheSameFolderIsRefused) {
  Open();
  EXPECT_THAT(TermStore::Open(dir_ / "store"), StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace parfocal
