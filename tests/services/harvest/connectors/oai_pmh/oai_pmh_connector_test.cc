#include "parfocal/oai_pmh/oai_pmh_connector.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/harvest/connectors/oai_pmh/oai_harvest.h"
#include "services/harvest/connectors/oai_pmh/scripted_oai.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Harvest;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;
using testing::OaiHarvest;
using testing::ScriptedOai;
using testing::StatusIs;

using Loop = ScriptedOai::Loop;
using Ending = ScriptedOai::Ending;

constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

class OaiPmhConnectorTest : public ::testing::Test {
 protected:
  // `count` items, an hour between two, the first 100 days ago.
  void Fill(int count) {
    for (int i = 0; i < count; ++i)
      oai_.Add(absl::StrFormat("oai:x:%04d", i), oai_.now - absl::Hours(2400 - i));
  }
  OaiHarvest Run(const std::string& mark = "", std::map<std::string, std::string> options = {},
                 const OaiRunLimits& limits = {}) {
    return Harvest(&oai_, mark, std::move(options), limits);
  }

  ScriptedOai oai_;
};

TEST_F(OaiPmhConnectorTest, ListsEverythingOncePageByPage) {
  Fill(35);
  const OaiHarvest run = Run();
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.studies.size(), 35u);
  EXPECT_EQ(run.pages, 4);
  EXPECT_TRUE(run.full);
  const Study& study = run.studies.at("oai:x:0000");
  EXPECT_EQ(study.source, "s");
  EXPECT_EQ(study.title, "Title of oai:x:0000 version 1");
  EXPECT_THAT(oai_.urls[0], HasSubstr("/oai?verb=Identify"));
  EXPECT_THAT(oai_.urls[2], HasSubstr("verb=ListRecords&metadataPrefix=oai_dc"));
  EXPECT_THAT(oai_.urls[2], Not(HasSubstr("from=")));
  // The token alone goes with the next request.
  EXPECT_THAT(oai_.urls[3], HasSubstr("verb=ListRecords&resumptionToken=10%21%21%210%21"));
}

TEST_F(OaiPmhConnectorTest, FourWaysToEndAList) {
  for (const Ending ending : {Ending::kNoElement, Ending::kEmptyElement,
                              Ending::kEmptyWithAttributes, Ending::kTokenToNothing}) {
    for (const int count : {9, 10, 20, 25}) {
      oai_.items.clear();
      Fill(count);
      oai_.ending = ending;
      const OaiHarvest run = Run();
      EXPECT_THAT(run.status, IsOk()) << static_cast<int>(ending) << " " << count;
      EXPECT_EQ(run.studies.size(), static_cast<size_t>(count));
      EXPECT_NE(run.mark, "");
    }
  }
}

// RELIABILITY T-34: every kind of circle ends the run, soon, and not as if the list were whole.
TEST_F(OaiPmhConnectorTest, ListsThatGoInCircles) {
  Fill(35);
  for (const Loop loop : {Loop::kSameToken, Loop::kSamePage, Loop::kTwoTokens, Loop::kBackToStart,
                          Loop::kEmptyPages, Loop::kFreshTokens}) {
    oai_.loop = loop;
    oai_.lists = 0;
    const OaiHarvest run = Run();
    EXPECT_THAT(run.status, StatusIs(kPrecondition, HasSubstr("goes in circles")))
        << static_cast<int>(loop);
    EXPECT_LE(oai_.lists, 9) << static_cast<int>(loop);
    EXPECT_EQ(run.mark, "");
  }
}

