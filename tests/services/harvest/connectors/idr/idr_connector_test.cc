// The connector on invented archives, with rules of their own: pages, cursors, ids, joins,
// findings.
#include "parfocal/connector_idr/idr_connector.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::parfocal::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kRules[] = R"yaml(
publisher: {name: Archive, id: "https://example.org/"}
landing_page: "https://example.org/{accession}"
institution_words: [university, ETH]
empty_values: [NA]
not_genes: [control]
row_keys: [[Plate, Well], [Dataset Name, Image Name]]
columns:
  - {match: Plate, as: plate}
  - {match: Well, as: well}
  - {match: ["Term Source # REF"], as: term_source}
  - {match: ["Term Source # Accession"], as: term_accession}
  - {match: "Characteristics [Organism 1]", as: value, field: organism, role: host, takes_term: true}
  - {match: "Characteristics [Organism 2]", as: value, field: organism, role: pathogen, takes_term: true}
  - {match: "Characteristics [Organism]", as: value, field: organism, takes_term: true}
  - {match: "Characteristics [*", as: attribute, takes_term: true}
  - {match: ["Gene Identifier", "Gene Identifier #"], as: gene_identifier, split: ";"}
  - {match: ["Gene Symbol", "Gene Symbol #"], as: gene_symbol, split: ";"}
  - {match: "Background Gene", as: gene_symbol, role: background, group: background}
  - {match: Reagent, as: value, field: reagent, group: gene}
  - {match: "Compound #", as: value, field: compound, group: compound}
  - {match: "Key #", as: identifier, of: compound, group: compound, prefix: InChIKey}
  - {match: "Dose # (uM)", as: value, field: dose, group: compound, unit: micromolar}
  - {match: Amount, as: value, field: dose, group: amount}
  - {match: Amount Unit, as: unit, of: dose, group: amount}
  - {match: Channels, as: channels}
  - {match: Contact, as: personal}
  - {match: Control Type, as: control}
  - {match: Quality Control, as: quality}
  - {match: Has Phenotype, as: has_phenotype}
  - {match: Phenotype Annotation Level, as: phenotype_level}
  - {match: [Phenotype, "Phenotype #"], as: phenotype}
  - {match: ["Phenotype # Term Name *", "Phenotype # Term Name"], as: phenotype_term_name}
  - {match: ["Phenotype # Term Accession", "Phenotype # Term Accession *"], as: phenotype_term_accession}
perturbations:
  - {study: ex1, block: screenB, gene_role: tagged}
  - {library: "*siRNA*", type: RNAi, gene_role: perturbed}
  - {gene_role: other}
observations:
  - {phenotype: "normal*", kind: normal}
  - {term: "PO:*", kind: anatomy}
scoring: [{denied_by: ["no"], scored_by: "Score {phenotype}", score: "Score {phenotype}"}]
images:
  - {column: Comments, value: "no image*", available: false}
  - {column: Comments, value: "*mask", kind: mask}
controls: {negative control: negative, empty well: empty}
quality: {pass: passed, "fail*": failed}
)yaml";

constexpr char kStudyHead[] =
    "Comment[IDR Study Accession]\tex1\nStudy Title\tA title\nStudy Public Release "
    "Date\t2020-02-03\n"
    "Study Organism\tHomo sapiens\nStudy Organism Term Source REF\tNCBITaxon\nStudy Organism Term "
    "Accession\t9606\n"
    "Study DOI\thttps://doi.org/10.1000/ABC\nStudy License\tCC BY 4.0\nStudy Person Last "
    "Name\tDoe\n"
    "Study Person First Name\tJo\nStudy Person Email\tjo@example.org\n"
    "Study Person Address\tExample University, Main Road 5, 12345 Town, Netherlands\n";
constexpr char kScreenA[] =
    "Screen Number\t1\nComment[IDR Screen Name]\tex1-name/screenA\nLibrary Type\tsiRNA library\n"
    "Screen Size\tPlates: 2\t5D Images: 1,536\tTotal Tb: 0.5\n"
    "Screen Imaging Method\tconfocal microscopy\n"
    "Phenotype Name\tround\tlong\nPhenotype Term Source REF\tCMPO\tCMPO\n"
    "Phenotype Term Accession\tCMPO_0000001\tCMPO_0000002\n"
    "Phenotype Term Source REF\t\tCMPO\nPhenotype Term Accession\t\tCMPO_0000003\n"
    "Processed Data Column Link To Library File\tReagent\n";

