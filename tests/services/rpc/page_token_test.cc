#include "parfocal/rpc/page_token.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "parfocal/v1/catalogue_service.pb.h"
#include "parfocal/v1/search_service.pb.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::HasReason;
using testing::IsOk;
using testing::StatusIs;

class TestClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1700000000);
};

const std::string kKey(32, 'k');

TEST(PageTokenTest, ComesBackAsItWasMade) {
  TestClock clock;
  const PageTokens tokens(kKey, &clock);
  const std::string hash = RequestHash(v1::SearchRequest());
  for (const std::string& after :
       {std::string(), std::string("a"), std::string("\0\xff/%", 4), std::string(4000, 'x')}) {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(
        const PagePosition position,
        tokens.Read(hash, tokens.Make(hash, {int64_t{1} << 60, "r 1", after})));
    EXPECT_EQ(position.sequence, int64_t{1} << 60);
    EXPECT_EQ(position.release, "r 1");
    EXPECT_EQ(position.after, after);
  }
}

TEST(PageTokenTest, IsWebSafe) {
  TestClock clock;
  const std::string token =
      PageTokens(kKey, &clock).Make(std::string(16, '\xff'), {0, "", std::string(100, '\xfb')});
  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="),
      std::string::npos);
}

TEST(PageTokenTest, EveryFlippedBitIsNoticed) {
  TestClock clock;
  const PageTokens tokens(kKey, &clock);
  const std::string hash = RequestHash(v1::SearchRequest());
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(tokens.Make(hash, {7, "r", "after"}), &bytes));
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const auto read = tokens.Read(hash, absl::WebSafeBase64Escape(bad));
    ASSERT_THAT(read, StatusIs(absl::StatusCode::kInvalidArgument)) << bit;
    ASSERT_THAT(read, HasReason("PAGE_TOKEN_MISMATCH"));
  }
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THAT(tokens.Read(hash, absl::WebSafeBase64Escape(bytes.substr(0, size))),
                HasReason("PAGE_TOKEN_MISMATCH"));
  }
}

TEST(PageTokenTest, OfAnotherNodeOrRequestIsRefused) {
  TestClock clock;
  const PageTokens tokens(kKey, &clock), other(std::string(32, 'o'), &clock);
  const std::string hash = RequestHash(v1::SearchRequest());
  EXPECT_THAT(other.Read(hash, tokens.Make(hash, {})), HasReason("PAGE_TOKEN_MISMATCH"));
  EXPECT_THAT(tokens.Read(RequestHash(v1::ListRecordsRequest()), tokens.Make(hash, {})),
              HasReason("PAGE_TOKEN_MISMATCH"));
  for (const char* text : {"", "x", "not base64!", "AAAA"}) {
    EXPECT_THAT(tokens.Read(hash, text), HasReason("PAGE_TOKEN_MISMATCH")) << text;
  }
  EXPECT_THAT(tokens.Read(hash, std::string(kMaxPageTokenBytes + 1, 'A')),
              HasReason("PAGE_TOKEN_MISMATCH"));
}

TEST(PageTokenTest, LivesForOneHour) {
  TestClock clock;
  const PageTokens tokens(kKey, &clock);
  const std::string token = tokens.Make(std::string(16, 'h'), {});
  clock.now += kPageTokenLife;
  EXPECT_THAT(tokens.Read(std::string(16, 'h'), token), IsOk());
  clock.now += absl::Seconds(1);
  EXPECT_THAT(tokens.Read(std::string(16, 'h'), token),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(tokens.Read(std::string(16, 'h'), token), HasReason("CURSOR_EXPIRED"));
}

TEST(RequestHashTest, LeavesOutPageSizeAndToken) {
  v1::SearchRequest a, b;
  a.set_query("x");
  b.set_query("x");
  b.set_page_size(7);
  b.set_page_token("t");
  EXPECT_EQ(RequestHash(a), RequestHash(b));
  b.set_filter("f");
  EXPECT_NE(RequestHash(a), RequestHash(b));
  // Equal bytes of different types are different requests.
  EXPECT_NE(RequestHash(v1::SearchRequest()), RequestHash(v1::ListRecordsRequest()));
}

TEST(PageSizeTest, Rules) {
  EXPECT_EQ(PageSize(0, 25, 200).value(), 25);
  EXPECT_EQ(PageSize(1, 25, 200).value(), 1);
  EXPECT_EQ(PageSize(200, 25, 200).value(), 200);
  EXPECT_EQ(PageSize(201, 25, 200).value(), 200);
  EXPECT_EQ(PageSize(INT32_MAX, 25, 200).value(), 200);
  EXPECT_THAT(PageSize(-1, 25, 200), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(PageSize(-1, 25, 200), HasReason("VALUE_OUT_OF_RANGE"));
}

}  // namespace
}  // namespace parfocal