TEST_F(OaiPmhConnectorTest, PagesAndRecordsOfARunAreBounded) {
  Fill(40);
  OaiRunLimits limits;
  limits.pages = 4;
  EXPECT_THAT(Run("", {}, limits).status, IsOk()) << "at the limit";
  limits.pages = 3;
  EXPECT_THAT(Run("", {}, limits).status, HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.records = 30;
  EXPECT_THAT(Run("", {}, limits).status, HasReason("LIMIT_EXCEEDED"));
  limits = {};
  limits.now = [this] { return oai_.now; };
  oai_.before = [this](int) { oai_.now += absl::Hours(16); };
  EXPECT_THAT(Run("", {}, limits).status, IsOk()) << "48 hours before the last page";
  oai_.before = [this](int) { oai_.now += absl::Hours(17); };
  EXPECT_THAT(Run("", {}, limits).status, HasReason("LIMIT_EXCEEDED")) << "51 hours";
}

// A token that has expired begins the window again; one that always does ends the run.
TEST_F(OaiPmhConnectorTest, ExpiredTokens) {
  Fill(35);
  int expired = 0;
  oai_.spoil = [&](int, std::string* body) {
    if (!absl::StrContains(*body, "oai:x:0020") || expired++ > 0) return;
    *body =
        "<OAI-PMH><responseDate>2024-03-01T12:00:00Z</responseDate>"
        "<error code=\"badResumptionToken\">expired</error></OAI-PMH>";
  };
  const OaiHarvest once = Run();
  EXPECT_THAT(once.status, IsOk());
  EXPECT_EQ(once.studies.size(), 35u);
  EXPECT_EQ(once.pages, 2 + 1 + 4);
  oai_.spoil = nullptr;
  oai_.token_life = 0;
  const OaiHarvest never = Run();
  EXPECT_THAT(never.status, StatusIs(kPrecondition, HasSubstr("window_days")));
  EXPECT_EQ(never.mark, "");
  EXPECT_EQ(never.pages, 1 + 3 * 2) << "three times again, no more";
  // Windows that one page holds need no token.
  oai_.page_size = 100;
  EXPECT_THAT(Run("", {{"window_days", "1"}}).status, IsOk());
}

// One token too many, on a last page that is full.
TEST_F(OaiPmhConnectorTest, ATokenTooManyIsTheEndWhereTheListIsWhole) {
  Fill(20);
  oai_.ending = Ending::kTokenToNothing;
  oai_.spoil = [](int list, std::string* body) {
    if (list % 3 == 2)
      *body = "<OAI-PMH><error code=\"badResumptionToken\">no such page</error></OAI-PMH>";
  };
  const OaiHarvest run = Run();
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.studies.size(), 20u);
}

TEST_F(OaiPmhConnectorTest, ALaterRunAsksForWhatChanged) {
  Fill(35);
  const OaiHarvest first = Run();
  oai_.now += absl::Hours(24);
  oai_.items["oai:x:0003"] = {oai_.now - absl::Hours(1), 2, false};
  oai_.items["oai:x:0004"] = {oai_.now - absl::Hours(1), 1, true};
  oai_.urls.clear();
  const OaiHarvest second = Run(first.mark);
  EXPECT_THAT(second.status, IsOk());
  EXPECT_FALSE(second.full);
  EXPECT_EQ(second.studies.size(), 1u);
  EXPECT_EQ(second.studies.at("oai:x:0003").title, "Title of oai:x:0003 version 2");
  // The server says that it keeps no deletions, and sends one all the same.
  EXPECT_THAT(second.deleted, ElementsAre("oai:x:0004"));
  // From the server's time of the run before, five minutes and a second earlier.
  EXPECT_THAT(oai_.urls[2], HasSubstr("from=2024-03-01T11%3A54%3A59Z"));
  // The date stands in the mark of that run, whatever this node's clock says.
  EXPECT_THAT(second.mark, HasSubstr("until=2024-03-02T12:00:00Z"));
  EXPECT_THAT(second.mark, HasSubstr("full=2024-03-01T12:00:00Z"));
}