class IdrConnectorTest : public ::testing::Test {
 protected:
  IdrConnectorTest() {
    Write("rules.yaml", kRules);
    Write("data/ex1-name/ex1-study.txt", absl::StrCat(kStudyHead, kScreenA));
  }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  absl::StatusOr<std::unique_ptr<Connector>> Open() {
    Source source;
    source.id = "ex";
    source.location = dir_ / "data";
    source.options["rules"] = dir_ / "rules.yaml";
    return MakeIdrConnector(source, ConnectorContext());
  }

  // All pages, each checked for what must hold of every page.
  std::vector<DraftPage> Pages() {
    std::vector<DraftPage> pages;
    auto connector = Open();
    EXPECT_THAT(connector, testing::IsOk());
    if (!connector.ok()) return pages;
    std::string cursor;
    while (pages.size() < 100) {
      auto page = (*connector)->NextPage(cursor);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      const Ledger& l = page->ledger;
      EXPECT_EQ(l.fetched, static_cast<int64_t>(page->drafts.size()) + l.quarantined + l.skipped);
      EXPECT_EQ(l.rows_read, l.rows_accepted + l.rows_rejected);
      EXPECT_NE(page->last, !page->next_cursor.empty());
      for (const Draft& draft : page->drafts) {
        EXPECT_LE(draft.raw.offset + draft.raw.length, page->raw.at(draft.raw.blob).size());
      }
      cursor = page->next_cursor;
      pages.push_back(*std::move(page));
      if (pages.back().last) break;
    }
    return pages;
  }

  Study TheStudy() {
    for (const DraftPage& page : Pages()) {
      for (const Draft& draft : page.drafts) {
        if (const auto* study = std::get_if<Study>(&draft.record)) return *study;
      }
    }
    ADD_FAILURE() << "no study";
    return {};
  }

  std::vector<ImageSet> Sets() {
    std::vector<ImageSet> sets;
    for (const DraftPage& page : Pages()) {
      for (const Draft& draft : page.drafts) {
        if (const auto* set = std::get_if<ImageSet>(&draft.record)) sets.push_back(*set);
      }
    }
    return sets;
  }

  std::vector<Rejection> Rejections() {
    std::vector<Rejection> out;
    for (const DraftPage& page : Pages())
      out.insert(out.end(), page.rejections.begin(), page.rejections.end());
    return out;
  }

  // The one row of a table of screenA.
  ImageSet Row(const std::string& header, const std::string& row,
               const std::string& folder = "screenA") {
    Write(absl::StrCat("data/ex1-name/", folder, "/ex1-", folder, "-annotation.csv"),
          absl::StrCat("Plate,Well,", header, "\nP1,A1,", row, "\n"));
    std::vector<ImageSet> sets = Sets();
    EXPECT_THAT(sets, SizeIs(1));
    return sets.empty() ? ImageSet() : sets[0];
  }

  testing::TempDir dir_;
};

// "field=value [id] role group"
std::vector<std::string> Said(const ImageSet& set) {
  std::vector<std::string> out;
  for (const Statement& s : set.statements) {
    out.push_back(absl::StrCat(
        s.field, "=", s.value, s.stated_id.empty() ? "" : absl::StrCat(" [", s.stated_id, "]"),
        s.role.empty() ? "" : " ", s.role, s.group == 0 ? "" : absl::StrCat(" #", s.group)));
  }
  return out;
}

// "+ name [term] level score"
std::vector<std::string> Seen(const ImageSet& set) {
  std::vector<std::string> out;
  for (const Observation& o : set.observations) {
    out.push_back(absl::StrCat(o.outcome == Outcome::kPositive         ? "+"
                               : o.outcome == Outcome::kTestedNegative ? "-"
                                                                       : "?",
                               o.finding.field, "/", static_cast<int>(o.kind), " ", o.finding.value,
                               " [", o.finding.stated_id, "] ", o.level, o.score));
  }
  return out;
}

