// The connector over real HTTP, against answers that are played back.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/fetch/http_fetcher.h"
#include "services/harvest/connectors/oai_pmh/oai_harvest.h"
#include "support/corpus.h"
#include "support/recorded_answers.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::Harvest;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::OaiHarvest;
using testing::RecordedAnswers;
using testing::RecordedServer;
using testing::StatusIs;
using testing::TempDir;

constexpr char kHead[] =
    "<?xml version=\"1.0\"?><OAI-PMH><responseDate>2024-01-02T03:04:05Z</responseDate>";

class OaiHttpTest : public ::testing::Test {
 protected:
  OaiHttpTest() {
    Write("identify.xml",
          "<Identify><earliestDatestamp>2020-01-01</earliestDatestamp>"
          "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>");
    Write("one.xml", absl::StrCat("<ListRecords>", Record("a"), Record("b"),
                                  "<resumptionToken>t/1 ?&amp;=</resumptionToken></ListRecords>"));
    Write("two.xml", absl::StrCat("<ListRecords>", Record("c"), "</ListRecords>"));
    Write("bad_argument.xml", "<error code=\"badArgument\">no such prefix</error>");
    Write("none.xml", "<error code=\"noRecordsMatch\"/>");
  }

  static std::string Record(const std::string& id) {
    return absl::StrCat("<record><header><identifier>", id,
                        "</identifier><datestamp>2024-01-01"
                        "</datestamp></header><metadata><dc><title>Title ",
                        id, "</title></dc></metadata></record>");
  }
  void Write(const std::string& name, const std::string& content) {
    std::ofstream(dir_.path() + "/" + name) << kHead << content << "</OAI-PMH>";
  }

  // Harvests what `manifest` answers.
  OaiHarvest Play(const std::string& manifest, std::map<std::string, std::string> options = {},
                  const std::string& folder = "") {
    options.try_emplace("metadata_prefix", "oai_dc");
    auto loaded = RecordedAnswers::Load(folder.empty() ? dir_.path() : folder, manifest);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    answers_ = *std::move(loaded);
    server_ = std::make_unique<RecordedServer>(answers_->handler());
    HttpFetcherOptions fetch;
    fetch.allow_http = true;
    fetch.allow_networks = {"127.0.0.1/32"};
    fetch.ports = {server_->port()};
    fetch.gap = absl::ZeroDuration();
    fetch.sleep = [this](absl::Duration duration) { slept_ += duration; };
    fetch.random = [] { return 0.5; };
    fetch.limits.wire_bytes = 1 << 20;
    fetcher_ = HttpFetcher::Create(std::move(fetch)).value();
    return Harvest(fetcher_.get(), "", std::move(options), {}, server_->Url("/oai"));
  }

  TempDir dir_;
  std::unique_ptr<RecordedAnswers> answers_;
  std::unique_ptr<RecordedServer> server_;
  std::unique_ptr<HttpFetcher> fetcher_;
  absl::Duration slept_;
};

constexpr char kIdentify[] = "/oai?verb=Identify\tidentify.xml\n";
constexpr char kTwo[] = "/oai?verb=ListRecords&resumptionToken=t%2F1 ?%26%3D\ttwo.xml\n";

TEST_F(OaiHttpTest, InEveryWayThatBodiesComeIn) {
  for (const char* how :
       {"", "\tgzip", "\tchunked", "\tno-length", "\tgzip\tchunked", "\tgzip\tno-length",
        "\theader=Content-Type: text/xml;charset=ISO-8859-1", "\theader=Retry-After: 3"}) {
    const OaiHarvest run = Play(absl::StrCat(
        kIdentify, "/oai?metadataPrefix=oai_dc&verb=ListRecords\tone.xml", how, "\n", kTwo));
    EXPECT_THAT(run.status, IsOk()) << how;
    EXPECT_EQ(run.studies.size(), 3u) << how;
    EXPECT_EQ(answers_->counts().unknown, 0) << how;
    EXPECT_EQ(slept_, absl::ZeroDuration()) << "a Retry-After with an answer is no request to wait";
  }
}

TEST_F(OaiHttpTest, AServerThatIsBusyIsAskedAgain) {
  for (const char* busy : {"status=503\theader=Retry-After: 7", "status=429\theader=Retry-After: 7",
                           "status=500", "cut=30", "cut=0"}) {
    slept_ = absl::ZeroDuration();
    const OaiHarvest run = Play(
        absl::StrCat(kIdentify, "/oai?verb=ListRecords&metadataPrefix=oai_dc\tone.xml\tfirst=1\t",
                     busy, "\n/oai?verb=ListRecords&metadataPrefix=oai_dc\tone.xml\n", kTwo));
    EXPECT_THAT(run.status, IsOk()) << busy;
    EXPECT_EQ(run.studies.size(), 3u) << busy;
    if (absl::StrContains(busy, "Retry-After")) {
      EXPECT_EQ(slept_, absl::Seconds(7)) << busy;
    }
  }
}

