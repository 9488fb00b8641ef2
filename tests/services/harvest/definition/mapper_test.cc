#include "parfocal/definition/mapper.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "parfocal/record_name.h"
#include "support/status_matchers.h"

namespace parfocal::definition {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// A record of texts; a value with `|` in it is a list.
Item Row(std::vector<std::pair<std::string, std::string>> fields) {
  Item out;
  out.kind = Item::Kind::kObject;
  for (auto& [key, value] : fields) out.fields.emplace_back(key, Item::Text(value));
  return out;
}

class MapperTest : public ::testing::Test {
 protected:
  // `study` and `sets` are YAML in one line.
  MappedRecord Map(const std::string& study, const std::string& sets, const Item& record,
                   const std::string& more = "") {
    auto read =
        ParseDefinition(absl::StrCat("protocol: table\n", more,
                                     "feeds:\n  - name: a\n    files: a.csv\n    study: ", study,
                                     "\n    sets: ", sets, "\n"),
                        "/x/d.yaml");
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok()) return {};
    definition_ = *std::move(read);
    mapper_ = std::make_unique<Mapper>(&definition_, "ex");
    return mapper_->Map(definition_.feeds[0], record);
  }
  SourceDefinition definition_;
  std::unique_ptr<Mapper> mapper_;
};

TEST_F(MapperTest, FillsAStudy) {
  const MappedRecord got = Map(
      "{accession: 'E-{id}', title: '{t}', description: '{d|text}', release_date: '{day}', "
      "landing_page: 'https://example.org/{id}', data_doi: '{doi}', bytes: '{size}', "
      "file_count: '{files}', image_count: '{n}', keywords: ['{k1}', '{k2}', '{k1}'], "
      "data_access: open, licence: '{lic}', "
      "people: [{name: '{who}', orcid: '{orcid}', affiliation: '{where}', role: author}], "
      "publications: [{doi: '{paper}', pmid: '{pm}'}], funding: [{funder: '{f}', award: '{a}'}]}",
      "[]",
      Row({{"id", "7"},
           {"t", "Title"},
           {"d", "<b>Long</b>"},
           {"day", "2020-02-03T04:05:06Z"},
           {"doi", "https://doi.org/10.1000/ABC"},
           {"size", "1.5e3"},
           {"files", "12"},
           {"n", "many"},
           {"k1", "one"},
           {"k2", "two"},
           {"lic", "CC BY 4.0"},
           {"who", "A. Person"},
           {"orcid", "0000-0002-1825-0097"},
           {"where", "Somewhere"},
           {"paper", "10.1000/xyz"},
           {"pm", "123"},
           {"f", "Funder"},
           {"a", "9"}}));
  EXPECT_EQ(got.problem, "");
  const Study& s = got.study;
  EXPECT_EQ(s.source, "ex");
  EXPECT_EQ(s.accession, "E-7");
  EXPECT_EQ(s.title, "Title");
  EXPECT_EQ(s.description, "Long");
  EXPECT_EQ(s.release_date, "2020-02-03");
  EXPECT_EQ(s.landing_page, "https://example.org/7");
  EXPECT_EQ(s.data_doi, "10.1000/abc");
  EXPECT_EQ(s.bytes, 1500);
  EXPECT_EQ(s.file_count, 12);
  EXPECT_EQ(s.image_count, std::nullopt);
  EXPECT_EQ(s.data_access, DataAccess::kOpen);
  EXPECT_EQ(s.licence.spdx, "CC-BY-4.0");
  EXPECT_THAT(s.keywords, ElementsAre("one", "two"));
  ASSERT_THAT(s.people, SizeIs(1));
  EXPECT_EQ(s.people[0].orcid, "0000-0002-1825-0097");
  EXPECT_THAT(s.people[0].roles, ElementsAre("author"));
  ASSERT_THAT(s.publications, SizeIs(1));
  EXPECT_EQ(s.publications[0].pmid, "123");
  EXPECT_EQ(s.funding[0].award, "9");
  EXPECT_THAT(got.remarks, ElementsAre(HasSubstr("image_count: 'many' is no count")));
}

TEST_F(MapperTest, ARecordWithoutAccessionCannotBeUsed) {
  EXPECT_THAT(Map("{accession: '{id}'}", "[]", Row({{"x", "1"}})).problem,
              HasSubstr("no value for the accession"));
  EXPECT_EQ(Map("{accession: '{id}'}", "[]", Row({{"id", std::string(kMaxIdBytes, 'x')}})).problem,
            "");
  EXPECT_THAT(
      Map("{accession: '{id}'}", "[]", Row({{"id", std::string(kMaxIdBytes + 1, 'x')}})).problem,
      HasSubstr("more than 2048 bytes"));
}

