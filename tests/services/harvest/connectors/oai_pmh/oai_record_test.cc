#include "parfocal/oai_pmh/oai_record.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "list_position.h"
#include "parfocal/record.h"
#include "plain_text.h"
#include "support/status_matchers.h"

namespace parfocal::oai {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using ::testing::Pair;
using testing::StatusIs;

absl::StatusOr<MappedRecord> Map(absl::string_view metadata, const RecordLimits& limits = {}) {
  OaiRecord record;
  record.header.identifier = "oai:x:1";
  record.header.datestamp = "2024-05-06T07:08:09Z";
  record.header.sets = {"user-imaging"};
  if (!metadata.empty()) {
    auto tree = ParseXml(metadata);
    EXPECT_TRUE(tree.ok()) << tree.status();
    record.metadata = *std::move(tree);
  }
  return MapRecord("s", record, limits);
}

Study Dc(absl::string_view elements) {
  auto mapped =
      Map(absl::StrCat("<oai_dc:dc xmlns:oai_dc=\"o\" xmlns:dc=\"d\"><dc:title>T</dc:title>",
                       elements, "</oai_dc:dc>"));
  EXPECT_TRUE(mapped.ok()) << mapped.status();
  return mapped->study;
}

MappedRecord Kernel(absl::string_view elements, absl::string_view version = "4") {
  auto mapped = Map(absl::StrCat("<resource xmlns=\"http://datacite.org/schema/kernel-", version,
                                 "\"><titles><title>T</title></titles>", elements, "</resource>"));
  EXPECT_TRUE(mapped.ok()) << mapped.status();
  return *mapped;
}

TEST(DublinCoreTest, EachElementHasItsPlace) {
  const Study study =
      Dc("<dc:creator>Doe, Jane</dc:creator><dc:creator>Roe, Rick</dc:creator>"
         "<dc:contributor>Roe, Rick</dc:contributor>"
         "<dc:identifier>https://doi.org/10.5072/ABC.1</dc:identifier>"
         "<dc:identifier>oai:x:1</dc:identifier><dc:identifier>https://x.org/1</dc:identifier>"
         "<dc:identifier>issn:1234-5678</dc:identifier><dc:identifier>10.5072/other</dc:identifier>"
         "<dc:description>One.</dc:description><dc:description>Two.</dc:description>"
         "<dc:subject>mitosis, spindle</dc:subject><dc:subject>kinetochore</dc:subject>"
         "<dc:publisher>An archive</dc:publisher>"
         "<dc:relation>https://doi.org/10.5072/abc</dc:relation>"
         "<dc:relation>info:eu-repo/grantAgreement/EC/H2020/654321/</dc:relation>"
         "<dc:rights>info:eu-repo/semantics/openAccess</dc:rights>"
         "<dc:rights>See the site</dc:rights>"
         "<dc:rights>https://creativecommons.org/licenses/by/4.0/legalcode</dc:rights>"
         "<dc:format>160184</dc:format><dc:format>image/tiff</dc:format>"
         "<dc:type>dataset</dc:type><dc:language>eng</dc:language>");
  EXPECT_EQ(study.accession, "oai:x:1");
  EXPECT_EQ(study.title, "T");
  ASSERT_EQ(study.people.size(), 2u);
  EXPECT_EQ(study.people[0].name, "Doe, Jane");
  EXPECT_THAT(study.people[1].roles, ElementsAre("author", "contributor"));
  EXPECT_EQ(study.data_doi, "10.5072/abc.1");
  EXPECT_EQ(study.landing_page, "https://x.org/1");
  EXPECT_THAT(study.alternate_ids, ElementsAre("10.5072/other"));
  EXPECT_EQ(study.description, "One.\n\nTwo.");
  EXPECT_THAT(study.keywords, ElementsAre("mitosis, spindle", "kinetochore"));
  EXPECT_EQ(study.publisher, "An archive");
  ASSERT_EQ(study.relations.size(), 1u);
  EXPECT_EQ(study.relations[0].target, "https://doi.org/10.5072/abc");
  EXPECT_EQ(study.relations[0].type, RelationType::kOther);
  ASSERT_EQ(study.funding.size(), 1u);
  EXPECT_EQ(study.funding[0].funder, "EC");
  EXPECT_EQ(study.funding[0].award, "654321");
  EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
  EXPECT_EQ(study.data_access, DataAccess::kOpen);
  ASSERT_EQ(study.statements.size(), 1u);
  EXPECT_EQ(study.statements[0].field, "format");
  EXPECT_EQ(study.statements[0].value, "image/tiff");
  EXPECT_THAT(study.attributes, Contains(Pair("dc:format", "160184 bytes")));
  EXPECT_THAT(study.attributes, Contains(Pair("dc:type", "dataset")));
  EXPECT_THAT(study.attributes, Contains(Pair("setSpec", "user-imaging")));
}

TEST(DublinCoreTest, Details) {
  EXPECT_THAT(Dc("<dc:subject>mitosis, spindle; pole</dc:subject>").keywords,
              ElementsAre("mitosis", "spindle", "pole"))
      << "one string holds the list";
  // Without an address of its own a record is found by its DOI.
  EXPECT_EQ(Dc("<dc:identifier>doi:10.5072/a</dc:identifier>").landing_page,
            "https://doi.org/10.5072/a");
  // A licence that is not known is kept as it stands.
  const Study unknown = Dc("<dc:rights>Ask us</dc:rights>");
  EXPECT_EQ(unknown.licence.stated, "Ask us");
  EXPECT_EQ(unknown.licence.spdx, "");
  EXPECT_EQ(unknown.data_access, DataAccess::kNotStated);
  EXPECT_EQ(Dc("<dc:rights>Embargoed Access</dc:rights>").data_access, DataAccess::kEmbargoed);
  EXPECT_EQ(Dc("<dc:rights>Embargoed Access</dc:rights>").licence.stated, "");
}

// Servers whose identifiers are DOIs or addresses: those are the record's own.
TEST(MapRecordTest, AnIdentifierThatIsADoiOrAnAddress) {
  OaiRecord record;
  record.header.identifier = "10.5072/ABC";
  record.metadata = *ParseXml(
      "<resource><identifier>10.5072/abc</identifier><titles><title>T</title></titles></resource>");
  Study study = MapRecord("s", record)->study;
  EXPECT_EQ(study.data_doi, "10.5072/abc");
  EXPECT_THAT(study.alternate_ids, IsEmpty());
  record.metadata = *ParseXml("<dc><title>T</title></dc>");
  EXPECT_EQ(MapRecord("s", record)->study.data_doi, "10.5072/abc");
  EXPECT_EQ(MapRecord("s", record)->study.landing_page, "https://doi.org/10.5072/abc");
  record.header.identifier = "http://x.org/1/";
  record.metadata = *ParseXml("<dc><title>T</title><identifier>http://x.org/1/</identifier></dc>");
  study = MapRecord("s", record)->study;
  EXPECT_EQ(study.landing_page, "http://x.org/1/");
  EXPECT_THAT(study.alternate_ids, IsEmpty());
}

TEST(DublinCoreTest, TheReleaseIsTheSmallestFullDateThatIsPast) {
  const struct {
    const char* dates;
    const char* wanted;
  } rows[] = {
      {"<dc:date>2020-03-04</dc:date><dc:date>2019-05-06T01:02:03Z</dc:date>", "2019-05-06"},
      {"<dc:date>2018</dc:date><dc:date>2019-05-06</dc:date>", "2019-05-06"},
      {"<dc:date>2018</dc:date><dc:date>2017-03</dc:date>", "2017-03"},
      {"<dc:date>9999-01-01</dc:date>", ""},
      {"<dc:date>2024-05-06</dc:date>", "2024-05-06"},
      {"<dc:date>2024-05-07</dc:date>", ""},
      {"<dc:date>soon</dc:date>", ""},
      {"", ""}};
  for (const auto& row : rows) EXPECT_EQ(Dc(row.dates).release_date, row.wanted) << row.dates;
}

// A server that lists what was withdrawn as a record of one remark.
TEST(DublinCoreTest, ARecordThatIsOnlyAStatusIsWithdrawn) {
  const auto withdrawn = Map("<dc><status>Item is not available</status></dc>");
  ASSERT_THAT(withdrawn, IsOk());
  EXPECT_TRUE(withdrawn->withdrawn);
  EXPECT_FALSE(Map("<dc><status>new</status><title>T</title></dc>")->withdrawn);
  EXPECT_THAT(Map("<dc/>"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(DataCiteTest, EachElementHasItsPlace) {
  const MappedRecord mapped = Kernel(
      "<identifier identifierType=\"DOI\">10.5072/ABC</identifier>"
      "<alternateIdentifiers><alternateIdentifier alternateIdentifierType=\"oai\">oai:x:1"
      "</alternateIdentifier></alternateIdentifiers>"
      "<creators><creator><creatorName nameType=\"Personal\">Doe, Jane</creatorName>"
      "<nameIdentifier nameIdentifierScheme=\"ORCID\">0000-0002-1825-0097</nameIdentifier>"
      "<affiliation affiliationIdentifier=\"https://ror.org/03yrm5c26\">A place</affiliation>"
      "<affiliation>Another</affiliation></creator>"
      "<creator><creatorName/><givenName>Rick</givenName><familyName>Roe</familyName></creator>"
      "<creator><creatorName>Poe, P.</creatorName><nameIdentifier nameIdentifierScheme=\"ORCID\">"
      "0000-0002-1825-0098</nameIdentifier></creator></creators>"
      "<contributors><contributor contributorType=\"ContactPerson\"><contributorName>Loe, L."
      "</contributorName></contributor><contributor contributorType=\"DataCollector\">"
      "<contributorName>Loe, L.</contributorName></contributor>"
      "<contributor contributorType=\"Funder\"><contributorName>EC</contributorName>"
      "<nameIdentifier>info:eu-repo/grantAgreement/EC/FP7/12/</nameIdentifier></contributor>"
      "</contributors>"
      "<publisher publisherIdentifier=\"https://ror.org/04z8jg394\">An archive</publisher>"
      "<publicationYear>2021</publicationYear>"
      "<dates><date dateType=\"Available\">2022-02-02</date><date dateType=\"Issued\">2021-01-01"
      "/2021-12-31</date></dates>"
      "<subjects><subject "
      "valueURI=\"http://purl.obolibrary.org/obo/NCBITaxon_9606\">human</subject>"
      "<subject>mitosis</subject></subjects>"
      "<descriptions><description descriptionType=\"Methods\">How.</description>"
      "<description descriptionType=\"Abstract\">What.</description></descriptions>"
      "<relatedIdentifiers>"
      "<relatedIdentifier relationType=\"IsVersionOf\" relatedIdentifierType=\"DOI\">10.5072/AB"
      "</relatedIdentifier>"
      "<relatedIdentifier relationType=\"IsIdenticalTo\" "
      "relatedIdentifierType=\"URL\">https://y.org/2"
      "</relatedIdentifier>"
      "<relatedIdentifier relationType=\"IsSupplementTo\" "
      "relatedIdentifierType=\"DOI\">10.1083/JCB.1"
      "</relatedIdentifier>"
      "<relatedIdentifier relationType=\"IsCitedBy\" relatedIdentifierType=\"PMID\">12082125"
      "</relatedIdentifier>"
      "<relatedIdentifier relationType=\"IsSupplementTo\" resourceTypeGeneral=\"Software\" "
      "relatedIdentifierType=\"URL\">https://github.com/x/y</relatedIdentifier></"
      "relatedIdentifiers>"
      "<rightsList><rights rightsURI=\"info:eu-repo/semantics/openAccess\"/><rights "
      "rightsIdentifier=\"cc-by-4.0\" rightsURI=\"https://creativecommons.org/licenses/by/4.0/\">"
      "Creative Commons Attribution 4.0</rights></rightsList>"
      "<fundingReferences><fundingReference><funderName>A funder</funderName><funderIdentifier>"
      "https://doi.org/10.13039/1</funderIdentifier><awardNumber>7</awardNumber></fundingReference>"
      "</fundingReferences>"
      "<sizes><size>1.2 GB</size><size>123456 bytes</size></sizes>"
      "<formats><format>image/tiff</format></formats><version>2</version><language>en</language>"
      "<resourceType resourceTypeGeneral=\"Image\">Microscopy</resourceType>");
  const Study& study = mapped.study;
  EXPECT_EQ(study.data_doi, "10.5072/abc");
  EXPECT_EQ(study.landing_page, "https://doi.org/10.5072/abc");
  EXPECT_THAT(study.alternate_ids, IsEmpty()) << "its own identifier is no other one";
  ASSERT_EQ(study.people.size(), 4u);
  EXPECT_EQ(study.people[0].orcid, "0000-0002-1825-0097");
  EXPECT_EQ(study.people[0].affiliation, "A place; Another");
  EXPECT_EQ(study.people[0].ror, "https://ror.org/03yrm5c26");
  EXPECT_EQ(study.people[1].name, "Roe, Rick");
  EXPECT_EQ(study.people[2].orcid, "") << "its check digit is wrong";
  EXPECT_THAT(mapped.notes, ElementsAre(HasSubstr("is no ORCID")));
  EXPECT_THAT(study.people[3].roles, ElementsAre("contact", "data_collector"));
  EXPECT_EQ(study.publisher_id, "https://ror.org/04z8jg394");
  EXPECT_EQ(study.release_date, "2021-01-01");
  ASSERT_EQ(study.statements.size(), 2u);
  EXPECT_EQ(study.statements[0].field, "organism");
  EXPECT_EQ(study.statements[0].stated_id, "NCBITaxon:9606");
  EXPECT_EQ(study.statements[0].value, "human");
  EXPECT_EQ(study.statements[1].field, "format");
  EXPECT_THAT(study.keywords, ElementsAre("human", "mitosis"));
  EXPECT_EQ(study.description, "What.");
  EXPECT_THAT(study.attributes, Contains(Pair("description (Methods)", "How.")));
  ASSERT_EQ(study.relations.size(), 3u);
  EXPECT_EQ(study.relations[0].target, "https://doi.org/10.5072/ab");
  EXPECT_EQ(study.relations[0].because, "relatedIdentifier IsVersionOf");
  EXPECT_EQ(study.relations[1].type, RelationType::kCopy);
  EXPECT_EQ(study.relations[2].target, "https://github.com/x/y");
  ASSERT_EQ(study.publications.size(), 2u);
  EXPECT_EQ(study.publications[0].doi, "10.1083/jcb.1");
  EXPECT_EQ(study.publications[1].pmid, "12082125");
  EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
  EXPECT_EQ(study.data_access, DataAccess::kOpen);
  ASSERT_EQ(study.funding.size(), 2u);
  EXPECT_EQ(study.funding[0].award, "12");
  EXPECT_EQ(study.funding[1].funder_id, "https://doi.org/10.13039/1");
  EXPECT_EQ(study.bytes, 123456);
  EXPECT_THAT(study.attributes, Contains(Pair("version", "2")));
  EXPECT_THAT(study.attributes, Contains(Pair("resourceTypeGeneral", "Image")));
}

TEST(DataCiteTest, VersionsAndEnvelopes) {
  for (const char* version : {"2.2", "3", "3.1", "4"}) {
    EXPECT_EQ(Kernel("<publicationYear>2011</publicationYear><rights>CC0 1.0</rights>", version)
                  .study.release_date,
              "2011");
  }
  const auto wrapped =
      Map("<oai_datacite "
          "xmlns=\"http://schema.datacite.org/oai/oai-1.1/\"><schemaVersion>4</schemaVersion>"
          "<payload><ns0:resource xmlns:ns0=\"http://datacite.org/schema/kernel-4\"><ns0:titles>"
          "<ns0:title titleType=\"Subtitle\">no</ns0:title><ns0:title>yes</ns0:title></ns0:titles>"
          "</ns0:resource></payload></oai_datacite>");
  ASSERT_THAT(wrapped, IsOk());
  EXPECT_EQ(wrapped->study.title, "yes");
  EXPECT_THAT(wrapped->study.attributes, Contains(Pair("title (Subtitle)", "no")));
}

constexpr char kMods[] =
    "<m:mods xmlns:m=\"http://www.loc.gov/mods/v3\"><m:titleInfo><m:nonSort>The </m:nonSort>"
    "<m:title>cell</m:title><m:subTitle>in pictures</m:subTitle></m:titleInfo>"
    "<m:titleInfo type=\"translated\"><m:title>Die Zelle</m:title></m:titleInfo>"
    "<m:name><m:namePart type=\"given\">Jane</m:namePart><m:namePart type=\"family\">Doe"
    "</m:namePart><m:namePart type=\"date\">1900-</m:namePart><m:affiliation>Inst</m:affiliation>"
    "</m:name><m:name><m:namePart>Roe, R.</m:namePart><m:role><m:roleTerm>Photographer</m:roleTerm>"
    "</m:role></m:name><m:abstract>Words.</m:abstract><m:originInfo><m:publisher>Press</"
    "m:publisher>"
    "<m:dateIssued>2019-03-01</m:dateIssued></m:originInfo>"
    "<m:identifier type=\"doi\">10.5072/m.1</m:identifier>"
    "<m:location><m:url>https://x.org/m1</m:url></m:location>"
    "<m:subject><m:topic>mitosis</m:topic></m:subject><m:genre>image</m:genre>"
    "<m:accessCondition>https://creativecommons.org/licenses/by/4.0/</m:accessCondition>"
    "<m:relatedItem "
    "type=\"host\"><m:identifier>10.5072/host</m:identifier></m:relatedItem></m:mods>";

TEST(ModsTest, EachElementHasItsPlaceAlsoWithinAWrapper) {
  for (const std::string& text :
       {std::string(kMods), absl::StrCat("<DIDL><Item><Component><Resource>", kMods,
                                         "</Resource></Component></Item></DIDL>")}) {
    const auto mapped = Map(text);
    ASSERT_THAT(mapped, IsOk());
    const Study& study = mapped->study;
    EXPECT_EQ(study.title, "The cell: in pictures");
    EXPECT_EQ(study.description, "Words.");
    EXPECT_EQ(study.publisher, "Press");
    EXPECT_EQ(study.release_date, "2019-03-01");
    EXPECT_EQ(study.data_doi, "10.5072/m.1");
    EXPECT_EQ(study.landing_page, "https://x.org/m1");
    EXPECT_EQ(study.licence.spdx, "CC-BY-4.0");
    EXPECT_THAT(study.keywords, ElementsAre("mitosis"));
    ASSERT_EQ(study.people.size(), 2u);
    EXPECT_EQ(study.people[0].name, "Doe, Jane");
    EXPECT_EQ(study.people[0].affiliation, "Inst");
    EXPECT_THAT(study.people[1].roles, ElementsAre("contributor"));
    EXPECT_THAT(study.attributes, Contains(Pair("mods:titleInfo", "Die Zelle")));
    EXPECT_THAT(study.attributes, Contains(Pair("mods:genre", "image")));
    ASSERT_EQ(study.relations.size(), 1u);
    EXPECT_EQ(study.relations[0].target, "https://doi.org/10.5072/host");
  }
}

TEST(MapRecordTest, WhatIsNotMappedIsRefusedByName) {
  EXPECT_THAT(Map("<mets:mets xmlns:mets=\"http://www.loc.gov/METS/\"/>"),
              StatusIs(absl::StatusCode::kUnimplemented,
                       HasSubstr("'mets' (http://www.loc.gov/METS/) is not mapped")));
  EXPECT_THAT(Map("<mods/>"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Map("<didl/>"), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(Map("<record><resource/></record>"), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(Map(""), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no metadata")));
  EXPECT_THAT(Map("<resource/>"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(MapRecordTest, LimitsCutWithANote) {
  RecordLimits limits;
  limits.title_bytes = 5;
  limits.text_bytes = 10;
  limits.keywords = 2;
  limits.people = 1;
  const auto mapped =
      Map("<dc><title>caf\xc3\xa9"
          "and</title><description>0123456789a</description>"
          "<subject>a</subject><subject>b</subject><subject>c</subject><subject>d</subject>"
          "<creator>x</creator><creator>y</creator></dc>",
          limits);
  ASSERT_THAT(mapped, IsOk());
  EXPECT_EQ(mapped->study.title, "caf\xc3\xa9");
  EXPECT_EQ(mapped->study.description, "0123456789");
  EXPECT_THAT(mapped->study.keywords, ElementsAre("a", "b"));
  EXPECT_EQ(mapped->study.people.size(), 1u);
  EXPECT_EQ(mapped->notes.size(), 4u) << "one for each, not for each value";
}

TEST(MapRecordTest, ContactsOfPeopleAreMasked) {
  const Study study = Dc(
      "<dc:description>Write to jane.doe@example.org please.</dc:description>"
      "<dc:creator>Doe, Jane (jane@example.org)</dc:creator><dc:source>a@example.org</dc:source>");
  EXPECT_THAT(study.description, ::testing::Not(HasSubstr("@")));
  EXPECT_THAT(study.people[0].name, ::testing::Not(HasSubstr("@")));
  for (const Attribute& attribute : study.attributes)
    EXPECT_THAT(attribute.second, ::testing::Not(HasSubstr("@")));
}

TEST(PlainTextTest, MarkupAsItIsEscapedOnceAndTwice) {
  const struct {
    const char* text;
    const char* wanted;
  } rows[] = {
      {"<h3>Abstract</h3>\n<p>A <b>B</b>.</p>", "Abstract\n\nA B."},
      {"&lt;h3&gt;Abstract&lt;/h3&gt;&lt;p&gt;A&amp;nbsp;B &amp;ldquo;c&amp;rdquo;&lt;/p&gt;",
       "Abstract\n\nA B \xe2\x80\x9c"
       "c\xe2\x80\x9d"},
      {"&amp;lt;p&amp;gt;x", "&lt;p&gt;x"},
      {"one<br>two<br/>three", "one\ntwo\nthree"},
      {"<ul><li>a</li><li>b</li></ul>", "a\nb"},
      {"p < 0.05, n<5 and x>3 in <GFP> cells", "p < 0.05, n<5 and x>3 in <GFP> cells"},
      {"a <b unclosed", "a <b unclosed"},
      {"x<script>alert(1)</script>y", "xy"},
      {"x<script>alert(1)", "xalert(1)"},
      {"H<sub>2</sub>O 10&#181;m &#x3b1; &unknown; & more",
       "H2O 10\xc2\xb5m \xce\xb1 &unknown; & more"},
      {"a\r\n\r\n\r\n\r\nb \t c\xc2\xa0"
       "d",
       "a\n\nb c d"},
      {"  \n ", ""},
      {"", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(PlainText(row.text), row.wanted) << row.text;
}

TEST(PlainTextTest, TakesTimeInProportion) {
  for (const char* piece : {"<script>", "&lt;", "<b", "<p>", "&amp;lt;a", "<", "&"}) {
    std::string text;
    while (text.size() < (size_t{1} << 20)) text += piece;
    EXPECT_LE(PlainText(text).size(), text.size()) << piece;
  }
}

TEST(ListPositionTest, ReadsWhatItWrites) {
  ListPosition at;
  EXPECT_EQ(ListPosition::Parse(at.Format())->Format(), at.Format());
  at = {false,
        "oai_dc",
        true,
        "2024-01-01T00:00:00Z",
        "2023-01-01",
        "2023-02-01",
        "t=\n\x1f\xff%",
        3,
        150,
        50,
        1000,
        1,
        2,
        "why\nnot"};
  const auto read = ListPosition::Parse(at.Format());
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->Format(), at.Format());
  EXPECT_EQ(read->token, at.token);
  EXPECT_EQ(read->stop, at.stop);
  EXPECT_EQ(read->declared, 1000);
  EXPECT_FALSE(read->full);
  for (const char* bad : {"", "x", "oai-position 2", "oai-position 1\npages=x",
                          "oai-position 1\npages=-1", "oai-position 1\ntoken=\\"}) {
    EXPECT_FALSE(ListPosition::Parse(bad).ok()) << bad;
  }
  const ListMark mark{"https://x.org/oai?a=b", "s", "p", "2024-01-01", "2023-01-01"};
  EXPECT_EQ(ListMark::Parse(mark.Format())->location, mark.location);
  EXPECT_EQ(ListMark::Parse(mark.Format())->full, mark.full);
  EXPECT_FALSE(ListMark::Parse("").has_value());
}

TEST(ListPositionTest, DatesAsServersWriteThem) {
  const struct {
    const char* text;
    const char* wanted;
  } rows[] = {{"2024-02-29T23:59:58Z", "2024-02-29T23:59:58Z"},
              {" 2024-02-29 ", "2024-02-29T00:00:00Z"},
              {"20170214", "2017-02-14T00:00:00Z"},
              {"2019-10-01T14:52:00.123456+01:00", "2019-10-01T13:52:00Z"},
              {"2019-10-01T14:52:00", "2019-10-01T14:52:00Z"},
              {"2023-02-30", ""},
              {"20171314", ""},
              {"yesterday", ""},
              {"", ""}};
  for (const auto& row : rows) {
    const auto time = ParseOaiTime(row.text);
    EXPECT_EQ(time ? FormatOaiTime(*time, false) : "", row.wanted) << row.text;
  }
  EXPECT_EQ(FormatOaiTime(*ParseOaiTime("2024-02-29T23:59:58Z"), true), "2024-02-29");
}

}  // namespace
}  // namespace parfocal::oai
