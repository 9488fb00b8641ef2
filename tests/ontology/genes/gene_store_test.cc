#include "parfocal/genes/gene_store.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;
using testing::TempDir;

constexpr char kHuman[] = "NCBITaxon:9606";
constexpr char kMouse[] = "NCBITaxon:10090";
constexpr char kFly[] = "NCBITaxon:7227";
constexpr char kNcbi[] =
    "entrez_id\tsymbol\tname\tgene_type\tensembl_gene_ids\tuniprot_ids\taliases\n";
constexpr char kMgi[] = "ID\tsymbol\tsynonyms\tensembl\n";
constexpr char kFlyBase[] = "fbgn_id\tsymbol\tfull_name\taliases\n";

class GeneStoreTest : public ::testing::Test {
 protected:
  GeneStoreTest() : store_(Open()) {}

  std::unique_ptr<GeneStore> Open() const {
    auto store = GeneStore::Open(dir_ / "store", PARFOCAL_SOURCE_DIR "/deploy/vocabulary");
    EXPECT_THAT(store, IsOk());
    return *std::move(store);
  }
  std::string Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(dir_ / "tables");
    std::ofstream(dir_ / ("tables/" + name), std::ios::binary) << text;
    return dir_ / ("tables/" + name);
  }
  absl::StatusOr<GeneLoadReport> Load(std::vector<std::string> paths,
                                      GeneReadLimits limits = {}) const {
    GeneLoadRequest request;
    request.paths = std::move(paths);
    request.limits = limits;
    return store_->Load(request);
  }
  static std::string Hgnc(const std::string& id, const std::string& symbol,
                          const std::string& entrez, const std::string& status = "Approved",
                          const std::string& previous = "",
                          const std::string& date = "2018-11-07") {
    return id + "\t" + symbol + "\t\t\t\t" + status + "\t\t\t\t\t" + previous +
           std::string(7, '\t') + date + "\t" + entrez + std::string(8, '\t') + "\n";
  }
  static std::string HgncHeader() {
    return "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus" + std::string(20, '\t') + "\n";
  }
  GeneResolution Ask(absl::string_view text, absl::string_view taxon) const {
    return store_->Current()->Resolve(text, taxon);
  }
  std::string One(absl::string_view text, absl::string_view taxon) const {
    const GeneResolution got = Ask(text, taxon);
    return got.outcome == GeneOutcome::kOne ? got.candidates[0].id : "not one";
  }

  TempDir dir_;
  std::unique_ptr<GeneStore> store_;
};

TEST_F(GeneStoreTest, AStoreWithoutTablesKnowsNoGene) {
  EXPECT_TRUE(store_->Current()->Taxa().empty());
  EXPECT_EQ(Ask("X", kHuman).outcome, GeneOutcome::kUnknown);
  EXPECT_FALSE(store_->Current()->Find("HGNC:1").has_value());
  EXPECT_TRUE(store_->Current()->Orthologs("HGNC:1", kMouse).empty());
}

TEST_F(GeneStoreTest, AReleaseIsThereAfterReopeningAndIsNotBuiltTwice) {
  const std::string path = Write("mgi.tsv", std::string(kMgi) + "12\tAbc1\tx|y\tENSMUSG1\n");
  const auto first = Load({path});
  ASSERT_THAT(first, IsOk());
  EXPECT_FALSE(first->reused);
  store_ = Open();
  EXPECT_THAT(store_->Problem(), IsOk());
  EXPECT_EQ(One("Abc1", kMouse), "MGI:12");
  const auto again = Load({path});
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->reused);
  EXPECT_EQ(again->release, first->release);
  EXPECT_EQ(store_->Current()->release(), first->release);
  Write("mgi.tsv", std::string(kMgi) + "13\tAbc1\t\t\n");
  const auto changed = Load({path});
  ASSERT_THAT(changed, IsOk());
  EXPECT_FALSE(changed->reused);
  EXPECT_NE(changed->release, first->release);
  EXPECT_EQ(One("Abc1", kMouse), "MGI:13");
}