TEST_F(IdrConnectorTest, AStudyFileIsARecord) {
  const Study study = TheStudy();
  EXPECT_EQ(study.accession, "ex1");
  EXPECT_EQ(study.title, "A title");
  EXPECT_EQ(study.release_date, "2020-02-03");
  EXPECT_EQ(study.landing_page, "https://example.org/ex1");
  EXPECT_EQ(study.publisher, "Archive");
  ASSERT_THAT(study.publications, SizeIs(1));
  EXPECT_EQ(study.publications[0].doi, "10.1000/abc");
  EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
  ASSERT_THAT(study.people, SizeIs(1));
  EXPECT_EQ(study.people[0].name, "Jo Doe");
  EXPECT_EQ(study.people[0].affiliation, "Example University");
  ASSERT_THAT(study.blocks, SizeIs(1));
  EXPECT_EQ(study.blocks[0].id, "screenA");
  EXPECT_EQ(study.blocks[0].image_count, 1536);
  EXPECT_EQ(study.blocks[0].bytes, 500'000'000'000);
  EXPECT_EQ(study.image_count, 1536);
}

TEST_F(IdrConnectorTest, TitlesAreOneLineAndBounded) {
  auto title_of = [&](const std::string& title) {
    Write("data/ex1-name/ex1-study.txt",
          absl::StrCat("Comment[IDR Study Accession]\tex1\nStudy Title\t", title, "\n"));
    return TheStudy().title;
  };
  EXPECT_EQ(title_of("wrapped at\nthe margin"), "wrapped at the margin");
  EXPECT_EQ(title_of(std::string(4096, 'x')).size(), 4096u);
  EXPECT_THAT(Rejections(), IsEmpty());
  EXPECT_EQ(title_of(std::string(4097, 'x')).size(), 4096u);
  EXPECT_THAT(Rejections(), ElementsAre(Field(&Rejection::reason, HasSubstr("cut to 4096"))));
}

TEST_F(IdrConnectorTest, KeyWordsAndPeopleAreBounded) {
  std::string words, names;
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&words, "\tw", i);
  for (int i = 0; i < 201; ++i) absl::StrAppend(&names, "\tn", i);
  Write("data/ex1-name/ex1-study.txt",
        absl::StrCat("Comment[IDR Study Accession]\tex1\nStudy Key Words", words,
                     "\nStudy Person Last Name", names, "\n"));
  const Study study = TheStudy();
  EXPECT_THAT(study.keywords, SizeIs(1000));
  EXPECT_THAT(study.people, SizeIs(200));
  EXPECT_THAT(Rejections(), SizeIs(2));
}

TEST_F(IdrConnectorTest, ContactDataOfPeopleIsNowhereInTheRecord) {
  const Study study = TheStudy();
  for (const auto& [key, value] : study.attributes) {
    EXPECT_THAT(value, Not(AnyOf(HasSubstr("jo@"), HasSubstr("Main Road")))) << key;
  }
  EXPECT_THAT(study.people[0].affiliation, Not(HasSubstr("Road")));
}

TEST_F(IdrConnectorTest, BlocksThatDifferAreScopedWhereTheyHaveRows) {
  Write("data/ex1-name/ex1-study.txt",
        absl::StrCat(
            kStudyHead, kScreenA,
            "Screen Number\t2\nComment[IDR Screen Name]\tex1-name/screenB\n"
            "Screen Organism\tMus musculus\nScreen Organism Term Source REF\tNCBITaxon\n"
            "Screen Organism Term Accession\t10090\nScreen Imaging Method\tconfocal microscopy\n"));
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv", "Plate,Well\nP1,A1\n");
  Write("data/ex1-name/screenB/ex1-screenB-annotation.csv", "Plate,Well\nP1,A1\n");
  std::vector<std::string> said;
  for (const Statement& s : TheStudy().statements) {
    if (s.field != "study_type") said.push_back(absl::StrCat(s.field, "=", s.value, "@", s.scope));
  }
  EXPECT_THAT(said, UnorderedElementsAre(
                        "organism=Homo sapiens@screenA", "organism=Mus musculus@screenB",
                        "imaging_method=confocal microscopy@", "perturbation_type=RNAi@screenA"));
  std::filesystem::remove_all(dir_ / "data/ex1-name/screenB");
  said.clear();
  for (const Statement& s : TheStudy().statements) {
    if (s.field == "organism") said.push_back(absl::StrCat(s.value, "@", s.scope));
  }
  EXPECT_THAT(said, UnorderedElementsAre("Homo sapiens@screenA", "Mus musculus@"));
}

