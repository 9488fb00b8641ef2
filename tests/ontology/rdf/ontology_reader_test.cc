#include "parfocal/rdf/ontology_reader.h"

#include <zlib.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ontology/rdf/read_text.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

// Raptor 2.0.15 loses the terms of a statement in which it finds a syntax error.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libraptor2"; }

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Outcome;
using testing::Read;
using ::testing::SizeIs;
using testing::StatusIs;

std::string Gzip(absl::string_view text) {
  z_stream z = {};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(compressBound(text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

constexpr char kObo[] = R"(format-version: 1.2
data-version: releases/2020-01-01
ontology: ex

[Term]
id: EX:0000001 ! the root
name: thing \{with\} braces
def: "A \"quoted\" thing." [EX:curator]
synonym: "item" EXACT []
synonym: "THG" EXACT ABBREVIATION [EX:x]
synonym: "object" BROAD [] {source="x"}
synonym: "no scope"
synonym: "item" EXACT [EX:again]
xref: OTHER:1 "a description"
xref: OTHER:2 {source="x"} ! comment
alt_id: EX:0000009

[Term]
id: EX:0000002
name: part
is_a: EX:0000001 {source="x"} ! thing
relationship: part_of EX:0000003
relationship: BFO:0000050 EX:0000004 ! by id
relationship: develops_from EX:0000005

[Term]
id: EX:0000003
name: obsolete old thing
is_obsolete: true
replaced_by: EX:0000001

[Term]
id: EX:0000004
name: defined
intersection_of: EX:0000001
intersection_of: part_of EX:0000002

[Typedef]
id: part_of
name: part of
synonym: "belongs to" EXACT [])";

TEST(OboReaderTest, ReadsStanzas) {
  Outcome out = Read(kObo);
  ASSERT_THAT(out.report, IsOk());
  ASSERT_THAT(out.terms, SizeIs(4));
  const ParsedTerm& root = out.terms["EX:0000001"];
  EXPECT_EQ(root.label, "thing {with} braces");
  EXPECT_EQ(root.definition, "A \"quoted\" thing.");
  ASSERT_THAT(root.synonyms, SizeIs(4));
  EXPECT_EQ(root.synonyms[1].text, "THG");
  EXPECT_EQ(root.synonyms[1].type, "ABBREVIATION");
  EXPECT_EQ(root.synonyms[2].scope, SynonymScope::kBroad);
  EXPECT_EQ(root.synonyms[2].type, "");
  EXPECT_EQ(root.synonyms[3].scope, SynonymScope::kRelated);
  EXPECT_THAT(root.xrefs, ElementsAre("OTHER:1", "OTHER:2"));
  EXPECT_THAT(root.alt_ids, ElementsAre("EX:0000009"));
  EXPECT_THAT(out.terms["EX:0000002"].parents,
              ElementsAre(ParsedEdge{"EX:0000001", EdgeKind::kIsA},
                          ParsedEdge{"EX:0000003", EdgeKind::kPartOf},
                          ParsedEdge{"EX:0000004", EdgeKind::kPartOf}));
  EXPECT_TRUE(out.terms["EX:0000003"].obsolete);
  EXPECT_EQ(out.terms["EX:0000003"].replaced_by, "EX:0000001");
  const ReadReport& report = *out.report;
  EXPECT_EQ(report.format, OntologyFormat::kObo);
  EXPECT_EQ(report.version, "releases/2020-01-01");
  EXPECT_EQ(report.ontology, "ex");
  EXPECT_EQ(report.classes, 4);
  EXPECT_EQ(report.typedefs, 1);
  EXPECT_THAT(report.synonyms, ElementsAre(3, 0, 1, 1));  // A repetition counts.
  EXPECT_EQ(report.is_a, 1);
  EXPECT_EQ(report.part_of, 2);
  EXPECT_EQ(report.unclassified, 1);
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("without scope")));
}

TEST(OboReaderTest, AStanzaWithoutIdIsAnErrorWithItsLine) {
  EXPECT_THAT(Read("format-version: 1.2\n[Term]\nname: x\n\n[Term]\nid: EX:1\n").report,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("before line 5")));
}

