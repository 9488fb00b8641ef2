#include "parfocal/ro_crate/ro_crate_connector.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "parfocal/fetch/http_fetcher.h"
#include "support/recorded_server.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Gzip;
using testing::HasReason;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::RecordedServer;
using testing::ServedReply;
using testing::ServedRequest;
using ::testing::SizeIs;
using testing::StatusIs;
using testing::TempDir;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

std::string Crate(const std::string& identifier) {
  return absl::StrCat(R"({"@graph": [{"@id": "ro-crate-metadata.json", "about": {"@id": "./"}},)",
                      R"({"@id": "./", "@type": "Dataset", "name": "A study", "identifier": ")",
                      identifier, R"("}]})");
}

void Write(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

using Files = std::vector<std::pair<std::string, std::string>>;

void WriteArchive(const std::string& path, const Files& files) {
  struct archive* a = archive_write_new();
  if (absl::EndsWith(path, ".zip")) {
    archive_write_set_format_zip(a);
  } else {
    archive_write_set_format_pax_restricted(a);
    if (!absl::EndsWith(path, ".tar")) archive_write_add_filter_gzip(a);
  }
  ASSERT_EQ(archive_write_open_filename(a, path.c_str()), ARCHIVE_OK);
  for (const auto& [name, bytes] : files) {
    struct archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(a, entry);
    archive_write_data(a, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
}

absl::StatusOr<std::unique_ptr<Connector>> Open(
    const std::string& location, const std::map<std::string, std::string>& options = {},
    Fetcher* fetcher = nullptr) {
  Source source;
  source.id = "ex";
  source.connector = "ro-crate";
  source.location = location;
  source.options = options;
  ConnectorContext context;
  context.fetcher = fetcher;
  return MakeRoCrateConnector(source, context);
}

// Everything a source gives, in the order in which it gives it.
struct Harvest {
  absl::Status status;
  std::vector<std::string> accessions;
  std::vector<std::string> rejections;  // "place: reason"
  std::vector<std::string> cursors;
  std::vector<std::string> raw;
  Ledger ledger;
};

Harvest HarvestWith(Connector& connector, std::string cursor = "") {
  Harvest out;
  for (;;) {
    auto page = connector.NextPage(cursor);
    out.status = page.status();
    if (!page.ok()) return out;
    for (const Draft& draft : page->drafts) {
      out.accessions.push_back(std::get<Study>(draft.record).accession);
      out.raw.push_back(page->raw.at(draft.raw.blob).substr(draft.raw.offset, draft.raw.length));
      EXPECT_EQ(std::get<Study>(draft.record).source, "ex");
    }
    for (const Rejection& r : page->rejections)
      out.rejections.push_back(absl::StrCat(r.place, ": ", r.reason));
    EXPECT_EQ(page->ledger.fetched, static_cast<int64_t>(page->drafts.size()) +
                                        page->ledger.quarantined + page->ledger.skipped);
    EXPECT_EQ(page->progress_done, page->last ? page->progress_total : page->progress_done);
    out.ledger.Add(page->ledger);
    if (page->last) {
      EXPECT_EQ(page->next_cursor, "");
      return out;
    }
    cursor = page->next_cursor;
    out.cursors.push_back(cursor);
  }
}

Harvest RunAt(const std::string& location, const std::map<std::string, std::string>& options = {},
              Fetcher* fetcher = nullptr) {
  auto connector = Open(location, options, fetcher);
  EXPECT_THAT(connector, IsOk());
  return connector.ok() ? HarvestWith(**connector) : Harvest{};
}

Files Seven() {
  Files out;
  for (const char* name : {"g", "c", "a", "f", "b", "e", "d"}) {
    out.emplace_back(absl::StrCat("crates/", name, "-ro-crate-metadata.json"), Crate(name));
  }
  return out;
}

TEST(RoCrateConnectorTest, AFolderAndEveryKindOfArchiveGiveTheSame) {
  TempDir dir;
  for (const auto& [name, bytes] : Seven()) Write(dir / ("folder/" + name), bytes);
  Write(dir / "folder/README.md", "no crate");
  std::vector<std::string> locations = {dir / "folder"};
  Files files = Seven();
  files.insert(files.begin(), {"crates/README.md", std::string(100000, 'r')});
  for (const char* name : {"a.tar", "a.tar.gz", "a.tgz", "a.zip"}) {
    WriteArchive(dir / name, files);
    locations.push_back(dir / name);
  }
  for (const std::string& location : locations) {
    SCOPED_TRACE(location);
    const Harvest harvest = RunAt(location, {{"page_size", "3"}});
    ASSERT_THAT(harvest.status, IsOk());
    EXPECT_THAT(harvest.accessions, ElementsAre("a", "b", "c", "d", "e", "f", "g"));
    EXPECT_THAT(harvest.cursors,
                ElementsAre("crates/c-ro-crate-metadata.json", "crates/f-ro-crate-metadata.json"));
    EXPECT_THAT(harvest.rejections, IsEmpty());
    EXPECT_EQ(harvest.raw[0], Crate("a"));
    EXPECT_EQ(harvest.ledger.pages, 3);
    EXPECT_EQ(harvest.ledger.fetched, 7);
    EXPECT_TRUE((*Open(location))->ListingIsWhole());
  }
}

TEST(RoCrateConnectorTest, ASingleFileAndFoldersOfPlainNames) {
  TempDir dir;
  Write(dir / "EX-5/ro-crate-metadata.json", Crate(""));
  Write(dir / "EX-6/ro-crate-metadata.json", Crate(""));
  Write(dir / "x/study.json", Crate(""));
  EXPECT_THAT(RunAt(dir / "EX-5/ro-crate-metadata.json").accessions, ElementsAre("EX-5"));
  EXPECT_THAT(RunAt(dir / "EX-5").accessions, ElementsAre("EX-5"));
  EXPECT_THAT(RunAt(dir / "EX-5/").accessions, ElementsAre("EX-5"));
  EXPECT_THAT(RunAt(dir / "x/study.json").accessions, ElementsAre("study"));
  EXPECT_THAT(RunAt(dir.path()).accessions, ElementsAre("EX-5", "EX-6"));
}

TEST(RoCrateConnectorTest, ARunGoesOnWhereItWasStopped) {
  TempDir dir;
  WriteArchive(dir / "a.tar.gz", Seven());
  auto first = Open(dir / "a.tar.gz", {{"page_size", "2"}}).value();
  const std::string cursor = first->NextPage("").value().next_cursor;
  auto again = Open(dir / "a.tar.gz", {{"page_size", "2"}}).value();
  EXPECT_THAT(HarvestWith(*again, cursor).accessions, ElementsAre("c", "d", "e", "f", "g"));
  EXPECT_THAT(HarvestWith(*again, cursor).accessions, ElementsAre("c", "d", "e", "f", "g"))
      << "the same page twice";
  EXPECT_THAT(HarvestWith(*again, "zzz").accessions, IsEmpty());
}

TEST(RoCrateConnectorTest, TheSecondFileOfAnAccessionIsRejected) {
  TempDir dir;
  Write(dir / "f/a-ro-crate-metadata.json", Crate("same"));
  Write(dir / "f/b-ro-crate-metadata.json", Crate("other"));
  Write(dir / "f/c-ro-crate-metadata.json", Crate("same"));
  for (const char* page_size : {"1", "2", "200"}) {
    const Harvest harvest = RunAt(dir / "f", {{"page_size", page_size}});
    EXPECT_THAT(harvest.accessions, ElementsAre("same", "other"));
    EXPECT_EQ(harvest.ledger.quarantined, 1);
    ASSERT_THAT(harvest.rejections, SizeIs(1));
    EXPECT_THAT(harvest.rejections[0],
                HasSubstr("c-ro-crate-metadata.json: the accession same is that of a-ro-crate"));
  }
  // Also by a run that was resumed behind the first of them.
  auto resumed = Open(dir / "f").value();
  const Harvest rest = HarvestWith(*resumed, "b-ro-crate-metadata.json");
  EXPECT_THAT(rest.accessions, IsEmpty());
  EXPECT_EQ(rest.ledger.quarantined, 1);
}

TEST(RoCrateConnectorTest, ABrokenCrateIsRejectedAndTheRestGoesOn) {
  TempDir dir;
  Write(dir / "f/a-ro-crate-metadata.json", "{\"broken\"");
  Write(dir / "f/b-ro-crate-metadata.json", Crate("b"));
  Write(dir / "f/c-ro-crate-metadata.json", "");
  std::filesystem::create_symlink("/etc/hostname", dir / "f/d-ro-crate-metadata.json");
  ASSERT_EQ(mkfifo((dir / "f/e-ro-crate-metadata.json").c_str(), 0600), 0);
  Write(dir / "f/g\xff\x1b-ro-crate-metadata.json", "{");
  const Harvest harvest = RunAt(dir / "f");
  EXPECT_THAT(harvest.accessions, ElementsAre("b"));
  EXPECT_EQ(harvest.ledger.quarantined, 5);
  EXPECT_THAT(harvest.rejections,
              ElementsAre(HasSubstr("a-ro-crate-metadata.json: the file is not JSON"),
                          HasSubstr("c-ro-crate-metadata.json: the file is not JSON"),
                          HasSubstr("symbolic link"), HasSubstr("not a regular file"),
                          HasSubstr("g%FF%1B-ro-crate-metadata.json: ")));
}

TEST(RoCrateConnectorTest, ALargeRecordIsRejectedWithTheBeginningOfItsBytes) {
  TempDir dir;
  const std::string crate = Crate("big");
  Write(dir / "f/a-ro-crate-metadata.json", crate);
  WriteArchive(dir / "a.tar.gz", {{"a-ro-crate-metadata.json", crate}});
  for (const std::string& location : {dir / "f", dir / "a.tar.gz"}) {
    EXPECT_THAT(RunAt(location, {{"max_record_bytes", absl::StrCat(crate.size())}}).accessions,
                ElementsAre("big"));
    const Harvest harvest = RunAt(location, {{"max_record_bytes", absl::StrCat(crate.size() - 1)}});
    EXPECT_THAT(harvest.accessions, IsEmpty());
    EXPECT_THAT(harvest.rejections, ElementsAre(HasSubstr("max_record_bytes")));
  }
  Write(dir / "f/a-ro-crate-metadata.json", std::string(3 << 20, ' '));
  auto page = Open(dir / "f").value()->NextPage("");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->rejections.at(0).raw.size(), size_t{64} << 10);
}

TEST(RoCrateConnectorTest, DamagedArchives) {
  TempDir dir;
  WriteArchive(dir / "a.tar.gz", Seven());
  std::ifstream in(dir / "a.tar.gz", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  Write(dir / "cut.tar.gz", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(RunAt(dir / "cut.tar.gz").status,
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut.tar.gz")));
  std::string flipped = whole;
  for (size_t i = flipped.size() / 2; i < flipped.size() / 2 + 20; ++i) flipped[i] = '\x55';
  Write(dir / "flipped.tar.gz", flipped);
  EXPECT_THAT(RunAt(dir / "flipped.tar.gz").status, StatusIs(absl::StatusCode::kDataLoss));
  Write(dir / "text.tar.gz", "no archive");
  EXPECT_THAT(RunAt(dir / "text.tar.gz").status, StatusIs(absl::StatusCode::kDataLoss));
  Write(dir / "text.zip", "no archive");
  EXPECT_THAT(RunAt(dir / "text.zip").status, StatusIs(absl::StatusCode::kDataLoss));
}

TEST(RoCrateConnectorTest, AnArchiveBombStopsAtTheLimit) {
  TempDir dir;
  // 32 MiB of blanks become some 30 kB; the name is none of a crate's, so that nothing is kept of
  // it.
  WriteArchive(dir / "bomb.tar.gz",
               {{"filler", std::string(32 << 20, ' ')}, {"a-ro-crate-metadata.json", Crate("a")}});
  EXPECT_LT(std::filesystem::file_size(dir / "bomb.tar.gz"), 100000u);
  EXPECT_THAT(RunAt(dir / "bomb.tar.gz").accessions, ElementsAre("a"));
  const Harvest harvest = RunAt(dir / "bomb.tar.gz", {{"max_archive_bytes", "10000000"}});
  EXPECT_THAT(harvest.status,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("10000000")));
  EXPECT_THAT(harvest.status, HasReason("LIMIT_EXCEEDED"));
}

TEST(RoCrateConnectorTest, AnArchiveTooLargeToHoldIsReadAgainForEachPage) {
  TempDir dir;
  Files files;
  std::vector<std::string> names;
  for (int i = 0; i < 80; ++i) {
    const std::string name = absl::StrCat("n", 100 + i);
    // Nearly 1 MiB each: together more than the connector holds at once.
    files.emplace_back(name + "-ro-crate-metadata.json", Crate(name) + std::string(1000000, ' '));
    names.push_back(name);
  }
  std::reverse(files.begin(), files.end());
  WriteArchive(dir / "a.tar.gz", files);
  const Harvest harvest = RunAt(dir / "a.tar.gz", {{"page_size", "30"}});
  ASSERT_THAT(harvest.status, IsOk());
  EXPECT_EQ(harvest.accessions, names);
}

TEST(RoCrateConnectorTest, NamesWithinAnArchiveLeadNowhere) {
  TempDir dir;
  WriteArchive(dir / "a.tar", {{"../../x-ro-crate-metadata.json", Crate("x")},
                               {"/etc/y-ro-crate-metadata.json", Crate("y")},
                               {"z-ro-crate-metadata.json", Crate("z")},
                               {"z-ro-crate-metadata.json", Crate("z")}});
  const Harvest harvest = RunAt(dir / "a.tar");
  EXPECT_THAT(harvest.accessions, ElementsAre("x", "y", "z"));
  EXPECT_THAT(harvest.rejections,
              ElementsAre(HasSubstr("z-ro-crate-metadata.json#2: the accession z is that of")));
  EXPECT_FALSE(std::filesystem::exists(dir / "../../x-ro-crate-metadata.json"));
}

TEST(RoCrateConnectorTest, RefusesBadSources) {
  TempDir dir;
  Write(dir / "f/a-ro-crate-metadata.json", Crate("a"));
  std::filesystem::create_directory(dir / "empty");
  EXPECT_THAT(Open(dir / "none"), StatusIs(kInvalid, HasSubstr("no such folder or file")));
  EXPECT_THAT(Open(dir / "none"), HasReason("SOURCE_DEFINITION"));
  EXPECT_THAT(Open("https://archive.example/"), StatusIs(kInvalid, HasSubstr("local files only")));
  EXPECT_THAT(Open("ftp://archive.example/"), StatusIs(kInvalid));
  EXPECT_THAT(Open(dir / "f", {{"colour", "red"}}), StatusIs(kInvalid, HasSubstr("colour")));
  for (const char* bad : {"0", "501", "-1", "many", ""}) {
    EXPECT_THAT(Open(dir / "f", {{"page_size", bad}}), StatusIs(kInvalid, HasSubstr("1 to 500")))
        << bad;
  }
  EXPECT_THAT(RunAt(dir / "empty").status, StatusIs(absl::StatusCode::kNotFound));
}

// An archive on the web, from the index to the drafts.
class IndexTest : public ::testing::Test {
 protected:
  IndexTest() : server_([this](const ServedRequest& request) { return Serve(request); }) {
    HttpFetcherOptions options;
    options.allow_http = true;
    options.allow_networks = {"127.0.0.1/32"};
    options.ports = {server_.port()};
    options.gap = absl::ZeroDuration();
    options.sleep = [](absl::Duration) {};
    fetcher_ = HttpFetcher::Create(options).value();
  }
  ServedReply Serve(const ServedRequest& request) {
    ServedReply reply;
    const auto at = pages_.find(request.path);
    if (at == pages_.end()) {
      reply.status = 404;
    } else {
      reply.body = Gzip(at->second);
      reply.headers = {{"Content-Encoding", "gzip"}};
    }
    if (down_) reply.status = 503;
    return reply;
  }
  std::string Entry(const std::string& name, const std::string& url) {
    return absl::StrCat(R"({"name": ")", name,
                        R"(", "sha": "0", "type": "file", "download_url": ")", url, R"("})");
  }
  Harvest RunIndex(const std::string& path = "/index",
                   const std::map<std::string, std::string>& options = {}) {
    return RunAt(server_.Url(path), options, fetcher_.get());
  }

  std::map<std::string, std::string> pages_;
  std::atomic<bool> down_{false};
  RecordedServer server_;
  std::unique_ptr<HttpFetcher> fetcher_;
};

TEST_F(IndexTest, AFolderListingOfAGitHost) {
  std::string index =
      R"([{"name": "README.md", "download_url": "x"}, {"name": "sub", "type": "dir", "download_url": null})";
  for (const char* name : {"c", "a", "b"}) {
    const std::string file = absl::StrCat(name, "-ro-crate-metadata.json");
    absl::StrAppend(&index, ",", Entry(file, server_.Url("/raw/" + file)));
    pages_["/raw/" + file] = Crate(name);
  }
  pages_["/index"] = index + "]";
  const Harvest harvest = RunIndex("/index", {{"page_size", "2"}});
  ASSERT_THAT(harvest.status, IsOk());
  EXPECT_THAT(harvest.accessions, ElementsAre("a", "b", "c"));
  EXPECT_EQ(harvest.raw[1], Crate("b"));
  EXPECT_THAT(harvest.cursors, ElementsAre("b-ro-crate-metadata.json"));
  EXPECT_THAT(harvest.rejections, IsEmpty());
  EXPECT_FALSE((*Open(server_.Url("/index"), {}, fetcher_.get()))->ListingIsWhole());
}

TEST_F(IndexTest, AListOfAddresses) {
  pages_["/d/index"] = absl::StrCat(R"(["EX-2/ro-crate-metadata.json", ")",
                                    server_.Url("/d/EX-1/ro-crate-metadata.json?v=2"), R"("])");
  pages_["/d/EX-2/ro-crate-metadata.json"] = Crate("");
  pages_["/d/EX-1/ro-crate-metadata.json?v=2"] = Crate("");
  EXPECT_THAT(RunIndex("/d/index").accessions, ElementsAre("EX-1", "EX-2"));
}

