#include "parfocal/fetch/http_fetcher.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "support/recorded_server.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using testing::Gzip;
using testing::HasReason;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::RecordedServer;
using testing::ServedReply;
using testing::ServedRequest;
using testing::StatusIs;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kUnavailable = absl::StatusCode::kUnavailable;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;

ServedReply Ok(std::string body) {
  ServedReply reply;
  reply.body = std::move(body);
  return reply;
}

ServedReply Status(int status, std::vector<std::pair<std::string, std::string>> headers = {}) {
  ServedReply reply;
  reply.status = status;
  reply.headers = std::move(headers);
  return reply;
}

// A clock that stands still.
class StillClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'700'000'000); }
};

class HttpFetcherTest : public ::testing::Test {
 protected:
  // A fetcher that may reach `server` and whose waiting costs nothing.
  HttpFetcherOptions OptionsFor(const RecordedServer& server) {
    HttpFetcherOptions options;
    options.allow_http = true;
    options.allow_networks = {"127.0.0.1/32"};
    options.ports = {server.port()};
    options.gap = absl::ZeroDuration();
    options.sleep = [this](absl::Duration d) { slept_.push_back(d); };
    options.random = [] { return 0.5; };
    options.resolve = [this](const std::string& host) -> absl::StatusOr<std::vector<std::string>> {
      asked_.push_back(host);
      return resolved_;
    };
    options.clock = &clock_;
    return options;
  }
  static std::unique_ptr<HttpFetcher> Make(HttpFetcherOptions options) {
    return HttpFetcher::Create(std::move(options)).value();
  }
  static absl::StatusOr<FetchResponse> Get(Fetcher& fetcher, const std::string& url) {
    FetchRequest request;
    request.url = url;
    return fetcher.Fetch(request);
  }
  absl::StatusOr<FetchResponse> GetOnce(RecordedServer& server, HttpFetcherOptions options,
                                        const std::string& path = "/") {
    options.limits.tries = 1;
    return Get(*Make(std::move(options)), server.Url(path));
  }

  std::vector<absl::Duration> slept_;
  std::vector<std::string> asked_;
  std::vector<std::string> resolved_ = {"127.0.0.1"};
  StillClock clock_;
};

TEST_F(HttpFetcherTest, FetchesABodyWithItsValidators) {
  RecordedServer server([](const ServedRequest&) {
    ServedReply reply = Ok("hello");
    reply.headers = {
        {"ETag", "\"v1\""}, {"Last-Modified", "yesterday"}, {"Content-Type", "application/json"}};
    return reply;
  });
  auto fetcher = Make(OptionsFor(server));
  auto response = Get(*fetcher, server.Url("/x#fragment"));
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->http_status, 200);
  EXPECT_EQ(response->body, "hello");
  EXPECT_EQ(response->etag, "\"v1\"");
  EXPECT_EQ(response->last_modified, "yesterday");
  EXPECT_EQ(response->content_type, "application/json");
  EXPECT_EQ(response->final_url, server.Url("/x"));
  const ServedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "GET");
  EXPECT_THAT(request.headers.at("user-agent"), HasSubstr("parfocal"));
  EXPECT_EQ(request.headers.count("authorization") + request.headers.count("cookie"), 0u);
  EXPECT_EQ(fetcher->guard().opened(), 1);
}

TEST_F(HttpFetcherTest, KeepsTheConnectionForTheNextRequest) {
  RecordedServer server([](const ServedRequest& r) { return Ok(r.path); });
  auto fetcher = Make(OptionsFor(server));
  for (const char* path : {"/a", "/b", "/c"})
    EXPECT_EQ(Get(*fetcher, server.Url(path)).value().body, path);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpFetcherTest, NotModified) {
  RecordedServer server([](const ServedRequest& r) {
    const auto at = r.headers.find("if-none-match");
    return at != r.headers.end() && at->second == "\"v1\"" ? Status(304, {{"ETag", "\"v1\""}})
                                                           : Ok("new");
  });
  auto fetcher = Make(OptionsFor(server));
  FetchRequest request;
  request.url = server.Url("/");
  request.if_none_match = "\"v1\"";
  auto same = fetcher->Fetch(request);
  ASSERT_THAT(same, IsOk());
  EXPECT_EQ(same->http_status, 304);
  EXPECT_EQ(same->body, "");
  request.if_none_match = "\"v0\"";
  EXPECT_EQ(fetcher->Fetch(request).value().body, "new");
  // A validator with a line break would begin a header of its own.
  request.if_none_match = "\"v1\"\r\nX-Evil: 1";
  EXPECT_EQ(fetcher->Fetch(request).value().body, "new");
  EXPECT_EQ(server.requests().back().headers.count("x-evil"), 0u);
}

