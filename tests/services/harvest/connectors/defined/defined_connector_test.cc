#include "parfocal/connector_defined/defined_connector.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "defined_fixture.h"
#include "gmock/gmock.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/record_name.h"
#include "support/recorded_server.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Gzip;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RecordedServer;
using testing::ServedReply;
using testing::ServedRequest;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TempDir;

constexpr char kJson[] = R"(
protocol: json-rest
feeds:
  - name: list
    files: "*.json"
    study: {accession: "{id}", title: "{t}"}
)";

constexpr char kRows[] = R"(
protocol: table
feeds:
  - name: rows
    files: ["*.csv", "*.tsv.gz"]
    study: {accession: "{study}"}
    sets: [{id: "{plate}/{well}", statements: [{field: gene, value: "{gene}"}]}]
)";

TEST_F(DefinedConnectorTest, ReadsJsonFilesInOrder) {
  Write(dir_ / "b.json", R"([{"id": "B", "t": "x"}, {"id": 3.50}])");
  Write(dir_ / "a.json", R"({"id": "A", "t": "one [\"}"})");
  Write(dir_ / "c.json", "[]");
  Write(dir_ / "d.json", "null");
  Write(dir_ / "other.txt", "{");
  const Listing got = RunOf(kJson);
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("A", "B", "3.5"));
  EXPECT_EQ(got.raw.at("A"), R"({"id": "A", "t": "one [\"}"})");
  EXPECT_EQ(got.raw.at("3.5"), R"({"id": 3.50})");
  EXPECT_THAT(got.rejections, IsEmpty());
  EXPECT_TRUE((*Open(kJson))->ListingIsWhole());
  EXPECT_FALSE((*Open(absl::StrCat("deletion: two-lists", kJson)))->ListingIsWhole());
}

TEST_F(DefinedConnectorTest, RecordsLieWhereTheDefinitionSays) {
  Write(dir_ / "a.json", R"({"head": {"docs": [9]}, "page": {"docs": [{"id": "1"}], "x": {}}})");
  const std::string yaml = R"(
protocol: json-rest
feeds:
  - {name: list, files: "*.json", records: page/docs, study: {accession: "{id}"}}
)";
  EXPECT_THAT(RunOf(yaml).names, ElementsAre("1"));
  Write(dir_ / "b.json", R"({"page": {"docs": "none"}})");
  Write(dir_ / "c.json", R"({"error": "no such page"})");
  const Listing got = RunOf(yaml);
  EXPECT_THAT(got.names, ElementsAre("1"));
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("b.json the file has neither a list nor"),
                                          HasSubstr("c.json the file has no 'page/docs'")));
  EXPECT_EQ(got.ledger.quarantined, 2);
  EXPECT_EQ(got.ledger.skipped, 0);
}

