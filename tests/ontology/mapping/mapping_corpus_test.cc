// The mapping sets of the corpus: rows, predicates and denials as its README counts them.
#include <chrono>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/mapping_snapshot.h"
#include "parfocal/mapping/sssom.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::CorpusDir;
using testing::StatusIs;

struct Expected {
  const char* file;
  int64_t rows;
  size_t columns;
  const char* predicates;  // By name.
};
constexpr Expected kSets[] = {
    {"apo-go.sssom.tsv", 86, 6,
     "skos:broadMatch 12, skos:exactMatch 72, skos:narrowMatch 1, skos:relatedMatch 1"},
    {"apo-pato.sssom.tsv", 24, 7, "skos:broadMatch 5, skos:exactMatch 19"},
    {"biomappings-negative.sssom.tsv.gz", 1825, 10,
     "debio:0000003 197, skos:exactMatch 1576, skos:narrowMatch 2, skos:relatedMatch 50"},
    {"biomappings-positive.sssom.tsv.gz", 11719, 11,
     // Two rows more than its README counts: of relations that are no mappings.
     "debio:0000003 616, ro:0018033 1, ro:HOM0000017 1, skos:broadMatch 8, skos:exactMatch 11018, "
     "skos:narrowMatch 18, "
     "skos:relatedMatch 57"},
    // Of the older layout prefix and local id become one column each.
    {"biomappings-predictions-2020.tsv.gz", 11342, 7, "skos:exactMatch 11342"},
    {"biomappings-unsure.sssom.tsv", 105, 14, "skos:exactMatch 105"},
    {"cl-fbbt.sssom.tsv", 83, 6, "semapv:crossSpeciesExactMatch 83"},
    {"cl-zfa.sssom.tsv", 418, 6, "semapv:crossSpeciesExactMatch 418"},
    {"disease-ncit.sssom.tsv", 1758, 5, "oboInOwl:hasDbXref 1758"},
    {"fbbi-main.sssom.tsv", 1, 4, "skos:exactMatch 1"},
    {"mondo_closematch_meddra.sssom.tsv", 1472, 5, "skos:closeMatch 1472"},
    {"mondo_exactmatch_doid.sssom.tsv.gz", 11966, 6, "skos:exactMatch 11966"},
    {"mondo_exactmatch_efo.sssom.tsv", 2399, 5, "skos:exactMatch 2399"},
    {"mondo_exactmatch_ncit.sssom.tsv.gz", 7304, 6, "skos:exactMatch 7304"},
    {"mp_hp_eye_impc.sssom.tsv", 47, 6, "skos:closeMatch 34, skos:exactMatch 13"},
    {"mp_hp_mgi_all.sssom.tsv.gz", 1564, 11,
     "skos:broadMatch 438, skos:closeMatch 7, skos:exactMatch 625, skos:narrowMatch 335, "
     "skos:relatedMatch 159"},
    {"mp_hp_pistoia.sssom.tsv", 1671, 5, "owl:equivalentClass 1671"},
    {"pato-to-qudt.sssom.tsv", 34, 11, "skos:exactMatch 34"},
    {"text-atlas.sssom.tsv.gz", 9643, 7, "skos:closeMatch 9643"},
    {"text-biosamples-plants.sssom.tsv", 313, 7, "skos:closeMatch 313"},
    {"text-biosamples.sssom.tsv", 18, 7, "skos:closeMatch 18"},
    {"text-ebisc.sssom.tsv", 27, 7, "skos:closeMatch 27"},
    {"text-faang.sssom.tsv", 946, 5, "skos:closeMatch 946"},
    {"text-hca.sssom.tsv", 1505, 5, "skos:closeMatch 1505"},
    {"text-metabolights.sssom.tsv", 542, 7, "skos:closeMatch 542"},
    {"text-sysmicro-cmpo.part.sssom.tsv", 39, 7, "skos:closeMatch 39"},
    {"text-ukbiobank.sssom.tsv", 1612, 7, "skos:closeMatch 1612"},
    {"uberon-cl.sssom.tsv", 1388, 8,
     "semapv:crossSpeciesExactMatch 1355, skos:broadMatch 20, skos:exactMatch 5, "
     "skos:narrowMatch 8"},
    {"uberon-fbbt.sssom.tsv", 356, 7,
     "semapv:crossSpeciesCloseMatch 2, semapv:crossSpeciesExactMatch 354"},
    {"upheno-lexical.sssom.tsv.gz", 15015, 13, "skos:exactMatch 15015"},
    {"upheno-species-independent-manual.sssom.tsv.gz", 3884, 6,
     "semapv:crossSpeciesBroadMatch 11, semapv:crossSpeciesExactMatch 3873"},
    {"upheno-species-independent.sssom.tsv.gz", 32087, 4, "semapv:crossSpeciesExactMatch 32087"},
};

