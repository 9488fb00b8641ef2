#include "parfocal/sandbox/sandbox.h"

#include <cstring>

#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/harvest/sandbox/hostile_connector.h"
#include "services/harvest/sandbox/real_connectors.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Misdeeds;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kParserWord[] = "parser";

class CountingFetcher final : public Fetcher {
 public:
  absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) override {
    urls.push_back(request.url);
    if (request.url == "gone") return WithReason(absl::NotFoundError("404"), "GONE", "url");
    FetchResponse response;
    response.http_status = 200;
    response.body = "body of " + request.url;
    return response;
  }
  std::vector<std::string> urls;
};

class SandboxTest : public ::testing::Test {
 protected:
  SandboxTest() {
    // This very program, which is a parser when it is told so.
    options_.command = {"/proc/self/exe", kParserWord};
    options_.limits.memory_bytes = size_t{512} << 20;
    options_.limits.cpu_seconds = 1;
    options_.limits.standstill = absl::Seconds(30);
    context_.fetcher = &fetcher_;
  }

  absl::StatusOr<std::unique_ptr<Connector>> Make(const std::string& pages) {
    Source source{.id = "s", .connector = "hostile", .location = "http://x/"};
    source.options["pages"] = pages;
    return Sandboxed(testing::HostileConnectors(), options_).at("hostile")(source, context_);
  }

  static std::vector<std::string> Accessions(const DraftPage& page) {
    std::vector<std::string> names;
    for (const Draft& draft : page.drafts) names.push_back(NameOf(draft.record).accession);
    return names;
  }

  // A page with the misdeed between two sound records, then a sound page.
  struct Outcome {
    std::string reason;  // Why it is in quarantine; empty: it is not.
    std::string said;    // What it said if it lived on.
  };
  Outcome Commit(const std::string& misdeed) {
    const auto connector = Make(absl::StrCat("ok-1 ", misdeed, " ok-2|ok-3"));
    EXPECT_THAT(connector, IsOk());
    if (!connector.ok()) return {};
    Outcome outcome;
    const auto first = (*connector)->NextPage("");
    EXPECT_THAT(first, IsOk()) << misdeed;
    if (!first.ok()) return {};
    EXPECT_EQ(first->ledger.fetched, 3);
    if (first->rejections.empty()) {
      EXPECT_THAT(Accessions(*first), ElementsAre("ok-1", misdeed, "ok-2"));
      outcome.said = std::get<Study>(first->drafts[1].record).title;
    } else {
      EXPECT_THAT(Accessions(*first), ElementsAre("ok-1", "ok-2"));
      EXPECT_EQ(first->rejections[0].place, misdeed);
      EXPECT_EQ(first->rejections[0].raw, misdeed) << "the bytes are kept";
      outcome.reason = first->rejections[0].reason;
    }
    const auto second = (*connector)->NextPage(first->next_cursor);
    EXPECT_THAT(second, IsOk());
    if (second.ok()) {
      EXPECT_THAT(Accessions(*second), ElementsAre("ok-3"));
      EXPECT_TRUE(second->last);
    }
    return outcome;
  }

  CountingFetcher fetcher_;
  ConnectorContext context_;
  SandboxOptions options_;
};

TEST_F(SandboxTest, ADeadParserCostsOneRecord) {
  constexpr struct {
    const char* misdeed;
    const char* reason;
  } kRows[] = {
      {"segfault", "SIGSEGV"},
      {"abort", "SIGABRT"},
      {"exit", "it ended by itself with code 0"},
      {"recurse", "SIGSEGV"},
      {"spin", "it used more than 1 s of processor time"},
      {"allocate", "it needed more than 512 MiB of memory"},
      {"socket", "SIGSYS"},
      {"write-file", "SIGSYS"},
      {"fork", "SIGSYS"},
      {"kill-parent", "SIGSYS"},
      {"raise-limit", "SIGSYS"},
      {"babble", "it sent a message of"},
      {"hang-up", "SIGKILL"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.misdeed);
    EXPECT_THAT(Commit(row.misdeed).reason, HasSubstr(row.reason));
  }
}

TEST_F(SandboxTest, WhatStandsStillIsEnded) {
  options_.limits.standstill = absl::Milliseconds(200);
  const auto connector = Make("sleep");
  ASSERT_THAT(connector, IsOk());
  const auto page = (*connector)->NextPage("");
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->rejections, SizeIs(1));
  EXPECT_THAT(page->rejections[0].reason, HasSubstr("it stood still for 200ms"));
}

TEST_F(SandboxTest, WhatIsForbiddenFailsWithoutHarm) {
  EXPECT_EQ(Commit("many-files").said, "refused");
  if (!SandboxGuardsFiles()) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(Commit("read-file").said, "refused");
}

// Were the sandbox not there, these would succeed: the tests above could not pass without it.
TEST_F(SandboxTest, OutsideOfItTheSameMisdeedsSucceed) {
  for (const char* misdeed :
       {"socket", "write-file", "read-file", "fork", "kill-parent", "raise-limit", "many-files"})
    EXPECT_EQ(Misdeeds().at(misdeed)(), "done") << misdeed;
}