TEST_F(OaiPmhConnectorTest, NothingNewIsAnEmptyList) {
  Fill(5);
  const OaiHarvest first = Run();
  oai_.now += absl::Hours(1);
  const OaiHarvest second = Run(first.mark);
  EXPECT_THAT(second.status, IsOk());
  EXPECT_EQ(second.studies.size(), 0u);
  EXPECT_THAT(second.mark, HasSubstr("until=2024-03-01T13:00:00Z"));
}

TEST_F(OaiPmhConnectorTest, WhenEverythingIsListedAgain) {
  Fill(5);
  const std::string mark = Run().mark;
  const auto full = [&](absl::Duration later, std::map<std::string, std::string> options = {}) {
    ScriptedOai oai = oai_;
    oai.now += later;
    return Harvest(&oai, mark, std::move(options)).full;
  };
  EXPECT_FALSE(full(absl::Hours(24 * 30) - absl::Seconds(1)));
  EXPECT_TRUE(full(absl::Hours(24 * 30)));
  EXPECT_FALSE(full(absl::Hours(24 * 300), {{"full_list_days", "0"}}));
  EXPECT_TRUE(full(absl::Hours(24), {{"full_list_days", "1"}}));
  EXPECT_TRUE(full(absl::Hours(1), {{"list", "all"}}));
  EXPECT_TRUE(full(absl::Hours(1), {{"set", "known"}})) << "the mark is of another set";
  oai_.deleted_record = "persistent";
  EXPECT_FALSE(full(absl::Hours(24 * 300)));
  // The server's clock was ahead in the run before: nothing follows from its mark.
  EXPECT_TRUE(full(-absl::Hours(1)));
}

TEST_F(OaiPmhConnectorTest, AServerThatKnowsDaysIsAskedForDays) {
  oai_.days = true;
  Fill(5);
  const OaiHarvest first = Run();
  oai_.now += absl::Hours(24);
  oai_.urls.clear();
  Run(first.mark);
  EXPECT_THAT(oai_.urls[2], HasSubstr("from=2024-02-29"));
  EXPECT_THAT(oai_.urls[2], Not(HasSubstr("from=2024-02-29T")));
}

TEST_F(OaiPmhConnectorTest, Windows) {
  for (const bool days : {false, true}) {
    oai_.days = days;
    Fill(35);
    oai_.urls.clear();
    const OaiHarvest run = Run("", {{"window_days", "1"}});
    EXPECT_THAT(run.status, IsOk());
    EXPECT_EQ(run.studies.size(), 35u);
    EXPECT_GT(run.pages, 100) << "a window for each of a hundred days";
    std::set<std::string> froms;
    for (const std::string& url : oai_.urls) {
      if (!absl::StrContains(url, "from=")) continue;
      EXPECT_TRUE(froms.insert(url).second) << url;
    }
    EXPECT_THAT(oai_.urls.back(), Not(HasSubstr("until="))) << "the last one is open";
  }
}

// The same cursor over the same content gives the same page, with a connector that has just begun.
TEST_F(OaiPmhConnectorTest, PagesDependOnTheirCursorAlone) {
  Fill(35);
  for (const std::map<std::string, std::string>& options :
       std::vector<std::map<std::string, std::string>>{{}, {{"window_days", "7"}}}) {
    oai_.lists = 0;
    const OaiHarvest whole = Run("", options);
    int list = 0;
    for (const auto& [cursor, page] : whole.page_of) {
      oai_.lists = list++;  // Stands in the server's tokens.
      auto fresh = testing::MakeOai(&oai_, "", options);
      const auto again = fresh->NextPage(cursor);
      ASSERT_THAT(again, IsOk());
      EXPECT_EQ(again->next_cursor, page.next_cursor);
      EXPECT_EQ(again->raw, page.raw);
      EXPECT_EQ(again->mark, page.mark);
      EXPECT_EQ(fresh->ListsAll(), whole.full);
    }
  }
}