TEST_F(DefinedConnectorTest, ValuesOfAnObjectAndFilesNameTheirRecords) {
  Write(dir_ / "sub/x.v2.json", R"({"all": {"A" : {"t": 1}, "B":{"t": {}},"C":7}})");
  Write(dir_ / "sub/y.json", R"({"all": {}})");
  const Listing got = RunOf(R"(
protocol: json-rest
feeds:
  - {name: list, files: "*.json", records: all/*, study: {accession: "{@file}-{@key}"}}
)");
  EXPECT_THAT(got.names, ElementsAre("x-A", "x-B"));
  EXPECT_EQ(got.raw.at("x-B"), R"({"t": {}})");
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("x.v2.json:#2 the record is no JSON object")));
}

TEST_F(DefinedConnectorTest, OneBadRecordCostsOnlyItself) {
  Write(
      dir_ / "a.json",
      R"([{"id": "1"}, {"id": "2", "id": "3"}, 7, {"t": "none"}, {"id": "1"}, {"id": "1", "t": "x"}, {"id": "5"}])");
  const Listing got = RunOf(kJson);
  EXPECT_THAT(got.names, ElementsAre("1", "5"));
  EXPECT_THAT(got.rejections,
              ElementsAre(HasSubstr("a.json:#1 the record: the key 'id' stands twice"),
                          HasSubstr("a.json:#2 the record is no JSON object"),
                          HasSubstr("a.json:#3 the record has no value for the accession"),
                          HasSubstr("a.json:#5 the accession is that of an earlier record"),
                          HasSubstr("a.json 1 records or image sets repeat earlier ones")));
  EXPECT_EQ(got.ledger.fetched, 6);
  EXPECT_EQ(got.ledger.quarantined, 4);
  EXPECT_EQ(got.ledger.rows_read, 7);
}

TEST_F(DefinedConnectorTest, OneBadFileCostsOnlyItself) {
  Write(dir_ / "a.json", R"([{"id": "1"}, {"id": )");
  Write(dir_ / "b.json", "<html>");
  Write(dir_ / "c.json", "[{\"id\": \"\xFF\"}]");
  Write(dir_ / "e.json", "\xEF\xBB\xBF[{\"id\": \"5\"}]");
  const auto nested = [](int lists) {
    return absl::StrCat("[{\"id\": \"6\", \"x\": ", std::string(lists, '['),
                        std::string(lists, ']'), "}]");
  };
  Write(dir_ / "f.json", nested(62));
  Write(dir_ / "g.json", nested(63));
  std::filesystem::create_symlink("/etc/passwd", dir_ / "h.json");
  const Listing got = RunOf(kJson);
  EXPECT_THAT(got.names, ElementsAre("5", "6"));
  EXPECT_THAT(got.rejections,
              ElementsAre(HasSubstr("a.json the file is not JSON"),
                          HasSubstr("b.json the file is not JSON"),
                          HasSubstr("c.json the file is not UTF-8"),
                          HasSubstr("g.json the file objects and lists are 65 deep, at most 64"),
                          HasSubstr("h.json the file is a symbolic link")));
  // What they hold nobody knows: the run is not complete, and nothing is taken for gone.
  EXPECT_EQ(got.ledger.skipped, 5);
  EXPECT_EQ(got.ledger.quarantined, 0);
}

TEST_F(DefinedConnectorTest, ARecordBeyondItsLimitIsRefused) {
  const std::string big(200, 'x');
  Write(dir_ / "a.json", absl::StrCat(R"([{"id": "1", "t": ")", big, R"("}, {"id": "2"}])"));
  options_["max_record_bytes"] = "220";
  EXPECT_THAT(RunOf(kJson).names, ElementsAre("1", "2"));
  options_["max_record_bytes"] = "219";
  const Listing got = RunOf(kJson);
  EXPECT_THAT(got.names, ElementsAre("2"));
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("at most 219 are allowed")));
}

TEST_F(DefinedConnectorTest, ReadsTablesAndGivesAStudyOnce) {
  Write(dir_ / "a.csv", "study,plate,well,gene\nS1,P,A1,\"x,y\"\nS1,P,A2,\nS1,P\nS2,P,A1,z\n");
  Write(dir_ / "b.tsv.gz", Gzip("study\tplate\twell\tgene\nS1\tP\tA3\tq\n"));
  const Listing got = RunOf(kRows);
  EXPECT_THAT(got.names, ElementsAre("S1", "S1/imageSets/P/A1", "S1/imageSets/P/A2", "S2",
                                     "S2/imageSets/P/A1", "S1/imageSets/P/A3"));
  EXPECT_EQ(got.raw.at("S1/imageSets/P/A1"), "study,plate,well,gene\nS1,P,A1,\"x,y\"\n");
  EXPECT_THAT(got.rejections, ElementsAre("a.csv:4 the row has 2 cells, its header 4"));
  EXPECT_EQ(got.ledger.rows_read, 5);
}

TEST_F(DefinedConnectorTest, EqualIdsAreRejectedOrNumbered) {
  Write(dir_ / "a.csv", "study,plate,well,gene\nS,P,A,x\nS,P,A,y\nS,P,A,x\n");
  Listing got = RunOf(kRows);
  EXPECT_THAT(got.names, ElementsAre("S", "S/imageSets/P/A"));
  EXPECT_THAT(got.rejections,
              ElementsAre(HasSubstr("a.csv:3 the id is that of an earlier image set"),
                          HasSubstr("a.csv 1 records or image sets repeat earlier")));
  got = RunOf(absl::StrCat(kRows, "    repeats: first\n"));
  EXPECT_THAT(got.names, ElementsAre("S", "S/imageSets/P/A"));
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("a.csv 2 records or image sets repeat")));
  got = RunOf(absl::StrCat(kRows, "    repeats: number\n"));
  EXPECT_THAT(got.names,
              ElementsAre("S", "S/imageSets/P/A", "S/imageSets/P/A#2", "S/imageSets/P/A#3"));
}

TEST_F(DefinedConnectorTest, APatternMayTakeFilesAway) {
  Write(dir_ / "a.json", R"({"id": "A"})");
  Write(dir_ / "old/b.json", R"({"id": "B"})");
  EXPECT_THAT(RunOf(R"(
protocol: json-rest
feeds:
  - {name: list, files: ["!old/*", "*.json"], study: {accession: "{id}"}}
)")
                  .names,
              ElementsAre("A"));
}

TEST_F(DefinedConnectorTest, SmallFilesShareAPageAndALongListHasMany) {
  for (int i = 0; i < 1005; ++i)
    Write(dir_ / absl::StrCat("f", 10000 + i, ".json"), absl::StrCat(R"({"id": ")", i, R"("})"));
  const Listing got = RunOf(kJson);
  EXPECT_THAT(got.names, SizeIs(1005));
  EXPECT_THAT(got.cursors, SizeIs(1));
  EXPECT_EQ(got.raw.at("1004"), R"({"id": "1004"})");
  auto again = Open(kJson);
  EXPECT_THAT(Run(again->get(), got.cursors.at(0)).names, SizeIs(5));
}

TEST_F(DefinedConnectorTest, AnArchiveIsReadLikeAFolder) {
  Write(dir_ / "x/b/2.json", R"({"id": "2"})");
  Write(dir_ / "x/1.json", R"({"id": "1"})");
  Write(dir_ / "x/none.txt", "x");
  const std::string archive = dir_ / "y.tar.gz";
  ASSERT_EQ(std::system(absl::StrCat("tar -C ", dir_ / "x", " -czf ", archive, " .").c_str()), 0);
  location_ = archive;
  const Listing got = RunOf(kJson);
  EXPECT_THAT(got.names, ElementsAre("1", "2"));
  EXPECT_TRUE((*Open(kJson))->ListingIsWhole());
  std::filesystem::resize_file(archive, std::filesystem::file_size(archive) / 2);
  EXPECT_THAT(Open(kJson), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("damaged or cut off")));
}

TEST_F(DefinedConnectorTest, ADamagedPackedFileIsRefused) {
  const std::string packed = Gzip("study\tplate\twell\tgene\nS1\tP\tA3\tq\n");
  Write(dir_ / "a.tsv.gz", packed.substr(0, packed.size() / 2));
  Write(dir_ / "b.tsv.gz", Gzip(std::string(300 << 20, 'x')));
  const Listing got = RunOf(kRows);
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("a.tsv.gz the file the packed file is damaged"),
                                          HasSubstr("b.tsv.gz the file unpacks to more than")));
}

TEST_F(DefinedConnectorTest, ARunGoesOnWhereItStopped) {
  std::string table = "study,plate,well,gene\n";
  // Numbered repeats: the ids behind a cursor depend on what lies before it.
  for (int i = 0; i < 3500; ++i)
    absl::StrAppend(&table, "S", i % 7, ",P,W", i % 100, ",g", i, "\n");
  Write(dir_ / "a.csv", table);
  Write(dir_ / "b.csv", table);
  const std::string yaml = absl::StrCat(kRows, "    repeats: number\n");
  const Listing whole = RunOf(yaml);
  ASSERT_THAT(whole.status, IsOk());
  EXPECT_THAT(whole.names, SizeIs(7007));
  ASSERT_THAT(whole.cursors, SizeIs(7));
  for (size_t i = 0; i < whole.cursors.size(); ++i) {
    SCOPED_TRACE(i);
    auto again = Open(yaml);
    const Listing rest = Run(again->get(), whole.cursors[i]);
    ASSERT_THAT(rest.status, IsOk());
    ASSERT_LE(rest.names.size(), whole.names.size());
    EXPECT_TRUE(std::equal(rest.names.rbegin(), rest.names.rend(), whole.names.rbegin()));
    EXPECT_EQ(rest.names.size() > 1000, i < 5);
  }
  auto again = Open(yaml);
  EXPECT_THAT(Run(again->get(), "1\nrows\nz.csv\n5").status,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is gone")));
}

TEST_F(DefinedConnectorTest, JoinsBringWhatOtherFilesSay) {
  Write(dir_ / "a.json", R"([{"id": "1"}, {"id": "2"}, {"id": "3"}])");
  Write(dir_ / "more/x.csv", "of,word\n1,one\n1,uno\n3,three\nbad\n");
  const Listing got = RunOf(R"(
protocol: json-rest
feeds:
  - name: list
    files: a.json
    joins: [{name: more, files: "more/*.csv", here: "{id}", there: "{of}", required: true}]
    study: {accession: "{id}-{more/word}"}
)");
  EXPECT_THAT(got.names, ElementsAre("1-one", "3-three"));
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("more/x.csv:5 the row has 1 cells")));
  // Without its authority nothing can be said of any record.
  const std::string required = R"(
protocol: json-rest
feeds:
  - name: list
    files: a.json
    joins: [{name: more, files: "less/*.json", here: "{id}", there: "{of}", required: true}]
    study: {accession: "{id}"}
)";
  EXPECT_THAT(RunOf(required).status,
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no file of it")));
  Write(dir_ / "less/x.json", "<html>");
  EXPECT_THAT(RunOf(required).status,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("less/x.json: is not JSON")));
}

TEST_F(DefinedConnectorTest, RefusesWhatItCannotRead) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(RunOf(kJson).status, StatusIs(absl::StatusCode::kNotFound));
  options_["surprise"] = "1";
  EXPECT_THAT(Open(kJson), StatusIs(kInvalid, HasSubstr("unknown option 'surprise'")));
  options_ = {{"max_record_bytes", "0"}};
  EXPECT_THAT(Open(kJson), StatusIs(kInvalid, HasSubstr("expected 1 to")));
  options_.clear();
  location_ = "/no/such/place";
  EXPECT_THAT(Open(kJson), StatusIs(kInvalid, HasSubstr("no such folder or file")));
  location_ = "https://example.org/";
  EXPECT_THAT(Open(kJson), StatusIs(kInvalid, HasSubstr("local files only")));
}

TEST_F(DefinedConnectorTest, FindsItsDefinitionByTheNameOfTheSource) {
  Write(dir_ / "sources/ex.yaml", kJson);
  Write(dir_ / "data/a.json", R"([{"id": "1"}])");
  Source source;
  source.id = "ex";
  source.connector = "json-rest";
  source.location = dir_ / "data";
  ConnectorContext context;
  context.share_dir = dir_.path();
  EXPECT_THAT(MakeDefinedConnector(source, context), IsOk());
  source.connector = "table";
  EXPECT_THAT(MakeDefinedConnector(source, context),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("for connector json-rest")));
  source.options["definition"] = "none";
  EXPECT_THAT(MakeDefinedConnector(source, context), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(WebFeedTest, FollowsEachKindOfPaging) {
  pages_ = {{"/api/list?size=2&page=1", Docs("ab")},
            {"/api/list?size=2&page=2", Docs("c")},
            {"/api/list?size=2&page=3", Docs("")},
            {"/api?rows=2&start=0", Docs("de")},
            {"/api?rows=2&start=2", Docs("f")},
            {"/api?rows=2&start=3", Docs("")},
            {"/api?q=1", Docs("g", R"(, "next": "t&2")")},
            {"/api?q=1&cursor=t%262", Docs("h", R"(, "next": null)")},
            {"/api/l", Docs("i", R"(, "links": {"next": "/api/l2"})")},
            {"/api/l2", Docs("j", R"(, "links": {"next": "?p=3"})")},
            {"/api/l2?p=3", Docs("k")}};
  EXPECT_THAT(
      RunOf(Feed("{kind: page, path: list, parameter: page, size_parameter: size, size: 2}"),
            fetcher_.get())
          .names,
      ElementsAre("a", "b", "c"));
  EXPECT_THAT(
      RunOf(Feed("{kind: offset, parameter: start, size_parameter: rows, size: 2}"), fetcher_.get())
          .names,
      ElementsAre("d", "e", "f"));
  EXPECT_THAT(
      RunOf(Feed("{kind: cursor, path: '?q=1', parameter: cursor, next: next}"), fetcher_.get())
          .names,
      ElementsAre("g", "h"));
  const Listing links = RunOf(Feed("{kind: link, path: l, next: links/next}"), fetcher_.get());
  EXPECT_THAT(links.names, ElementsAre("i", "j", "k"));
  // A run that was stopped goes on at the page.
  auto again = Open(Feed("{kind: link, path: l, next: links/next}"), fetcher_.get());
  EXPECT_THAT(Run(again->get(), links.cursors.at(0)).names, ElementsAre("j", "k"));
  EXPECT_FALSE((*again)->ListingIsWhole());
}

TEST_F(WebFeedTest, AListThatLeadsInACircleEnds) {
  pages_ = {{"/api?page=1", Docs("a")},
            {"/api?page=2", Docs("a")},
            {"/api/l", Docs("i", R"(, "next": "/api/l2")")},
            {"/api/l2", Docs("j", R"(, "next": "/api/l2")")},
            {"/api/far", Docs("j", R"(, "next": "https://example.org/")")}};
  EXPECT_THAT(RunOf(Feed("{kind: page, parameter: page}"), fetcher_.get()).status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("two pages are the same")));
  EXPECT_THAT(RunOf(Feed("{kind: link, path: l, next: next}"), fetcher_.get()).status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("lead back")));
  EXPECT_THAT(RunOf(Feed("{kind: link, path: far, next: next}"), fetcher_.get()).status,
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("another host")));
}

TEST_F(WebFeedTest, APageThatTurnsIntoHtmlIsNotTheEnd) {
  pages_ = {{"/api?page=1", Docs("a")}, {"/api?page=2", "<html>maintenance</html>"}};
  const Listing got = RunOf(Feed("{kind: page, parameter: page}"), fetcher_.get());
  EXPECT_THAT(got.status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is not JSON")));
  EXPECT_THAT(got.names, ElementsAre("a"));
}

TEST_F(WebFeedTest, NamedFilesAreFetchedAndOneMayBeMissing) {
  pages_ = {{"/api/a.json", R"([{"id": "1"}])"}, {"/api/c.json", R"([{"id": "2"}])"}};
  const std::string yaml =
      "protocol: json-rest\nfeeds:\n  - {name: f, files: [a.json, b.json, c.json], study: "
      "{accession: \"{id}\"}}\n";
  const Listing got = RunOf(yaml, fetcher_.get());
  EXPECT_THAT(got.names, ElementsAre("1", "2"));
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("/api/b.json the file ")));
  EXPECT_THAT(Open(kJson, fetcher_.get()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("is for a local folder")));
}

}  // namespace
}  // namespace parfocal