std::string Predicates(const MappingSet& set) {
  std::map<std::string, int> counts;
  for (size_t row = 0; row < set.size(); ++row)
    ++counts[std::string(set.Value(row, "predicate_id"))];
  std::vector<std::string> out;
  for (const auto& [name, count] : counts) out.push_back(absl::StrCat(name, " ", count));
  return absl::StrJoin(out, ", ");
}

absl::StatusOr<MappingSet> Read(const std::string& file, SssomReport* report) {
  return ReadSssomFile(CorpusDir() + "/mappings/" + file, {}, report);
}

class MappingCorpusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (CorpusDir().empty()) GTEST_SKIP() << "skipped: no corpus";
  }
  static const std::vector<NamedSet>& All() {
    static const auto* const sets = [] {
      auto* out = new std::vector<NamedSet>();
      for (const Expected& expected : kSets) {
        SssomReport report;
        absl::StatusOr<MappingSet> set = Read(expected.file, &report);
        if (set.ok())
          out->push_back({MappingFileName(expected.file),
                          std::make_shared<const MappingSet>(*std::move(set))});
      }
      return out;
    }();
    return *sets;
  }
};

TEST_F(MappingCorpusTest, EachSetHasTheRowsAndPredicatesThatItsReadmeCounts) {
  for (const Expected& expected : kSets) {
    SCOPED_TRACE(expected.file);
    SssomReport report;
    const absl::StatusOr<MappingSet> set = Read(expected.file, &report);
    ASSERT_TRUE(set.ok()) << set.status();
    for (const MappingRowError& error : report.errors)
      std::cout << expected.file << ":" << error.line << ": " << error.reason << "\n";
    EXPECT_EQ(report.rows, expected.rows);
    EXPECT_EQ(report.accepted, expected.rows);
    EXPECT_EQ(set->columns().size(), expected.columns);
    EXPECT_EQ(Predicates(*set), expected.predicates);
    std::cout << expected.file << ": " << set->size() << " rows, " << set->memory_bytes()
              << " bytes; " << absl::StrJoin(report.warnings, "; ") << "\n";
  }
}

TEST_F(MappingCorpusTest, TheTableWithoutHeaderIsRefusedWithTheWayOut) {
  SssomReport report;
  const auto refused = Read("hp-to-mp-bestmatches.tsv.gz", &report);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOf(refused.status()), "MAPPING_SET");
  EXPECT_THAT(std::string(refused.status().message()), ::testing::HasSubstr("columns: ["));
  SssomOptions options;
  options.metadata =
      "columns: [subject_id, subject_label, object_id, object_label, ext_jaccard, ext_score]\n"
      "predicate_id: skos:relatedMatch\n"
      "mapping_justification: semapv:SemanticSimilarityThresholdMatching\n";
  const auto declared =
      ReadSssomFile(CorpusDir() + "/mappings/hp-to-mp-bestmatches.tsv.gz", options, &report);
  ASSERT_TRUE(declared.ok()) << declared.status();
  EXPECT_EQ(declared->size(), 13600u);
  EXPECT_EQ(declared->relation(0), MappingRelation::kRelated);
  EXPECT_EQ(declared->justification(0), "semapv:SemanticSimilarityThresholdMatching");
}