TEST_F(HttpFetcherTest, SaysWhatIsWantedAndHandsLinksOn) {
  RecordedServer server([](const ServedRequest& r) {
    ServedReply reply = Ok(r.headers.contains("accept") ? r.headers.at("accept") : "");
    reply.headers = {{"Link", "</2>; rel=\"next\""}, {"link", "</1>; rel=first"}};
    return reply;
  });
  auto fetcher = Make(OptionsFor(server));
  FetchRequest request;
  request.url = server.Url("/");
  request.media_types = "application/ld+json";
  const FetchResponse answer = fetcher->Fetch(request).value();
  EXPECT_EQ(answer.body, "application/ld+json");
  EXPECT_EQ(answer.link, "</2>; rel=\"next\", </1>; rel=first");
  request.media_types = "a\r\nX-Evil: 1";
  EXPECT_EQ(fetcher->Fetch(request).value().body, "*/*");
}

TEST_F(HttpFetcherTest, Decodes) {
  const std::string text(100000, 'a');
  const std::string two = Gzip("one, ") + Gzip("two");
  RecordedServer server([&](const ServedRequest& r) {
    ServedReply reply;
    if (r.path == "/gzip") reply = Ok(Gzip(text));
    if (r.path == "/members") reply = Ok(two);
    if (r.path == "/chunked") {
      reply = Ok(Gzip(text));
      reply.chunked = true;
    }
    if (r.path == "/cut") reply = Ok(Gzip(text).substr(0, 60));
    if (r.path == "/trailing") reply = Ok(Gzip("x") + "yyy");
    if (r.path == "/damaged") reply = Ok("this is no gzip");
    if (r.path == "/twice") {
      reply = Ok(Gzip(Gzip("x")));
      reply.headers = {{"Content-Encoding", "gzip, gzip"}};
    } else if (r.path == "/brotli") {
      reply = Ok("x");
      reply.headers = {{"Content-Encoding", "br"}};
    } else {
      reply.headers = {{"Content-Encoding", "gzip"}};
    }
    return reply;
  });
  HttpFetcherOptions options = OptionsFor(server);
  options.limits.ratio = 2000;
  EXPECT_EQ(GetOnce(server, options, "/gzip").value().body, text);
  EXPECT_EQ(GetOnce(server, options, "/chunked").value().body, text);
  EXPECT_EQ(GetOnce(server, options, "/members").value().body, "one, two");
  EXPECT_THAT(GetOnce(server, options, "/cut"), StatusIs(kUnavailable, HasSubstr("cut short")));
  EXPECT_THAT(GetOnce(server, options, "/trailing"), StatusIs(kUnavailable, HasSubstr("follow")));
  EXPECT_THAT(GetOnce(server, options, "/damaged"), StatusIs(kUnavailable, HasSubstr("damaged")));
  EXPECT_THAT(GetOnce(server, options, "/twice"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("gzip, gzip")));
  EXPECT_THAT(GetOnce(server, options, "/brotli"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("br")));
}

