#include "transfer.h"

#include <curl/curl.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "body_decoder.h"

namespace parfocal {
namespace {

void InitCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;
using Easy = std::unique_ptr<CURL, EasyDeleter>;

std::string Part(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK || text == nullptr) return "";
  std::string out(text);
  curl_free(text);
  return out;
}

void Append(List* list, const std::string& text) {
  curl_slist* longer = curl_slist_append(list->get(), text.c_str());
  if (longer == nullptr) return;
  (void)list->release();
  list->reset(longer);
}

absl::Status OverLimit(absl::string_view limit, absl::string_view what) {
  return WithReason(absl::ResourceExhaustedError(what), "LIMIT_EXCEEDED", limit);
}

// What the callbacks of one request share. The first failure stops the transfer.
struct State {
  State(const FetchLimits& l, AddressGuard* g)
      : limits(l),
        guard(g),
        decoder({l.wire_bytes, l.decoded_bytes, l.ratio, l.ratio_from_bytes}) {}

  const FetchLimits& limits;
  AddressGuard* guard;
  BodyDecoder decoder;
  Answer answer;
  std::string encoding;
  absl::Status failure;
  uint64_t header_bytes = 0;
  bool head_ended = false;  // The empty line behind the headers has come.
  bool in_body = false;
  absl::Time began = absl::Now();
  bool any_byte = false;
  absl::Time window_began = absl::InfiniteFuture();
  uint64_t window_bytes = 0;  // Wire bytes at its beginning.
  bool denied = false;
};

curl_socket_t OpenSocket(void* data, curlsocktype, curl_sockaddr* address) {
  auto* state = static_cast<State*>(data);
  const int fd =
      state->guard->Open(address->addr, address->family, address->socktype, address->protocol);
  if (fd < 0) state->denied = true;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

bool Fail(State* state, absl::Status status) {
  if (state->failure.ok()) state->failure = std::move(status);
  return false;
}

void TakeHeader(State* state, absl::string_view line) {
  if (absl::StartsWith(line, "HTTP/")) {
    // A new answer: what came before it was an interim one.
    state->answer = {};
    state->encoding.clear();
    state->head_ended = false;
    const size_t space = line.find(' ');
    if (space != absl::string_view::npos &&
        !absl::SimpleAtoi(line.substr(space + 1, 3), &state->answer.status)) {
      state->answer.status = 0;
    }
    return;
  }
  if (line == "\r\n" || line == "\n") state->head_ended = true;
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return;
  const std::string name = absl::AsciiStrToLower(line.substr(0, colon));
  const std::string value(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  Answer& answer = state->answer;
  if (name == "etag") answer.etag = value;
  if (name == "last-modified") answer.last_modified = value;
  if (name == "content-type") answer.content_type = value;
  if (name == "location") answer.location = value;
  if (name == "retry-after") answer.retry_after = value;
  if (name == "link") absl::StrAppend(&answer.link, answer.link.empty() ? "" : ", ", value);
  if (name == "content-encoding")
    absl::StrAppend(&state->encoding, state->encoding.empty() ? "" : ", ", value);
}

size_t OnHeader(char* data, size_t, size_t size, void* userdata) {
  auto* state = static_cast<State*>(userdata);
  state->any_byte = true;
  state->header_bytes += size;
  if (state->header_bytes > state->limits.header_bytes) {
    Fail(state, OverLimit("header_bytes", absl::StrCat("the headers have more than ",
                                                       state->limits.header_bytes, " bytes")));
    return 0;
  }
  TakeHeader(state, {data, size});
  return size;
}

size_t OnBody(char* data, size_t, size_t size, void* userdata) {
  auto* state = static_cast<State*>(userdata);
  if (!state->in_body) {
    state->in_body = true;
    if (absl::Status status = state->decoder.SetEncoding(state->encoding); !status.ok()) {
      Fail(state, std::move(status));
      return 0;
    }
  }
  // The body of an error is of no use, but it is counted all the same.
  if (absl::Status status = state->decoder.Add({data, size}); !status.ok()) {
    Fail(state, std::move(status));
    return 0;
  }
  return size;
}

// Called at least once a second. Returns non-zero to stop.
int OnProgress(void* userdata, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto* state = static_cast<State*>(userdata);
  const FetchLimits& limits = state->limits;
  const absl::Time now = absl::Now();
  if (!state->any_byte) {
    if (now - state->began <= limits.first_byte) return 0;
    Fail(state, absl::UnavailableError(
                    absl::StrCat("no answer within ", absl::FormatDuration(limits.first_byte))));
    return 1;
  }
  const uint64_t bytes = state->decoder.wire_bytes() + state->header_bytes;
  if (state->window_began == absl::InfiniteFuture()) {
    state->window_began = now;
    state->window_bytes = bytes;
    return 0;
  }
  const double seconds = absl::ToDoubleSeconds(now - state->window_began);
  if (now - state->window_began < limits.low_speed_time) return 0;
  if (static_cast<double>(bytes - state->window_bytes) <
      seconds * static_cast<double>(limits.low_speed_bytes_per_second)) {
    Fail(state,
         OverLimit("low_speed", absl::StrCat("slower than ", limits.low_speed_bytes_per_second,
                                             " bytes a second for ",
                                             absl::FormatDuration(limits.low_speed_time))));
    return 1;
  }
  state->window_began = now;
  state->window_bytes = bytes;
  return 0;
}

absl::Status FromCurl(CURLcode code, const State& state, const char* detail) {
  const std::string why = detail[0] != '\0' ? std::string(detail) : curl_easy_strerror(code);
  switch (code) {
    case CURLE_OK:
      return absl::OkStatus();
    case CURLE_COULDNT_CONNECT:
      if (state.denied)
        return absl::PermissionDeniedError(
            "the guard refused the address at the time of connecting");
      [[fallthrough]];
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return absl::UnavailableError(why);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return absl::PermissionDeniedError(absl::StrCat("TLS: ", why));
    default:
      return absl::FailedPreconditionError(why);
  }
}

class CurlTransfer final : public Transfer {
 public:
  explicit CurlTransfer(AddressGuard* guard) : guard_(guard) { InitCurl(); }

  absl::StatusOr<Answer> Run(const Target& target, const FetchRequest& request,
                             const HttpFetcherOptions& options, absl::Duration total) override {
    if (easy_ == nullptr) easy_.reset(curl_easy_init());
    if (easy_ == nullptr) return absl::ResourceExhaustedError("no memory for a request");
    curl_easy_reset(easy_.get());
    State state(options.limits, guard_);
    const List headers = Headers(request);
    const List pinned = Pinned(target);
    char detail[CURL_ERROR_SIZE] = "";
    SetUp(target, options, total, headers, pinned, &state, detail);
    const CURLcode code = curl_easy_perform(easy_.get());
    if (!state.failure.ok()) return Damaged(state.failure);
    PARFOCAL_RETURN_IF_ERROR(FromCurl(code, state, detail));
    // For curl an answer that breaks off among its headers is one without a body.
    if (!state.head_ended) return absl::UnavailableError("the answer broke off among its headers");
    const std::vector<int>& accept = request.accept;
    if (state.answer.status == 200 ||
        std::find(accept.begin(), accept.end(), state.answer.status) != accept.end()) {
      PARFOCAL_RETURN_IF_ERROR(Damaged(state.decoder.Finish()));
      state.answer.body = state.decoder.TakeBody();
    }
    return std::move(state.answer);
  }

 private:
  // A body that was damaged on its way may come whole the next time.
  static absl::Status Damaged(const absl::Status& status) {
    return absl::IsDataLoss(status) ? absl::UnavailableError(status.message()) : status;
  }

  static List Headers(const FetchRequest& request) {
    List out;
    Append(&out, "Accept-Encoding: gzip, deflate");
    // A line break in a stored validator would begin another header.
    auto plain = [](const std::string& text) {
      return text.find_first_of("\r\n") == std::string::npos;
    };
    if (!request.if_none_match.empty() && plain(request.if_none_match)) {
      Append(&out, absl::StrCat("If-None-Match: ", request.if_none_match));
    }
    if (!request.if_modified_since.empty() && plain(request.if_modified_since)) {
      Append(&out, absl::StrCat("If-Modified-Since: ", request.if_modified_since));
    }
    if (!request.media_types.empty() && plain(request.media_types))
      Append(&out, absl::StrCat("Accept: ", request.media_types));
    return out;
  }

  // host:port:address,address - curl connects to these and asks no resolver.
  static List Pinned(const Target& target) {
    List out;
    if (IpAddress::Parse(target.host).ok()) return out;
    const std::string key = absl::StrCat(target.host, ":", target.port);
    const std::string addresses =
        absl::StrJoin(target.addresses, ",", [](std::string* to, const std::string& address) {
          absl::StrAppend(
              to, absl::StrContains(address, ":") ? absl::StrCat("[", address, "]") : address);
        });
    Append(&out, absl::StrCat("-", key));
    Append(&out, absl::StrCat(key, ":", addresses));
    return out;
  }

  void SetUp(const Target& target, const HttpFetcherOptions& options, absl::Duration total,
             const List& headers, const List& pinned, State* state, char* detail) {
    CURL* easy = easy_.get();
    const FetchLimits& limits = options.limits;
    curl_easy_setopt(easy, CURLOPT_URL, target.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, options.allow_http ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_RESOLVE, pinned.get());
    // Bodies are decoded here, where their size is counted.
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(absl::ToInt64Milliseconds(limits.connect)));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::max<int64_t>(1, absl::ToInt64Milliseconds(total))));
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenSocket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, state);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &OnHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, state);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &OnBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, state);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &OnProgress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, state);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  }

  AddressGuard* const guard_;
  Easy easy_;
};

}  // namespace

