// Definitions over http: lists that name documents, trees, and what is not fetched again.
#include <algorithm>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "defined_fixture.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::StatusIs;

constexpr char kDetail[] = R"(
protocol: json-rest
feeds:
  - name: studies
    paging: {kind: page, path: list, parameter: page}
    records: hits
    detail: {path: "studies/{no}", tag: "{changed}", when: [{value: "{kind}", is_not: stub}], records: study}
    study: {accession: "{id}", title: "{@list/no}: {t}"}
)";

TEST_F(WebFeedTest, AListNamesTheDocumentsThatHoldTheRecords) {
  pages_ = {{"/api/list?page=1",
             R"({"hits": [{"no": "1"}, {"no": "2", "kind": "stub"}, {"no": "gone"}]})"},
            {"/api/list?page=2", R"({"hits": [{"no": "2", "kind": "stub"}]})"},
            {"/api/list?page=3", R"({"hits": [{"no": "3"}, {"no": "https://example.org/4"}]})"},
            {"/api/list?page=4", R"({"hits": []})"},
            {"/api/studies/1", R"({"study": {"id": "A", "t": "one"}})"},
            {"/api/studies/3", R"({"study": {"id": "B", "t": "three"}})"}};
  const Listing got = RunOf(kDetail, fetcher_.get());
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("A", "B"));
  EXPECT_EQ(std::get<Study>(got.records.at("B")).title, "3: three");
  EXPECT_EQ(got.raw.at("A"), R"({"id": "A", "t": "one"})");
  EXPECT_THAT(got.rejections, ElementsAre(HasSubstr("/api/studies/gone the file "),
                                          HasSubstr("/studies/https://example.org/4 the file ")));
  EXPECT_EQ(got.ledger.skipped, 2);
  pages_["/api/list?page=2"] = "<html>maintenance</html>";
  EXPECT_THAT(RunOf(kDetail, fetcher_.get()).status.ToString(), HasSubstr("list?page=2"));
}

TEST_F(WebFeedTest, ADocumentThatItsListCallsUnchangedIsNotAskedFor) {
  pages_ = {{"/api/list?page=1",
             R"({"hits": [{"no": "1", "changed": "v1"}, {"no": "2", "changed": "v1"}]})"},
            {"/api/list?page=2", R"({"hits": []})"},
            {"/api/studies/1", R"({"study": {"id": "A", "t": "one"}})"},
            {"/api/studies/2", R"({"study": {"id": "B", "t": "two"}})"}};
  before_ = RunOf(kDetail, fetcher_.get());
  EXPECT_EQ(bodies_, 4);
  pages_["/api/list?page=1"] =
      R"({"hits": [{"no": "1", "changed": "v1"}, {"no": "2", "changed": "v2"}]})";
  pages_["/api/studies/1"] = "not asked for";
  pages_["/api/studies/2"] = R"({"study": {"id": "B", "t": "changed"}})";
  bodies_ = 0;
  Listing got = RunOf(kDetail, fetcher_.get());
  EXPECT_THAT(got.names, ElementsAre("A", "B"));
  EXPECT_EQ(got.raw.at("A"), before_.raw.at("A"));
  EXPECT_EQ(std::get<Study>(got.records.at("A")).title, "1: one");
  EXPECT_EQ(std::get<Study>(got.records.at("B")).title, "2: changed");
  EXPECT_EQ(bodies_, 3);  // Two pages of the list, one document.
  EXPECT_TRUE(got.all);
  // A record that is not held any more is asked for, whatever the list says.
  before_.raw.erase("A");
  pages_["/api/studies/1"] = R"({"study": {"id": "A", "t": "again"}})";
  EXPECT_EQ(std::get<Study>(RunOf(kDetail, fetcher_.get()).records.at("A")).title, "1: again");
}

TEST_F(WebFeedTest, AnUnchangedListMovesNoBody) {
  tags_ = true;
  pages_ = {{"/api/l", Docs("ab")}, {"/api/l2", Docs("c")}};
  links_ = {{"/api/l", "</api/l2>; rel=\"next last\", </api/l>; rel=first"}};
  const std::string yaml = Feed("{kind: header, path: l}");
  before_ = RunOf(yaml, fetcher_.get());
  EXPECT_THAT(before_.names, ElementsAre("a", "b", "c"));
  EXPECT_EQ(bodies_, 2);
  bodies_ = 0;
  links_.clear();  // A 304 need not say how the list goes on.
  Listing got = RunOf(yaml, fetcher_.get());
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("a", "b", "c"));
  EXPECT_EQ(got.raw, before_.raw);
  EXPECT_EQ(bodies_, 0);
  EXPECT_EQ(got.mark, before_.mark);
  // Another definition may want what this one left out.
  got = RunOf(yaml + "name: other\n", fetcher_.get());
  EXPECT_EQ(bodies_, 2 - 1);  // Without its header the list ends with the first page.
}

TEST_F(WebFeedTest, WhatWasRefusedIsRefusedAgain) {
  tags_ = true;
  pages_ = {{"/api/a.json", R"([{"id": "1"}, {"no": "id"}])"}};
  const std::string yaml =
      "protocol: json-rest\nfeeds:\n  - {name: f, files: a.json, study: {accession: \"{id}\"}}\n";
  before_ = RunOf(yaml, fetcher_.get());
  const Listing got = RunOf(yaml, fetcher_.get());
  EXPECT_EQ(got.ledger.quarantined, 1);
  EXPECT_EQ(got.rejections, before_.rejections);
}