TEST_F(HttpFetcherTest, SizesAtTheLimitAndOneBeyond) {
  const std::string text(5000, 'x');
  RecordedServer server([&](const ServedRequest& r) {
    ServedReply reply = Ok(r.path == "/gzip" ? Gzip(text) : text);
    if (r.path == "/gzip") reply.headers = {{"Content-Encoding", "gzip"}};
    reply.chunked = r.path == "/chunked";
    return reply;
  });
  for (const char* path : {"/", "/chunked", "/gzip"}) {
    HttpFetcherOptions options = OptionsFor(server);
    options.limits.decoded_bytes = 5000;
    EXPECT_EQ(GetOnce(server, options, path).value().body, text) << path;
    options.limits.decoded_bytes = 4999;
    EXPECT_THAT(GetOnce(server, options, path), StatusIs(kExhausted, HasSubstr("4999"))) << path;
  }
  HttpFetcherOptions options = OptionsFor(server);
  options.limits.wire_bytes = 5000;
  EXPECT_THAT(GetOnce(server, options), IsOk());
  options.limits.wire_bytes = 4999;
  EXPECT_THAT(GetOnce(server, options), HasReason("LIMIT_EXCEEDED"));
  const uint64_t packed = Gzip(text).size();
  options = OptionsFor(server);
  options.limits.ratio_from_bytes = 4999;
  options.limits.ratio = (5000 + packed - 1) / packed;
  EXPECT_THAT(GetOnce(server, options, "/gzip"), IsOk());
  options.limits.ratio -= 1;
  EXPECT_THAT(GetOnce(server, options, "/gzip"), StatusIs(kExhausted, HasSubstr("times its size")));
  options.limits.ratio_from_bytes = 5000;
  EXPECT_THAT(GetOnce(server, options, "/gzip"), IsOk())
      << "small bodies may be as dense as they like";
}

TEST_F(HttpFetcherTest, HeadersAtTheLimitAndOneBeyond) {
  RecordedServer server([&](const ServedRequest&) {
    return Status(200, {{"X", std::string(4000, 'h')}});
  });
  // "HTTP/1.1 200 x", "X: h...", "Content-Length: 0", the empty line; each with its line end.
  const uint64_t size = 16 + 3 + 4000 + 2 + 19 + 2;
  HttpFetcherOptions options = OptionsFor(server);
  options.limits.header_bytes = size;
  EXPECT_THAT(GetOnce(server, options), IsOk());
  options.limits.header_bytes = size - 1;
  EXPECT_THAT(GetOnce(server, options), StatusIs(kExhausted, HasSubstr("headers")));
}

TEST_F(HttpFetcherTest, AnEndlessBodyIsCutAtTheLimit) {
  RecordedServer server([&](const ServedRequest& r) {
    ServedReply reply = Ok(std::string(16 << 10, 'x'));
    reply.endless = true;
    reply.chunked = r.path == "/chunked";
    return reply;
  });
  for (const char* path : {"/", "/chunked"}) {
    HttpFetcherOptions options = OptionsFor(server);
    options.limits.decoded_bytes = 1 << 20;
    EXPECT_THAT(GetOnce(server, options, path), StatusIs(kExhausted)) << path;
  }
  // What was sent beyond the limits stayed in the buffers of two sockets.
  EXPECT_LT(server.sent(), size_t{24} << 20);
}

TEST_F(HttpFetcherTest, AGzipBombStopsAtTheRatio) {
  const std::string bomb = Gzip(std::string(64 << 20, '\0'));
  RecordedServer server([&](const ServedRequest&) {
    ServedReply reply = Ok(bomb);
    reply.headers = {{"Content-Encoding", "gzip"}};
    return reply;
  });
  ASSERT_LT(bomb.size(), size_t{100} << 10);
  EXPECT_THAT(GetOnce(server, OptionsFor(server)), StatusIs(kExhausted, HasSubstr("100 times")));
}