TEST_F(OaiHttpTest, ErrorsUnderOtherStatuses) {
  for (const int status : {200, 400, 404, 422}) {
    const OaiHarvest run = Play(absl::StrCat(
        kIdentify, "/oai?verb=ListRecords&metadataPrefix=oai_dc\tbad_argument.xml\tstatus=", status,
        "\n"));
    EXPECT_THAT(run.status, StatusIs(absl::StatusCode::kFailedPrecondition,
                                     HasSubstr("badArgument: no such prefix")))
        << status;
    const OaiHarvest none = Play(
        absl::StrCat(kIdentify, "/oai?verb=ListRecords&metadataPrefix=oai_dc\tone.xml\n",
                     "/oai?verb=ListRecords&resumptionToken=*\tnone.xml\tstatus=", status, "\n"));
    EXPECT_THAT(none.status, IsOk()) << status;
    EXPECT_EQ(none.studies.size(), 2u) << status;
  }
  const OaiHarvest gone = Play(kIdentify);
  EXPECT_THAT(gone.status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("404")))
      << "an answer of status 404 that is no OAI-PMH";
  ASSERT_EQ(gone.rejections.size(), 1u);
  EXPECT_THAT(gone.rejections[0].raw, HasSubstr("no answer was recorded"));
}

TEST_F(OaiHttpTest, RedirectsRefusalsAndBodiesWithoutEnd) {
  const OaiHarvest moved =
      Play(absl::StrCat("/oai?verb=Identify\t-\tstatus=301\theader=Location: /new?verb=Identify\n"
                        "/new?verb=Identify\tidentify.xml\n",
                        "/oai?verb=ListRecords&metadataPrefix=oai_dc\ttwo.xml\n"));
  EXPECT_THAT(moved.status, IsOk());
  EXPECT_THAT(Play("/oai?verb=Identify\t-\tstatus=302\theader=Location: http://10.0.0.1/\n").status,
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Play("/oai?verb=Identify\t-\tstatus=403\n").status,
              StatusIs(absl::StatusCode::kPermissionDenied));
  const OaiHarvest endless = Play(
      absl::StrCat(kIdentify, "/oai?verb=ListRecords&metadataPrefix=oai_dc\tone.xml\tendless\n"));
  EXPECT_THAT(endless.status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(endless.studies.empty());
}

// Three pages of one real list; that of the last answers to a token that was cut short.
TEST_F(OaiHttpTest, ThreeRecordedPagesOfOneList) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const OaiHarvest run = Play(
      "/oai?verb=Identify\tidentify-02.xml\tgzip\n"
      "/oai?verb=ListMetadataFormats\tlist-metadata-formats-00.xml\n"
      "/oai?verb=ListRecords&metadataPrefix=oai_dc\tlist-records-05.xml\tgzip\n"
      "/oai?verb=ListRecords&resumptionToken=.eJwlzEuOgjAAANC7dG0mbc*\tlist-records-09.xml\tgzip\n"
      "/oai?verb=ListRecords&resumptionToken=.eJwlzEuOgjAAANC7dG0mLe*\tlist-records-08.xml\tgzip\n",
      {}, corpus + "/sources/oai-pmh/zenodo");
  EXPECT_THAT(run.status, IsOk());
  EXPECT_EQ(run.pages, 3);
  EXPECT_EQ(run.studies.size(), 8u);
  // The server says that it marks no deletions.
  EXPECT_THAT(run.deleted, ::testing::ElementsAre("oai:zenodo.org:8433364"));
  EXPECT_TRUE(run.rejections.empty());
  EXPECT_THAT(run.mark, HasSubstr("until=2026-08-10T08:56:30Z"));
}

TEST(RecordedAnswersTest, TagsAnswersAndKnowsThem) {
  TempDir dir;
  std::ofstream(dir.path() + "/a") << "hello";
  auto answers = RecordedAnswers::Load(dir.path(), "# remark\n\n/a?x=1&y=2\ta\n");
  ASSERT_THAT(answers, IsOk());
  testing::ServedRequest request{"GET", "/a?y=2&x=1", {}};
  const testing::ServedReply first = (*answers)->Answer(request);
  EXPECT_EQ(first.body, "hello");
  ASSERT_EQ(first.headers.size(), 1u);
  request.headers["if-none-match"] = first.headers[0].second;
  EXPECT_EQ((*answers)->Answer(request).status, 304);
  EXPECT_EQ((*answers)->Answer(request).body, "");
  request.path = "/a?x=1";
  EXPECT_EQ((*answers)->Answer(request).status, 404);
  EXPECT_EQ((*answers)->counts().bodies, 1);
  EXPECT_EQ((*answers)->counts().not_modified, 2);
  EXPECT_EQ((*answers)->counts().unknown, 1);
}

TEST(RecordedAnswersTest, RefusesAManifestThatItCannotRead) {
  TempDir dir;
  for (const char* bad : {"/a", "a\t-", "/a\tnone", "/a\t-\tstatus=x", "/a\t-\tfast",
                          "/a\t-\theader=x", "/a\t-\tfirst=0"}) {
    EXPECT_THAT(RecordedAnswers::Load(dir.path(), bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 1")))
        << bad;
  }
}

}  // namespace
}  // namespace parfocal
