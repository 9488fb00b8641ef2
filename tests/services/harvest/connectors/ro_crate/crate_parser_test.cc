// Invented crates, one quirk each.
#include "parfocal/ro_crate/crate_parser.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

// A crate whose root has `properties` (JSON, without braces) besides the needed ones, and
// `entities` (JSON objects, by comma) behind it. Single quotes stand for double ones.
std::string Crate(const std::string& properties, const std::string& entities = "") {
  std::string out =
      absl::StrCat("{'@context': 'https://context.example/none', '@graph': [",
                   "{'@id': 'ro-crate-metadata.json', '@type': 'CreativeWork', 'about': {'@id': "
                   "'https://archive.example/EX-1'}},",
                   "{'@id': 'https://archive.example/EX-1', '@type': 'Dataset', 'name': 'A study'",
                   properties.empty() ? "" : ", ", properties, "}", entities.empty() ? "" : ", ",
                   entities, "]}");
  return absl::StrReplaceAll(out, {{"'", "\""}});
}

absl::StatusOr<ParsedCrate> Parse(const std::string& bytes, const CrateLimits& limits = {}) {
  return ParseCrate("gide", {"EX-1-ro-crate-metadata.json", "EX-1", bytes}, limits);
}

Study StudyOf(const std::string& properties, const std::string& entities = "") {
  auto parsed = Parse(Crate(properties, entities));
  EXPECT_THAT(parsed, IsOk());
  return parsed.ok() ? parsed->study : Study{};
}

std::vector<std::string> NotesOf(const std::string& properties, const std::string& entities = "") {
  auto parsed = Parse(Crate(properties, entities));
  EXPECT_THAT(parsed, IsOk());
  std::vector<std::string> out;
  for (const Rejection& note : parsed.ok() ? parsed->notes : std::vector<Rejection>{}) {
    EXPECT_EQ(note.source, "gide");
    EXPECT_EQ(note.record, "sources/gide/studies/EX-1");
    out.push_back(absl::StrCat(note.place, ": ", note.reason));
  }
  return out;
}

// "field|value|stated id|role|group", with "?" in front of what was inferred.
std::vector<std::string> StatementsOf(const std::string& properties,
                                      const std::string& entities = "") {
  std::vector<std::string> out;
  for (const Statement& s : StudyOf(properties, entities).statements) {
    out.push_back(absl::StrCat(s.origin == Origin::kInferred ? "?" : "", s.field, "|", s.value, "|",
                               s.stated_id, "|", s.role, "|", s.group));
  }
  return out;
}

TEST(CrateParserTest, AWholeStudy) {
  const Study study = StudyOf(
      "'identifier': 'EX-1', 'description': 'What was done', 'datePublished': "
      "'2021-05-06T07:08:09Z',"
      "'license': 'https://creativecommons.org/licenses/by/4.0/', 'keywords': ['one', 'two, "
      "three'],"
      "'publisher': {'@id': 'https://archive.example'}, 'author': [{'@id': '#p1'}],"
      "'thumbnailUrl': ['https://archive.example/1.png', 'https://archive.example/2.png'],"
      "'size': [{'@id': '#bytes'}, {'@id': '#files'}]",
      "{'@id': 'https://archive.example', '@type': 'Organization', 'name': 'An archive'},"
      "{'@id': '#p1', '@type': 'Person', 'name': 'Jo Doe', 'email': 'jo@example.org', "
      "'affiliation': [{'@id': '#o'}]},"
      "{'@id': '#o', '@type': 'Organization', 'name': 'A university'},"
      "{'@id': '#bytes', '@type': 'QuantitiveValue', 'value': 1234, 'unitCode': "
      "'http://purl.obolibrary.org/obo/UO_0000233'},"
      "{'@id': '#files', '@type': 'QuantitativeValue', 'value': '7', 'unitCode': {'@id': "
      "'obo:UO_0000189'}}");
  EXPECT_EQ(study.source, "gide");
  EXPECT_EQ(study.accession, "EX-1");
  EXPECT_EQ(study.title, "A study");
  EXPECT_EQ(study.description, "What was done");
  EXPECT_EQ(study.release_date, "2021-05-06");
  EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
  EXPECT_EQ(study.licence.stated, "https://creativecommons.org/licenses/by/4.0/");
  EXPECT_THAT(study.keywords, ElementsAre("one", "two, three"));
  EXPECT_EQ(study.publisher, "An archive");
  EXPECT_EQ(study.publisher_id, "https://archive.example/");
  EXPECT_EQ(study.landing_page, "https://archive.example/EX-1");
  EXPECT_EQ(study.thumbnail, "https://archive.example/1.png");
  ASSERT_THAT(study.people, SizeIs(1));
  EXPECT_EQ(study.people[0].name, "Jo Doe");
  EXPECT_EQ(study.people[0].affiliation, "A university");
  EXPECT_THAT(study.people[0].roles, ElementsAre("author"));
  EXPECT_EQ(study.bytes, 1234);
  EXPECT_EQ(study.file_count, 7);
  EXPECT_THAT(study.attributes, IsEmpty());
}

