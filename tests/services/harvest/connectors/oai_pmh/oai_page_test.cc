#include "parfocal/oai_pmh/oai_page.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/oai_pmh/oai_record.h"
#include "support/status_matchers.h"

namespace parfocal::oai {
namespace {

using ::testing::ElementsAre;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

constexpr char kRoot[] =
    "<OAI-PMH xmlns=\"http://www.openarchives.org/OAI/2.0/\" xmlns:p=\"urn:p\">"
    "<responseDate>2024-01-02T03:04:05Z</responseDate>"
    "<request verb=\"ListRecords\">https://x.org</request>";

std::string Page(absl::string_view content) { return absl::StrCat(kRoot, content, "</OAI-PMH>"); }
std::string Rec(absl::string_view id, absl::string_view title = "T") {
  return absl::StrCat("<record><header><identifier>", id,
                      "</identifier><datestamp>2024-01-01"
                      "</datestamp></header><metadata><dc><title>",
                      title, "</title></dc></metadata></record>");
}
std::string List(absl::string_view records, absl::string_view token = "") {
  return Page(absl::StrCat("<ListRecords>", records, token, "</ListRecords>"));
}

// Identifiers of the records that can be read; "!" for each that cannot.
std::vector<std::string> Read(const OaiPage& page) {
  std::vector<std::string> out;
  for (const RecordPlace& place : page.records) {
    const auto record = ReadOaiRecord(page, place);
    out.push_back(record.ok() ? record->header.identifier : "!");
  }
  return out;
}

TEST(OaiPageTest, AListWithATokenItsRecordsAndTheirPayload) {
  const std::string body = absl::StrCat(
      "<?xml version=\"1.0\"?>\n<?xml-stylesheet href=\"x\"?><!-- c > -->",
      List(
          Rec(" a\n") + Rec("b", "<![CDATA[</record>]]>"),
          "<resumptionToken cursor=\"0\" completeListSize=\" 7 \"> tok&amp;en </resumptionToken>"));
  const auto page = ParseOaiPage(body, "");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->verb, "ListRecords");
  EXPECT_EQ(page->response_date, "2024-01-02T03:04:05Z");
  EXPECT_EQ(page->token, "tok&en");
  EXPECT_EQ(page->complete_list_size, 7);
  EXPECT_EQ(page->list_cursor, 0);
  EXPECT_FALSE(page->cut);
  ASSERT_THAT(Read(*page), ElementsAre("a", "b"));
  const auto record = ReadOaiRecord(*page, page->records[0]);
  EXPECT_EQ(record->payload, "<metadata><dc><title>T</title></dc></metadata>");
  EXPECT_EQ(record->metadata.name, "dc");
  EXPECT_EQ(record->header.datestamp, "2024-01-01");
}

TEST(OaiPageTest, EndsOfLists) {
  const auto page = [](absl::string_view token) {
    return *ParseOaiPage(List(Rec("a"), token), "");
  };
  EXPECT_FALSE(page("").has_token);
  for (const char* empty :
       {"<resumptionToken/>", "<resumptionToken></resumptionToken>",
        "<resumptionToken cursor=\"3\" completeListSize=\"4\"> </resumptionToken>"}) {
    EXPECT_TRUE(page(empty).has_token);
    EXPECT_EQ(page(empty).token, "");
  }
  EXPECT_EQ(
      page("<resumptionToken completeListSize=\"many\">x</resumptionToken>").complete_list_size,
      std::nullopt);
}

TEST(OaiPageTest, HeadersSetsAndDeletions) {
  const auto page = ParseOaiPage(
      Page("<ListIdentifiers><header status=\" Deleted\"><identifier>a</identifier><setSpec>s"
           "</setSpec><setSpec>t</setSpec></header><header><identifier>b</identifier></header>"
           "</ListIdentifiers>"),
      "");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->headers.size(), 2u);
  EXPECT_TRUE(page->headers[0].deleted);
  EXPECT_THAT(page->headers[0].sets, ElementsAre("s", "t"));
  EXPECT_FALSE(page->headers[1].deleted);
}

TEST(OaiPageTest, Errors) {
  const auto page = ParseOaiPage(
      Page("<error code=\"noRecordsMatch\"/><error code=\"x\"> a\n\x09 b </error>"), "");
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->errors.size(), 2u);
  EXPECT_EQ(page->errors[0].code, "noRecordsMatch");
  EXPECT_EQ(page->errors[1].message, "a b");
  EXPECT_EQ(page->verb, "");
}