TEST_F(OaiPmhConnectorTest, OneBadRecordCostsNoOther) {
  Fill(10);
  oai_.spoil = [](int, std::string* body) {
    *body = absl::StrReplaceAll(*body, {{"Title of oai:x:0004", "Title \x13 of oai:x:0004"}});
  };
  const OaiHarvest run = Run();
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.studies.size(), 9u);
  EXPECT_EQ(run.ledger.fetched, 10);
  EXPECT_EQ(run.ledger.quarantined, 1);
  ASSERT_EQ(run.rejections.size(), 1u);
  EXPECT_EQ(run.rejections[0].record, "sources/s/studies/oai:x:0004");
  EXPECT_THAT(run.rejections[0].place, HasSubstr("ListRecords page 1"));
  EXPECT_THAT(run.rejections[0].reason, HasSubstr("not well-formed"));
  EXPECT_THAT(run.rejections[0].raw, HasSubstr("Title \x13 of"));
}

// What came before the break is kept, and the run does not end as if the list had.
TEST_F(OaiPmhConnectorTest, AnAnswerThatBreaksOff) {
  Fill(25);
  oai_.spoil = [](int list, std::string* body) {
    if (list == 1) body->resize(body->find("oai:x:0015") + 150);
  };
  const OaiHarvest run = Run();
  EXPECT_THAT(run.status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("breaks off")));
  EXPECT_EQ(run.studies.size(), 15u);
  EXPECT_EQ(run.ledger.quarantined, 1) << "the one in which it broke off";
  EXPECT_EQ(run.mark, "");
}

// Beyond 1.2 times of what the server says its list has: a remark, once, and on it goes.
TEST_F(OaiPmhConnectorTest, AListBeyondItsStatedSize) {
  Fill(45);
  for (const auto& [stated, remarks] : std::vector<std::pair<int, size_t>>{{25, 1}, {38, 0}}) {
    oai_.spoil = [stated = stated](int, std::string* body) {
      *body = absl::StrReplaceAll(
          *body, {{"completeListSize=\"45\"", absl::StrCat("completeListSize=\"", stated, "\"")}});
    };
    const OaiHarvest run = Run();
    EXPECT_THAT(run.status, IsOk());
    EXPECT_EQ(run.studies.size(), 45u);
    EXPECT_EQ(run.rejections.size(), remarks) << stated;
  }
}

TEST_F(OaiPmhConnectorTest, AStampAloneIsNoNewVersion) {
  Fill(3);
  const OaiHarvest first = Run();
  for (auto& [id, item] : oai_.items) item.stamp = oai_.now;
  const OaiHarvest second = Run();
  EXPECT_EQ(first.raw, second.raw);
  EXPECT_EQ(first.studies, second.studies);
}

TEST_F(OaiPmhConnectorTest, OneIdentifierTwiceOnAPage) {
  Fill(3);
  oai_.spoil = [&](int, std::string* body) {
    const auto later =
        std::pair<const std::string, testing::OaiItem>("oai:x:0001", {oai_.now, 2, false});
    const auto earlier = std::pair<const std::string, testing::OaiItem>(
        "oai:x:0001", {oai_.now - absl::Hours(9000), 3, true});
    *body = absl::StrReplaceAll(
        *body, {{"</ListRecords>",
                 absl::StrCat(oai_.Record(later), oai_.Record(earlier), "</ListRecords>")}});
  };
  const OaiHarvest run = Run();
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.studies.size(), 3u);
  EXPECT_EQ(run.studies.at("oai:x:0001").title, "Title of oai:x:0001 version 2");
  EXPECT_TRUE(run.deleted.empty()) << "the deletion is the older one";
  EXPECT_EQ(run.ledger.fetched, 3);
  EXPECT_EQ(run.rejections.size(), 2u) << "a remark for each";
}

TEST_F(OaiPmhConnectorTest, AListOfEverythingThatHoldsNothingIsAFailure) {
  EXPECT_THAT(Run().status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("no record at all")));
  EXPECT_THAT(Run("", {{"set", "unknown"}}).status,
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("the set 'unknown' is not among")));
}

