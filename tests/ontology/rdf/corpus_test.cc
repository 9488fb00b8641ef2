// Every file of the corpus' ontologies loads with the counts of the README beside it, or fails for
// the reason that the README gives. Where a count differs, the rule that makes it so is named here.
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/rdf/ontology_reader.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

// What the README says of a file: "classes" -> 473 and so on.
struct ReadmeRow {
  std::map<std::string, int64_t> counts;
  bool functional = false;
};

int64_t NumberAt(absl::string_view text) {
  size_t end = 0;
  while (end < text.size() && absl::ascii_isdigit(text[end])) ++end;
  int64_t value = -1;
  if (!absl::SimpleAtoi(text.substr(0, end), &value)) return -1;
  return value;
}

// "2914 nodes (2880 classes), 4080 edges".
void TakeCounts(absl::string_view text, ReadmeRow* row) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" (),"), absl::SkipEmpty());
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const int64_t number = NumberAt(words[i]);
    if (number < 0) continue;
    std::string what(words[i + 1]);
    if (what == "terms" || what == "schema:Taxon") what = "classes";
    if (what == "links") what = "edges";
    if (what == "accessions") what = "classes";
    if (what == "label") what = "rows";
    row->counts.emplace(what, number);
  }
}

std::map<std::string, ReadmeRow> ReadReadme(const std::string& path) {
  std::map<std::string, ReadmeRow> out;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (cells.size() != 9 || !absl::StartsWith(cells[0], "| ")) continue;
    ReadmeRow row;
    TakeCounts(cells[4], &row);
    row.functional = cells[4] == "functional syntax";
    int64_t synonyms;
    if (absl::SimpleAtoi(cells[5], &synonyms)) row.counts["synonyms"] = synonyms;
    const std::vector<std::string> obsolete = absl::StrSplit(cells[6], " (");
    if (NumberAt(obsolete[0]) >= 0) row.counts["obsolete"] = NumberAt(obsolete[0]);
    if (obsolete.size() == 2) row.counts["replaced"] = NumberAt(obsolete[1]);
    if (absl::StartsWith(cells[7], "whole, ")) {
      row.counts["triples"] = NumberAt(absl::string_view(cells[7]).substr(7));
    }
    if (cells[0] != "| file" && !absl::StartsWith(cells[0], "|---")) {
      out.emplace(cells[0].substr(2), std::move(row));
    }
  }
  return out;
}

std::map<std::string, int64_t> CountsOf(const ReadReport& report) {
  return {{"classes", report.classes},
          {"labelled", report.labelled},
          {"typedefs", report.typedefs},
          {"nodes", report.nodes},
          {"edges", report.edges},
          {"rows", report.rows},
          {"synonyms", report.AllSynonyms()},
          {"obsolete", report.obsolete},
          {"replaced", report.replaced},
          {"triples", report.triples}};
}

TableLayouts Layouts() {
  return TableLayouts::Load(std::string(PARFOCAL_SOURCE_DIR) +
                            "/deploy/vocabulary/ontology-tables.tsv")
      .value();
}

// The rules by which a count differs from the README's.
constexpr char kProperties[] = "counted on classes; the README counts properties, too";
constexpr char kThing[] = "owl:Thing is no class of an ontology";
constexpr char kInteger[] = "owl:deprecated with the integer 1 is as good as true";
constexpr char kSecondLabel[] = "a second label counts as a synonym, with its language";
constexpr char kEmptyText[] = "a synonym without text is none";
constexpr char kListedTwice[] = "an id that is listed twice is one term";
constexpr char kNoLabel[] = "two taxa have no label and two have a second one";