TEST(CrateParserTest, TheAccessionIsTheIdentifierElseTheFilesName) {
  EXPECT_EQ(StudyOf("'identifier': 'EX-9'").accession, "EX-9");
  EXPECT_EQ(StudyOf("'identifier': ['EX-9', 'OTHER-9']").alternate_ids,
            std::vector<std::string>{"OTHER-9"});
  EXPECT_EQ(StudyOf("").accession, "EX-1");
  EXPECT_EQ(StudyOf("'identifier': ''").accession, "EX-1");
  EXPECT_EQ(StudyOf("'identifier': null").accession, "EX-1");
  EXPECT_EQ(StudyOf("'identifier': 7").accession, "7");
  EXPECT_EQ(StudyOf("'identifier': {'@id': '#i'}",
                    "{'@id': '#i', '@type': 'PropertyValue', 'value': 'EX-8'}")
                .accession,
            "EX-8");
  const Study doi = StudyOf("'identifier': ['EX-9', 'https://doi.org/10.5555/ABC']");
  EXPECT_EQ(doi.accession, "EX-9");
  EXPECT_EQ(doi.data_doi, "10.5555/abc");
  EXPECT_EQ(StudyOf("'cite-as': 'https://doi.org/10.5555/x'").data_doi, "10.5555/x");
}

TEST(CrateParserTest, TheDescriptorIsFoundByItsFileName) {
  auto with = [](const std::string& id, const std::string& about) {
    std::string bytes = Crate("");
    bytes =
        absl::StrReplaceAll(bytes, {{"\"ro-crate-metadata.json\"", absl::StrCat("\"", id, "\"")},
                                    {"{\"@id\": \"https://archive.example/EX-1\"}", about}});
    return Parse(bytes);
  };
  const std::string root = "{\"@id\": \"https://archive.example/EX-1\"}";
  for (const char* id :
       {"ro-crate-metadata.json", "./ro-crate-metadata.json", "EX-1-ro-crate-metadata.json",
        "https://archive.example/EX-1/ro-crate-metadata.json", "ro-crate-metadata.jsonld"}) {
    EXPECT_THAT(with(id, root), IsOk()) << id;
  }
  for (const char* id :
       {"metadata.json", "ro-crate-metadata.json.bak", "xro-crate-metadata.json", "other"}) {
    EXPECT_THAT(with(id, root), StatusIs(kInvalid, HasSubstr("descriptor"))) << id;
  }
  EXPECT_THAT(with("ro-crate-metadata.json", "[" + root + "]"), IsOk());
  EXPECT_THAT(with("ro-crate-metadata.json", "\"https://archive.example/EX-1\""), IsOk())
      << "a plain string";
  EXPECT_THAT(with("ro-crate-metadata.json", "{\"@id\": \"https://archive.example/gone\"}"),
              StatusIs(kInvalid, HasSubstr("which the crate lacks")));
  EXPECT_THAT(with("ro-crate-metadata.json", "{\"@id\": \"ro-crate-metadata.json\"}"),
              StatusIs(kInvalid, HasSubstr("not a Dataset")));
}

TEST(CrateParserTest, ValuesOfEveryShape) {
  // @value objects, lists of one, IRIs as property names, bodies in place of references.
  const std::string bytes = absl::StrReplaceAll(
      "{'@graph': [{'@id': 'ro-crate-metadata.json', 'about': {'@id': './'}},"
      "{'@id': './', '@type': ['Dataset', 'Thing'], 'http://schema.org/name': {'@value': 'Named', "
      "'@language': 'en'},"
      "'schema:description': ['Described'], 'keywords': 'a, b;c', 'url': "
      "'https://archive.example/EX-1',"
      "'author': {'@type': 'Person', 'givenName': 'Jo', 'familyName': 'Doe',"
      " 'affiliation': {'@type': 'Organization', 'name': 'Here'}}, 'license': {'@id': '#l'},"
      "'about': {'@list': [{'@id': 'obo:EX', '@type': 'Taxon', 'scientificName': 'Exemplum "
      "primum'}]}},"
      "{'@id': '#l', '@type': 'CreativeWork', 'name': 'CC BY 4.0'}]}",
      {{"'", "\""}});
  auto parsed = Parse(bytes);
  ASSERT_THAT(parsed, IsOk());
  const Study& study = parsed->study;
  EXPECT_EQ(study.title, "Named");
  EXPECT_EQ(study.description, "Described");
  EXPECT_THAT(study.keywords, ElementsAre("a", "b", "c"));
  EXPECT_EQ(study.landing_page, "https://archive.example/EX-1");
  ASSERT_THAT(study.people, SizeIs(1));
  EXPECT_EQ(study.people[0].name, "Jo Doe");
  EXPECT_EQ(study.people[0].affiliation, "Here");
  EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
  ASSERT_THAT(study.statements, SizeIs(1));
  EXPECT_EQ(study.statements[0].field, "organism");
  EXPECT_EQ(study.statements[0].value, "Exemplum primum");
}