TEST_F(OaiPmhConnectorTest, ErrorsOfTheProtocolEndTheRun) {
  Fill(3);
  for (const char* code : {"badArgument", "cannotDisseminateFormat", "noSetHierarchy", "badVerb",
                           "badResumptionToken", "somethingElse", ""}) {
    oai_.spoil = [&](int, std::string* body) {
      *body = absl::StrCat("<OAI-PMH><error code=\"", code, "\">why not\nx</error></OAI-PMH>");
    };
    const OaiHarvest run = Run();
    EXPECT_THAT(run.status, StatusIs(kPrecondition, HasSubstr("why not x"))) << code;
    EXPECT_THAT(run.status.message(), HasSubstr(*code == '\0' ? "(no code)" : code));
  }
}

TEST_F(OaiPmhConnectorTest, ChoosesTheRichestFormat) {
  Fill(1);
  oai_.formats = {"mods", "oai_dc", "datacite"};
  Run();
  EXPECT_THAT(oai_.urls[2], HasSubstr("metadataPrefix=datacite"));
  oai_.urls.clear();
  Run("", {{"metadata_prefix", "oai_dc"}});
  EXPECT_THAT(oai_.urls[1], HasSubstr("metadataPrefix=oai_dc")) << "no need to ask";
  oai_.formats = {"mods"};
  EXPECT_THAT(Run().status, StatusIs(kPrecondition, HasSubstr("none of the formats")));
}

TEST_F(OaiPmhConnectorTest, ByIdentifiersAndSingleRecords) {
  Fill(12);
  oai_.items["oai:x:0001"].deleted = true;
  oai_.spoil = [this](int list, std::string*) {
    // Deleted between the list and the record.
    if (list == 1) oai_.items.erase("oai:x:0011");
  };
  const OaiHarvest run = Run("", {{"verb", "identifiers"}});
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.studies.size(), 10u);
  EXPECT_THAT(run.deleted, ElementsAre("oai:x:0001", "oai:x:0011"));
  EXPECT_THAT(oai_.urls[3],
              HasSubstr("verb=GetRecord&identifier=oai%3Ax%3A0000&metadataPrefix=oai_dc"));
}

TEST_F(OaiPmhConnectorTest, Options) {
  const auto make = [&](const std::string& key, const std::string& value) {
    Source source{.id = "s", .connector = "oai-pmh", .location = "https://x.org/oai"};
    source.options[key] = value;
    ConnectorContext context;
    context.fetcher = &oai_;
    return MakeOaiPmhConnector(source, context).status();
  };
  const std::vector<std::pair<std::string, std::string>> good = {
      {"window_days", "1"},       {"window_days", "3660"}, {"overlap_minutes", "0"}, {"set", "a:b"},
      {"full_list_days", "3650"}, {"list", "all"},         {"verb", "identifiers"}};
  for (const auto& [key, value] : good) EXPECT_THAT(make(key, value), IsOk()) << key;
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"window_days", "0"},    {"window_days", "3661"}, {"overlap_minutes", "-1"}, {"set", ""},
      {"full_list_days", "x"}, {"list", "some"},        {"verb", "ListRecords"},   {"sets", "a"}};
  for (const auto& [key, value] : bad) {
    EXPECT_THAT(make(key, value), StatusIs(absl::StatusCode::kInvalidArgument)) << key << value;
  }
  ConnectorContext context;
  Source source{.id = "s", .connector = "oai-pmh", .location = "https://x.org/oai"};
  EXPECT_THAT(MakeOaiPmhConnector(source, context), StatusIs(absl::StatusCode::kInvalidArgument))
      << "nothing to fetch with";
  context.fetcher = &oai_;
  EXPECT_THAT(MakeOaiPmhConnector(source, context), IsOk());
  source.location = "/data";
  EXPECT_THAT(MakeOaiPmhConnector(source, context), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace parfocal
