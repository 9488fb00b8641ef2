// Every ontology of the corpus loads, with the counts that its README gives, or fails for the
// reason that it gives.
#include <string>

#include "gtest/gtest.h"
#include "parfocal/rdf/ontology_reader.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

// -1: the README does not say. Where a figure differs from the README's, the rule is one of these:
//  - synonyms, obsolete and replaced are counted on classes; the README counts properties, too
//    (EDAM, CL, FBbi, GO, OBI, PATO, RO, WBPhenotype in OWL and JSON);
//  - a second label counts as a synonym (BAO, CLO, UBERON), with its language;
//  - ids are counted once, however often they are listed (the list of obsolete EFO ids: 6,436
//  rows),
//    and owl:Thing is no class of an ontology (BAO, OBI);
//  - owl:deprecated with the integer 1 is as good as true (BAO);
//  - two of the 853 taxa have no label and two have a second one.
struct Expected {
  const char* file;
  int classes, labelled, typedefs, nodes, edges, synonyms, obsolete, replaced, triples;
};

constexpr Expected kFiles[] = {
    {"EDAM-bioimaging.owl.gz", 473, 473, -1, -1, -1, 596, 0, 0, 4368},
    {"apo.obo", 342, -1, 0, -1, -1, 47, 33, 7, -1},
    {"apo.owl.gz", 619, 342, -1, -1, -1, 47, 310, 285, 6413},
    {"bao_complete.owl.gz", 680, 0, -1, -1, -1, 0, 0, 0, 14668},
    {"bao_complete_merged-2017.owl.gz", 3387, 3386, -1, -1, -1, 7250, 2, 0, 38603},
    {"bao_vocabulary_assay.owl.gz", 511, 511, -1, -1, -1, 737, 0, 0, 2975},
    {"bao_vocabulary_detection.owl", 85, 85, -1, -1, -1, 22, 0, 0, 407},
    {"bao_vocabulary_instrument.owl", 184, 184, -1, -1, -1, 1, 0, 0, 721},
    {"bao_vocabulary_method.owl", 301, 301, -1, -1, -1, 32, 0, 0, 1191},
    {"bia_ontology-integrator.ttl", 24, 24, -1, -1, -1, 0, 0, 0, 491},
    {"bia_ontology.ttl", 25, 25, -1, -1, -1, 0, 0, 0, 477},
    {"bto.obo.gz", 6566, -1, 10, -1, -1, 6214, 55, 0, -1},
    {"chebi-hp-import.obo.gz", 1583, -1, 9, -1, -1, 6217, 0, 0, -1},
    {"cl-2025-07.obo.gz", 3107, -1, 5, -1, -1, 3307, 204, 131, -1},
    {"cl-basic-2023-01.json.gz", 2880, -1, -1, 2914, 4080, 2712, 236, -1, -1},
    {"cl-clo-import.owl.gz", 1450, 1449, -1, -1, -1, 5847, 2, 2, 40388},
    {"cl-simple-2023-01.obo.gz", 2804, -1, 49, -1, -1, 2711, 160, 101, -1},
    {"cl-simple-2023-01.owl.gz", 2880, 2807, -1, -1, -1, 2712, 236, 177, 43982},
    {"clo-hpscreg-2019.owl.gz", 2529, 2372, -1, -1, -1, 0, 0, 0, 37531},
    {"clo-lincs-view-2016.owl.gz", 1828, 1828, -1, -1, -1, 3036, 0, 0, 42288},
    {"cmpo-edit.owl.gz", 468, 405, -1, -1, -1, 260, 0, 0, 23642},
    {"cmpo-full-1.4-2014.owl.gz", 799, 799, -1, -1, -1, 1012, 0, 0, 32636},
    {"cmpo-simple.owl.gz", 399, 399, -1, -1, -1, 259, 0, 0, 15840},
    {"cmpo.obo", 399, -1, 1, -1, -1, 259, 0, 0, -1},
    {"doid-2016-03-04.obo.gz", 9243, -1, 15, -1, -1, 16302, 2369, 0, -1},
    {"doid-cancer-slim.owl.gz", 730, 730, -1, -1, -1, 1265, 1, 1, 14666},
    {"doid-ncithesaurus-slim.obo.gz", 4757, -1, 0, -1, -1, 8358, 7, 2, -1},
    {"dpo-2023.obo.gz", 1423, -1, 157, -1, -1, 2000, 6, 2, -1},
    {"dpo-base-2023.owl.gz", 422, 257, -1, -1, -1, 185, 5, 2, 9699},
    {"efo-2023-07.nxo.json.gz", -1, -1, -1, 34826, 49000, 104804, -1, -1, -1},
    {"efo-obsolete-2025-01.json.gz", 6406, -1, -1, -1, -1, -1, 6406, 5898, -1},
    {"fbbi-2020-11-06.json.gz", 647, -1, -1, 758, 831, 60, 107, -1, -1},
    {"fbbi-2020-11-06.obo", 647, -1, 100, -1, -1, 60, 107, 0, -1},
    {"fbbi-2020-11-06.owl.gz", 647, 647, -1, -1, -1, 60, 107, 0, 6869},
    {"fbbi-edit-2026-01.converted.ttl.gz", 647, 647, -1, -1, -1, 60, 107, 0, 5098},
    {"fyeco.obo", 447, -1, 1, -1, -1, 349, 27, 0, -1},
    {"fypo-basic-2016-01.obo.gz", 5130, -1, 42, -1, -1, 17467, 109, 30, -1},
    {"fypo-eqs-2020.converted.ttl.gz", 7475, 0, -1, -1, -1, 0, 0, 0, 111540},
    {"fypo-mini-test.obo", 13, -1, 3, -1, -1, 4, 0, 0, -1},
    {"gide_fbbi_hierarchy_subset.ttl", 106, 106, -1, -1, -1, 0, 0, 0, 320},
    {"gide_ncbitaxon_hierarchy_subset.ttl", 853, 851, -1, -1, -1, 0, 0, 0, 3392},
    {"go-2022-07-01.rebuilt.obo.gz", 47468, -1, 4, -1, -1, 117983, 3910, 0, -1},
    {"go-efo-import.owl.gz", 737, 724, -1, -1, -1, 1654, 80, 35, 19654},
    {"go-mondo-import.obo.gz", 3845, -1, 6, -1, -1, 11262, 128, 37, -1},
    {"go-nucleus.json.gz", 204, -1, -1, 318, 465, 252, 28, -1, -1},
    {"go-nucleus.obo", 176, -1, 97, -1, -1, 252, 0, 0, -1},
    {"go-nucleus.owl.gz", 204, 176, -1, -1, -1, 252, 28, 28, 4262},
    {"go-nucleus.owl.ttl.gz", 204, 176, -1, -1, -1, 252, 28, 28, 4262},
    {"hp-2024-02-08.rebuilt.obo.gz", 18484, -1, 0, -1, -1, 0, 402, 0, -1},
    {"hp-dtp.babelon.owl", 0, 0, -1, -1, -1, 0, 0, 0, 124},
    {"hp-efo-import-2025-04.owl.gz", 1901, 1901, -1, -1, -1, 5019, 22, 23, 47029},
    {"hp-tw.babelon.owl", 0, 0, -1, -1, -1, 0, 0, 0, 754},
    {"hp.obo.gz", 11785, -1, 0, -1, -1, 14248, 112, 36, -1},
    {"mp-2024-02-07.rebuilt.obo.gz", 14420, -1, 0, -1, -1, 0, 450, 0, -1},
    {"mp-definitions-2026-08.converted.ttl.gz", 5104, 0, -1, -1, -1, 0, 0, 0, 60655},
    {"ncbitaxon-taxslim.obo.gz", 14907, -1, 0, -1, -1, 17601, 0, 0, -1},
    {"ncit-mondo-import.obo", 75, -1, 3, -1, -1, 327, 0, 0, -1},
    {"obi-core.owl", 133, 133, -1, -1, -1, 36, 0, 0, 2515},
    {"obi-edit-2024-03.ttl.gz", 1541, 1266, -1, -1, -1, 314, 0, 0, 20472},
    {"obi-view.obo.gz", 5218, -1, 90, -1, -1, 1847, 87, 27, -1},
    {"pato-base.owl.gz", 2877, 2785, -1, -1, -1, 939, 982, 92, 35080},
    {"pato-simple.json.gz", 2869, -1, -1, 2953, 2266, 939, 982, -1, -1},
    {"pato.obo.gz", 2785, -1, 35, -1, -1, 939, 898, 8, -1},
    {"ro.json.gz", 58, -1, -1, 1048, 933, 38, 1, -1, -1},
    {"ro.obo.gz", 54, -1, 704, -1, -1, 36, 1, 0, -1},
    {"ro.owl.gz", 58, 53, -1, -1, -1, 40, 1, 0, 11640},
    {"uberon-2010-12.obo.gz", 4958, -1, 64, -1, -1, 16897, 111, 7, -1},
    {"uberon-efo-slim-2021.json.gz", -1, -1, -1, 860, 1300, -1, -1, -1, -1},
    {"uberon-efo-slim-2021.obo.gz", 613, -1, 62, -1, -1, 2938, 2, 0, -1},
    {"uberon-mondo-import.obo.gz", 7577, -1, 220, -1, -1, 18122, 0, 0, -1},
    {"wbphenotype-simple.owl.gz", 2712, 2709, -1, -1, -1, 1932, 62, 39, 35746},
    {"wbphenotype.obo.gz", 2712, -1, 9, -1, -1, 1932, 62, 39, -1},
};

