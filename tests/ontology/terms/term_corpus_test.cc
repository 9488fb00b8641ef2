// The term store on the real ontologies: closures against a plain twin, the release that a node
// loads, its memory and the time of a look-up.
#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/inherited_relation.h"
#include "parfocal/terms/term_store.h"
#include "support/corpus.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

std::shared_ptr<const TermLookup> LoadAll(const std::string& dir, std::vector<std::string> paths,
                                          LoadReport* report) {
  auto store = TermStore::Open(dir);
  EXPECT_THAT(store, IsOk());
  const auto tables = TableLayouts::Load(std::string(PARFOCAL_SOURCE_DIR) +
                                         "/deploy/vocabulary/ontology-tables.tsv");
  EXPECT_THAT(tables, IsOk());
  LoadRequest request;
  request.paths = std::move(paths);
  request.tables = &*tables;
  auto loaded = (*store)->Load(request);
  EXPECT_THAT(loaded, IsOk());
  if (loaded.ok()) *report = *loaded;
  return (*store)->Current();
}

std::vector<std::string> Ids(const std::vector<TermMatch>& matches) {
  std::vector<std::string> out;
  for (const TermMatch& match : matches) out.push_back(match.id);
  return out;
}

using Edges = std::map<std::string, std::set<std::string>>;

std::set<std::string> Reach(const Edges& edges, const std::string& from) {
  std::set<std::string> out = {from};
  std::vector<std::string> work = {from};
  while (!work.empty()) {
    const std::string at = work.back();
    work.pop_back();
    auto it = edges.find(at);
    if (it == edges.end()) continue;
    for (const std::string& to : it->second) {
      if (out.insert(to).second) work.push_back(to);
    }
  }
  return out;
}

TEST(TermCorpusTest, ClosuresOfTheFederatedCatalogueAgreeWithAPlainTwin) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  for (const char* name :
       {"gide_fbbi_hierarchy_subset.ttl", "gide_ncbitaxon_hierarchy_subset.ttl"}) {
    SCOPED_TRACE(name);
    const std::string path = corpus + "/sources/gide/" + name;
    Edges up, down;
    std::set<std::string> ids;
    ASSERT_THAT(ReadOntologyFile(path, ReadLimits(),
                                 [&](ParsedTerm&& term) {
                                   const std::string id = CanonicalCurie(term.id);
                                   ids.insert(id);
                                   for (const ParsedEdge& edge : term.parents) {
                                     const std::string parent = CanonicalCurie(edge.parent);
                                     up[id].insert(parent);
                                     down[parent].insert(id);
                                   }
                                   return absl::OkStatus();
                                 }),
                IsOk());
    testing::TempDir dir;
    LoadReport report;
    auto terms = LoadAll(dir.path(), {path}, &report);
    ASSERT_GT(ids.size(), 100u);
    for (const std::string& id : ids) {
      EXPECT_THAT(terms->Ancestors(id), ::testing::ElementsAreArray(Reach(up, id)));
      EXPECT_THAT(terms->Descendants(id, 100'000), ::testing::ElementsAreArray(Reach(down, id)));
    }
  }
}

TEST(TermCorpusTest, TheReleaseOfANode) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  std::vector<std::string> paths;
  for (const char* name :
       {"cmpo.obo", "fbbi-2020-11-06.obo", "ncbitaxon-taxslim.obo.gz",
        "gide_fbbi_hierarchy_subset.ttl", "gide_ncbitaxon_hierarchy_subset.ttl",
        "cl-simple-2023-01.obo.gz", "pato.obo.gz", "go-2022-07-01.rebuilt.obo.gz"}) {
    paths.push_back(corpus + "/ontologies/" + name);
  }
  testing::TempDir dir;
  LoadReport report;
  auto terms = LoadAll(dir.path(), paths, &report);
  EXPECT_EQ(report.cycles, 0);
  EXPECT_LT(report.memory_bytes, 150 * report.terms);
  EXPECT_EQ(terms->LabelOf("CMPO:0000077"), "elongated cell phenotype");
  EXPECT_EQ(terms->LabelOf("NCBITaxon:9606"), "Homo sapiens");
  ASSERT_EQ(terms->Exact("fluorescence microscopy", {"FBbi"}).size(), 1u);
  EXPECT_EQ(terms->Exact("fluorescence microscopy", {"FBbi"})[0].id, "FBbi:00000246");
  const std::vector<std::string> up = terms->Ancestors("NCBITaxon:10090");
  EXPECT_TRUE(
      std::binary_search(up.begin(), up.end(), std::string("NCBITaxon:9989")));  // Rodentia.
  // 70,058 is_a links of GO and its part_of links are all there.
  EXPECT_GT(terms->Descendants("GO:0008150", 1'000'000).size(), 25'000u);
  const auto suggested = terms->Suggest("fluoresc", {"FBbi"}, 5);
  ASSERT_FALSE(suggested.empty());
}

TEST(TermCorpusTest, FindTakesMicroseconds) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  testing::TempDir dir;
  LoadReport report;
  auto terms = LoadAll(dir.path(), {corpus + "/ontologies/go-2022-07-01.rebuilt.obo.gz"}, &report);
  const std::vector<std::string> ids = terms->Descendants("GO:0008150", 20'000);
  std::vector<int64_t> nanoseconds;
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < ids.size(); i += 3) {
      const auto start = std::chrono::steady_clock::now();
      ASSERT_TRUE(terms->Find(ids[(i * 7919) % ids.size()]).has_value());
      nanoseconds.push_back((std::chrono::steady_clock::now() - start).count());
    }
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const int64_t p99 = nanoseconds[nanoseconds.size() * 99 / 100];
  std::printf("Find: p50 %lld ns, p99 %lld ns\n",
              static_cast<long long>(nanoseconds[nanoseconds.size() / 2]),
              static_cast<long long>(p99));
  // The aim is 50 us in a release build on a quiet machine; this catches only a change of order.
  EXPECT_LT(p99, 2'000'000);
}