TEST(OboReaderTest, LongLinesArePassedOver) {
  ReadLimits limits;
  limits.line_bytes = 100;
  const std::string head = "format-version: 1.2\n";
  const std::string at = "name: " + std::string(94, 'a');
  Outcome out =
      Read(head + "[Term]\nid: EX:1\n" + at + "\n[Term]\nid: EX:2\n" + at + "b\n", limits);
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.terms["EX:1"].label.size(), 94u);
  EXPECT_EQ(out.terms["EX:2"].label, "");
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("longer than 100")));
}

constexpr char kTurtle[] = R"(@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix ex: <http://example.org/> .
<http://example.org/ex.owl> a owl:Ontology ; owl:versionInfo "7" .
ex:EX_1 a owl:Class ; rdfs:label "mot"@fr , "word"@en , "Wort"@de ; obo:IAO_0000115 "A word." ;
  oio:hasExactSynonym "vocable" ; oio:hasRelatedSynonym "term"@en-us ; oio:hasDbXref "OTHER:1" .
ex:EX_2 a owl:Class ; rdfs:label "untagged" ; rdfs:subClassOf ex:EX_1 , owl:Thing ,
  [ a owl:Restriction ; owl:onProperty obo:BFO_0000050 ; owl:someValuesFrom ex:EX_3 ] ,
  [ a owl:Restriction ; owl:onProperty obo:RO_0002202 ; owl:someValuesFrom ex:EX_4 ] .
ex:EX_3 a owl:Class ; owl:deprecated true ; obo:IAO_0100001 "EX:0000001" .
ex:EX_5 a <http://schema.org/Taxon> ; rdfs:label "a taxon" ; rdfs:subClassOf ex:EX_1 .
ex:made_of a owl:ObjectProperty ; rdfs:label "made of" ; oio:hasExactSynonym "of" .
[] a owl:Axiom ; owl:annotatedSource ex:EX_1 ; owl:annotatedProperty oio:hasExactSynonym ;
  owl:annotatedTarget "vocable" ; oio:hasSynonymType <http://example.org/ex#ABBREVIATION> .
)";

TEST(RdfReaderTest, ReadsTurtle) {
  Outcome out = Read(kTurtle);
  ASSERT_THAT(out.report, IsOk());
  ASSERT_THAT(out.terms, SizeIs(4));
  const ParsedTerm& word = out.terms["http://example.org/EX_1"];
  EXPECT_EQ(word.label, "word");
  EXPECT_EQ(word.label_language, "en");
  EXPECT_EQ(word.definition, "A word.");
  EXPECT_THAT(word.xrefs, ElementsAre("OTHER:1"));
  std::map<std::string, Synonym> synonyms;
  for (const Synonym& synonym : word.synonyms) synonyms[synonym.text] = synonym;
  ASSERT_THAT(synonyms, SizeIs(4));
  EXPECT_EQ(synonyms["mot"].language, "fr");
  EXPECT_EQ(synonyms["Wort"].language, "de");
  EXPECT_EQ(synonyms["vocable"].type, "ABBREVIATION");
  EXPECT_EQ(synonyms["term"].scope, SynonymScope::kRelated);
  EXPECT_THAT(out.terms["http://example.org/EX_2"].parents,
              ElementsAre(ParsedEdge{"http://example.org/EX_1", EdgeKind::kIsA},
                          ParsedEdge{"http://example.org/EX_3", EdgeKind::kPartOf}));
  EXPECT_TRUE(out.terms["http://example.org/EX_3"].obsolete);
  EXPECT_EQ(out.terms["http://example.org/EX_3"].replaced_by, "EX:0000001");
  EXPECT_EQ(out.terms["http://example.org/EX_5"].label, "a taxon");
  EXPECT_EQ(out.report->version, "7");
  EXPECT_EQ(out.report->typedefs, 1);
  EXPECT_EQ(out.report->languages["fr"], 1);
}

TEST(RdfReaderTest, ReadsRdfXmlWithEntities) {
  Outcome out = Read(R"(<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY ex "http://example.org/" > ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:obo="http://purl.obolibrary.org/obo/">
  <!-- a <comment> -->
  <owl:Class rdf:about="&ex;EX_1"><rdfs:label xml:lang="en">one</rdfs:label>
    <obo:IAO_0100001 rdf:resource="&ex;EX_2"/><owl:deprecated>true</owl:deprecated></owl:Class>
</rdf:RDF>)");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.report->format, OntologyFormat::kRdfXml);
  EXPECT_EQ(out.terms["http://example.org/EX_1"].label, "one");
  EXPECT_EQ(out.terms["http://example.org/EX_1"].replaced_by, "http://example.org/EX_2");
}