TEST_F(IndexTest, ACrateAlone) {
  pages_["/EX-1/ro-crate-metadata.json"] = Crate("");
  EXPECT_THAT(RunIndex("/EX-1/ro-crate-metadata.json").accessions, ElementsAre("EX-1"));
}

TEST_F(IndexTest, OneBadFileDoesNotStopTheRest) {
  pages_["/index"] = absl::StrCat("[", Entry("a-ro-crate-metadata.json", server_.Url("/gone")), ",",
                                  Entry("b-ro-crate-metadata.json", "file:///etc/passwd"), ",",
                                  Entry("c-ro-crate-metadata.json", server_.Url("/c")), "]");
  pages_["/c"] = Crate("c");
  const Harvest harvest = RunIndex();
  EXPECT_THAT(harvest.accessions, ElementsAre("c"));
  EXPECT_EQ(harvest.ledger.quarantined, 2);
  EXPECT_THAT(harvest.rejections,
              ElementsAre(HasSubstr("a-ro-crate-metadata.json: fetch http://127.0.0.1"),
                          HasSubstr("not an http(s) address")));
}

TEST_F(IndexTest, AnIndexMayNotSendUsElsewhere) {
  pages_["/index"] =
      absl::StrCat("[", Entry("a-ro-crate-metadata.json", "http://169.254.169.254/latest"), "]");
  EXPECT_THAT(RunIndex().status,
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("169.254.169.254")));
  EXPECT_EQ(fetcher_->guard().opened(), 1) << "the index itself";
}