TEST_F(HttpFetcherTest, Redirects) {
  RecordedServer other([](const ServedRequest&) { return Ok("other"); });
  RecordedServer server([&](const ServedRequest& r) {
    const std::string& p = r.path;
    if (p == "/end") return Ok("end");
    if (p == "/relative") return Status(302, {{"Location", "end"}});
    if (p.substr(0, 3) == "/n/") {
      const int n = std::atoi(p.c_str() + 3);
      return n == 0 ? Ok("end") : Status(301, {{"Location", absl::StrCat("/n/", n - 1)}});
    }
    if (p == "/loop") return Status(307, {{"Location", "/loop"}});
    if (p == "/none") return Status(302);
    return Status(302, {{"Location", p.substr(1)}});
  });
  HttpFetcherOptions options = OptionsFor(server);
  auto relative = GetOnce(server, options, "/relative");
  ASSERT_THAT(relative, IsOk());
  EXPECT_EQ(relative->body, "end");
  EXPECT_EQ(relative->final_url, server.Url("/end"));
  EXPECT_THAT(GetOnce(server, options, "/n/3"), IsOk());
  EXPECT_THAT(GetOnce(server, options, "/n/4"),
              StatusIs(kDenied, HasSubstr("more than 3 redirects")));
  EXPECT_THAT(GetOnce(server, options, "/loop"), StatusIs(kDenied));
  EXPECT_THAT(GetOnce(server, options, "/none"), StatusIs(absl::StatusCode::kFailedPrecondition));

  const std::string port = absl::StrCat(server.port());
  const size_t before = server.requests().size();
  const std::vector<std::string> refused = {other.Url("/"),
                                            "file:///etc/passwd",
                                            "gopher://127.0.0.1:" + port + "/",
                                            "ftp://127.0.0.1:" + port + "/",
                                            "dict://127.0.0.1:" + port + "/",
                                            "data:text/plain,x",
                                            "javascript:x",
                                            "//localhost:" + port + "/",
                                            "http://user:secret@127.0.0.1:" + port + "/end",
                                            "http://127.0.0.2:" + port + "/",
                                            "http://[::1]:" + port + "/",
                                            "http://[::ffff:127.0.0.1]:" + port + "/",
                                            "http://169.254.169.254/",
                                            "http://10.0.0.1/",
                                            "http://example.org/",
                                            "http://0/",
                                            "https://127.0.0.1:" + absl::StrCat(other.port()) + "/",
                                            "http://127.0.0.1:22/"};
  for (const std::string& location : refused) {
    auto fetcher = Make(options);
    auto answer = Get(*fetcher, server.Url("/" + location));
    EXPECT_THAT(answer, StatusIs(kDenied)) << location;
    EXPECT_EQ(fetcher->guard().opened(), 1) << location;
  }
  EXPECT_EQ(server.requests().size(), before + refused.size());
  EXPECT_EQ(other.connections(), 0);
  // The same host by a number that means it is the same host, checked again.
  EXPECT_THAT(GetOnce(server, options, absl::StrCat("/http://2130706433:", port, "/end")), IsOk());
}

TEST_F(HttpFetcherTest, ARedirectMayLeadToAHostThatWasNamed) {
  RecordedServer server([](const ServedRequest& r) {
    return r.path == "/end" ? Ok(r.headers.at("host"))
                            : Status(302, {{"Location", r.path.substr(1)}});
  });
  HttpFetcherOptions options = OptionsFor(server);
  options.redirect_hosts = {"files.example.org"};
  const std::string to = absl::StrCat("http://files.example.org:", server.port(), "/end");
  EXPECT_EQ(GetOnce(server, options, "/" + to).value().body,
            absl::StrCat("files.example.org:", server.port()));
  EXPECT_THAT(asked_, ElementsAre("files.example.org"));
  // It is resolved and checked like any other.
  resolved_ = {"127.0.0.1", "10.0.0.7"};
  EXPECT_THAT(GetOnce(server, options, "/" + to), StatusIs(kDenied, HasSubstr("10.0.0.7")));
}