TEST(RdfReaderTest, ReadsNTriples) {
  Outcome out = Read(
      "<http://example.org/EX_1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
      "<http://www.w3.org/2002/07/owl#Class> .\n"
      "<http://example.org/EX_1> <http://www.w3.org/2000/01/rdf-schema#label> \"one\" .\n");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.report->format, OntologyFormat::kNTriples);
  EXPECT_EQ(out.terms["http://example.org/EX_1"].label, "one");
}

TEST(RdfReaderTest, ASyntaxErrorNamesItsLine) {
  EXPECT_THAT(Read("@prefix a: <http://example.org/> .\na:b a:c .\n").report,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line ")));
  EXPECT_THAT(Read("<?xml version=\"1.0\"?><rdf:RDF "
                   "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">")
                  .report,
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RdfReaderTest, ExternalEntitiesAreNotRead) {
  testing::TempDir dir;
  const std::string secret = dir / "secret";
  std::FILE* file = std::fopen(secret.c_str(), "w");
  std::fputs("do not tell", file);
  std::fclose(file);
  Outcome out = Read(
      absl::StrCat("<?xml version=\"1.0\"?><!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM \"file://", secret,
                   "\">]><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
                   "xmlns:owl=\"http://www.w3.org/2002/07/owl#\" "
                   "xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\"><owl:Class "
                   "rdf:about=\"http://example.org/EX_1\"><rdfs:label>a&x;b</rdfs:label></"
                   "owl:Class></rdf:RDF>"));
  for (const auto& [id, term] : out.terms)
    EXPECT_THAT(term.label, ::testing::Not(HasSubstr("tell")));
}

constexpr char kOboGraph[] = R"({"graphs": [{"id": "http://example.org/ex.owl",
 "edges": [{"sub": "http://example.org/EX_2", "pred": "is_a", "obj": "http://example.org/EX_1"},
           {"sub": "http://example.org/EX_2", "pred": "http://purl.obolibrary.org/obo/BFO_0000050",
            "obj": "http://example.org/EX_3"}],
 "meta": {"version": "7"},
 "nodes": [{"id": "http://example.org/EX_1", "type": "CLASS", "lbl": "one", "meta": {
   "definition": {"val": "First."}, "xrefs": [{"val": "OTHER:1"}],
   "synonyms": [{"pred": "hasBroadSynonym", "val": "uno", "synonymType": "OBO:ABBREVIATION"}],
   "basicPropertyValues": [{"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "EX:2"}],
   "deprecated": true}},
  {"id": "http://example.org/EX_2", "type": "CLASS", "lbl": "two"},
  {"id": "http://example.org/rel", "type": "PROPERTY", "lbl": "rel"}]}]})";

TEST(JsonReaderTest, ReadsOboGraphs) {
  Outcome out = Read(kOboGraph);
  ASSERT_THAT(out.report, IsOk());
  ASSERT_THAT(out.terms, SizeIs(2));
  const ParsedTerm& one = out.terms["http://example.org/EX_1"];
  EXPECT_EQ(one.label, "one");
  EXPECT_EQ(one.definition, "First.");
  EXPECT_TRUE(one.obsolete);
  EXPECT_EQ(one.replaced_by, "EX:2");
  ASSERT_THAT(one.synonyms, SizeIs(1));
  EXPECT_EQ(one.synonyms[0].scope, SynonymScope::kBroad);
  EXPECT_EQ(one.synonyms[0].type, "ABBREVIATION");
  EXPECT_THAT(out.terms["http://example.org/EX_2"].parents, SizeIs(2));
  EXPECT_EQ(out.report->nodes, 3);
  EXPECT_EQ(out.report->edges, 2);
  EXPECT_EQ(out.report->version, "7");
}

TEST(JsonReaderTest, ReadsNodeLinkAndObsoleteLists) {
  Outcome out = Read(R"({"directed": true, "graph": {"name": "ex", "version": "7"},
    "nodes": [{"id": "EX:1", "ex_label": "one", "ex_definition": null, "synonyms":
      [{"synonym": "uno", "synonym_scope": "exact"}], "replaces": ["EX:9"], "xrefs": ["OTHER:1"]},
      {"id": "EX:2", "ex_label": "two", "synonyms": null}],
    "links": [{"source": "EX:1", "target": "EX:2"}]})");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.report->format, OntologyFormat::kNodeLink);
  EXPECT_EQ(out.terms["EX:2"].parents[0].parent, "EX:1");
  EXPECT_THAT(out.terms["EX:1"].alt_ids, ElementsAre("EX:9"));

  out = Read(R"([{"ex_id": "EX:1", "ex_label": "gone", "replaced_by_ex_id": "EX:2"}])");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_TRUE(out.terms["EX:1"].obsolete);
  EXPECT_EQ(out.terms["EX:1"].replaced_by, "EX:2");
}