TEST_F(IdrConnectorTest, RowsKeepTheirCellsUnderCleanedHeaders) {
  const ImageSet set = Row("Gene Identifier %% url=http://x/%s,Extra ,Extra ,Contact,Empty",
                           " g1 ,\"a, b\",c,jo@example.org,");
  EXPECT_THAT(set.attributes,
              ElementsAre(Pair("Plate", "P1"), Pair("Well", "A1"), Pair("Gene Identifier", "g1"),
                          Pair("Extra", "a, b"), Pair("Extra (2)", "c")));
  EXPECT_EQ(set.id, "screenA/P1/A1");
  EXPECT_EQ(set.block, "screenA");
  EXPECT_EQ(set.plate, "P1");
  EXPECT_EQ(set.well, "A1");
  EXPECT_EQ(set.image_count_basis, CountBasis::kUnknown);
}

TEST_F(IdrConnectorTest, MailAddressesInCellsAreWithheld) {
  const ImageSet set = Row("Comments", "ask jo@example.org");
  EXPECT_THAT(set.attributes, Contains(Pair("Comments", Not(HasSubstr("@example")))));
}

TEST_F(IdrConnectorTest, TermsGoToTheNearestColumnThatTakesThem) {
  const ImageSet set =
      Row("Characteristics [Organism 1],Term Source 1 REF,Term Source 1 "
          "Accession,Characteristics [Organism 2],"
          "Note,Term Source 2 REF,Term Source 2 Accession,Characteristics [Age],Term Source 3 "
          "REF,Term Source 3 Accession",
          "Homo sapiens,NCBITaxon,9606,Some virus,note,NCBITaxon,NCBITaxon_11320,5,UO,UO_1");
  EXPECT_THAT(Said(set), ElementsAre("organism=Homo sapiens [NCBITaxon:9606] host",
                                     "organism=Some virus [NCBITaxon:11320] pathogen"));
}

TEST_F(IdrConnectorTest, GenesPairIdentifierAndSymbol) {
  EXPECT_THAT(Said(Row("Gene Identifier,Gene Symbol,Reagent", "g1,AAA,r1")),
              UnorderedElementsAre("gene=AAA [g1] perturbed #1", "reagent=r1 #1"));
  EXPECT_THAT(Said(Row("Gene Identifier,Gene Symbol", "g1;g2,AAA; BBB")),
              ElementsAre("gene=AAA [g1] perturbed #1", "gene=BBB [g2] perturbed #1"));
  // Where their numbers differ the identifiers alone are told apart.
  EXPECT_THAT(Said(Row("Gene Identifier,Gene Symbol", "g1;g2,AAA")),
              ElementsAre("gene=g1 [g1] perturbed #1", "gene=g2 [g2] perturbed #1"));
  EXPECT_THAT(Said(Row("Gene Identifier,Gene Symbol", ",AAA")),
              ElementsAre("gene=AAA perturbed #1"));
  EXPECT_THAT(Said(Row("Gene Identifier,Gene Symbol", "control,NA")), IsEmpty());
  EXPECT_THAT(
      Said(Row("Gene Identifier 1,Gene Symbol 1,Gene Identifier 2,Gene Symbol 2", "g1,A,g2,B")),
      ElementsAre("gene=A [g1] perturbed #1", "gene=B [g2] perturbed #2"));
  EXPECT_THAT(Said(Row("Gene Symbol,Background Gene", "A,B")),
              ElementsAre("gene=A perturbed #1", "gene=B background #2"));
}

TEST_F(IdrConnectorTest, TheRoleOfGenesIsTheirBlocks) {
  EXPECT_THAT(Said(Row("Gene Symbol", "A", "screenB")), ElementsAre("gene=A tagged #1"));
}

TEST_F(IdrConnectorTest, CompoundsKeepIdAndDoseTogether) {
  EXPECT_THAT(Said(Row("Compound 1,Key 1,Dose 1 (uM),Compound 2,Dose 2 (uM),Amount,Amount Unit",
                       "aspirin,ABC,\"0,5\",DMSO,none,3,mg")),
              UnorderedElementsAre("compound=aspirin [InChIKey:ABC] #1", "dose=0,5 micromolar #1",
                                   "compound=DMSO #2", "dose=none #2", "dose=3 mg #3"));
  EXPECT_THAT(Said(Row("Key 1", "ABC")), ElementsAre("compound=ABC [InChIKey:ABC] #1"));
}