TEST(CrateParserTest, Dates) {
  constexpr struct {
    const char* text;
    const char* date;
  } kRows[] = {{"2021-05-06", "2021-05-06"},
               {"2021-05-06T01:02:03.1234567+01:00", "2021-05-06"},
               {"2021", "2021"},
               {"2021-05", "2021-05"},
               {"202105", "2021-05"},
               {"20210506", "2021-05-06"},
               {"2021-05-06 10:00", "2021-05-06"},
               {"", ""},
               {"2021-13-01", ""},
               {"2021-00-01", ""},
               {"2021-01-32", ""},
               {"May 2021", ""},
               {"21-05-06", ""},
               {"2021-5-6", ""},
               {"2021-05-06-07", ""},
               {"99999", ""}};
  for (const auto& row : kRows) {
    EXPECT_EQ(StudyOf(absl::StrCat("'datePublished': '", row.text, "'")).release_date, row.date)
        << row.text;
  }
  EXPECT_EQ(StudyOf("'datePublished': 2021").release_date, "2021");
  EXPECT_THAT(NotesOf("'datePublished': 'May'"), ElementsAre(HasSubstr("is no date")));
}

TEST(CrateParserTest, ADescriptionThatRepeatsTheIdentifierIsNone) {
  EXPECT_EQ(StudyOf("'identifier': 'EX-1', 'description': 'EX-1'").description, "");
  EXPECT_EQ(StudyOf("'description': 'EX-1 '").description, "");
  EXPECT_EQ(StudyOf("'identifier': 'EX-1', 'description': 'EX-1 again'").description, "EX-1 again");
}

TEST(CrateParserTest, PeopleAndOrcids) {
  constexpr struct {
    const char* id;
    const char* orcid;
    bool note;
  } kRows[] = {
      // Invented ids whose check digit is right, and neighbours for which it is wrong.
      {"https://orcid.org/0000-0000-0000-0001", "0000-0000-0000-0001", false},
      {"http://orcid.org/0000-0000-0000-001X", "0000-0000-0000-001X", false},
      {"https://orcid.org/0000-0000-0000-001x/", "0000-0000-0000-001X", false},
      {"https://orcid.org/0000-0000-0000-0002", "", true},
      {"https://orcid.org/0000-0000-0000-00011", "", true},
      {"https://orcid.org/0000000000000001", "", true},
      {"https://orcid.org/", "", false},
      {"#jo", "", false},
  };
  for (const auto& row : kRows) {
    const std::string properties = absl::StrCat("'author': {'@id': '", row.id, "'}");
    const std::string person =
        absl::StrCat("{'@id': '", row.id, "', '@type': 'Person', 'name': 'Jo Doe'}");
    const Study study = StudyOf(properties, person);
    ASSERT_THAT(study.people, SizeIs(1)) << row.id;
    EXPECT_EQ(study.people[0].orcid, row.orcid) << row.id;
    EXPECT_THAT(NotesOf(properties, person), SizeIs(row.note ? 1 : 0)) << row.id;
  }
  const Study study = StudyOf(
      "'author': ['Plain Name', {'@id': '#o'}], 'creator': {'@id': '#o'}, 'contributor': {'@id': "
      "'#c'}",
      "{'@id': '#o', '@type': 'Organization', 'name': 'Group'}, {'@id': '#c', '@type': 'Person', "
      "'name': 'Helper',"
      "'affiliation': {'@id': 'https://ror.org/012345678'}},"
      "{'@id': 'https://ror.org/012345678', '@type': 'Organization', 'name': 'Institute'}");
  ASSERT_THAT(study.people, SizeIs(3));
  EXPECT_EQ(study.people[0].name, "Plain Name");
  EXPECT_EQ(study.people[1].name, "Group");
  EXPECT_EQ(study.people[2].ror, "https://ror.org/012345678");
  EXPECT_THAT(study.people[2].roles, ElementsAre("contributor"));
  EXPECT_THAT(NotesOf("'author': {'@id': '#nobody'}"),
              ElementsAre(HasSubstr("'#nobody', which the crate lacks")));
}