TEST_F(MappingCorpusTest, EveryNegativeRowDenies) {
  SssomReport report;
  const auto negative = Read("biomappings-negative.sssom.tsv.gz", &report);
  ASSERT_TRUE(negative.ok());
  size_t denials = 0;
  for (size_t row = 0; row < negative->size(); ++row) denials += negative->negated(row) ? 1 : 0;
  EXPECT_EQ(denials, 1825u);
}

TEST_F(MappingCorpusTest, EverySetIsWrittenAndReadBackTheSame) {
  for (const NamedSet& named : All()) {
    SCOPED_TRACE(named.name);
    std::string text;
    WriteSssom(*named.set,
               [&](absl::string_view piece) { text.append(piece.data(), piece.size()); });
    SssomOptions options;
    options.name = named.set->id();
    SssomReport report;
    const auto again = ReadSssom(text, options, &report);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->fingerprint(), named.set->fingerprint());
    EXPECT_EQ(again->columns(), named.set->columns());
    EXPECT_EQ(again->size(), named.set->size());
  }
}

TEST_F(MappingCorpusTest, EverySetIsStoredAndReadBackTheSame) {
  for (const NamedSet& named : All()) {
    const auto again = MappingSet::Decode(named.set->Encode());
    ASSERT_TRUE(again.ok()) << named.name << again.status();
    EXPECT_EQ(again->fingerprint(), named.set->fingerprint());
    EXPECT_EQ(again->Encode(), named.set->Encode());
  }
}

TEST_F(MappingCorpusTest, PrefixesMeanWhatEachSetDeclares) {
  std::map<std::string, const MappingSet*> sets;
  for (const NamedSet& named : All()) sets[named.name] = named.set.get();
  EXPECT_EQ(sets["disease-ncit"]->subject(0), "NCIT:C79695");
  EXPECT_EQ(sets["text-ebisc"]->object(0), "Orphanet:110");
  EXPECT_EQ(sets["text-sysmicro-cmpo.part"]->object(0), "CMPO:0000126");
  EXPECT_EQ(sets["fbbi-main"]->object(0), "EDAM:topic_3385");
  EXPECT_EQ(sets["mondo_exactmatch_doid"]->object(0), "DOID:4");
}

TEST_F(MappingCorpusTest, ABridgeIsOneHop) {
  const auto snapshot = MappingSnapshot::Of(All(), MappingUse(), {});
  // UPHENO:0000508 stands above phenotypes of worm and fish; from one of them it is one hop to the
  // grouping class, and two to the other.
  const std::vector<Bridge> down = snapshot->Bridges("UPHENO:0000508");
  ASSERT_GE(down.size(), 2u);
  const std::vector<Bridge> up = snapshot->Bridges("WBPhenotype:0000848");
  bool grouping = false;
  for (const Bridge& bridge : up) {
    grouping = grouping || bridge.term == "UPHENO:0000508";
    EXPECT_NE(bridge.term, "ZP:0000606");
  }
  EXPECT_TRUE(grouping);
}

TEST_F(MappingCorpusTest, AllSetsTakeLittleTimeAndMemory) {
  const auto begin = std::chrono::steady_clock::now();
  size_t rows = 0;
  for (const NamedSet& named : All()) rows += named.set->size();
  const auto read = std::chrono::steady_clock::now();
  const auto snapshot = MappingSnapshot::Of(All(), MappingUse(), {});
  const auto done = std::chrono::steady_clock::now();
  const auto ms = [](auto d) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  };
  std::cout << rows << " rows: read in " << ms(read - begin) << " ms, indexed in "
            << ms(done - read) << " ms, " << snapshot->memory_bytes() << " bytes\n";
  EXPECT_EQ(rows, 121'193u);
  EXPECT_LT(snapshot->memory_bytes(), size_t{48} << 20);
}

}  // namespace
}  // namespace parfocal