TEST_F(IdrConnectorTest, ChannelsAreStainAndTarget) {
  EXPECT_THAT(Said(Row("Channels", "Hoechst:DNA;GFP: tubulin")),
              ElementsAre("channel_stain=Hoechst #1", "channel_target=DNA #1",
                          "channel_stain=GFP #2", "channel_target=tubulin #2"));
  EXPECT_THAT(Said(Row("Channels", "\"Hoechst:DNA, GFP:tubulin\"")), SizeIs(4));
  EXPECT_THAT(Said(Row("Channels", "\"a dye, bright\"")),
              ElementsAre("channel_stain=a dye, bright #1"));
}

TEST_F(IdrConnectorTest, ControlQualityAndImages) {
  ImageSet set =
      Row("Control Type,Quality Control,Comments", "Negative  Control,failed twice,no image here");
  EXPECT_EQ(set.control, ControlType::kNegative);
  EXPECT_EQ(set.control_stated, "Negative  Control");
  EXPECT_EQ(set.quality, Quality::kFailed);
  EXPECT_FALSE(set.images_available);
  set = Row("Control Type,Quality Control,Comments", "strange control,a note,a mask");
  EXPECT_EQ(set.control, ControlType::kOther);
  EXPECT_EQ(set.quality, Quality::kNotStated);
  EXPECT_EQ(set.quality_stated, "a note");
  EXPECT_EQ(set.image_kind, ImageKind::kMask);
}

TEST_F(IdrConnectorTest, PhenotypesWithTheirTerms) {
  EXPECT_THAT(Seen(Row("Phenotype Annotation Level,Phenotype 1,Phenotype 1 Term Name,Phenotype 1 "
                       "Term Accession",
                       "Gene,round,x,CMPO_0000001")),
              ElementsAre("+phenotype/0 round [CMPO:0000001] gene"));
  const ImageSet pair =
      Row("Phenotype 4,Phenotype 4 Term Name a,Phenotype 4 Term Accession a,Phenotype 4 Term "
          "Name b,Phenotype 4 Term Accession b",
          "both,x,CMPO_0000001,y,CMPO_0000002");
  EXPECT_THAT(Seen(pair), ElementsAre("+phenotype/0 both [CMPO:0000001] ",
                                      "+phenotype/0 both [CMPO:0000002] "));
  EXPECT_GT(pair.observations[0].finding.group, 0u);
  EXPECT_EQ(pair.observations[0].finding.group, pair.observations[1].finding.group);
  EXPECT_THAT(Seen(Row("Phenotype", "no term at all")),
              ElementsAre("+phenotype/0 no term at all [] "));
  EXPECT_THAT(
      Seen(Row("Phenotype,Phenotype 2,Phenotype 2 Term Accession", "normal cells,leaf,PO:0000001")),
      ElementsAre("+phenotype/5 normal cells [] ", "+anatomy/3 leaf [PO:0000001] "));
}

constexpr struct {
  const char* name;
  const char* row;
  int negatives;
} kDenied[] = {{"denied", ",pass,no,,", 3},         {"not said", ",pass,,,", 0},
               {"found one", ",pass,no,round,", 2}, {"a control", "negative control,pass,no,,", 0},
               {"failed", ",fail,no,,", 0},         {"no image", ",pass,no,,no images", 0}};
TEST_F(IdrConnectorTest, TestedNegativeNeedsARowThatWasScored) {
  for (const auto& row : kDenied) {
    SCOPED_TRACE(row.name);
    const ImageSet set =
        Row("Control Type,Quality Control,Has Phenotype,Phenotype 1,Comments", row.row);
    // round has one term, long has two.
    EXPECT_EQ(
        std::count_if(set.observations.begin(), set.observations.end(),
                      [](const Observation& o) { return o.outcome == Outcome::kTestedNegative; }),
        row.negatives);
  }
}

TEST_F(IdrConnectorTest, AScoreSaysWhichPhenotypeWasTested) {
  EXPECT_THAT(Seen(Row("Score round,Score long,Phenotype 1", "0.1,NA,")),
              ElementsAre("-phenotype/0 round [CMPO:0000001] 0.1"));
  EXPECT_THAT(Seen(Row("Score round,Phenotype 1", "0.9,round")),
              ElementsAre("+phenotype/0 round [] 0.9"));
}