TEST_F(IndexTest, AServerThatIsDownFailsThePage) {
  pages_["/index"] = absl::StrCat("[", Entry("a-ro-crate-metadata.json", server_.Url("/a")), "]");
  pages_["/a"] = Crate("a");
  auto connector = Open(server_.Url("/index"), {}, fetcher_.get()).value();
  down_ = true;
  EXPECT_THAT(connector->NextPage(""), StatusIs(absl::StatusCode::kUnavailable));
  down_ = false;
  EXPECT_THAT(connector->NextPage(""), IsOk());
}

TEST_F(IndexTest, WhatIsNoIndex) {
  for (const char* body :
       {"", "<html>", "7", "[7]", "[[]]", "[\"x\"", "\"x\"", "[[[[[[[[[[]]]]]]]]]]"}) {
    pages_["/index"] = body;
    EXPECT_THAT(RunIndex().status, StatusIs(kInvalid, HasSubstr("expected a JSON array"))) << body;
  }
  pages_["/index"] = "[]";
  EXPECT_THAT(RunIndex().status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(RunIndex("/none").status, StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(IndexTest, AListingThatMayBeCutShortIsRemarkedOn) {
  auto index = [&](int n) {
    std::string out = "[";
    for (int i = 0; i < n - 1; ++i) absl::StrAppend(&out, R"({"name": "x", "download_url": "x"},)");
    return absl::StrCat(out, Entry("a-ro-crate-metadata.json", server_.Url("/a")), "]");
  };
  pages_["/a"] = Crate("a");
  pages_["/index"] = index(999);
  EXPECT_THAT(RunIndex().rejections, IsEmpty());
  pages_["/index"] = index(1000);
  EXPECT_THAT(RunIndex().rejections, ElementsAre(HasSubstr("may be cut short")));
}

}  // namespace
}  // namespace parfocal
