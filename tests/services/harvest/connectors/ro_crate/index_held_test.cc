// What a node holds of an archive on the web is not fetched again.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "held_files.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "support/recorded_server.h"

namespace parfocal {
namespace {

using testing::RecordedServer;
using testing::ServedReply;
using testing::ServedRequest;

// The ids that `git hash-object` prints.
TEST(GitBlobIdTest, IsWhatGitSays) {
  EXPECT_EQ(crate::GitBlobId(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(crate::GitBlobId("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
}

std::string Crate(int number, int version) {
  return absl::StrFormat(
      R"({"@context": "https://w3id.org/ro/crate/1.2/context", "@graph": [
 {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}},
 {"@id": "./", "@type": "Dataset", "identifier": "EX-%d", "name": "Study %d, version %d"}]})",
      number, number, version);
}

class IndexHeldTest : public ::testing::Test {
 protected:
  IndexHeldTest() : server_([this](const ServedRequest& request) { return Serve(request); }) {
    HttpFetcherOptions options;
    options.allow_http = true;
    options.allow_networks = {"127.0.0.1/32"};
    options.ports = {server_.port()};
    options.gap = absl::ZeroDuration();
    fetcher_ = HttpFetcher::Create(options).value();
  }

  ServedReply Serve(const ServedRequest& request) {
    ServedReply reply;
    const auto at = files_.find(request.path);
    if (request.path == "/index") {
      reply.body = Index();
      return reply;
    }
    if (at == files_.end()) {
      reply.status = 404;
      return reply;
    }
    if (tags_) {
      const std::string tag = absl::StrCat("\"", crate::GitBlobId(at->second), "\"");
      reply.headers.emplace_back("ETag", tag);
      const auto known = request.headers.find("if-none-match");
      if (known != request.headers.end() && known->second == tag) {
        ++unchanged_;
        reply.status = 304;
        return reply;
      }
    }
    ++bodies_;
    reply.body = at->second;
    return reply;
  }

  // A folder's listing of a Git host, or plain addresses.
  std::string Index() const {
    std::vector<std::string> entries;
    for (const auto& [path, body] : files_) {
      if (!blob_ids_) {
        entries.push_back(absl::StrCat("\"", server_.Url(path), "\""));
      } else {
        entries.push_back(absl::StrCat(R"({"name": ")", path.substr(1), R"(", "sha": ")",
                                       crate::GitBlobId(body), R"(", "download_url": ")",
                                       server_.Url(path), R"("})"));
      }
    }
    return absl::StrCat("[", absl::StrJoin(entries, ","), "]");
  }

  void Fill(int count) {
    for (int i = 0; i < count; ++i)
      files_[absl::StrCat("/", i, "-ro-crate-metadata.json")] = Crate(i, 1);
  }

  // Harvests it and keeps what a catalogue would.
  void Run(const std::string& cursor = "") {
    bodies_ = unchanged_ = 0;
    ConnectorContext context;
    context.fetcher = fetcher_.get();
    context.mark = mark_;
    context.held = [this](const std::function<void(std::string)>& visit) {
      for (const auto& [accession, raw] : held_) visit(raw);
      return absl::OkStatus();
    };
    Source source{.id = "ex", .connector = "ro-crate", .location = server_.Url("/index")};
    auto connector = MakeRoCrateConnector(source, context);
    ASSERT_TRUE(connector.ok()) << connector.status();
    std::map<std::string, std::string> now;
    if (!cursor.empty()) now = held_;
    for (std::string at = cursor; true;) {
      auto page = (*connector)->NextPage(at);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const Draft& draft : page->drafts)
        now[std::get<Study>(draft.record).title] = page->raw[draft.raw.blob];
      if (page->last) {
        mark_ = page->mark;
        break;
      }
      at = page->next_cursor;
    }
    held_ = std::move(now);
  }

  std::map<std::string, std::string> files_;  // By path.
  bool blob_ids_ = true;
  bool tags_ = false;
  std::atomic<int> bodies_{0}, unchanged_{0};
  std::map<std::string, std::string> held_;
  std::string mark_;
  RecordedServer server_;
  std::unique_ptr<HttpFetcher> fetcher_;
};

// RELIABILITY: an unchanged re-harvest of 1,386 crates moves no record body and takes at most 5 s.
TEST_F(IndexHeldTest, WhatTheIndexSaysIsUnchangedIsNotAskedFor) {
  Fill(1386);
  Run();
  EXPECT_EQ(bodies_, 1386);
  EXPECT_EQ(held_.size(), 1386u);
  const auto before = held_;
  const size_t requests = server_.requests().size();
  const absl::Time began = absl::Now();
  Run();
  EXPECT_LT(absl::Now() - began, absl::Seconds(5));
  EXPECT_EQ(bodies_, 0);
  EXPECT_EQ(server_.requests().size(), requests + 1) << "the index alone";
  EXPECT_EQ(held_, before);
  files_["/7-ro-crate-metadata.json"] = Crate(7, 2);
  Run();
  EXPECT_EQ(bodies_, 1);
  EXPECT_EQ(held_.count("Study 7, version 2"), 1u);
}

TEST_F(IndexHeldTest, WithoutBlobIdsTheServerIsAskedWhetherAnythingChanged) {
  blob_ids_ = false;
  tags_ = true;
  Fill(120);
  Run();
  EXPECT_EQ(bodies_, 120);
  const auto before = held_;
  for (int again = 0; again < 2; ++again) {
    Run();
    EXPECT_EQ(bodies_, 0);
    EXPECT_EQ(unchanged_, 120);
    EXPECT_EQ(held_, before);
  }
  files_["/7-ro-crate-metadata.json"] = Crate(7, 2);
  Run();
  EXPECT_EQ(bodies_, 1);
  // A run that was resumed in the middle keeps the validators of what came before.
  const std::string mark = mark_;
  Run(server_.Url("/60-ro-crate-metadata.json"));
  EXPECT_EQ(mark_, mark);
}

// Validators of what is not held (a record that was deleted, a mark of other times) are not used:
// an answer of 304 would leave nothing to read.
TEST_F(IndexHeldTest, WhatIsNotHeldIsFetched) {
  blob_ids_ = false;
  tags_ = true;
  Fill(3);
  Run();
  held_.clear();
  Run();
  EXPECT_EQ(bodies_, 3);
  mark_ = "crate-index 1\nhttp://x\t\\\nbad\n\t\t\t\n";
  Run();
  EXPECT_EQ(bodies_, 3);
  tags_ = false;
  Run();
  Run();
  EXPECT_EQ(bodies_, 3) << "a server without validators";
}

}  // namespace
}  // namespace parfocal