TEST_F(GeneStoreTest, ADamagedReleaseCountsAsNoneAndIsBuiltAgain) {
  const std::string path = Write("mgi.tsv", std::string(kMgi) + "12\tAbc1\t\t\n");
  ASSERT_THAT(Load({path}), IsOk());
  const std::string file = dir_ / "store/genes.release";
  for (const std::streamoff at : {std::streamoff{9}, std::streamoff{60}}) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(at);
    stream.put('\x7f');
    stream.close();
    store_ = Open();
    EXPECT_FALSE(store_->Problem().ok());
    EXPECT_TRUE(store_->Current()->Taxa().empty());
    ASSERT_THAT(Load({path}), IsOk());
    EXPECT_EQ(One("Abc1", kMouse), "MGI:12");
  }
}

TEST_F(GeneStoreTest, LookupsInHandKeepTheirRelease) {
  const std::string path = Write("mgi.tsv", std::string(kMgi) + "12\tAbc1\t\t\n");
  ASSERT_THAT(Load({path}), IsOk());
  const auto old = store_->Current();
  Write("mgi.tsv", std::string(kMgi) + "13\tXyz1\t\t\n");
  ASSERT_THAT(Load({path}), IsOk());
  EXPECT_TRUE(old->Find("MGI:12").has_value());
  EXPECT_FALSE(store_->Current()->Find("MGI:12").has_value());
}