TEST(CrateParserTest, AddressesOfPeopleAreKeptNowhere) {
  const auto parsed = Parse(Crate(
      "'description': 'Write to jo@example.org or call tel. +1 555 010 0199', 'keywords': "
      "['jo@example.org'],"
      "'email': 'jo@example.org', 'contactPoint': {'@id': '#c'}, 'creditText': 'By jo@example.org',"
      "'author': {'@id': 'mailto:jo@example.org'}, 'about': {'@id': 'mailto:jo@example.org'}",
      "{'@id': '#c', '@type': 'ContactPoint', 'name': 'Jo', 'email': 'jo@example.org'}"));
  ASSERT_THAT(parsed, IsOk());
  std::string all = absl::StrCat(parsed->study.description, parsed->study.keywords[0]);
  for (const Attribute& a : parsed->study.attributes) absl::StrAppend(&all, a.first, a.second);
  for (const Statement& s : parsed->study.statements) absl::StrAppend(&all, s.value, s.stated_id);
  for (const Person& p : parsed->study.people) absl::StrAppend(&all, p.name);
  for (const Rejection& n : parsed->notes) absl::StrAppend(&all, n.place, n.reason);
  EXPECT_THAT(all, Not(HasSubstr("@example")));
  EXPECT_THAT(all, Not(HasSubstr("555")));
  EXPECT_THAT(all, HasSubstr("By [e-mail removed]"));
}

TEST(CrateParserTest, Publications) {
  constexpr struct {
    const char* id;
    const char* doi;
    const char* pmid;
    const char* pmcid;
    const char* url;
  } kRows[] = {
      {"https://doi.org/10.5555/AbC", "10.5555/abc", "", "", ""},
      {"http://dx.doi.org/10.5555/x", "10.5555/x", "", "", ""},
      {"doi:10.5555/x", "10.5555/x", "", "", ""},
      {"12345678", "", "12345678", "", ""},
      {"https://pubmed.ncbi.nlm.nih.gov/123/", "", "123", "", ""},
      {"https://www.ncbi.nlm.nih.gov/pubmed/123", "", "123", "", ""},
      {"https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123/", "", "", "PMC123", ""},
      {"https://journal.example/a/1", "", "", "", "https://journal.example/a/1"},
      {"#article", "", "", "", ""},
  };
  for (const char* property : {"seeAlso", "citation", "rdf:seeAlso"}) {
    for (const auto& row : kRows) {
      const Study study = StudyOf(
          absl::StrCat("'", property, "': [{'@id': '", row.id, "'}]"),
          absl::StrCat("{'@id': '", row.id, "', '@type': 'ScholarlyArticle', 'name': 'Title'}"));
      ASSERT_THAT(study.publications, SizeIs(1)) << row.id;
      EXPECT_EQ(study.publications[0].doi, row.doi);
      EXPECT_EQ(study.publications[0].pmid, row.pmid);
      EXPECT_EQ(study.publications[0].pmcid, row.pmcid);
      EXPECT_EQ(study.publications[0].url, row.url);
      EXPECT_EQ(study.publications[0].title, "Title");
    }
  }
  // Without an entity the id alone will do; a text is a title.
  EXPECT_EQ(StudyOf("'citation': {'@id': 'https://doi.org/10.5555/x'}").publications[0].doi,
            "10.5555/x");
  EXPECT_EQ(StudyOf("'citation': 'Doe et al.'").publications[0].title, "Doe et al.");
  EXPECT_THAT(StudyOf("'citation': []").publications, IsEmpty());
}

TEST(CrateParserTest, FundingAndLicences) {
  const Study study =
      StudyOf("'funder': [{'@id': '#g'}, {'@id': 'https://ror.org/0'}, 'A trust']",
              "{'@id': '#g', '@type': 'Grant', 'name': 'Grant text', 'identifier': 'AB-1', "
              "'funder': 'A council'},"
              "{'@id': 'https://ror.org/0', '@type': 'Organization', 'name': 'A foundation'}");
  ASSERT_THAT(study.funding, SizeIs(3));
  EXPECT_EQ(study.funding[0].funder, "A council");
  EXPECT_EQ(study.funding[0].award, "AB-1");
  EXPECT_EQ(study.funding[1].funder, "A foundation");
  EXPECT_EQ(study.funding[1].funder_id, "https://ror.org/0");
  EXPECT_EQ(study.funding[2].funder, "A trust");
  EXPECT_EQ(StudyOf("'license': null").licence, Licence{});
  EXPECT_EQ(StudyOf("'license': 'see website'").licence.stated, "see website");
  EXPECT_EQ(StudyOf("'license': 'see website'").licence.attribution, Tristate::kNotStated);
  EXPECT_EQ(StudyOf("'license': {'@id': 'https://creativecommons.org/publicdomain/zero/1.0/'}")
                .licence.spdx,
            "CC0-1.0");
}

