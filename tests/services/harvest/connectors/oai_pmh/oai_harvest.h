// One run of the connector without a catalogue: what it brought, and how it ended.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "parfocal/oai_pmh/oai_pmh_connector.h"

namespace parfocal::testing {

struct OaiHarvest {
  absl::Status status;
  std::map<std::string, Study> studies;  // By accession.
  std::vector<std::string> deleted;
  std::vector<Rejection> rejections;
  std::vector<std::string> raw;
  std::vector<std::pair<std::string, DraftPage>> page_of;  // With the cursor that it was read at.
  Ledger ledger;
  int pages = 0;
  bool full = false;
  std::string mark;
};

inline std::unique_ptr<Connector> MakeOai(Fetcher* fetcher, const std::string& mark,
                                          std::map<std::string, std::string> options,
                                          const OaiRunLimits& limits = {},
                                          const std::string& location = "https://x.org/oai") {
  const Source source{
      .id = "s", .connector = "oai-pmh", .location = location, .options = std::move(options)};
  ConnectorContext context;
  context.fetcher = fetcher;
  context.mark = mark;
  auto connector = MakeOaiPmhConnector(source, context, limits);
  EXPECT_TRUE(connector.ok()) << connector.status();
  return *std::move(connector);
}

// Keeps `out->studies` as the catalogue would: later pages win, stated deletions at the end.
inline OaiHarvest Harvest(Fetcher* fetcher, const std::string& mark = "",
                          std::map<std::string, std::string> options = {},
                          const OaiRunLimits& limits = {},
                          const std::string& location = "https://x.org/oai") {
  OaiHarvest out;
  const auto connector = MakeOai(fetcher, mark, std::move(options), limits, location);
  std::string cursor;
  while (true) {
    absl::StatusOr<DraftPage> page = connector->NextPage(cursor);
    out.status = page.status();
    if (!page.ok()) return out;
    ++out.pages;
    out.ledger.Add(page->ledger);
    EXPECT_EQ(page->ledger.fetched,
              static_cast<int64_t>(page->drafts.size()) + page->ledger.quarantined);
    for (const Draft& draft : page->drafts) {
      const Study& study = std::get<Study>(draft.record);
      out.studies[study.accession] = study;
      EXPECT_EQ(draft.raw.length, page->raw[draft.raw.blob].size());
    }
    for (const RecordName& name : page->deleted) out.deleted.push_back(name.accession);
    out.rejections.insert(out.rejections.end(), page->rejections.begin(), page->rejections.end());
    out.raw.insert(out.raw.end(), page->raw.begin(), page->raw.end());
    out.page_of.emplace_back(cursor, *page);
    if (out.pages > 2000) {
      ADD_FAILURE() << "the run does not end";
      return out;
    }
    out.full = connector->ListsAll();
    if (page->last) {
      out.mark = page->mark;
      return out;
    }
    EXPECT_NE(page->next_cursor, cursor);
    cursor = page->next_cursor;
  }
}

}  // namespace parfocal::testing