TEST(OntologyCorpusTest, CountsOfTheReadme) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  for (const Expected& want : kFiles) {
    SCOPED_TRACE(want.file);
    auto report = ReadOntologyFile(corpus + "/ontologies/" + want.file, ReadLimits(),
                                   [](ParsedTerm&&) { return absl::OkStatus(); });
    ASSERT_THAT(report, IsOk());
    const auto check = [](const char* what, int expected, int64_t actual) {
      if (expected >= 0) {
        EXPECT_EQ(actual, expected) << what;
      }
    };
    check("classes", want.classes, report->classes);
    check("labelled", want.labelled, report->labelled);
    check("typedefs", want.typedefs, report->typedefs);
    check("nodes", want.nodes, report->nodes);
    check("edges", want.edges, report->edges);
    check("synonyms", want.synonyms, report->AllSynonyms());
    check("obsolete", want.obsolete, report->obsolete);
    check("replaced", want.replaced, report->replaced);
    check("triples", want.triples, report->triples);
  }
}

TEST(OntologyCorpusTest, FunctionalSyntaxIsRefusedByName) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  for (const char* file : {"fbbi-edit.owl.gz", "mp-definitions.owl.gz", "fypo-eqs-2020.owl.gz"}) {
    SCOPED_TRACE(file);
    auto report = ReadOntologyFile(corpus + "/ontologies/" + file, ReadLimits(),
                                   [](ParsedTerm&&) { return absl::OkStatus(); });
    EXPECT_THAT(report,
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("OWL functional syntax")));
  }
}

TEST(OntologyCorpusTest, TablesAreRefused) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  for (const char* file :
       {"EDAM-bioimaging_alpha06.tsv", "cellosaurus-cell-line-names.tsv",
        "clo-terms-2023-10.tsv.gz", "efo-obsoletes-report.tsv.gz", "fbbi-obsoletes-report.tsv",
        "mp-VOC_MammalianPhenotype.rpt.gz", "mp-ja.babelon.tsv.gz"}) {
    SCOPED_TRACE(file);
    auto report = ReadOntologyFile(corpus + "/ontologies/" + file, ReadLimits(),
                                   [](ParsedTerm&&) { return absl::OkStatus(); });
    EXPECT_THAT(report, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("table")));
  }
}

}  // namespace
}  // namespace parfocal