TEST_F(IdrConnectorTest, AScoreMayHoldForSomePhenotypesAndSomeValuesOnly) {
  std::string rules = kRules;
  const std::string plain = R"(scored_by: "Score {phenotype}",)";
  rules.replace(rules.find(plain), plain.size(),
                R"(scored_by: "Found {phenotype}", phenotype: "r*", scored_value: "0",)");
  Write("rules.yaml", rules);
  EXPECT_THAT(Seen(Row("Found round,Found long,Score round", "0,0,0.2")),
              ElementsAre("-phenotype/0 round [CMPO:0000001] 0.2"));
  EXPECT_THAT(Seen(Row("Found round,Found long", "1/4,0")), IsEmpty());
}

TEST_F(IdrConnectorTest, AColumnMaySayThatAPhenotypeWasFoundOrNot) {
  std::string rules = kRules;
  const std::string plain = R"(scored_by: "Score {phenotype}",)";
  rules.replace(rules.find(plain), plain.size(),
                R"(scored_by: "Hit", phenotype: "r*", scored_value: "no", found_value: "yes",
                   decimal_comma: true,)");
  Write("rules.yaml", rules);
  EXPECT_THAT(Seen(Row("Hit,Score round", "yes,\"80,5\"")),
              ElementsAre("+phenotype/0 round [CMPO:0000001] 80.5"));
  EXPECT_THAT(Seen(Row("Hit,Score round", "no,\"-1,25\"")),
              ElementsAre("-phenotype/0 round [CMPO:0000001] -1.25"));
  EXPECT_THAT(Seen(Row("Hit,Score round", "no,\"1,2,3\"")),
              ElementsAre("-phenotype/0 round [CMPO:0000001] 1,2,3"));
  EXPECT_THAT(Seen(Row("Hit,Score round", ",\"80,5\"")), IsEmpty());
  // What a phenotype column says as well is one finding; a control may show it and never lacks it.
  EXPECT_THAT(Seen(Row("Hit,Phenotype 1,Score round", "yes,round,3")),
              ElementsAre("+phenotype/0 round [] 3"));
  EXPECT_THAT(Seen(Row("Hit,Control Type,Score round", "no,negative control,3")), IsEmpty());
}

TEST_F(IdrConnectorTest, RowsOfEqualKeysAreToldApartByOrder) {
  Write("data/ex1-name/experimentA/ex1-experimentA-annotation.csv",
        "Dataset Name,Image Name\nd,i\nd,i\nd,i#2\nd,i\n,\nd,\n");
  std::vector<std::string> ids;
  for (const ImageSet& set : Sets()) ids.push_back(set.id);
  EXPECT_THAT(ids, ElementsAre("experimentA/d/i", "experimentA/d/i#2", "experimentA/d/i#2#2",
                               "experimentA/d/i#3", "experimentA/d/-"));
}

TEST_F(IdrConnectorTest, BadRowsAreRejectedWithTheirLine) {
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv",
        absl::StrCat("Plate,Well,C\nP,A1,\"two\nlines\"\nP,A2\nP,A3,\xFF\n,,\nP,",
                     std::string(2100, 'w'), ",c\nP,A5,ok\n"));
  const std::vector<Rejection> rejections = Rejections();
  ASSERT_THAT(rejections, SizeIs(4));
  EXPECT_EQ(rejections[0].place, "ex1-name/screenA/ex1-screenA-annotation.csv:4");
  EXPECT_THAT(rejections[0].reason, HasSubstr("2 cells, its header 3"));
  EXPECT_THAT(rejections[1].reason, HasSubstr("not UTF-8"));
  EXPECT_THAT(rejections[2].reason, HasSubstr("no value"));
  EXPECT_THAT(rejections[3].reason, HasSubstr("identify the row"));
  EXPECT_THAT(Sets(), SizeIs(2));
}

TEST_F(IdrConnectorTest, RawSlicesAreTheLinesAndTheHeader) {
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv",
        "\xEF\xBB\xBFPlate,Well\r\nP,A1\r\nP,A2");
  const std::vector<DraftPage> pages = Pages();
  ASSERT_THAT(pages, SizeIs(2));
  const DraftPage& page = pages[1];
  ASSERT_THAT(page.drafts, SizeIs(2));
  const RawSlice& raw = page.drafts[1].raw;
  EXPECT_EQ(page.raw[0].substr(raw.offset, raw.length), "P,A2");
  EXPECT_EQ(page.raw[0].substr(raw.context_offset, raw.context_length), "Plate,Well\r\n");
  EXPECT_THAT(pages[0].raw[0], HasSubstr("Study Title"));
}

