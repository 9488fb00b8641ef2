// The connectors that a node has, inside and outside of the sandbox: the same pages. What a sandbox
// forbids that a connector needs would show here.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/sandbox/sandbox.h"
#include "services/harvest/sandbox/hostile_connector.h"
#include "services/harvest/sandbox/real_connectors.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;

struct Archive {
  const char* kind;
  const char* name;
};
constexpr Archive kArchives[] = {
    {"ro-crate", "coastal"}, {"ro-crate", "highland-1.tar.gz"}, {"idr", "idr"}};

Source SourceOf(const Archive& archive) {
  Source source{.id = "sample", .connector = archive.kind};
  source.location = absl::StrCat(PARFOCAL_SOURCE_DIR, "/deploy/sample/archives/", archive.name);
  return source;
}

ConnectorContext Context() {
  ConnectorContext context;
  context.share_dir = std::string(PARFOCAL_SOURCE_DIR) + "/deploy";
  return context;
}

std::vector<DraftPage> ReadAll(const ConnectorRegistry& connectors, const Archive& archive,
                               ParseGuard* guard = nullptr) {
  ConnectorContext context = Context();
  context.guard = guard;
  std::vector<DraftPage> pages;
  const auto connector = connectors.at(archive.kind)(SourceOf(archive), context);
  EXPECT_THAT(connector, IsOk());
  for (std::string cursor; connector.ok();) {
    absl::StatusOr<DraftPage> page = (*connector)->NextPage(cursor);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) break;
    cursor = page->next_cursor;
    pages.push_back(*std::move(page));
    if (pages.back().last) break;
  }
  return pages;
}

TEST(SamePagesTest, InsideAndOutsideOfTheSandbox) {
  const ConnectorRegistry inside =
      Sandboxed(testing::RealConnectors(), {.command = {"/proc/self/exe", "parser"}, .limits = {}});
  for (const Archive& archive : kArchives) {
    SCOPED_TRACE(archive.name);
    const std::vector<DraftPage> expected = ReadAll(testing::RealConnectors(), archive);
    const std::vector<DraftPage> pages = ReadAll(inside, archive);
    ASSERT_EQ(pages.size(), expected.size());
    size_t drafts = 0;
    for (size_t i = 0; i < pages.size(); ++i) {
      EXPECT_EQ(pages[i].raw, expected[i].raw);
      EXPECT_EQ(pages[i].rejections, expected[i].rejections);
      EXPECT_EQ(pages[i].next_cursor, expected[i].next_cursor);
      EXPECT_EQ(pages[i].ledger, expected[i].ledger);
      EXPECT_EQ(pages[i].progress_done, expected[i].progress_done);
      ASSERT_EQ(pages[i].drafts.size(), expected[i].drafts.size());
      for (size_t d = 0; d < pages[i].drafts.size(); ++d)
        ASSERT_TRUE(pages[i].drafts[d].record == expected[i].drafts[d].record) << d;
      drafts += pages[i].drafts.size();
    }
    EXPECT_GT(drafts, 10u);
  }
}

// Refuses one unit, as a guard does that knows what a parser died of.
class RefusesOne final : public ParseGuard {
 public:
  RefusesOne(std::string document, int64_t number)
      : document_(std::move(document)), number_(number) {}
  absl::Status Enter(absl::string_view document, int64_t number) override {
    if (number != number_ || !absl::EndsWith(document, document_)) return absl::OkStatus();
    return absl::ResourceExhaustedError("ended the parser that read it: SIGSEGV");
  }
  void Leave() override {}

 private:
  const std::string document_;
  const int64_t number_;
};

struct Totals {
  int64_t accepted = 0, bad = 0;
  std::string reason;  // Of the rejection that tells of the death.
};

Totals ReadRefusing(const Archive& archive, const std::string& document, int64_t number) {
  RefusesOne guard(document, number);
  Totals totals;
  for (const DraftPage& page : ReadAll(testing::RealConnectors(), archive, &guard)) {
    totals.accepted += static_cast<int64_t>(page.drafts.size());
    totals.bad += page.ledger.quarantined;
    EXPECT_EQ(page.ledger.fetched, static_cast<int64_t>(page.drafts.size()) +
                                       page.ledger.quarantined + page.ledger.skipped);
    for (const Rejection& rejection : page.rejections) {
      if (!absl::StrContains(rejection.reason, "SIGSEGV")) continue;
      totals.reason = rejection.reason;
      EXPECT_FALSE(rejection.raw.empty()) << "the bytes are kept";
    }
  }
  return totals;
}

TEST(SamePagesTest, WhatAParserDiedOfIsRefusedAlone) {
  const struct {
    Archive archive;
    const char* document;
    int64_t number;
    const char* reason;
  } kRows[] = {
      {kArchives[0], "CST-0003-ro-crate-metadata.json", 0, "the file: ended the parser"},
      {kArchives[2], "-annotation.csv", 5, "the row ended the parser"},
      {kArchives[2], "idr9002-study.txt", 0, "the study file ended the parser"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.reason);
    const Totals all = ReadRefusing(row.archive, "", -1);
    const Totals some = ReadRefusing(row.archive, row.document, row.number);
    EXPECT_TRUE(all.reason.empty());
    EXPECT_THAT(some.reason, HasSubstr(row.reason));
    EXPECT_GE(some.bad, 1);
    EXPECT_LT(some.accepted, all.accepted);
    EXPECT_GT(some.accepted, 0);
  }
}

// A crate that was refused is accepted when it is parsed anew after its mending: here, without the
// guard that refused it.
TEST(SamePagesTest, ACrateIsReplayedFromItsBytes) {
  RefusesOne guard("CST-0003-ro-crate-metadata.json", 0);
  Rejection refused;
  for (const DraftPage& page : ReadAll(testing::RealConnectors(), kArchives[0], &guard)) {
    for (const Rejection& rejection : page.rejections) {
      if (absl::StrContains(rejection.reason, "SIGSEGV")) refused = rejection;
    }
  }
  ASSERT_TRUE(refused.can_replay);
  const auto connector =
      testing::RealConnectors().at("ro-crate")(SourceOf(kArchives[0]), Context());
  ASSERT_THAT(connector, IsOk());
  const auto page = (*connector)->Replay(refused);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->drafts.size(), 1u);
  EXPECT_EQ(page->ledger.fetched, 1);
  EXPECT_EQ(page->raw[0], refused.raw);
  // Half of its bytes stay refused.
  refused.raw.resize(refused.raw.size() / 2);
  const auto half = (*connector)->Replay(refused);
  ASSERT_THAT(half, IsOk());
  EXPECT_TRUE(half->drafts.empty());
  EXPECT_EQ(half->ledger.quarantined, 1);
}

}  // namespace
}  // namespace parfocal
