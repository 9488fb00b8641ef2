// What the tests of the connectors share that read a source definition: a folder, a server, and a
// whole harvest of either.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/record_name.h"
#include "support/recorded_server.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {

inline void Write(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// What a whole harvest gave.
struct Listing {
  absl::Status status;
  std::vector<std::string> names, rejections, cursors;
  std::map<std::string, std::string> raw;  // By name, with its context.
  std::map<std::string, Record> records;   // By name.
  Ledger ledger;
  std::string mark;
  bool all = false;  // It listed everything.
};

class DefinedConnectorTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<DefinedConnector>> Open(const std::string& yaml,
                                                         Fetcher* fetcher = nullptr) {
    auto definition = definition::ParseDefinition(yaml, "d.yaml");
    EXPECT_THAT(definition, testing::IsOk());
    Source source;
    source.id = "ex";
    source.location = location_.empty() ? dir_.path() : location_;
    source.options = options_;
    ConnectorContext context;
    context.fetcher = fetcher;
    context.mark = before_.mark;
    context.held = [this](const std::function<void(std::string)>& visit) {
      for (const auto& [name, raw] : before_.raw) visit(raw);
      return absl::OkStatus();
    };
    return MakeConnectorOf(*std::move(definition), source, context);
  }

  Listing Run(Connector* connector, std::string cursor = "") {
    Listing out;
    while (true) {
      absl::StatusOr<DraftPage> page = connector->NextPage(cursor);
      if (!page.ok()) {
        out.status = page.status();
        return out;
      }
      std::set<std::string> distinct;
      for (const Draft& draft : page->drafts) {
        const std::string name = FormatRecordName(NameOf(draft.record));
        EXPECT_TRUE(distinct.insert(name).second) << name;
        out.names.push_back(name.substr(std::string("sources/ex/studies/").size()));
        const std::string& blob = page->raw.at(draft.raw.blob);
        out.raw[out.names.back()] =
            blob.substr(draft.raw.context_offset, draft.raw.context_length) +
            blob.substr(draft.raw.offset, draft.raw.length);
        out.records[out.names.back()] = draft.record;
      }
      for (const Rejection& r : page->rejections)
        out.rejections.push_back(r.place + " " + r.reason);
      const Ledger& l = page->ledger;
      EXPECT_EQ(l.fetched, static_cast<int64_t>(page->drafts.size()) + l.quarantined + l.skipped);
      EXPECT_EQ(l.rows_read, l.rows_accepted + l.rows_rejected);
      out.ledger.Add(l);
      if (page->last) {
        out.mark = page->mark;
        out.all = connector->ListsAll();
        return out;
      }
      EXPECT_NE(page->next_cursor, cursor);
      cursor = page->next_cursor;
      out.cursors.push_back(cursor);
    }
  }
  Listing RunOf(const std::string& yaml, Fetcher* fetcher = nullptr) {
    auto connector = Open(yaml, fetcher);
    EXPECT_THAT(connector, testing::IsOk());
    return Run(connector->get());
  }

  testing::TempDir dir_;
  std::string location_;
  std::map<std::string, std::string> options_;
  Listing before_;  // What the catalogue holds of the run before.
};

class WebFeedTest : public DefinedConnectorTest {
 protected:
  WebFeedTest()
      : server_([this](const testing::ServedRequest& request) { return Reply(request); }) {
    HttpFetcherOptions options;
    options.allow_http = true;
    options.ports = {server_.port()};
    options.allow_networks = {"127.0.0.1/32"};
    options.gap = absl::ZeroDuration();
    options.limits.tries = 1;
    fetcher_ = HttpFetcher::Create(options).value();
    location_ = server_.Url("/api");
  }
  testing::ServedReply Reply(const testing::ServedRequest& request) {
    const auto at = pages_.find(request.path);
    testing::ServedReply reply;
    if (at == pages_.end()) {
      reply.status = 404;
      return reply;
    }
    const std::string tag = absl::StrCat("\"", std::hash<std::string>()(at->second), "\"");
    if (links_.contains(request.path)) reply.headers.emplace_back("Link", links_.at(request.path));
    if (tags_) reply.headers.emplace_back("ETag", tag);
    const auto known = request.headers.find("if-none-match");
    if (tags_ && known != request.headers.end() && known->second == tag) {
      reply.status = 304;
      return reply;
    }
    reply.body = at->second;
    ++bodies_;
    return reply;
  }
  std::string Feed(const std::string& paging) {
    return absl::StrCat(
        "protocol: json-rest\nfeeds:\n  - name: web\n    records: docs\n    paging: ", paging,
        "\n    study: {accession: \"{id}\"}\n");
  }
  static std::string Docs(const std::string& ids, const std::string& more = "") {
    std::string out = "{\"docs\": [";
    for (const char id : ids)
      absl::StrAppend(&out, out.back() == '[' ? "" : ",", "{\"id\": \"", std::string(1, id), "\"}");
    return absl::StrCat(out, "]", more, "}");
  }

  std::map<std::string, std::string> pages_;
  std::map<std::string, std::string> links_;  // Header Link, by path.
  bool tags_ = false;                         // Answers have an ETag.
  std::atomic<int> bodies_{0};
  testing::RecordedServer server_;
  std::unique_ptr<HttpFetcher> fetcher_;
};

}  // namespace parfocal