TEST_F(HttpFetcherTest, DeniedAddressesGetNoConnection) {
  RecordedServer server([](const ServedRequest&) { return Ok("never"); });
  const std::string port = absl::StrCat(":", server.port(), "/");
  for (const char* host :
       {"127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::1]",
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1",
        "169.254.169.254", "localhost", "name.example"}) {
    HttpFetcherOptions options = OptionsFor(server);
    options.allow_networks = {};
    auto fetcher = Make(options);
    EXPECT_THAT(Get(*fetcher, absl::StrCat("http://", host, port)),
                StatusIs(kDenied, HasSubstr("the address")))
        << host;
    EXPECT_EQ(fetcher->guard().opened(), 0) << host;
  }
  EXPECT_EQ(server.connections(), 0);
  EXPECT_TRUE(slept_.empty()) << "a refusal is not tried again";
}

TEST_F(HttpFetcherTest, ConnectsToTheAddressesThatWereChecked) {
  RecordedServer server([](const ServedRequest& r) { return Ok(r.headers.at("host")); });
  auto fetcher = Make(OptionsFor(server));
  // A name that no resolver knows: only the pinned address can answer. Asked once for each request.
  const std::string host = absl::StrCat("pinned.invalid:", server.port());
  EXPECT_EQ(Get(*fetcher, "http://" + host + "/").value().body, host);
  EXPECT_THAT(asked_, ElementsAre("pinned.invalid"));
  // Rebinding: the next answer is another address, which is refused although the first was good.
  resolved_ = {"169.254.169.254"};
  EXPECT_THAT(Get(*fetcher, "http://" + host + "/"), StatusIs(kDenied));
  resolved_ = std::vector<std::string>(16, "127.0.0.1");
  EXPECT_THAT(Get(*fetcher, "http://" + host + "/"), IsOk());
  resolved_.push_back("127.0.0.1");
  EXPECT_THAT(Get(*fetcher, "http://" + host + "/"), StatusIs(kDenied, HasSubstr("more than 16")));
  resolved_ = {};
  EXPECT_THAT(Get(*fetcher, "http://" + host + "/"), StatusIs(kUnavailable));
}

