// The protocols whose documents are neither JSON nor tables, on files.
#include "defined_fixture.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

class ProtocolsTest : public DefinedConnectorTest {
 protected:
  static const Study& StudyOf(const Listing& got, const std::string& name) {
    return std::get<Study>(got.records.at(name));
  }
};

constexpr char kXml[] = R"(
protocol: xml-rest
feeds:
  - name: entries
    files: "*.xml"
    records: list/entry
    study:
      accession: "{@id}"
      title: "{title}"
      keywords: ["{word}", "{size} {size/@unit}"]
      people: [{each: people/person, name: "{.}", orcid: "{@orcid}", role: author}]
)";

TEST_F(ProtocolsTest, ElementsOfXmlAreRecords) {
  const std::string entry =
      "<x:entry id=\"E1\" xmlns:x=\"urn:x\"><x:title>One <i>or</i> two &amp; more</x:title>"
      "<word/><word>a</word><word><![CDATA[b<c]]></word><size unit=\"TB\">1.9</size>"
      "<people><person orcid=\"0000-0002-1825-0097\">Doe J</person><person>Roe R</person></people>"
      "</x:entry>";
  Write(dir_ / "a.xml", "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<list>" +
                            entry + "\n<other><entry id=\"no\"/></other><entry id='E2'/></list>");
  Write(dir_ / "b.xml", "<list/>");
  const Listing got = RunOf(kXml);
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("E1", "E2"));
  EXPECT_EQ(got.raw.at("E1"), entry);
  EXPECT_EQ(got.raw.at("E2"), "<entry id='E2'/>");
  const Study& study = StudyOf(got, "E1");
  EXPECT_EQ(study.title, "One or two & more");
  EXPECT_THAT(study.keywords, ElementsAre("a", "b<c", "1.9 TB"));
  ASSERT_EQ(study.people.size(), 2u);
  EXPECT_EQ(study.people[0].name, "Doe J");
  EXPECT_EQ(study.people[0].orcid, "0000-0002-1825-0097");
  EXPECT_EQ(study.people[1].name, "Roe R");
  EXPECT_THAT(got.rejections, IsEmpty());
}

TEST_F(ProtocolsTest, XmlThatIsNotSoundIsRefusedWithItsReason) {
  std::string deep = "<list><entry id=\"d\">";
  for (int i = 0; i < 300; ++i) deep += "<a>";
  const struct {
    std::string text;
    const char* reason;
  } kRows[] = {
      {"<!DOCTYPE list [<!ENTITY a \"b\">]><list><entry id=\"&a;\"/></list>", "holds a DOCTYPE"},
      {"<list><entry id=\"1\">", "is no well-formed XML"},
      {"<html><body>down</body></html>", "has no 'list/entry'"},
      {"<list><entry id=\"1\">&nothing;</entry></list>", "is no well-formed XML"},
      {deep, "xml_depth"},
      {"", "is empty"},
      {"<list><entry id=\"\xff\"/></list>", "is no well-formed XML"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.reason);
    Write(dir_ / "a.xml", row.text);
    const Listing got = RunOf(kXml);
    EXPECT_THAT(got.names, IsEmpty());
    EXPECT_THAT(got.rejections, ElementsAre(HasSubstr(row.reason)));
    EXPECT_TRUE(got.ledger.Adds() || got.ledger.skipped + got.ledger.quarantined == 1);
  }
}

constexpr char kRdf[] = R"(
protocol: rdf
prefixes: {dcat: "http://www.w3.org/ns/dcat#", dct: "http://purl.org/dc/terms/", foaf: "http://xmlns.com/foaf/0.1/"}
feeds:
  - name: sets
    files: ["*.ttl", "*.rdf"]
    records: dcat:Dataset
    study:
      accession: ["{dct:identifier|first}", "{@id}"]
      title: ["{dct:title[@language=en]}", "{dct:title|first}"]
      licence: "{dcat:distribution/dct:license|first}"
      people: [{each: dct:creator, name: "{foaf:name}", role: author}]
)";

constexpr char kPrefixes[] =
    "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n";

TEST_F(ProtocolsTest, ResourcesOfRdfAreRecords) {
  Write(dir_ / "a.ttl",
        absl::StrCat(
            kPrefixes,
            "<http://e.org/1> a dcat:Dataset ; dct:identifier \"D1\" ;\n"
            " dct:title \"Eins\"@de, \"One\"@en ; dct:creator [ foaf:name \"Doe\" ] ;\n"
            " dcat:distribution <http://e.org/d> .\n"
            "<http://e.org/d> dct:license <http://l.org/by> ; dct:isPartOf <http://e.org/1> .\n"
            "<http://e.org/2> a dcat:Catalog .\n"));
  Write(dir_ / "b.rdf",
        "<?xml version=\"1.0\"?><r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns:d=\"http://www.w3.org/ns/dcat#\" xmlns:t=\"http://purl.org/dc/terms/\">"
        "<d:Dataset r:about=\"http://e.org/3\"><t:title>Three</t:title></d:Dataset></r:RDF>");
  const Listing got = RunOf(kRdf);
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("D1", "http:%2F%2Fe.org%2F3"));
  const Study& study = StudyOf(got, "D1");
  EXPECT_EQ(study.title, "One");
  EXPECT_EQ(study.licence.stated, "http://l.org/by");
  ASSERT_EQ(study.people.size(), 1u);
  EXPECT_EQ(study.people[0].name, "Doe");
  EXPECT_THAT(got.raw.at("D1"), HasSubstr("\"One\"@en .\n"));
  EXPECT_THAT(got.rejections, IsEmpty());
  // Other names of blank nodes and another order are the same record.
  Write(dir_ / "a.ttl",
        absl::StrCat(
            kPrefixes,
            "<http://e.org/d> dct:isPartOf <http://e.org/1> ; dct:license <http://l.org/by> .\n"
            "<http://e.org/1> dct:title \"One\"@en, \"Eins\"@de ; dct:creator _:someone ;\n"
            " dct:identifier \"D1\" ; dcat:distribution <http://e.org/d> ; a dcat:Dataset .\n"
            "_:someone foaf:name \"Doe\" .\n"));
  EXPECT_EQ(RunOf(kRdf).raw.at("D1"), got.raw.at("D1"));
}