struct Difference {
  const char* file;
  const char* what;
  int64_t ours;
  const char* why;
};
constexpr Difference kDifferences[] = {
    {"EDAM-bioimaging.owl.gz", "synonyms", 596, kProperties},
    {"bao_complete_merged-2017.owl.gz", "classes", 3387, kThing},
    {"bao_complete_merged-2017.owl.gz", "obsolete", 2, kInteger},
    {"bao_complete_merged-2017.owl.gz", "synonyms", 7250, kSecondLabel},
    {"bao_vocabulary_instrument.owl", "synonyms", 1, kProperties},
    {"cl-basic-2023-01.json.gz", "synonyms", 2712, kProperties},
    {"cl-clo-import.owl.gz", "synonyms", 5847, kSecondLabel},
    {"cl-simple-2023-01.owl.gz", "replaced", 177, kProperties},
    {"cl-simple-2023-01.owl.gz", "synonyms", 2712, kProperties},
    {"clo-lincs-view-2016.owl.gz", "synonyms", 3036, kSecondLabel},
    {"efo-2023-07.nxo.json.gz", "synonyms", 104804, kEmptyText},
    {"efo-obsolete-2025-01.json.gz", "obsolete", 6406, kListedTwice},
    {"efo-obsolete-2025-01.json.gz", "replaced", 5898, kListedTwice},
    {"fbbi-2020-11-06.json.gz", "synonyms", 60, kProperties},
    {"fbbi-2020-11-06.owl.gz", "synonyms", 60, kProperties},
    {"gide_ncbitaxon_hierarchy_subset.ttl", "labelled", 851, kNoLabel},
    {"go-nucleus.json.gz", "synonyms", 252, kProperties},
    {"go-nucleus.owl.gz", "synonyms", 252, kProperties},
    {"go-nucleus.owl.ttl.gz", "synonyms", 252, kProperties},
    {"obi-core.owl", "synonyms", 36, kProperties},
    {"obi-edit-2024-03.ttl.gz", "classes", 1541, kThing},
    {"obi-edit-2024-03.ttl.gz", "synonyms", 314, kProperties},
    {"pato-base.owl.gz", "replaced", 92, kProperties},
    {"pato-base.owl.gz", "synonyms", 939, kProperties},
    {"pato-simple.json.gz", "obsolete", 982, kProperties},
    {"pato-simple.json.gz", "synonyms", 939, kProperties},
    {"ro.json.gz", "obsolete", 1, kProperties},
    {"ro.json.gz", "synonyms", 38, kProperties},
    {"ro.owl.gz", "replaced", 0, kProperties},
    {"ro.owl.gz", "synonyms", 40, kProperties},
    {"uberon-mondo-import.obo.gz", "synonyms", 18122, kSecondLabel},
    {"wbphenotype-simple.owl.gz", "synonyms", 1932, kProperties},
};

TEST(OntologyCorpusTest, CountsAreTheReadmesOrDifferByANamedRule) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const TableLayouts layouts = Layouts();
  const std::map<std::string, ReadmeRow> readme = ReadReadme(corpus + "/ontologies/README.md");
  ASSERT_EQ(readme.size(), 82u);
  std::map<std::pair<std::string, std::string>, int64_t> differing;
  for (const Difference& row : kDifferences) differing[{row.file, row.what}] = row.ours;
  size_t compared = 0;
  for (const auto& [file, row] : readme) {
    SCOPED_TRACE(file);
    if (row.functional) continue;
    int64_t handed_over = 0;
    auto report = ReadOntologyFile(
        corpus + "/ontologies/" + file, ReadLimits(),
        [&](ParsedTerm&&) {
          ++handed_over;
          return absl::OkStatus();
        },
        &layouts);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->classes, handed_over);
    const std::map<std::string, int64_t> ours = CountsOf(*report);
    for (const auto& [what, number] : row.counts) {
      auto count = ours.find(what);
      if (count == ours.end()) continue;
      ++compared;
      auto other = differing.find({file, what});
      if (other == differing.end()) {
        EXPECT_EQ(count->second, number) << what;
        continue;
      }
      EXPECT_EQ(count->second, other->second) << what;
      // A difference that is none any more has no place in the list.
      EXPECT_NE(count->second, number) << what;
      differing.erase(other);
    }
  }
  EXPECT_GT(compared, 300u);
  EXPECT_TRUE(differing.empty()) << differing.begin()->first.first;
}