TEST_F(MapperTest, TheFeedsValueHoldsOverThatOfTheDefinition) {
  const MappedRecord got = Map("{accession: '{id}', title: own}", "[]", Row({{"id", "1"}}),
                               "licence: CC0\nstudy: {title: common, publisher: Common}\n");
  EXPECT_EQ(got.study.title, "own");
  EXPECT_EQ(got.study.publisher, "Common");
  EXPECT_EQ(got.study.licence.spdx, "CC0-1.0");
}

TEST_F(MapperTest, ALicencesWordsMayHaveAMap) {
  const std::string maps = "maps: {l: {by: CC BY 4.0}}\n";
  const std::string study = "{accession: '{id}', licence: '{lic}', licence_map: l}";
  MappedRecord got = Map(study, "[]", Row({{"id", "1"}, {"lic", "BY"}}), maps);
  EXPECT_EQ(got.study.licence.stated, "BY");
  EXPECT_EQ(got.study.licence.spdx, "CC-BY-4.0");
  got = Map(study, "[]", Row({{"id", "1"}, {"lic", "odd"}}), maps);
  EXPECT_EQ(got.study.licence.stated, "odd");
  EXPECT_EQ(got.study.licence.spdx, "");
  EXPECT_THAT(mapper_->unmapped(), ElementsAre(Pair(Pair("l", "odd"), 1)));
}

TEST_F(MapperTest, WordsKeepTheirOwnFormBesideTheTermOfTheMap) {
  const MappedRecord got =
      Map("{accession: '{id}'}",
          "[{id: a, observations: [{kind: localisation, value: '{w}', split: ';', map: m, "
          "score: '{g}', level: cell line}]}]",
          Row({{"id", "1"}, {"w", "ER; odd;Nothing ;er"}, {"g", "3"}}),
          "maps: {m: {er: {id: 'GO:0005783'}, nothing: {nothing: true}}}\n");
  ASSERT_THAT(got.sets, SizeIs(1));
  const std::vector<Observation>& found = got.sets[0].observations;
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].kind, ObservationKind::kLocalisation);
  EXPECT_EQ(found[0].outcome, Outcome::kPositive);
  EXPECT_EQ(found[0].score, "3");
  EXPECT_EQ(found[0].finding.field, "localisation");
  EXPECT_EQ(found[0].finding.value, "ER");
  EXPECT_EQ(found[0].finding.stated_id, "GO:0005783");
  // The map is ours: the archive did not state the term.
  EXPECT_EQ(found[0].finding.origin, Origin::kInferred);
  EXPECT_EQ(found[0].finding.evidence, "source definition: value map 'm' of d.yaml");
  EXPECT_EQ(found[1].finding.value, "odd");
  EXPECT_EQ(found[1].finding.stated_id, "");
  EXPECT_EQ(found[1].finding.origin, Origin::kStated);
  EXPECT_THAT(mapper_->unmapped(), ElementsAre(Pair(Pair("m", "odd"), 1)));
}

TEST_F(MapperTest, AWordThatIsReplacedIsNamedInTheEvidence) {
  const MappedRecord got =
      Map("{accession: '{id}'}", "[{id: a, statements: [{field: sex, value: '{s}', map: m}]}]",
          Row({{"id", "1"}, {"s", "M;"}}), "maps: {m: {'M;': male}}\n");
  const Statement& s = got.sets[0].statements.at(0);
  EXPECT_EQ(s.value, "male");
  EXPECT_EQ(s.evidence, "source definition: value map 'm' of d.yaml: \"M,\"");
}

TEST_F(MapperTest, WhatTheDefinitionItselfSaysIsInferred) {
  const MappedRecord got =
      Map("{accession: '{id}', statements: [{field: organism, value: mouse, id: 'NCBITaxon:10090', "
          "role: sample}, {field: organism, value: '{o}'}]}",
          "[]", Row({{"id", "1"}, {"o", "rat"}}));
  ASSERT_THAT(got.study.statements, SizeIs(2));
  EXPECT_EQ(got.study.statements[0].origin, Origin::kInferred);
  EXPECT_EQ(got.study.statements[0].stated_id, "NCBITaxon:10090");
  EXPECT_EQ(got.study.statements[1].origin, Origin::kStated);
}

TEST_F(MapperTest, ReadsValueAndIdOutOfOneText) {
  const MappedRecord got =
      Map("{accession: '{id}'}",
          "[{id: a, statements: [{field: localisation, value: '{go}', split: ';', "
          "pattern: '{value} ({id})'}]}]",
          Row({{"id", "1"}, {"go", "Cytosol (GO:0005829);Rods & Rings;Odd (x) (GO:0000001)"}}));
  const auto& s = got.sets[0].statements;
  ASSERT_THAT(s, SizeIs(3));
  EXPECT_EQ(s[0].value + "|" + s[0].stated_id, "Cytosol|GO:0005829");
  EXPECT_EQ(s[1].value + "|" + s[1].stated_id, "Rods & Rings|");
  EXPECT_EQ(s[2].value + "|" + s[2].stated_id, "Odd (x)|GO:0000001");
}