TEST_F(ProtocolsTest, RdfThatIsNotSoundIsRefusedWithItsReason) {
  const struct {
    std::string name, text;
    const char* reason;
  } kRows[] = {
      {"a.ttl", absl::StrCat(kPrefixes, "<http://e.org/1> a dcat:Dataset ; "), "RDF: "},
      {"a.rdf", "<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><r/>", "holds a DOCTYPE"},
      {"a.ttl", kPrefixes, "has no triples"},
      {"a.ttl", absl::StrCat(kPrefixes, "<a> dct:title ", std::string(500, '(')), "deep"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.reason);
    for (const char* old : {"a.ttl", "a.rdf"}) std::filesystem::remove(dir_ / old);
    Write(dir_ / row.name, row.text);
    const Listing got = RunOf(kRdf);
    EXPECT_THAT(got.names, IsEmpty());
    EXPECT_THAT(got.rejections, ElementsAre(HasSubstr(row.reason)));
  }
}

constexpr char kPages[] = R"(
protocol: json-ld-pages
feeds:
  - name: pages
    files: ["*.html", "*.jsonld"]
    when: [{value: "{@type}", is: Dataset}]
    study: {accession: "{@id}", title: "{name}"}
)";

TEST_F(ProtocolsTest, JsonLdOfPagesIsTakenApart) {
  Write(
      dir_ / "a.html",
      "<!doctype html><SCRIPT>var a = \"<b>\";</SCRIPT>"
      "<script type=\"application/ld+json\">{\"@type\": \"Dataset\", \"@id\": \"1\"}</script>"
      "<script type='application/ld+json' id=x>//<![CDATA[\n[{\"@type\": [\"Thing\", \"Dataset\"],"
      " \"@id\": \"2\"}, {\"@type\": \"Person\"}]\n//]]></script>"
      "<script type=application/ld+json>{\"@graph\": [{\"@type\": \"Dataset\", \"@id\": \"3\"}]}"
      "</script><script type=\"application/ld+json\">{\"@type\": \"Dataset\",}</script>");
  Write(dir_ / "b.html", "<html>no data</html>");
  Write(dir_ / "c.jsonld", "{\"@type\": \"Dataset\", \"@id\": \"4\"}");
  Write(dir_ / "d.html", "<script type=\"application/ld+json\">{\"@type\": \"Dataset\"");
  const Listing got = RunOf(kPages);
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(got.raw.at("1"), "{\"@type\": \"Dataset\", \"@id\": \"1\"}");
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("a.html:#4 the embedded JSON-LD is not JSON"),
                                          HasSubstr("b.html the file has no embedded JSON-LD"),
                                          HasSubstr("d.html:#0 the embedded JSON-LD is not JSON")));
}

TEST_F(ProtocolsTest, FilesOfAGitFolderAreReadByTheirNames) {
  Write(dir_ / "sets/one.yaml", "Name: One\nTags: [a, b]\n");
  Write(dir_ / "sets/two.md", "---\nName: Two\n---\n# Two\nName: no\n");
  Write(dir_ / "sets/three.json", "{\"Name\": \"Three\"}");
  Write(dir_ / "sets/four.yaml", "a: &a [x, x, x]\nb: [*a, *a\n");
  Write(dir_ / "sets/five.md", "# no front matter: at all\n");
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 30; ++i)
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, "]\n");
  Write(dir_ / "sets/six.yaml", bomb);
  const Listing got = RunOf(R"(
protocol: git-folder
feeds:
  - {name: sets, files: "sets/*", study: {accession: "{@file}", title: "{Name}", keywords: "{Tags}"}}
)");
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("one", "three", "two"));
  EXPECT_EQ(StudyOf(got, "two").title, "Two");
  EXPECT_THAT(StudyOf(got, "one").keywords, ElementsAre("a", "b"));
  EXPECT_THAT(got.rejections,
              ElementsAre(HasSubstr("five.md the file holds no YAML mapping"),
                          HasSubstr("four.yaml the file is no YAML: line"),
                          HasSubstr("six.yaml the file has more than 100000 values")));
}

}  // namespace
}  // namespace parfocal