TEST_F(HttpFetcherTest, SchemesPortsAndCredentials) {
  RecordedServer server([](const ServedRequest&) { return Ok("x"); });
  HttpFetcherOptions options = OptionsFor(server);
  auto fetcher = Make(options);
  for (const char* url :
       {"", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "no url", "http://",
        "/x", "http://user@127.0.0.1/", "http://user:secret@127.0.0.1/", "mailto:x"}) {
    EXPECT_THAT(Get(*fetcher, url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
  EXPECT_THAT(Get(*fetcher, server.Url("/") + std::string(9000, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Get(*fetcher, "http://127.0.0.1:22/"), StatusIs(kDenied, HasSubstr("port 22")));
  options.allow_http = false;
  EXPECT_THAT(Get(*Make(options), server.Url("/")), StatusIs(kDenied, HasSubstr("without TLS")));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpFetcherTest, AServerThatSpeaksNoTlsIsRefusedAtOnce) {
  RecordedServer server([](const ServedRequest&) { return Ok("x"); });
  auto fetcher = Make(OptionsFor(server));
  EXPECT_THAT(Get(*fetcher, absl::StrCat("https://127.0.0.1:", server.port(), "/")),
              StatusIs(kDenied, HasSubstr("TLS")));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpFetcherTest, ProxiesOfTheEnvironmentAreIgnored) {
  RecordedServer proxy([](const ServedRequest&) { return Ok("proxy"); });
  RecordedServer server([](const ServedRequest&) { return Ok("server"); });
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  setenv("all_proxy", proxy.Url("").c_str(), 1);
  EXPECT_EQ(GetOnce(server, OptionsFor(server)).value().body, "server");
  unsetenv("http_proxy");
  unsetenv("all_proxy");
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(HttpFetcherTest, StatusesThatAreFinal) {
  RecordedServer server(
      [](const ServedRequest& r) { return Status(std::atoi(r.path.c_str() + 1)); });
  auto fetcher = Make(OptionsFor(server));
  constexpr struct {
    int status;
    absl::StatusCode code;
  } kRows[] = {{404, absl::StatusCode::kNotFound},
               {410, absl::StatusCode::kNotFound},
               {401, kDenied},
               {403, kDenied},
               {400, absl::StatusCode::kFailedPrecondition},
               {204, absl::StatusCode::kFailedPrecondition},
               {206, absl::StatusCode::kFailedPrecondition},
               {304, absl::StatusCode::kFailedPrecondition},
               {501, absl::StatusCode::kFailedPrecondition}};
  for (const auto& row : kRows) {
    EXPECT_THAT(Get(*fetcher, server.Url(absl::StrCat("/", row.status))), StatusIs(row.code))
        << row.status;
  }
  EXPECT_EQ(server.requests().size(), std::size(kRows));
  EXPECT_TRUE(slept_.empty());
}

// A protocol that says its errors in the body, under a status that is no success.
TEST_F(HttpFetcherTest, OtherStatusesWithTheirBodyForWhomAsksForThem) {
  RecordedServer server([](const ServedRequest& r) {
    ServedReply reply = Ok("what is wrong");
    reply.status = std::atoi(r.path.c_str() + 1);
    if (reply.status == 422) {
      reply.body = Gzip(reply.body);
      reply.headers = {{"Content-Encoding", "gzip"}};
    }
    return reply;
  });
  auto fetcher = Make(OptionsFor(server));
  FetchRequest request;
  request.accept = {400, 422, 503};
  for (int status : {400, 422}) {
    request.url = server.Url(absl::StrCat("/", status));
    auto answer = fetcher->Fetch(request);
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->http_status, status);
    EXPECT_EQ(answer->body, "what is wrong");
  }
  request.url = server.Url("/404");
  EXPECT_THAT(fetcher->Fetch(request), StatusIs(absl::StatusCode::kNotFound));
  request.url = server.Url("/503");
  EXPECT_THAT(fetcher->Fetch(request), StatusIs(kUnavailable)) << "it is tried again all the same";
}

TEST_F(HttpFetcherTest, StatusesThatAreTriedAgain) {
  for (int status : {408, 425, 429, 500, 502, 503, 504}) {
    slept_.clear();
    int calls = 0;
    RecordedServer server(
        [&](const ServedRequest&) { return ++calls < 5 ? Status(status) : Ok("at last"); });
    auto fetcher = Make(OptionsFor(server));
    EXPECT_EQ(Get(*fetcher, server.Url("/")).value().body, "at last") << status;
    // Half of 2 s x 2^n: the random number of these tests is 0.5.
    EXPECT_THAT(slept_, ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(4),
                                    absl::Seconds(8)));
  }
  RecordedServer server([&](const ServedRequest&) { return Status(503); });
  EXPECT_THAT(Get(*Make(OptionsFor(server)), server.Url("/")),
              StatusIs(kUnavailable, HasSubstr("503")));
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST_F(HttpFetcherTest, BackoffIsBounded) {
  RecordedServer server([&](const ServedRequest&) { return Status(503); });
  HttpFetcherOptions options = OptionsFor(server);
  options.limits.tries = 12;
  options.random = [] { return 1.0; };
  EXPECT_THAT(Get(*Make(options), server.Url("/")), StatusIs(kUnavailable));
  EXPECT_EQ(slept_.size(), 11u);
  EXPECT_EQ(slept_.back(), absl::Seconds(300));
}

TEST_F(HttpFetcherTest, RetryAfter) {
  const absl::Time now = clock_.Now();
  auto date = [](absl::Time t) {
    return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", t, absl::UTCTimeZone());
  };
  const struct {
    std::string header;
    absl::Duration wait;  // Zero: it is not waited for at all.
  } rows[] = {{"120", absl::Seconds(120)},
              {date(now + absl::Seconds(90)), absl::Seconds(90)},
              {"3600", absl::Hours(1)},
              // What makes no sense is as if it were not there.
              {"-5", absl::Seconds(1)},
              {"soon", absl::Seconds(1)},
              {date(now - absl::Hours(1)), absl::Seconds(1)},
              {"3601", absl::ZeroDuration()},
              {"315360000", absl::ZeroDuration()},
              {"9223372036854775807", absl::ZeroDuration()}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.header);
    slept_.clear();
    int calls = 0;
    RecordedServer server([&](const ServedRequest&) {
      return ++calls == 1 ? Status(503, {{"Retry-After", row.header}}) : Ok("x");
    });
    auto answer = Get(*Make(OptionsFor(server)), server.Url("/"));
    if (row.wait == absl::ZeroDuration()) {
      EXPECT_THAT(answer, StatusIs(kUnavailable, HasSubstr("asks to wait")));
      EXPECT_TRUE(slept_.empty());
    } else {
      EXPECT_THAT(answer, IsOk());
      EXPECT_THAT(slept_, ElementsAre(row.wait));
    }
  }
}

TEST_F(HttpFetcherTest, ACutConnectionIsTriedAgain) {
  int calls = 0;
  RecordedServer server([&](const ServedRequest&) {
    ServedReply reply = Ok("complete");
    ++calls;
    if (calls == 1) reply.cut_after = 0;   // Nothing at all.
    if (calls == 2) reply.cut_after = 10;  // Within the headers.
    if (calls == 3) reply.cut_after = 41;  // Within the body.
    if (calls == 4) reply.cut_after = 17;  // Between two headers.
    return reply;
  });
  EXPECT_EQ(Get(*Make(OptionsFor(server)), server.Url("/")).value().body, "complete");
  EXPECT_EQ(server.requests().size(), 5u);
}

TEST_F(HttpFetcherTest, SilenceAndDripsAreCut) {
  RecordedServer server([](const ServedRequest& r) {
    ServedReply reply = Ok(std::string(1000, 'x'));
    if (r.path == "/silent") reply.silence = std::chrono::seconds(30);
    if (r.path != "/silent") reply.drip = std::chrono::milliseconds(50);
    return reply;
  });
  HttpFetcherOptions options = OptionsFor(server);
  options.limits.first_byte = absl::Milliseconds(300);
  absl::Time began = absl::Now();
  EXPECT_THAT(GetOnce(server, options, "/silent"), StatusIs(kUnavailable, HasSubstr("no answer")));
  EXPECT_LT(absl::Now() - began, absl::Milliseconds(300) + absl::Seconds(2));

  options = OptionsFor(server);
  options.limits.low_speed_time = absl::Milliseconds(500);
  began = absl::Now();
  EXPECT_THAT(GetOnce(server, options, "/drip"),
              StatusIs(kExhausted, HasSubstr("slower than 1024")));
  EXPECT_LT(absl::Now() - began, absl::Seconds(3));

  options = OptionsFor(server);
  options.limits.total = absl::Milliseconds(400);
  began = absl::Now();
  EXPECT_THAT(GetOnce(server, options, "/drip"), StatusIs(kUnavailable));
  EXPECT_LT(absl::Now() - began, absl::Seconds(2));
}

TEST_F(HttpFetcherTest, PausesBetweenRequestsToOneHost) {
  RecordedServer server([](const ServedRequest&) { return Ok("x"); });
  HttpFetcherOptions options = OptionsFor(server);
  options.gap = absl::Hours(1);
  auto fetcher = Make(options);
  EXPECT_THAT(Get(*fetcher, server.Url("/")), IsOk());
  EXPECT_TRUE(slept_.empty());
  EXPECT_THAT(Get(*fetcher, server.Url("/")), IsOk());
  ASSERT_EQ(slept_.size(), 1u);
  EXPECT_GT(slept_[0], absl::Minutes(59));
  EXPECT_LE(slept_[0], absl::Hours(1) * 1.1);
}

TEST_F(HttpFetcherTest, ManyThreadsOneConnectionPerHost) {
  std::atomic<int> now{0}, most{0}, served{0};
  RecordedServer server([&](const ServedRequest&) {
    const int n = ++now;
    int seen = most;
    while (n > seen && !most.compare_exchange_weak(seen, n)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    --now;
    ++served;
    return Ok("x");
  });
  auto fetcher = Make(OptionsFor(server));
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) EXPECT_THAT(Get(*fetcher, server.Url("/")), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, 30);
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace parfocal