TEST_F(WebFeedTest, ATreeIsReadLikeAFolder) {
  pages_ = {{"/api/tree.json",
             R"({"tree": [{"path": "b d/1.json", "sha": "s1"}, {"path": "a.csv", "sha": "s2"},
                 {"path": "../x.json", "sha": "s3"}, {"path": "skip.txt", "sha": "s4"}]})"},
            {"/api/b%20d/1.json", R"({"id": "J"})"},
            {"/api/a.csv", "id\nT1\nT2\n"}};
  options_ = {{"tree", "tree.json"}};
  const std::string yaml = R"(
protocol: git-folder
feeds:
  - {name: f, files: ["*.json", "*.csv"], study: {accession: "{id}"}}
)";
  before_ = RunOf(yaml, fetcher_.get());
  ASSERT_THAT(before_.status, IsOk());
  EXPECT_THAT(before_.names, ElementsAre("T1", "T2", "J"));
  EXPECT_EQ(bodies_, 3);
  bodies_ = 0;
  const Listing got = RunOf(yaml, fetcher_.get());
  EXPECT_THAT(got.names, ElementsAre("T1", "T2", "J"));
  EXPECT_EQ(got.raw, before_.raw);
  EXPECT_EQ(bodies_, 1);  // The listing.
  pages_["/api/tree.json"] = R"({"tree": [], "truncated": true})";
  EXPECT_THAT(RunOf(yaml, fetcher_.get()).status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut short")));
}

TEST_F(WebFeedTest, EveryAddressThatAPageNamesIsFollowedOnce) {
  pages_ = {
      {"/api/sitemap.xml",
       "<sitemapindex><sitemap><loc>/api/s1.xml</loc></sitemap><sitemap><loc>/api/s2.xml</loc>"
       "</sitemap><sitemap><loc>https://example.org/s.xml</loc></sitemap></sitemapindex>"},
      {"/api/s1.xml", "<urlset><url><loc>p1.html</loc></url></urlset>"},
      {"/api/s2.xml", "<urlset><url><loc>p2.html</loc><loc>p1.html</loc></url></urlset>"},
      {"/api/p1.html", "<script type=\"application/ld+json\">{\"@id\": \"1\"}</script>"},
      {"/api/p2.html", "{\"@id\": \"2\"}"}};
  const Listing got = RunOf(R"(
protocol: json-ld-pages
feeds:
  - name: pages
    paging: {kind: follow, path: sitemap.xml, next: sitemap/loc}
    records: urlset/url
    repeats: first
    detail: {path: "{loc}", media_types: application/ld+json}
    study: {accession: "{@id}"}
)",
                            fetcher_.get());
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("1", "2"));
  const auto requests = server_.requests();
  EXPECT_EQ(requests.back().headers.at("accept"), "application/ld+json");
}

TEST_F(WebFeedTest, AListIsAskedForWindowAfterWindow) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const std::string today = absl::FormatTime("%Y-%m-%d", absl::Now(), utc);
  const absl::CivilDay day = absl::ToCivilDay(absl::Now(), utc);
  const std::string first = absl::FormatCivilTime(day - 10);
  const std::string a = absl::StrCat("/api/l?from=", first, "&to=", absl::FormatCivilTime(day - 1));
  const std::string b = absl::StrCat("/api/l?from=", today, "&to=", absl::FormatCivilTime(day + 9));
  pages_ = {{a + "&page=1", Docs("a")},
            {a + "&page=2", Docs("")},
            {b + "&page=1", Docs("b")},
            {b + "&page=2", Docs("")}};
  const Listing got =
      RunOf(Feed(absl::StrCat("{kind: page, path: 'l?from={from}&to={until}', parameter: page, "
                              "window_days: 10, window_first: ",
                              first, "}")),
            fetcher_.get());
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("a", "b"));
}

TEST_F(WebFeedTest, ALaterRunAsksForWhatChanged) {
  const absl::CivilDay day = absl::ToCivilDay(absl::Now(), absl::UTCTimeZone());
  pages_ = {{"/api/l?page=1", Docs("ab")},
            {"/api/l?page=2", Docs("")},
            {absl::StrCat("/api/l?since=", absl::FormatCivilTime(day - 1), "&page=1"), Docs("b")},
            {absl::StrCat("/api/l?since=", absl::FormatCivilTime(day - 1), "&page=2"), Docs("")}};
  const std::string yaml =
      Feed("{kind: page, path: l, parameter: page, changes: 'l?since={since}', full_days: 2}");
  before_ = RunOf(yaml, fetcher_.get());
  EXPECT_TRUE(before_.all);
  Listing got = RunOf(yaml, fetcher_.get());
  ASSERT_THAT(got.status, IsOk());
  EXPECT_THAT(got.names, ElementsAre("b"));
  EXPECT_FALSE(got.all);
  // Everything again, once the last whole list is as old as that.
  const std::string now = absl::FormatCivilTime(day);
  const size_t full = before_.mark.find(now, before_.mark.find(now) + 1);
  ASSERT_NE(full, std::string::npos);
  before_.mark.replace(full, now.size(), absl::FormatCivilTime(day - 2));
  got = RunOf(yaml, fetcher_.get());
  EXPECT_THAT(got.names, ElementsAre("a", "b"));
  EXPECT_TRUE(got.all);
}

}  // namespace
}  // namespace parfocal