TEST(JsonReaderTest, CutOffTextIsAnError) {
  const std::string whole = kOboGraph;
  for (size_t size : {whole.size() - 1, whole.size() / 2, size_t{20}}) {
    SCOPED_TRACE(size);
    EXPECT_THAT(Read(whole.substr(0, size)).report, StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(Read(whole + " {}").report, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SniffTest, ByContent) {
  constexpr struct {
    const char* head;
    OntologyFormat format;
  } kRows[] = {
      {"format-version: 1.2\n", OntologyFormat::kObo},
      {"! comment\n\n[Term]\nid: EX:1\n", OntologyFormat::kObo},
      {"\xef\xbb\xbf"
       "format-version: 1.2\n",
       OntologyFormat::kObo},
      {"@prefix a: <b> .", OntologyFormat::kTurtle},
      {"# comment\nPREFIX a: <b>\n", OntologyFormat::kTurtle},
      {"<http://example.org/a> a <http://example.org/b> ;\n", OntologyFormat::kTurtle},
      {"<http://example.org/a> <http://example.org/b> <http://example.org/c> .\n",
       OntologyFormat::kNTriples},
      {"<?xml version=\"1.0\"?>\n<rdf:RDF ", OntologyFormat::kRdfXml},
      {"\n<rdf:RDF xmlns=\"x\">", OntologyFormat::kRdfXml},
      {"<!DOCTYPE rdf:RDF [ <!ENTITY a \"b\"> ]><rdf:RDF >", OntologyFormat::kRdfXml},
      {"{ \"graphs\" : [", OntologyFormat::kOboGraphs},
      {"{\"directed\": true,", OntologyFormat::kNodeLink},
      {"[\n{", OntologyFormat::kObsoleteList},
      {"id\tlabel\n", OntologyFormat::kTable},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.head);
    auto format = SniffOntology(row.head);
    ASSERT_THAT(format, IsOk());
    EXPECT_EQ(*format, row.format);
  }
}

TEST(SniffTest, NamesWhatItRefuses) {
  constexpr struct {
    const char* head;
    const char* name;
  } kRows[] = {
      {"Prefix(:=<http://example.org/>)\nOntology(", "OWL functional syntax"},
      {"Prefix: ex: <http://example.org/>", "Manchester"},
      {"<?xml version=\"1.0\"?><Ontology xmlns=\"x\">", "OWL/XML"},
      {"<?xml version=\"1.0\"?><html>", "<html>"},
      {"{\"@context\": {}}", "JSON-LD"},
      {"hello", "no syntax known"},
      {"", "empty"},
      {"   \n", "empty"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.head);
    EXPECT_THAT(SniffOntology(row.head),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.name)));
  }
}

TEST(GzipTest, ReadsWholeAndRefusesDamaged) {
  const std::string gz = Gzip(kObo);
  EXPECT_THAT(Read(gz).terms, SizeIs(4));
  // Two members, one behind the other.
  const std::string text = kObo;
  EXPECT_THAT(Read(Gzip(text.substr(0, 500)) + Gzip(text.substr(500))).terms, SizeIs(4));
  EXPECT_THAT(Read(gz.substr(0, gz.size() - 9)).report, StatusIs(absl::StatusCode::kDataLoss));
  std::string bad = gz;
  bad[gz.size() / 2] = static_cast<char>(bad[gz.size() / 2] ^ 0x55);
  EXPECT_FALSE(Read(bad).report.ok());
}