TEST_F(SandboxTest, SeveralDeadlyRecordsOfOnePageAreAllFound) {
  const auto connector = Make("segfault ok-1 abort exit|ok-2");
  ASSERT_THAT(connector, IsOk());
  const auto page = (*connector)->NextPage("");
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Accessions(*page), ElementsAre("ok-1"));
  EXPECT_THAT(page->rejections, SizeIs(3));
  EXPECT_EQ(page->ledger.quarantined, 3);
}

TEST_F(SandboxTest, ARunBearsSoManyDeaths) {
  options_.limits.deaths = 2;
  const auto connector = Make("segfault abort exit");
  ASSERT_THAT(connector, IsOk());
  EXPECT_THAT((*connector)->NextPage(""),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("a run bears 2")));
}

TEST_F(SandboxTest, ADeathOutsideOfAnyRecordFailsThePageAndNoMore) {
  const auto connector = Make("ok-1 !segfault|ok-2");
  ASSERT_THAT(connector, IsOk());
  EXPECT_THAT((*connector)->NextPage(""),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("SIGSEGV")));
  // The next page has a parser of its own.
  const auto page = (*connector)->NextPage("1");
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Accessions(*page), ElementsAre("ok-2"));
}

TEST_F(SandboxTest, FetchesThroughTheNodeAndAsksTheArchiveOnce) {
  const auto connector = Make("fetch:a segfault fetch:b|fetch:a|fetch:gone");
  ASSERT_THAT(connector, IsOk());
  const auto page = (*connector)->NextPage("");
  ASSERT_THAT(page, IsOk());
  ASSERT_THAT(page->drafts, SizeIs(2));
  EXPECT_EQ(std::get<Study>(page->drafts[0].record).title, "body of a");
  EXPECT_THAT(fetcher_.urls, ElementsAre("a", "b")) << "the second parser read the same answer";
  EXPECT_THAT((*connector)->NextPage("1"), IsOk());
  EXPECT_THAT(fetcher_.urls, ElementsAre("a", "b", "a")) << "another page asks anew";
  const auto gone = (*connector)->NextPage("2");
  EXPECT_THAT(gone, StatusIs(absl::StatusCode::kNotFound, HasSubstr("404")));
  EXPECT_EQ(ReasonOf(gone.status()), "GONE");
  EXPECT_EQ(FieldOf(gone.status()), "url");
}

TEST_F(SandboxTest, HandsOnWhatIsHeldAndTheMark) {
  context_.held = [](const std::function<void(std::string)>& visit) {
    visit("one");
    visit("two");
    return absl::OkStatus();
  };
  context_.mark = "mark";
  const auto connector = Make("held");
  ASSERT_THAT(connector, IsOk());
  const auto page = (*connector)->NextPage("");
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->raw[0], "held one two");
  EXPECT_EQ(page->mark, "marked");
  EXPECT_FALSE((*connector)->ListsAll());
  EXPECT_FALSE((*connector)->ListingIsWhole());
  context_.held = [](const auto&) { return absl::DataLossError("the store is damaged"); };
  EXPECT_THAT((*Make("held"))->NextPage(""),
              StatusIs(absl::StatusCode::kDataLoss, "the store is damaged"));
}

TEST_F(SandboxTest, FailuresKeepCodeReasonAndField) {
  Source source{.id = "s", .connector = "hostile", .location = "http://x/"};
  const auto refused =
      Sandboxed(testing::HostileConnectors(), options_).at("hostile")(source, context_);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, "there are no pages"));
  EXPECT_EQ(ReasonOf(refused.status()), "SOURCE_DEFINITION");
  EXPECT_EQ(FieldOf(refused.status()), "pages");
  const auto connector = Make("fail");
  ASSERT_THAT(connector, IsOk());
  const auto failed = (*connector)->NextPage("");
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kDataLoss, "cut off"));
  EXPECT_EQ(ReasonOf(failed.status()), "LIMIT_EXCEEDED");
}

TEST_F(SandboxTest, ReplaysARejection) {
  const auto connector = Make("ok-1");
  ASSERT_THAT(connector, IsOk());
  Rejection rejection;
  rejection.place = "ok-9";
  auto page = (*connector)->Replay(rejection);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Accessions(*page), ElementsAre("ok-9"));
  rejection.place = "segfault";
  page = (*connector)->Replay(rejection);
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->drafts, IsEmpty());
  EXPECT_THAT(page->rejections, SizeIs(1));
}

TEST_F(SandboxTest, AParserThatCannotBeBegunIsAnError) {
  options_.command = {"/no/such/program"};
  EXPECT_THAT(Make("ok-1"), StatusIs(absl::StatusCode::kInternal, HasSubstr("cannot be begun")));
  // A program that is no parser.
  options_.command = {"/bin/true"};
  EXPECT_THAT(Make("ok-1"), StatusIs(absl::StatusCode::kInternal, HasSubstr("died")));
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], parfocal::kParserWord) == 0) {
    parfocal::ConnectorRegistry connectors = parfocal::testing::HostileConnectors();
    connectors.merge(parfocal::testing::RealConnectors());
    parfocal::ServeParser(connectors);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