// RELIABILITY T-26: what is no answer is refused, and never the end of a list.
TEST(OaiPageTest, AnswersThatAreNone) {
  const struct {
    std::string body;
    const char* why;
  } rows[] = {
      {"", "empty"},
      {" \r\n\t ", "empty"},
      {"\xef\xbb\xbf", "empty"},
      {"<!DOCTYPE html><html></html>", "HTML"},
      {"<!doctype HTML PUBLIC \"x\"><html>", "HTML"},
      {"<html><body>Service unavailable</body></html>", "HTML"},
      {"<HTML>", "HTML"},
      {"<!-- maintenance --><html>", "HTML"},
      {"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">", "HTML"},
      {"\n\n<html>", "HTML"},
      {"{\"error\": 500}", "no XML"},
      {"Internal Server Error", "no XML"},
      {"<", "no XML"},
      {"<>", "no XML"},
      {"< OAI-PMH>", "no XML"},
      {"<!-- never ends", "no XML"},
      {"<?xml version=\"1.0\"", "no XML"},
      {std::string(1000, '\0'), "no XML"},
      {"\x1f\x8b\x08", "no XML"},
      {"<rss/>", "no OAI-PMH"},
      {"<oai-pmh/>", "no OAI-PMH"},
      {"<a:b:OAI-PMH/>", "no OAI-PMH"},
      {"<record/>", "no OAI-PMH"},
      {"<!DOCTYPE OAI-PMH><OAI-PMH/>", "DOCTYPE"},
      {"<!DOCTYPE r [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><OAI-PMH>&a;</OAI-PMH>", "DOCTYPE"},
      {"<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://x\"> %p;]><OAI-PMH/>",
       "DOCTYPE"},
      {Page("<!DOCTYPE x>"), "DOCTYPE"},
      {Page("<ListRecords><!ENTITY x \"y\"></ListRecords>"), "DOCTYPE"},
      {"<OAI-PMH/>", "breaks off"},
      {"<OAI-PMH></OAI-PMH>", "neither a list nor an error"},
      {Page(""), "neither a list nor an error"},
      {kRoot, "breaks off"},
      {"<OAI-PMH", "no XML"},
      {"<OAI-PMH>", "breaks off"},
      {Page("<error code=\"x\">&nope;</error>"), "not well-formed"},
      {Page("<error code=\"x\">&#x13;</error>"), "not well-formed"},
      {Page("<error code=\"x\">\x13</error>"), "not well-formed"},
      {Page("<error code=\"x\">\xff</error>"), "not well-formed"},
      {Page("<error code=\"x\" code=\"y\"/>"), "not well-formed"},
      {Page("<error code=x/>"), "not well-formed"},
      {Page("<ListRecords></ListIdentifiers>"), "not well-formed"},
      {Page("<ListRecords>&lt</ListRecords>"), "not well-formed"},
      {Page("<ListRecords>]]></ListRecords>"), "not well-formed"},
      {"<?xml version=\"1.0\" encoding=\"UT\x9c-8\"?><OAI-PMH/>", "'UT?-8' is not known"},
      {"<?xml version=\"1.0\" encoding=\"EBCDIC-37-nope\"?>" + Page("<error code=\"x\"/>"),
       "not known"},
      {"<?xml version=\"1.0\" encoding=\"" + std::string(100, 'x') + "\"?>" + Page(""),
       "not known"},
      {"\xff\xfe<", "not in the encoding"},
      {"<?xml version=\"1.0\" encoding=\"EUC-JP\"?>" + Page("<error code=\"x\">\xa4</error>"),
       "not in the encoding"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(ParseOaiPage(row.body, ""), StatusIs(kInvalid, HasSubstr(row.why)))
        << row.body.substr(0, 120);
  }
}

TEST(OaiPageTest, Encodings) {
  const std::string text = List(Rec("a", "caf\xc3\xa9"));
  std::string latin = absl::StrReplaceAll(text, {{"\xc3\xa9", "\xe9"}});
  std::string little = "\xff\xfe", big = "\xfe\xff";
  for (char c : absl::StrReplaceAll(text, {{"\xc3\xa9", "\xe9"}})) {
    little += c;
    little += '\0';
    big += '\0';
    big += c;
  }
  const struct {
    std::string body;
    const char* charset;
  } rows[] = {
      {text, ""},
      {"\xef\xbb\xbf" + text, ""},
      {"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text, "iso-8859-1"},
      // Correct answers with the charset of the platform.
      {text, "ISO-8859-1"},
      {"<?xml version=\"1.0\"?>" + text, "ISO-8859-1"},
      {"<?xml version='1.0' encoding='utf-16'?>" + text, ""},
      {latin, "ISO-8859-1"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?>" + latin, "utf-8"},
      {"<?xml version='1.0' encoding='windows-1252' standalone='yes'?>" + latin, ""},
      {little, ""},
      {big, ""},
      {little.substr(2), ""},
      {big.substr(2), ""},
  };
  for (size_t i = 0; i < std::size(rows); ++i) {
    const auto page = ParseOaiPage(rows[i].body, rows[i].charset);
    ASSERT_THAT(page, IsOk()) << i;
    const auto record = ReadOaiRecord(*page, page->records.at(0));
    ASSERT_THAT(record, IsOk()) << i;
    EXPECT_EQ(record->metadata.AllText(), "caf\xc3\xa9") << i;
  }
}

// Each of these in the middle of good records costs itself alone.
TEST(OaiPageTest, OneBadRecordAmongGoodOnes) {
  const std::string bad[] = {
      Rec("x", "\x13"),
      Rec("x", "\x03"),
      Rec("x", "\x1a"),
      Rec("x", "&#xFFFE;"),
      Rec("x", "&#xD800;"),
      Rec("x", "&nbsp;"),
      Rec("x", "\xff\xfe"),
      Rec("x", "\xc3"),
      Rec("x", "<b>open"),
      Rec("x", "a < b"),
      Rec("x", "</title>"),
      Rec("x", "<!-- a -- b -->"),
      Rec("x", "<a b=\"c>\"</a>"),
      Rec("x", "<a b=c/>"),
      Rec("x", "<!DOCTYPE y>"),
      Rec("x", "]]>"),
      Rec("x", "<?xml version=\"1.0\"?>"),
      "<record><metadata/></record>",
      "<record/>",
      "<record></record>",
      Rec(""),
      Rec(" "),
      Rec(std::string(2049, 'i')),
      Rec("x", std::string(1 << 20, 't')),
      // It never closed, and the next begins.
      "<record><header><identifier>x</identifier></header><metadata><dc><title>half",
      "<record><header><identifier>x</identifier></header><metadata><dc><title>half</title></dc>",
      "<record><![CDATA[ never closed",
      "<record><!-- never closed",
  };
  for (const std::string& one : bad) {
    const auto page = ParseOaiPage(List(Rec("a") + Rec("b") + one + Rec("c") + Rec("d"),
                                        "<resumptionToken>t</resumptionToken>"),
                                   "");
    ASSERT_THAT(page, IsOk()) << one.substr(0, 100);
    EXPECT_THAT(Read(*page), ElementsAre("a", "b", "!", "c", "d")) << one.substr(0, 100);
    EXPECT_EQ(page->token, "t") << one.substr(0, 100);
  }
}

TEST(OaiPageTest, RecordsWithinRecordsAndPrefixesFromOutside) {
  const std::string marc =
      "<record><header><identifier>m</identifier></header><metadata><record xmlns=\"urn:marc\">"
      "<leader>1</leader></record></metadata></record>";
  const std::string prefixed =
      "<record><header><identifier>p</identifier></header><metadata><p:x p:y=\"a&amp;b\"/>"
      "</metadata></record>";
  const auto page = ParseOaiPage(List(marc + prefixed), "");
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(Read(*page), ElementsAre("m", "p"));
  const auto record = ReadOaiRecord(*page, page->records[1]);
  EXPECT_EQ(record->metadata.space, "urn:p");
  EXPECT_EQ(record->metadata.Attribute("y"), "a&b");
  EXPECT_EQ(ReadOaiRecord(*page, page->records[0])->metadata.name, "record");
}

TEST(OaiPageTest, DublinCoreWithoutItsElement) {
  const auto page = ParseOaiPage(
      List("<record><header><identifier>a</identifier></header><metadata "
           "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:identifier>1</dc:identifier>"
           "<dc:title>T</dc:title></metadata></record>"),
      "");
  ASSERT_THAT(page, IsOk());
  const auto record = ReadOaiRecord(*page, page->records[0]);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(MapRecord("s", *record)->study.title, "T");
}

TEST(OaiPageTest, AnswersThatBreakOff) {
  const std::string whole =
      List(Rec("a") + Rec("b") + Rec("c"), "<resumptionToken>token</resumptionToken>");
  const size_t first = whole.find("<record>");
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto page = ParseOaiPage(whole.substr(0, length), "");
    if (!page.ok()) {
      EXPECT_LT(length, first) << page.status();
      continue;
    }
    EXPECT_TRUE(page->cut) << length;
    EXPECT_EQ(page->token, "") << "half a token is none";
    size_t good = 0;
    for (const std::string& id : Read(*page)) good += id == "!" ? 0 : 1;
    size_t complete = 0;
    for (size_t at = whole.find("</record>"); at != std::string::npos && at + 9 <= length;
         at = whole.find("</record>", at + 1))
      ++complete;
    EXPECT_EQ(good, complete) << length;
  }
}

// Limits, each at the limit and one beyond.
TEST(OaiPageTest, Limits) {
  PageLimits limits;
  limits.records = 2;
  EXPECT_THAT(ParseOaiPage(List(Rec("a") + Rec("b")), "", limits), IsOk());
  EXPECT_THAT(ParseOaiPage(List(Rec("a") + Rec("b") + Rec("c")), "", limits).status(),
              HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.page_bytes = List("").size();
  EXPECT_THAT(ParseOaiPage(List(""), "", limits), IsOk());
  --limits.page_bytes;
  EXPECT_THAT(ParseOaiPage(List(""), "", limits).status(), HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.envelope_bytes = List("").size();
  EXPECT_THAT(ParseOaiPage(List(Rec("a")), "", limits), IsOk());
  --limits.envelope_bytes;
  EXPECT_THAT(ParseOaiPage(List(Rec("a")), "", limits).status(), HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.token_bytes = 5;
  EXPECT_THAT(ParseOaiPage(List("", "<resumptionToken>12345</resumptionToken>"), "", limits),
              IsOk());
  EXPECT_THAT(
      ParseOaiPage(List("", "<resumptionToken>123456</resumptionToken>"), "", limits).status(),
      HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.record_bytes = Rec("a").size();
  auto page = ParseOaiPage(List(Rec("a") + Rec("bb")), "", limits);
  EXPECT_THAT(ReadOaiRecord(*page, page->records[0], limits), IsOk());
  EXPECT_THAT(ReadOaiRecord(*page, page->records[1], limits).status(), HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.id_bytes = 3;
  page = ParseOaiPage(List(Rec("abc") + Rec("abcd")), "");
  EXPECT_THAT(ReadOaiRecord(*page, page->records[0], limits), IsOk());
  EXPECT_THAT(ReadOaiRecord(*page, page->records[1], limits).status(), HasReason("LIMIT_EXCEEDED"));
  limits = {};
  page = ParseOaiPage(List(Rec("a")), "");
  limits.open_tags_bytes = page->open_tags.size();
  EXPECT_THAT(ParseOaiPage(List(Rec("a")), "", limits), IsOk());
  --limits.open_tags_bytes;
  EXPECT_THAT(ParseOaiPage(List(Rec("a")), "", limits).status(), HasReason("LIMIT_EXCEEDED"));
}

TEST(XmlElementTest, DepthAttributesAndElementsAreBounded) {
  const auto nested = [](int depth) {
    std::string open, close;
    for (int i = 0; i < depth; ++i) {
      open += "<a>";
      close += "</a>";
    }
    return open + close;
  };
  EXPECT_THAT(ParseXml(nested(200)), IsOk());
  EXPECT_THAT(ParseXml(nested(201)).status(), HasReason("LIMIT_EXCEEDED"));
  EXPECT_THAT(ParseXml(nested(100'000)).status(), HasReason("LIMIT_EXCEEDED"));
  const auto attributes = [](int count) {
    std::string out = "<a";
    for (int i = 0; i < count; ++i) absl::StrAppend(&out, " a", i, "=\"\"");
    return out + "/>";
  };
  EXPECT_THAT(ParseXml(attributes(256)), IsOk());
  EXPECT_THAT(ParseXml(attributes(257)).status(), HasReason("LIMIT_EXCEEDED"));
  XmlLimits limits;
  limits.elements = 3;
  EXPECT_THAT(ParseXml("<a><b/><c/></a>", limits), IsOk());
  EXPECT_THAT(ParseXml("<a><b/><c/><d/></a>", limits).status(), HasReason("LIMIT_EXCEEDED"));
}

TEST(XmlElementTest, NothingIsExpandedOrOpened) {
  for (const char* text : {"<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;\">]><a>&m;</a>",
                           "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
                           "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>"}) {
    EXPECT_THAT(ParseXml(text), StatusIs(kInvalid, HasSubstr("DOCTYPE"))) << text;
  }
  EXPECT_THAT(ParseXml("<a>&x;</a>"), StatusIs(kInvalid));
}

TEST(XmlElementTest, TextInOrder) {
  const auto tree =
      ParseXml("<a x='1&amp;2&lt;&#38;'> one <b>two</b> three<c/><![CDATA[ <4> ]]></a>");
  ASSERT_THAT(tree, IsOk());
  EXPECT_EQ(tree->AllText(), "one two three <4>");
  EXPECT_EQ(tree->Attribute("x"), "1&2<&");
  EXPECT_EQ(tree->Attribute("y"), "");
  EXPECT_EQ(tree->Child("b")->text, "two");
  EXPECT_EQ(tree->Child("d"), nullptr);
}

}  // namespace
}  // namespace parfocal::oai