TEST_F(MapperTest, GenesKeepTheirIdentifierAndOthersACanonicalId) {
  const MappedRecord got =
      Map("{accession: '{id}'}",
          "[{id: a, statements: [{field: gene, value: '{g}', id: '{e}', role: tagged},"
          "{field: organism, value: '{o}', id: '{t}', ontology: NCBITaxon},"
          "{field: dose, value: '{d}', unit: uM, group: x},"
          "{field: compound, value: '{c}', group: x}]}]",
          Row({{"id", "1"},
               {"g", "ABC"},
               {"e", "ENSG1"},
               {"o", "man"},
               {"t", "9606"},
               {"d", "2.5"},
               {"c", "z"}}));
  const auto& s = got.sets[0].statements;
  ASSERT_THAT(s, SizeIs(4));
  EXPECT_EQ(s[0].stated_id, "ENSG1");
  EXPECT_EQ(s[0].role, "tagged");
  EXPECT_EQ(s[1].stated_id, "NCBITaxon:9606");
  EXPECT_EQ(s[2].value, "2.5 uM");
  EXPECT_GT(s[2].group, 0u);
  EXPECT_EQ(s[2].group, s[3].group);
}

TEST_F(MapperTest, SetsHaveIdCountControlExtentsAndAttributes) {
  const MappedRecord got = Map(
      "{accession: '{id}'}",
      "[{id: 'p/{well}', plate: P, well: '{well}', image_count: '{n}',"
      "control: {value: '{c}', words: {'neg*': negative}}, quality: {value: '{q}', words: {ok: "
      "passed}},"
      "extents: {x: '{w}', pixel_x: '{px}', unit: nm}},"
      "{id: none, images_available: false, attributes: ['{c}'], when: [{value: '{n}', is: '4'}]},"
      "{id: never, when: [{value: '{missing}'}]}, {id: absent, when: [{value: '{missing}', absent: "
      "true}]}]",
      Row({{"id", "1"},
           {"well", "A1"},
           {"n", "4"},
           {"c", "Negative control"},
           {"q", "OK"},
           {"w", "512"},
           {"px", "65"}}));
  ASSERT_THAT(got.sets, SizeIs(3));
  const ImageSet& set = got.sets[0];
  EXPECT_EQ(set.id, "p/A1");
  EXPECT_EQ(set.study, "1");
  EXPECT_EQ(set.image_count, 4);
  EXPECT_EQ(set.image_count_basis, CountBasis::kStated);
  EXPECT_EQ(set.control, ControlType::kNegative);
  EXPECT_EQ(set.quality, Quality::kPassed);
  EXPECT_EQ(set.extents.x, 512);
  EXPECT_DOUBLE_EQ(*set.extents.pixel_size_x_um, 0.065);
  EXPECT_THAT(set.attributes, SizeIs(7));
  EXPECT_FALSE(got.sets[1].images_available);
  EXPECT_EQ(got.sets[1].image_count, 0);
  EXPECT_THAT(got.sets[1].attributes, ElementsAre(Pair("c", "Negative control")));
  EXPECT_EQ(got.sets[2].id, "absent");
}

TEST_F(MapperTest, ConditionsLeaveRecordsOut) {
  const std::string study =
      "{accession: '{id}'}\n    when: [{value: '{t}', is: [image, 'pict*']}, {value: '{t}', "
      "is_not: '*x'}]";
  EXPECT_FALSE(Map(study, "[]", Row({{"id", "1"}, {"t", "Image"}})).left_out);
  EXPECT_FALSE(Map(study, "[]", Row({{"id", "1"}, {"t", "picture"}})).left_out);
  EXPECT_TRUE(Map(study, "[]", Row({{"id", "1"}, {"t", "picx"}})).left_out);
  EXPECT_TRUE(Map(study, "[]", Row({{"id", "1"}})).left_out);
}

TEST_F(MapperTest, UnequalNumbersOfValuesAndIdsLoseTheIds) {
  const MappedRecord got =
      Map("{accession: '{id}'}",
          "[{id: a, statements: [{field: anatomy, value: '{v}', id: '{i}', split: ';'}]}]",
          Row({{"id", "1"}, {"v", "a;b"}, {"i", "UBERON:1"}}));
  EXPECT_THAT(got.sets[0].statements, SizeIs(2));
  EXPECT_THAT(got.remarks, ElementsAre(HasSubstr("2 values stand beside 1 ids")));
}

}  // namespace
}  // namespace parfocal::definition
