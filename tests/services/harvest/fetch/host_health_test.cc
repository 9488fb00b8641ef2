#include "host_health.h"

#include <memory>

#include "gmock/gmock.h"
#include "support/recorded_server.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::ManualClock;
using testing::RecordedServer;
using testing::ServedReply;
using testing::ServedRequest;
using testing::StatusIs;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(HostHealthTest, ClosesAfterFiveFailuresAndTwiceAsLongEachTime) {
  const FetchLimits limits;
  HostHealth host(&limits);
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(host.Admit(kNow), IsOk());
    host.Note(false, kNow);
  }
  EXPECT_THAT(host.Admit(kNow), IsOk()) << "four are not five";
  host.Note(false, kNow);
  absl::Time now = kNow;
  absl::Duration closed = absl::Minutes(15);
  for (int i = 0; i < 12; ++i) {
    EXPECT_THAT(host.Admit(now + closed - absl::Seconds(1)),
                StatusIs(kUnavailable, HasSubstr("left alone until")))
        << i;
    now += closed;
    EXPECT_THAT(host.Admit(now), IsOk()) << i;
    host.Note(false, now);
    closed = std::min(2 * closed, absl::Hours(24));
  }
  EXPECT_EQ(closed, absl::Hours(24));
}

TEST(HostHealthTest, OneAnswerOpensItAgain) {
  const FetchLimits limits;
  HostHealth host(&limits);
  for (int i = 0; i < 7; ++i) host.Note(false, kNow);
  host.Note(true, kNow);
  EXPECT_THAT(host.Admit(kNow), IsOk());
  for (int i = 0; i < 4; ++i) host.Note(false, kNow);
  EXPECT_THAT(host.Admit(kNow), IsOk()) << "it begins to count anew";
  host.Note(false, kNow);
  EXPECT_THAT(host.Admit(kNow + absl::Minutes(15)), IsOk()) << "and with the shortest time";
}

TEST(HostHealthTest, AClockThatIsSetBackDoesNotCloseItForYears) {
  const FetchLimits limits;
  HostHealth host(&limits);
  for (int i = 0; i < 5; ++i) host.Note(false, kNow + absl::Hours(24 * 365));
  EXPECT_THAT(host.Admit(kNow), IsOk());
}

TEST(HostHealthTest, ATenthOfTheRequestsMayBeSecondTries) {
  FetchLimits limits;
  limits.retry_burst = 3;
  HostHealth host(&limits);
  int retries = 0;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(host.Admit(kNow), IsOk());
    if (host.TakeRetry()) ++retries;
  }
  EXPECT_GE(retries, 100);
  EXPECT_LE(retries, 103);
}

TEST(HostHealthTest, AClosedHostGetsNoRequest) {
  ManualClock clock;
  bool down = true;
  RecordedServer server([&](const ServedRequest&) {
    ServedReply reply;
    reply.status = down ? 503 : 200;
    return reply;
  });
  HttpFetcherOptions options;
  options.allow_http = true;
  options.allow_networks = {"127.0.0.1/32"};
  options.ports = {server.port()};
  options.gap = absl::ZeroDuration();
  options.sleep = [](absl::Duration) {};
  options.clock = &clock;
  const std::unique_ptr<HttpFetcher> fetcher = HttpFetcher::Create(std::move(options)).value();
  FetchRequest request;
  request.url = server.Url("/");
  for (int i = 0; i < 5; ++i) EXPECT_THAT(fetcher->Fetch(request), StatusIs(kUnavailable));
  // Five tries of the first requests; then nothing is left to try again with.
  EXPECT_EQ(server.requests().size(), 25u);
  down = false;
  EXPECT_THAT(fetcher->Fetch(request), StatusIs(kUnavailable, HasSubstr("left alone")));
  EXPECT_THAT(fetcher->Fetch(request).status(), HasReason("HOST_LEFT_ALONE"));
  EXPECT_EQ(server.requests().size(), 25u) << "nothing was sent";
  clock.Advance(absl::Minutes(15));
  EXPECT_THAT(fetcher->Fetch(request), IsOk());
}

}  // namespace
}  // namespace parfocal