TEST(LimitTest, AtTheLimitAndOneBeyond) {
  ReadLimits limits;
  limits.file_bytes = static_cast<int64_t>(sizeof(kObo) - 1);
  EXPECT_THAT(Read(kObo, limits).report, IsOk());
  EXPECT_THAT(Read(Gzip(kObo), limits).report, IsOk());
  --limits.file_bytes;
  EXPECT_THAT(Read(kObo, limits).report, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Read(Gzip(kObo), limits).report, StatusIs(absl::StatusCode::kResourceExhausted));

  for (const char* text : {kObo, kTurtle}) {
    limits = ReadLimits();
    limits.classes = 4;
    EXPECT_THAT(Read(text, limits).report, IsOk());
    limits.classes = 3;
    EXPECT_THAT(Read(text, limits).report,
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("3 classes")));
    limits = ReadLimits();
    limits.synonyms_per_term = 4;
    EXPECT_THAT(Read(text, limits).report, IsOk());
    limits.synonyms_per_term = 3;
    EXPECT_THAT(Read(text, limits).report, StatusIs(absl::StatusCode::kResourceExhausted));
  }
  limits = ReadLimits();
  const int64_t triples = Read(kTurtle).report->triples;
  limits.triples = triples;
  EXPECT_THAT(Read(kTurtle, limits).report, IsOk());
  limits.triples = triples - 1;
  EXPECT_THAT(Read(kTurtle, limits).report, StatusIs(absl::StatusCode::kResourceExhausted));
}

std::string NestedTurtle(int depth) {
  std::string text = "@prefix a: <http://example.org/> .\na:s a:p ";
  for (int i = 0; i < depth; ++i) text += "[ a:p ";
  text += "\"x ] ) \\\" [\" ";  // Brackets in a string do not count.
  for (int i = 0; i < depth; ++i) text += "] ";
  return text + ".\n";
}

std::string NestedXml(int depth) {
  // The root is one level; what follows alternates nodes and properties.
  std::string text =
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
      "xmlns:a=\"http://example.org/\">";
  for (int i = 1; i < depth; ++i) text += i % 2 == 1 ? "<rdf:Description>" : "<a:p>";
  for (int i = depth - 1; i >= 1; --i) text += i % 2 == 1 ? "</rdf:Description>" : "</a:p>";
  return text + "</rdf:RDF>";
}

TEST(LimitTest, Nesting) {
  EXPECT_THAT(Read(NestedTurtle(128)).report, IsOk());
  EXPECT_THAT(Read(NestedTurtle(129)).report, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Read(NestedTurtle(200'000)).report, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Read(NestedXml(200)).report, IsOk());
  EXPECT_THAT(Read(NestedXml(201)).report, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Read(NestedXml(100'000)).report, StatusIs(absl::StatusCode::kResourceExhausted));
  const std::string json = "{\"graphs\": " + std::string(200'000, '[');
  EXPECT_THAT(Read(json).report, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SinkTest, ItsFailureEndsTheReading) {
  for (const char* text : {kObo, kTurtle, kOboGraph}) {
    int calls = 0;
    auto report = ReadOntologyBytes(text, "test", ReadLimits(), [&](ParsedTerm&&) {
      ++calls;
      return absl::CancelledError("enough");
    });
    EXPECT_THAT(report, StatusIs(absl::StatusCode::kCancelled, HasSubstr("test: enough")));
    EXPECT_EQ(calls, 1);
  }
}

TEST(ReadOntologyFileTest, ARefusalNamesTheReadableFileBesideIt) {
  testing::TempDir dir;
  const auto write = [&](const char* name, const char* text) { std::ofstream(dir / name) << text; };
  const auto read = [&] {
    return ReadOntologyFile(dir / "ex.owl", ReadLimits(),
                            [](ParsedTerm&&) { return absl::OkStatus(); });
  };
  write("ex.owl", "Ontology(<http://example.org/ex>)\n");
  write("ex-more.owl", "Ontology(<http://example.org/more>)\n");
  write("extra.obo", "format-version: 1.2\n");
  EXPECT_THAT(read(),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::Not(HasSubstr("beside it"))));
  write("ex-2020.converted.obo", "format-version: 1.2\n");
  EXPECT_THAT(read(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("beside it lies ex-2020.converted.obo")));
}

TEST(ReadOntologyFileTest, AMissingFileIsNotFound) {
  EXPECT_THAT(ReadOntologyFile("/nonexistent/x.obo", ReadLimits(),
                               [](ParsedTerm&&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/x.obo")));
}

}  // namespace
}  // namespace parfocal