TEST(TermCorpusTest, TheWholeFolderLoads) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  testing::TempDir dir;
  LoadReport report;
  auto terms = LoadAll(dir.path(), {corpus + "/ontologies"}, &report);
  EXPECT_EQ(report.files.size(), 79u);
  // Three files in functional syntax, the README.
  EXPECT_EQ(report.skipped.size(), 4u);
  EXPECT_GT(report.labelled, 150'000);
  EXPECT_EQ(report.release_files.size(), 79u);
  const auto of = [&](absl::string_view prefix) {
    for (const OntologyCounts& counts : report.ontologies) {
      if (counts.prefix == prefix) return counts;
    }
    return OntologyCounts();
  };
  EXPECT_GE(of("CLO").terms, 39'080);
  EXPECT_GE(of("GO").terms, 47'468);
  EXPECT_EQ(of("CMPO").obsolete, 0);
  // A Japanese translation is a synonym and no label.
  EXPECT_EQ(terms->LabelOf("MP:0000003"), "abnormal adipose tissue morphology");
  EXPECT_EQ(Ids(terms->Exact("脂肪組織の形態異常", {"MP"})),
            std::vector<std::string>{"MP:0000003"});
  // Files that were not classified say so.
  EXPECT_THAT(report.warnings, ::testing::Contains(::testing::AllOf(HasSubstr("cl-2025-07.obo.gz"),
                                                                    HasSubstr("asserted only"))));
}

TEST(TermCorpusTest, CellLinesHaveTheirSpecies) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  testing::TempDir dir;
  LoadReport report;
  auto terms = LoadAll(dir.path(),
                       {corpus + "/ontologies/clo-terms-2023-10.tsv.gz",
                        corpus + "/ontologies/ncbitaxon-taxslim.obo.gz",
                        corpus + "/ontologies/efo-2023-07.nxo.json.gz"},
                       &report);
  const auto species = [&](absl::string_view id) { return InheritedTargets(*terms, id, kInTaxon); };
  using ::testing::ElementsAre;
  EXPECT_THAT(species("CLO:0003684"), ElementsAre("NCBITaxon:9606"));  // HeLa
  // By the column that names an organism.
  EXPECT_THAT(species("CLO:0037317"), ElementsAre("NCBITaxon:10090"));
  const std::vector<TermMatch> mdck = terms->Exact("MDCK", {"CLO"});
  ASSERT_FALSE(mdck.empty());
  EXPECT_THAT(species(mdck[0].id), ElementsAre("NCBITaxon:9615"));
  EXPECT_THAT(terms->Find("CLO:0003684")->xrefs,
              ::testing::IsSupersetOf({"EFO:0001185", "Cellosaurus:CVCL_0030", "ATCC:CCL-2"}));
  int lines = 0, with_species = 0;
  terms->Visit("CLO", [&](const Term& term) {
    if (absl::EndsWith(term.label, " cell")) {
      ++lines;
      with_species += species(term.id).empty() ? 0 : 1;
    }
    return true;
  });
  std::printf("%d of %d cell lines have a species\n", with_species, lines);
  EXPECT_GT(with_species * 100, lines * 85);
}

}  // namespace
}  // namespace parfocal