TEST(OntologyCorpusTest, FunctionalSyntaxIsRefusedByNameWithTheConvertedFile) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const std::vector<std::pair<std::string, std::string>> kConverted = {
      {"fbbi-edit.owl.gz", "fbbi-edit-2026-01.converted.ttl.gz"},
      {"mp-definitions.owl.gz", "mp-definitions-2026-08.converted.ttl.gz"},
      {"fypo-eqs-2020.owl.gz", "fypo-eqs-2020.converted.ttl.gz"}};
  for (const auto& [file, converted] : kConverted) {
    SCOPED_TRACE(file);
    auto report = ReadOntologyFile(corpus + "/ontologies/" + file, ReadLimits(),
                                   [](ParsedTerm&&) { return absl::OkStatus(); });
    EXPECT_THAT(report, StatusIs(absl::StatusCode::kInvalidArgument,
                                 AllOf(HasSubstr("OWL functional syntax"), HasSubstr(converted))));
  }
}

TEST(OntologyCorpusTest, ATableWithoutALayoutIsRefusedByItsColumns) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  auto report = ReadOntologyFile(corpus + "/ontologies/cellosaurus-cell-line-names.tsv",
                                 ReadLimits(), [](ParsedTerm&&) { return absl::OkStatus(); });
  EXPECT_THAT(report, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("cellosaurus_accession, cell_line_name")));
}

// What the README's table does not count.
TEST(OntologyCorpusTest, TablesHoldWhatTheirColumnsSay) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const TableLayouts layouts = Layouts();
  std::map<std::string, ParsedTerm> terms;
  const auto read = [&](const char* file) {
    terms.clear();
    auto report = ReadOntologyFile(
        corpus + "/ontologies/" + file, ReadLimits(),
        [&](ParsedTerm&& term) {
          std::string id = term.id;
          terms.emplace(std::move(id), std::move(term));
          return absl::OkStatus();
        },
        &layouts);
    EXPECT_THAT(report, IsOk());
    return report.ok() ? *report : ReadReport();
  };
  ReadReport clo = read("clo-terms-2023-10.tsv.gz");
  EXPECT_EQ(clo.rows, 39'113);
  EXPECT_EQ(clo.classes, 39'080);  // The other rows are properties and repositories.
  EXPECT_EQ(clo.obsolete, 12);     // Below "obsolete class".
  EXPECT_THAT(clo.warnings, ::testing::Contains(HasSubstr("60 parents are named by labels")));
  const ParsedTerm& hela = terms["CLO:0003684"];
  EXPECT_EQ(hela.label, "HeLa cell");
  EXPECT_EQ(hela.synonyms.at(0).text, "HeLa");
  EXPECT_THAT(hela.xrefs, ::testing::IsSupersetOf({"EFO: EFO_0001185", "RRID:CVCL_0030"}));
  EXPECT_EQ(hela.parents.size(), 1u);
  EXPECT_THAT(hela.relations,
              ::testing::ElementsAre(ParsedRelation{
                  "from_patient_with", "", "cervical adenocarcinoma", {"DOID", "EFO", "MONDO"}}));

  EXPECT_EQ(read("cellosaurus-cell-line-names.tsv").classes, 2'055);
  EXPECT_EQ(terms["CVCL_0005"].synonyms.size(), 1u);  // NB4 beside NB-4.

  EXPECT_EQ(read("mp-ja.babelon.tsv.gz").languages["ja"], 14'226);
  EXPECT_EQ(terms["MP:0000001"].label, "");

  EXPECT_EQ(read("efo-obsoletes-report.tsv.gz").obsolete, 9'932);
  EXPECT_EQ(read("fbbi-obsoletes-report.tsv").obsolete, 107);
  EXPECT_EQ(read("mp-VOC_MammalianPhenotype.rpt.gz").obsolete, 454);
  EXPECT_EQ(read("EDAM-bioimaging_alpha06.tsv").labelled, 341);
}

}  // namespace
}  // namespace parfocal