TEST_F(IdrConnectorTest, EveryPageCanBeReadAgainAlone) {
  std::string table = "Plate,Well,Phenotype\n";
  for (int i = 0; i < 12'000; ++i) absl::StrAppend(&table, "P,A", i % 7000, ",x", i, "\n");
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv", table);
  Write("data/ex2-name/ex2-study.txt", "Comment[IDR Study Accession]\tex2\n");
  const std::vector<DraftPage> pages = Pages();
  ASSERT_THAT(pages, SizeIs(5));
  EXPECT_THAT(pages[1].drafts, SizeIs(5000));
  EXPECT_THAT(pages[3].drafts, SizeIs(2000));
  std::set<std::string> names;
  for (const DraftPage& page : pages) {
    for (const Draft& draft : page.drafts)
      EXPECT_TRUE(names.insert(FormatRecordName(NameOf(draft.record))).second);
  }
  EXPECT_THAT(names, SizeIs(12'002));
  for (size_t i = 1; i < pages.size(); ++i) {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(auto fresh, Open());
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const DraftPage again, fresh->NextPage(pages[i - 1].next_cursor));
    EXPECT_EQ(again.raw, pages[i].raw);
    EXPECT_EQ(again.next_cursor, pages[i].next_cursor);
    ASSERT_EQ(again.drafts.size(), pages[i].drafts.size());
    for (size_t k = 0; k < again.drafts.size(); ++k)
      EXPECT_TRUE(again.drafts[k].record == pages[i].drafts[k].record);
  }
}

// Accessions that a spreadsheet filled downwards: every row says so, wherever its page begins and
// in whatever order the rows stand.
TEST_F(IdrConnectorTest, ManyIdsBesideTheSameWordsAreAWitness) {
  constexpr int kRows = 7000;
  std::vector<std::string> rows;
  for (int i = 0; i < kRows; ++i) {
    const bool filled = i % 2 == 0;
    rows.push_back(absl::StrCat("P,A", i, ",", filled ? "Homo sapiens" : "Mus musculus",
                                ",NCBITaxon,", filled ? 9606 + i / 2 % 1000 : 10090 + i % 3 / 2,
                                "\n"));
  }
  for (const bool reversed : {false, true}) {
    if (reversed) std::reverse(rows.begin(), rows.end());
    Write("data/ex1-name/screenA/ex1-screenA-annotation.csv",
          absl::StrCat("Plate,Well,Characteristics [Organism],Term Source 1 REF,"
                       "Term Source 1 Accession\n",
                       absl::StrJoin(rows, "")));
    const std::vector<DraftPage> pages = Pages();
    ASSERT_THAT(pages, SizeIs(3));  // The study's, and two of rows.
    size_t seen = 0;
    for (const DraftPage& page : pages) {
      for (const Draft& draft : page.drafts) {
        const auto* set = std::get_if<ImageSet>(&draft.record);
        if (set == nullptr) continue;
        ++seen;
        ASSERT_THAT(set->statements, SizeIs(1));
        EXPECT_EQ(set->statements[0].evidence, set->statements[0].value == "Homo sapiens"
                                                   ? "1000 ids beside these words in the column"
                                                   : "");
      }
    }
    EXPECT_EQ(seen, kRows);
  }
}

TEST_F(IdrConnectorTest, LibraryAndProcessedDataAreJoined) {
  Write("data/ex1-name/screenA/ex1-screenA-library.txt",
        "Plate\tWell\treagent\tGene "
        "Identifier\nP\tA1\tr1\tg1\nP\tA2\tr1\tg1\nP\tA3\tr2\tg2\nP\tA4\t\t\n");
  Write("data/ex1-name/screenA/ex1-screenA-processed.txt",
        "Reagent\tGene Identifier\tPhenotype 1\nr1\tg9\tLong \nr1\tg8\tround\nr7\tg7\tround\n");
  const std::vector<ImageSet> sets = Sets();
  ASSERT_THAT(sets, SizeIs(4));
  // Both terms of the study file, by name; the processed data's gene, of which the finding is
  // stated.
  EXPECT_THAT(Seen(sets[0]), ElementsAre("+phenotype/0 Long [CMPO:0000002] ",
                                         "+phenotype/0 Long [CMPO:0000003] "));
  EXPECT_THAT(Said(sets[0]), Contains("gene=g9 [g9] perturbed #1"));
  EXPECT_THAT(sets[0].attributes, Contains(Pair("Gene Identifier (library)", "g1")));
  EXPECT_THAT(Seen(sets[1]), SizeIs(2));
  EXPECT_THAT(Seen(sets[2]), IsEmpty());
  EXPECT_EQ(sets[3].id, "screenA/P/A4");
  EXPECT_THAT(Rejections(),
              UnorderedElementsAre(
                  Field(&Rejection::reason, HasSubstr("second row with the key 'r1'")),
                  Field(&Rejection::reason, HasSubstr("no row of the library has the key 'r7'"))));
}

TEST_F(IdrConnectorTest, ProcessedDataAloneGivesItsRows) {
  Write("data/ex1-name/screenA/ex1-screenA-processed.txt",
        "Gene\tReagent\tPhenotype 1\nx\tr1\tround\nx\tr2\t\n");
  const std::vector<ImageSet> sets = Sets();
  ASSERT_THAT(sets, SizeIs(2));
  EXPECT_EQ(sets[0].id, "screenA/r1");
  EXPECT_EQ(sets[0].image_count_basis, CountBasis::kUnknown);
  EXPECT_THAT(Seen(sets[0]), ElementsAre("+phenotype/0 round [CMPO:0000001] "));
}

TEST_F(IdrConnectorTest, AnAnnotationTableStandsBeforeItsParts) {
  Write("data/ex1-name/screenA/ex1-screenA-library.txt", "Plate\tWell\nP\tL\n");
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv", "Plate,Well\nP,A\n");
  EXPECT_THAT(Sets(), ElementsAre(Field(&ImageSet::id, "screenA/P/A")));
}

TEST_F(IdrConnectorTest, AFolderThatTheStudyFileDoesNotNameIsRead) {
  Write("data/ex1-name/screenC/ex1-screenC-annotation.csv", "Plate,Well\nP,A\n");
  Write("data/ex1-name/experimentA/run_01/ex1-experimentA-annotation.csv",
        "Dataset Name,Image Name\nd,i\n");
  EXPECT_THAT(Sets(), UnorderedElementsAre(AllOf(Field(&ImageSet::id, "screenC/P/A"),
                                                 Field(&ImageSet::block, "screenC")),
                                           AllOf(Field(&ImageSet::id, "experimentA/run_01/d/i"),
                                                 Field(&ImageSet::block, "experimentA"))));
}

TEST_F(IdrConnectorTest, WhatCannotBeReadIsSaidAndTheRestIsRead) {
  Write("data/ex0-none/screenA/ex0-screenA-annotation.csv", "Plate,Well\nP,A\n");
  Write("data/ex1-name/screenA/ex1-screenA-annotation.csv", "");
  Write("data/ex2-name/ex2-study.txt", std::string((1 << 20) + 1, 'x'));
  Write("data/ex3-name/ex3-study.txt", "Comment[IDR Study Accession]\tex3\n");
  std::vector<std::string> studies;
  for (const DraftPage& page : Pages()) {
    for (const Draft& draft : page.drafts) studies.push_back(NameOf(draft.record).accession);
  }
  EXPECT_THAT(studies, ElementsAre("ex1", "ex3"));
  EXPECT_THAT(Rejections(),
              UnorderedElementsAre(Field(&Rejection::reason, HasSubstr("no study file")),
                                   Field(&Rejection::reason, HasSubstr("no header")),
                                   Field(&Rejection::reason, HasSubstr("at most")),
                                   Field(&Rejection::reason, HasSubstr("no study accession"))));
}

TEST_F(IdrConnectorTest, OptionsAndPlaces) {
  Source source;
  source.id = "ex";
  source.location = dir_ / "data";
  source.options["ruels"] = "x";
  EXPECT_THAT(MakeIdrConnector(source, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("unknown option 'ruels'")));
  source.options.clear();
  EXPECT_THAT(MakeIdrConnector(source, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("idr.yaml")));
  source.location = dir_ / "nowhere";
  EXPECT_THAT(MakeIdrConnector(source, {}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no folder")));
  PARFOCAL_ASSERT_OK_AND_ASSIGN(auto connector, Open());
  EXPECT_TRUE(connector->ListingIsWhole());
  EXPECT_THAT(connector->NextPage("nonsense"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no cursor")));
}

}  // namespace
}  // namespace parfocal