std::unique_ptr<Transfer> MakeTransfer(AddressGuard* guard) {
  return std::make_unique<CurlTransfer>(guard);
}

absl::StatusOr<Target> ParseTarget(const std::string& text, const std::string& base) {
  InitCurl();
  constexpr size_t kMaxUrlBytes = 8192;
  auto bad = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("URL '", text.substr(0, 200), "': ", why));
  };
  if (text.size() > kMaxUrlBytes) return bad("longer than 8192 bytes");
  const Url url(curl_url());
  if (url == nullptr) return absl::ResourceExhaustedError("no memory for a URL");
  if (!base.empty() && curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK)
    return bad("bad base");
  // Schemes that curl does not know are refused as well, with the rest.
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return bad("not a URL");
  }
  Target out;
  out.scheme = Part(url, CURLUPART_SCHEME);
  out.host = absl::AsciiStrToLower(Part(url, CURLUPART_HOST));
  if (out.scheme != "http" && out.scheme != "https") return bad("not an http(s) address");
  if (!Part(url, CURLUPART_USER).empty() || !Part(url, CURLUPART_PASSWORD).empty()) {
    return bad("holds a user name or password");
  }
  if (out.host.size() > 1 && out.host.front() == '[')
    out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty() || absl::StrContains(out.host, "%")) return bad("no plain host name");
  int port = 0;
  if (!absl::SimpleAtoi(Part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT), &port) || port < 1 ||
      port > 65535) {
    return bad("no port");
  }
  out.port = static_cast<uint16_t>(port);
  if (curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK) return bad("not a URL");
  out.url = Part(url, CURLUPART_URL);
  return out;
}

}  // namespace parfocal