TEST(CrateParserTest, Sizes) {
  auto size = [](const std::string& value) {
    return StudyOf("'size': {'@id': '#s'}",
                   absl::StrCat("{'@id': '#s', 'unitText': 'bytes', 'value': ", value, "}"))
        .bytes;
  };
  EXPECT_EQ(size("0"), 0);
  EXPECT_EQ(size("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(size("1e3"), 1000);
  EXPECT_EQ(size("'12'"), 12);
  for (const char* bad :
       {"-1", "1.5", "'12 GB'", "1e300", "18446744073709551615", "true", "'nan'", "'inf'"}) {
    EXPECT_EQ(size(bad), std::nullopt) << bad;
  }
  EXPECT_THAT(
      NotesOf("'size': {'@id': '#s'}", "{'@id': '#s', 'unitText': 'bytes', 'value': '12 GB'}"),
      ElementsAre("EX-1-ro-crate-metadata.json:#s: the size '12 GB' is no whole number"));
  // An attached crate: its files are counted; bytes only if each has its size.
  const std::string files =
      "{'@id': 'a', '@type': 'File', 'contentSize': 10}, {'@id': 'b', '@type': 'File'";
  EXPECT_EQ(StudyOf("", files + ", 'contentSize': '20'}").bytes, 30);
  EXPECT_EQ(StudyOf("", files + "}").bytes, std::nullopt);
  EXPECT_EQ(StudyOf("", files + "}").file_count, 2);
}

TEST(CrateParserTest, OrganismsOfTheRootAreStated) {
  EXPECT_THAT(
      StatementsOf(
          "'about': [{'@id': 'obo:NCBITaxon_12'}, {'@id': '#t'}, {'@id': "
          "'http://purl.obolibrary.org/obo/NCBITaxon_0034'}]",
          "{'@id': 'http://purl.obolibrary.org/obo/NCBITaxon_12', '@type': ['Taxon'], 'name': "
          "'common'},"
          "{'@id': '#t', '@type': 'Taxon', 'scientificName': 'Exemplum primum', 'name': 'x'}"),
      ElementsAre("organism|common|NCBITaxon:12|sample|0", "organism|Exemplum primum||sample|0",
                  "organism|http://purl.obolibrary.org/obo/NCBITaxon_0034|NCBITaxon:34|sample|0"));
}

TEST(CrateParserTest, SamplesTieTheirValuesTogether) {
  EXPECT_THAT(
      StatementsOf("'about': [{'@id': '#b1'}, {'@id': '#b2'}, {'@id': '#t'}, {'@id': '#u'}]",
                   "{'@id': '#t', '@type': 'Taxon', 'name': 'one'}, {'@id': '#u', '@type': "
                   "'Taxon', 'name': 'both'},"
                   "{'@id': '#b1', '@type': 'BioSample', 'name': 'S', 'description': 'S', "
                   "'taxonomicRange': [{'@id': '#t'}, {'@id': '#u'}],"
                   " 'hasCellLine': ['own line', {'@id': 'obo:CLO_7'}]},"
                   "{'@id': 'obo:CLO_7', '@type': 'DefinedTerm', 'name': 'known line'},"
                   "{'@id': '#b2', '@type': 'BioSample', 'name': 'N', 'description': 'D', "
                   "'taxonomicRange': {'@id': '#u'}}"),
      ElementsAre("organism|one||sample|1", "organism|both||sample|0", "specimen|S|||1",
                  "cell_line|own line|||1", "cell_line|known line|CLO:0000007||1", "specimen|D|||2",
                  "specimen|N|||2"));
  // An organism of a sample alone is our inference.
  EXPECT_THAT(StatementsOf("'about': {'@id': '#b'}",
                           "{'@id': '#b', '@type': 'BioSample', 'taxonomicRange': {'@id': '#t'}},"
                           "{'@id': '#t', '@type': 'Taxon', 'name': 'one'}"),
              ElementsAre("?organism|one||sample|1"));
  // A cell line that the root names too is stated once.
  EXPECT_THAT(StatementsOf("'about': [{'@id': '#b'}, {'@id': 'obo:CLO_7'}]",
                           "{'@id': '#b', '@type': 'BioSample', 'hasCellLine': {'@id': "
                           "'http://purl.obolibrary.org/obo/CLO_0000007'}},"
                           "{'@id': 'obo:CLO_7', '@type': 'DefinedTerm', 'name': 'known line'}"),
              ElementsAre("cell_line|known line|CLO:0000007||1"));
}

TEST(CrateParserTest, OtherTermsByTheirPrefix) {
  const std::string ids[] = {"UBERON_1", "CL_1", "GO_1", "CLO_1", "CHEBI_1"};
  std::string about, entities;
  for (const std::string& id : ids) {
    absl::StrAppend(&about, about.empty() ? "" : ",", "{'@id': 'obo:", id, "'}");
    absl::StrAppend(&entities, entities.empty() ? "" : ",", "{'@id': 'obo:", id,
                    "', '@type': 'DefinedTerm', 'name': '", id, "'}");
  }
  EXPECT_THAT(StatementsOf("'about': [" + about + ", 'a word', {'@id': 'https://other.example/t'}]",
                           entities),
              ElementsAre("anatomy|UBERON_1|UBERON:0000001||0", "cell_type|CL_1|CL:0000001||0",
                          "biological_process|GO_1|GO:0000001||0", "cell_line|CLO_1|CLO:0000001||0",
                          "subject|CHEBI_1|CHEBI:1||0", "subject|a word|||0",
                          "subject|https://other.example/t|https://other.example/t||0"));
}

TEST(CrateParserTest, MethodsOfTheRootAreStated) {
  const std::string terms =
      "{'@id': 'obo:FBbi_12', '@type': 'DefinedTerm', 'name': 'a way'}, {'@id': '#free', '@type': "
      "'DefinedTerm', 'name': 'another'},"
      "{'@id': '#p', '@type': 'LabProtocol', 'name': 'How', 'description': 'How in detail', "
      "'labEquipment': 'A microscope',"
      " 'measurementTechnique': [{'@id': 'obo:FBbi_13'}]}, {'@id': 'obo:FBbi_13', '@type': "
      "'DefinedTerm', 'name': 'a third'}";
  EXPECT_THAT(
      StatementsOf("'measurementMethod': [{'@id': '#p'}, {'@id': "
                   "'http://purl.obolibrary.org/obo/Fbbi_00000012'}, {'@id': '#free'}, 'in words']",
                   terms),
      ElementsAre("imaging_method|a way|FBbi:00000012||0", "imaging_method|another|||0",
                  "imaging_method|in words|||0"));
  // The root names protocols alone: what they used is our inference, what they say an attribute.
  EXPECT_THAT(StatementsOf("'measurementMethod': {'@id': '#p'}", terms),
              ElementsAre("?imaging_method|a third|FBbi:00000013||0"));
  EXPECT_THAT(StatementsOf("", terms), ElementsAre("?imaging_method|a third|FBbi:00000013||0"));
  EXPECT_THAT(StudyOf("'measurementMethod': {'@id': '#p'}", terms).attributes,
              ElementsAre(Attribute("measurementMethod", "How"),
                          Attribute("measurementMethod description", "How in detail"),
                          Attribute("labEquipment", "A microscope")));
}

TEST(CrateParserTest, TwoEntitiesOfOneIdAreTakenTogether) {
  const std::string two =
      "{'@id': 'obo:FBbi_12', '@type': 'DefinedTerm', 'name': 'a way'}, {'@id': 'obo:FBbi_12', "
      "'@type': 'DefinedTerm', 'name': 'another'}";
  EXPECT_THAT(StatementsOf("'measurementMethod': {'@id': 'obo:FBbi_12'}", two),
              ElementsAre("imaging_method|a way|FBbi:00000012||0",
                          "imaging_method|another|FBbi:00000012||0"));
  EXPECT_THAT(NotesOf("'measurementMethod': {'@id': 'obo:FBbi_12'}", two),
              ElementsAre("EX-1-ro-crate-metadata.json:obo:FBbi_12: more than one entity has this "
                          "@id; their properties were taken together"));
}

TEST(CrateParserTest, WhatHasNoFieldIsAnAttribute) {
  EXPECT_THAT(StudyOf("'copyrightNotice': 'Doe, 2020', 'isAccessibleForFree': true, 'version': 3, "
                      "'x': [1.5, {'@id': '#n'}], 'y': {'@id': '#gone'}",
                      "{'@id': '#n', 'name': 'Named'}")
                  .attributes,
              ElementsAre(Attribute("copyrightNotice", "Doe, 2020"),
                          Attribute("isAccessibleForFree", "true"), Attribute("version", "3"),
                          Attribute("x", "1.5"), Attribute("x", "Named")));
}

TEST(CrateParserTest, RefusesWhatIsNoCrate) {
  const struct {
    std::string bytes, reason;
  } rows[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"{} x", "not JSON"},
      {"<html></html>", "not JSON"},
      {"{\"a\": NaN}", "not JSON"},
      {"{\"a\": 1e999}", "not JSON"},
      {"{\"a\": \"\\ud800\"}", "not JSON"},
      {"[]", "not a JSON object"},
      {"{}", "@graph"},
      {"{\"@graph\": {}}", "@graph"},
      {"{\"@graph\": [1]}", "objects"},
      {"{\"@graph\": []}", "descriptor"},
      {"{\"@graph\": [], \"@graph\": []}", "'@graph' stands twice"},
      {"{\"@graph\": [{\"@id\": 5}]}", "@id is not a string"},
      {"{\"@graph\": [{\"@id\": \"\xff\"}]}", "not UTF-8"},
      {"{\"@graph\": [{\"@id\": \"\xc0\xaf\"}]}", "not UTF-8"},
      {"\xff\xfe{}", "not UTF-8"},
      {Crate("'identifier': 'a\\u0000b'"), "control character"},
      {Crate("'identifier': 'a', 'identifier': 'b'"),
       "'identifier' stands twice in the entity https://archive.example/EX-1"},
      {Crate("'x': {'@value': 1, '@value': 2}"), "'@value' stands twice"},
  };
  for (const auto& row : rows)
    EXPECT_THAT(Parse(row.bytes), StatusIs(kInvalid, HasSubstr(row.reason))) << row.bytes;
  EXPECT_THAT(Parse("\xef\xbb\xbf" + Crate("")), IsOk()) << "a byte order mark is no fault";
}

TEST(CrateParserTest, LimitsOfTheRecordAtTheLimitAndOneBeyond) {
  const std::string crate = Crate("'description': 'x'");
  CrateLimits limits;
  limits.record_bytes = crate.size();
  EXPECT_THAT(Parse(crate, limits), IsOk());
  limits.record_bytes -= 1;
  EXPECT_THAT(Parse(crate, limits), StatusIs(kExhausted, HasSubstr("max_record_bytes")));
  EXPECT_THAT(Parse(crate, limits), HasReason("LIMIT_EXCEEDED"));

  // {"@graph":[{"x": are three levels.
  auto nested = [](int n) {
    return Crate(absl::StrCat("'x': ", std::string(static_cast<size_t>(n), '['),
                              std::string(static_cast<size_t>(n), ']')));
  };
  EXPECT_THAT(Parse(nested(61)), IsOk());
  EXPECT_THAT(Parse(nested(62)), StatusIs(kExhausted, HasSubstr("65 deep")));
  EXPECT_THAT(Parse(std::string(500000, '[')), StatusIs(kExhausted));
  EXPECT_THAT(
      Parse(
          Crate("'description': "
                "'[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ \\\\'")),
      IsOk());

  limits = CrateLimits();
  auto many = [](int n) {
    std::string list;
    for (int i = 0; i < n; ++i) absl::StrAppend(&list, i ? "," : "", i);
    return Crate("'about': [" + list + "]");
  };
  // The descriptor's type and about, the root's type and name are values too.
  EXPECT_THAT(Parse(many(9996)), IsOk());
  EXPECT_THAT(Parse(many(9997)), StatusIs(kExhausted, HasSubstr("10000")));

  EXPECT_THAT(Parse(Crate(absl::StrCat("'identifier': '", std::string(2048, 'i'), "'"))), IsOk());
  EXPECT_THAT(Parse(Crate(absl::StrCat("'identifier': '", std::string(2049, 'i'), "'"))),
              StatusIs(kExhausted, HasSubstr("2049")));
  EXPECT_THAT(Parse(Crate("", absl::StrCat("{'@id': '", std::string(2048, 'i'), "'}"))), IsOk());
  EXPECT_THAT(Parse(Crate("", absl::StrCat("{'@id': '", std::string(2049, 'i'), "'}"))),
              StatusIs(kExhausted));
  EXPECT_THAT(Parse(Crate(absl::StrCat("'x': {'@id': '", std::string(2049, 'i'), "'}"))),
              StatusIs(kExhausted));
}

TEST(CrateParserTest, LimitsOfTheFieldsAtTheLimitAndOneBeyond) {
  auto root = [](const std::string& name, size_t bytes) {
    return absl::StrCat("'", name, "': '", std::string(bytes, 'x'), "'");
  };
  EXPECT_EQ(StudyOf(root("headline", 1)).title, "A study");
  auto titled = [](const std::string& title) {
    return Parse(absl::StrReplaceAll(Crate(""), {{"A study", title}}));
  };
  EXPECT_THAT(titled(std::string(4096, 't'))->notes, IsEmpty());
  auto cut = titled(std::string(4095, 't') + "\xc3\xa9");
  ASSERT_THAT(cut, IsOk());
  EXPECT_EQ(cut->study.title, std::string(4095, 't')) << "cut between characters";
  EXPECT_THAT(cut->notes, SizeIs(1));
  EXPECT_EQ(StudyOf(root("description", 256 << 10)).description.size(), size_t{256} << 10);
  EXPECT_EQ(StudyOf(root("description", (256 << 10) + 1)).description.size(), size_t{256} << 10);
  EXPECT_THAT(NotesOf(root("description", (256 << 10) + 1)),
              ElementsAre(HasSubstr("was cut at 262144")));

  auto list = [](const std::string& name, int n, const std::string& item) {
    std::string out;
    for (int i = 0; i < n; ++i) absl::StrAppend(&out, i ? "," : "", "'", item, i, "'");
    return absl::StrCat("'", name, "': [", out, "]");
  };
  EXPECT_THAT(StudyOf(list("keywords", 1000, "k")).keywords, SizeIs(1000));
  EXPECT_THAT(NotesOf(list("keywords", 1000, "k")), IsEmpty());
  EXPECT_THAT(StudyOf(list("keywords", 1001, "k")).keywords, SizeIs(1000));
  EXPECT_THAT(NotesOf(list("keywords", 1001, "k")),
              ElementsAre(HasSubstr("the last 1 were left out")));
  EXPECT_THAT(NotesOf(list("author", 200, "A ")), IsEmpty());
  EXPECT_THAT(StudyOf(list("author", 201, "A ")).people, SizeIs(200));
  EXPECT_THAT(NotesOf(list("author", 201, "A ")),
              ElementsAre(HasSubstr("the last 1 were left out")));
  EXPECT_THAT(NotesOf(list("x", 500, "v")), IsEmpty());
  EXPECT_THAT(StudyOf(list("x", 501, "v")).attributes, SizeIs(500));
  EXPECT_THAT(NotesOf(list("x", 501, "v")), SizeIs(1));
  std::string dangling;
  for (int i = 0; i < 300; ++i) absl::StrAppend(&dangling, i ? "," : "", "{'@id': '#g", i, "'}");
  EXPECT_THAT(NotesOf("'about': [" + dangling + "]"), SizeIs(101));
}

TEST(CrateParserTest, AHostileCrateCostsLittle) {
  // The most values that are allowed, in the shapes that would be quadratic.
  std::string samples, about, same;
  for (int i = 0; i < 2400; ++i) {
    absl::StrAppend(&about, i ? "," : "", "{'@id': '#b", i, "'}");
    absl::StrAppend(&samples, i ? "," : "", "{'@id': '#b", i,
                    "', '@type': 'BioSample', 'hasCellLine': 'line ", i, "'}");
    absl::StrAppend(&same, ",{'@id': '#same', 'p", i, "': 1}");
  }
  const absl::Time began = absl::Now();
  EXPECT_THAT(Parse(Crate("'about': [" + about + "]", samples + same)), IsOk());
  EXPECT_LT(absl::Now() - began, absl::Seconds(10)) << "in a debug build on a busy machine";
}

TEST(CrateParserTest, NamesOfFiles) {
  EXPECT_EQ(CrateKey("EX-1-ro-crate-metadata.json"), "EX-1");
  EXPECT_EQ(CrateKey("dir/EX-1-ro-crate-metadata.json"), "EX-1");
  EXPECT_EQ(CrateKey("a/EX-2/ro-crate-metadata.json"), "EX-2");
  EXPECT_EQ(CrateKey("EX-2/ro-crate-metadata.jsonld"), "EX-2");
  EXPECT_EQ(CrateKey("ro-crate-metadata.json"), "");
  EXPECT_EQ(CrateKey("x/study.json"), "study");
  EXPECT_TRUE(IsCrateFileName("a/ro-crate-metadata.json"));
  EXPECT_FALSE(IsCrateFileName("a/ro-crate-metadata.json/b"));
  EXPECT_FALSE(IsCrateFileName("notro-crate-metadata.json"));
}

}  // namespace
}  // namespace parfocal