TEST_F(GeneStoreTest, RowsUpToTheLimitAreReadAndOneMoreIsRefused) {
  GeneReadLimits limits;
  limits.rows = 2;
  const std::string two = std::string(kMgi) + "1\tA\t\t\n2\tB\t\t\n";
  EXPECT_THAT(Load({Write("a.tsv", two)}, limits), IsOk());
  const auto more = Load({Write("a.tsv", two + "3\tC\t\t\n")}, limits);
  EXPECT_THAT(more.status(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(more.status(), HasReason("LIMIT_EXCEEDED"));
  EXPECT_EQ(One("A", kMouse), "MGI:1") << "the last release stays";
}

TEST_F(GeneStoreTest, ALineBeyondTheLimitIsCountedAndPassedOver) {
  GeneReadLimits limits;
  limits.line_bytes = 40;
  const std::string fits = "1\tA\t" + std::string(35, 'x') + "\t";
  ASSERT_EQ(fits.size(), 40u);
  const auto report = Load({Write("a.tsv", std::string(kMgi) + fits + "\n2\tB\t" +
                                               std::string(36, 'x') + "\t\n" + "3\tC\t\t\n")},
                           limits);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->genes, 2);
  EXPECT_EQ(report->tables[0].bad, 1);
  EXPECT_EQ(report->tables[0].first_bad, "line 3: the line is too long");
}

TEST_F(GeneStoreTest, AFileUpToTheLimitIsReadAndOneByteMoreIsRefused) {
  GeneReadLimits limits;
  const std::string text = std::string(kMgi) + "1\tA\t\t\n";
  limits.file_bytes = static_cast<int64_t>(text.size());
  EXPECT_THAT(Load({Write("a.tsv", text)}, limits), IsOk());
  --limits.file_bytes;
  EXPECT_THAT(Load({Write("b.tsv", text)}, limits).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(GeneStoreTest, BadRowsAreCountedByReason) {
  const auto report = Load({Write("a.tsv", std::string(kMgi) + "x\tA\t\t\n1\tB\n2\tC\t\t\n")});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->tables[0].rows, 3);
  EXPECT_THAT(report->tables[0].reasons,
              ::testing::ElementsAre(::testing::Pair("no MGI id", 1),
                                     ::testing::Pair("too few columns", 1)));
}

TEST_F(GeneStoreTest, AFileOfNoKnownFormatFailsIfNamedAndIsListedIfFound) {
  Write("mgi.tsv", std::string(kMgi) + "1\tA\t\t\n");
  const std::string readme = Write("readme.txt", "# Genes\n");
  EXPECT_THAT(Load({readme}).status(), StatusIs(absl::StatusCode::kInvalidArgument));
  const auto report = Load({dir_ / "tables"});
  ASSERT_THAT(report, IsOk());
  ASSERT_EQ(report->tables.size(), 2u);
  EXPECT_FALSE(report->tables[1].skipped.empty());
  EXPECT_THAT(Load({dir_ / "nowhere"}).status(), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(GeneStoreTest, TheNewestTableDecidesTheSymbolAndOlderOnesAreKept) {
  ASSERT_THAT(
      Load({Write("hgnc.txt", HgncHeader() + Hgnc("HGNC:1", "OLD1", "17", "Approved", "OLDER1") +
                                  Hgnc("HGNC:2", "ABC2", "18")),
            Write("ncbi_2022-09.tsv", std::string(kNcbi) + "17\tNEW1\t\t\t\t\tOLD1\n" +
                                          "18\tLOC18\t\t\t\t\t\n19\tABC3\t\t\t\t\tOLD1\n")}),
      IsOk());
  const auto gene = store_->Current()->Find("HGNC:1");
  ASSERT_TRUE(gene.has_value());
  EXPECT_EQ(gene->symbol, "NEW1");
  EXPECT_THAT(gene->previous_symbols, ::testing::ElementsAre("OLD1", "OLDER1"));
  EXPECT_EQ(One("OLD1", kHuman), "HGNC:1");
  EXPECT_THAT(Ask("OLD1", kHuman).reason, ::testing::HasSubstr("ABC3"));
  EXPECT_EQ(One("ABC2", kHuman), "HGNC:2") << "a placeholder is no symbol";
  EXPECT_EQ(One("ABC3", kHuman), "NCBIGene:19");
}

TEST_F(GeneStoreTest, WithdrawnEntriesNeverMatch) {
  ASSERT_THAT(Load({Write("hgnc.txt", HgncHeader() + Hgnc("HGNC:1", "GONE", "", "Entry Withdrawn") +
                                          Hgnc("HGNC:2", "ABC2", "18", "Approved", "\"X1|X2\""))}),
              IsOk());
  for (const char* text : {"GONE", "gone", "HGNC:1"}) {
    EXPECT_EQ(Ask(text, kHuman).outcome, GeneOutcome::kUnknown) << text;
    EXPECT_THAT(Ask(text, kHuman).reason, ::testing::HasSubstr("withdrawn")) << text;
  }
  EXPECT_EQ(One("X2", kHuman), "HGNC:2");
}

TEST_F(GeneStoreTest, CaseDecidesWhereSymbolsDifferByItAlone) {
  ASSERT_THAT(Load({Write("fly.tsv", std::string(kFlyBase) +
                                         "FBgn0000001\tDl\t\tG&bgr;|FBgn0000003\n"
                                         "FBgn0000002\tdl\t\tCG12|Old\nFBgn0000004\tx\t\told\n")}),
              IsOk());
  EXPECT_EQ(One("Dl", kFly), "FlyBase:FBgn0000001");
  EXPECT_EQ(One("dl", kFly), "FlyBase:FBgn0000002");
  EXPECT_EQ(Ask("DL", kFly).outcome, GeneOutcome::kAmbiguous);
  EXPECT_EQ(One("Old", kFly), "FlyBase:FBgn0000002");
  EXPECT_EQ(One("old", kFly), "FlyBase:FBgn0000004");
  EXPECT_EQ(Ask("OLD", kFly).outcome, GeneOutcome::kAmbiguous);
  // Greek letters and their entities are one spelling.
  for (const char* text : {"Gbeta", "G\xce\xb2", "G&bgr"}) {
    EXPECT_EQ(One(text, kFly), "FlyBase:FBgn0000001") << text;
  }
  EXPECT_EQ(One("FBgn0000003", kFly), "FlyBase:FBgn0000001");
  EXPECT_EQ(One("CG12", kFly), "FlyBase:FBgn0000002");
}

TEST_F(GeneStoreTest, SpreadsheetDamageIsToldApart) {
  ASSERT_THAT(
      Load({Write("hgnc.txt", HgncHeader() + Hgnc("HGNC:1", "SEPT11", "1") +
                                  Hgnc("HGNC:2", "MARCH1", "2") + Hgnc("HGNC:3", "MARC1", "3") +
                                  Hgnc("HGNC:4", "MARCHF7", "4", "Approved", "MARCH7"))}),
      IsOk());
  const struct {
    const char* text;
    GeneOutcome outcome;
    const char* id;
  } kRows[] = {
      {"11-Sep", GeneOutcome::kOne, "HGNC:1"},
      {"Sep-11", GeneOutcome::kOne, "HGNC:1"},
      {"11-Sep-06", GeneOutcome::kOne, "HGNC:1"},
      {"2006/09/11", GeneOutcome::kOne, "HGNC:1"},
      {"2006-09-11 00:00:00", GeneOutcome::kOne, "HGNC:1"},
      {"7-Mar", GeneOutcome::kOne, "HGNC:4"},
      {"07-MAR", GeneOutcome::kOne, "HGNC:4"},
      {"7-M\xc3\xa4r", GeneOutcome::kDamaged, ""},
      {"1-Mar", GeneOutcome::kAmbiguous, "HGNC:2"},
      {"01/03/2006", GeneOutcome::kAmbiguous, "HGNC:2"},
      {"12-Sep", GeneOutcome::kDamaged, ""},
      {"Sep-2006", GeneOutcome::kDamaged, ""},
      {"2.31E+13", GeneOutcome::kDamaged, ""},
      {"4.0", GeneOutcome::kOne, "HGNC:4"},
      {"99-Sep", GeneOutcome::kDamaged, ""},
      {"Sep", GeneOutcome::kUnknown, ""},
      {"1.2.3", GeneOutcome::kUnknown, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.text);
    const GeneResolution got = Ask(row.text, kHuman);
    EXPECT_EQ(got.outcome, row.outcome) << got.reason;
    EXPECT_EQ(got.candidates.empty() ? "" : got.candidates[0].id, row.id);
  }
}

TEST_F(GeneStoreTest, CellsOfSeveralTargetsAndWordsForNoGene) {
  ASSERT_THAT(Load({Write("mgi.tsv", std::string(kMgi) + "1\tAbc1\tnone\t\n2\tAbc2\t\t\n"
                                                         "3\tNa\t\t\n")}),
              IsOk());
  for (const char* text : {"Abc1;Abc2", "x; y", "Abc1, Abc2", "Abc1/Abc2", "Abc1 + Abc2"}) {
    EXPECT_EQ(Ask(text, kMouse).outcome, GeneOutcome::kSeveral) << text;
  }
  for (const char* text : {"Abc1;", "Abc1;Abc1", "\"Abc1\""}) {
    EXPECT_EQ(One(text, kMouse), "MGI:1") << text;
  }
  EXPECT_EQ(Ask("Abc1/xyz", kMouse).outcome, GeneOutcome::kUnknown);
  // An alias that is such a word stays a word; a current symbol as written does not.
  for (const char* text : {"control", "Negative Control", "non-targeting 4", "none", "NA"}) {
    EXPECT_EQ(Ask(text, kMouse).outcome, GeneOutcome::kControl) << text;
  }
  EXPECT_EQ(One("Na", kMouse), "MGI:3");
}

TEST_F(GeneStoreTest, OrthologsUniteSourcesAndCountCompilationsOnlyAlone) {
  ASSERT_THAT(
      Load(
          {Write("hgnc.txt",
                 HgncHeader() + Hgnc("HGNC:1", "ABC1", "17") + Hgnc("HGNC:2", "ABC2", "18")),
           Write("mgi.tsv", std::string(kMgi) + "1\tAbc1\t\tENSMUSG1\n2\tAbc2\t\t\n"),
           Write("hcop.tsv",
                 "human_symbol\thuman_entrez\thuman_ensembl\ttaxon_id\tsymbol\tentrez\tensembl\t"
                 "support\tsupport_n\nABC1\t17\t\t10090\tAbc1\t170\tENSMUSG1\tOMA|HomoloGene\t2\n"),
           Write("homologene.tsv",
                 "homologene_id\ttaxon_id\tentrez_id\tsymbol\n3\t9606\t17\tABC1\n"
                 "3\t10090\t170\tAbc1\n3\t10116\t99\tAbc1\n"),
           Write("alliance.tsv",
                 "human_symbol\tspecies_symbol\tspecies_name\nABC1\tAbc1\tMus musculus\n"
                 "ABC2\tAbc2\tMus musculus\n")}),
      IsOk());
  const auto genes = store_->Current();
  const auto mouse = genes->Orthologs("HGNC:1", kMouse);
  ASSERT_EQ(mouse.size(), 1u);
  EXPECT_THAT(mouse[0].sources, ::testing::ElementsAre("HomoloGene", "OMA"));
  const auto alone = genes->Orthologs("HGNC:2", kMouse);
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_THAT(alone[0].sources, ::testing::ElementsAre("Alliance"));
  // The rat's gene is known from the group alone, and is no ortholog of the mouse's here.
  EXPECT_EQ(genes->Orthologs("HGNC:1", "NCBITaxon:10116").size(), 1u);
  EXPECT_TRUE(genes->Orthologs("MGI:1", "NCBITaxon:10116").empty());
  EXPECT_EQ(One("170", kMouse), "MGI:1");
}

}  // namespace
}  // namespace parfocal
