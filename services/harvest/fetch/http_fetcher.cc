#include "parfocal/fetch/http_fetcher.h"

#include <curl/curl.h>
#include <netdb.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <map>
#include <optional>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "host_health.h"
#include "parfocal/mutex.h"
#include "transfer.h"

namespace parfocal {
namespace {

// Addresses of `host` from the system's resolver.
absl::StatusOr<std::vector<std::string>> SystemResolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0)
    return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", gai_strerror(error)));
  std::vector<std::string> out;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    const auto address = IpAddress::Of(*at->ai_addr);
    if (address.ok()) out.push_back(address->ToString());
  }
  freeaddrinfo(list);
  return out;
}

bool MayRetry(int status) {
  for (int s : {408, 425, 429, 500, 502, 503, 504}) {
    if (s == status) return true;
  }
  return false;
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

absl::Status FromHttp(int status) {
  const std::string what = absl::StrCat("the server answered ", status);
  if (status == 404 || status == 410) return absl::NotFoundError(what);
  if (status == 401 || status == 403) return absl::PermissionDeniedError(what);
  if (MayRetry(status)) return absl::UnavailableError(what);
  return absl::FailedPreconditionError(what);
}

// A host that is asked: one request at a time, with a pause between two.
struct Host {
  explicit Host(const FetchLimits* limits) : health(limits) {}

  absl::Status Admit(absl::Time now) {
    const MutexLock lock(&health_mu);
    return health.Admit(now);
  }
  void Note(bool reached, absl::Time now) {
    const MutexLock lock(&health_mu);
    health.Note(reached, now);
  }
  bool TakeRetry() {
    const MutexLock lock(&health_mu);
    return health.TakeRetry();
  }

  Mutex health_mu;  // By itself: `mu` is held while a request goes on.
  HostHealth health ABSL_GUARDED_BY(health_mu);
  Mutex mu;
  std::unique_ptr<Transfer> transfer ABSL_GUARDED_BY(mu);
  absl::Time next ABSL_GUARDED_BY(mu) = absl::InfinitePast();
};

class CurlFetcher final : public HttpFetcher {
 public:
  CurlFetcher(HttpFetcherOptions options, std::unique_ptr<AddressGuard> guard)
      : options_(std::move(options)), guard_(std::move(guard)) {
    if (!options_.sleep) options_.sleep = [](absl::Duration d) { absl::SleepFor(d); };
    if (!options_.resolve) options_.resolve = SystemResolve;
    if (!options_.random) options_.random = [this] { return SystemRandom(); };
    if (options_.clock == nullptr) options_.clock = &system_clock_;
  }

  const AddressGuard& guard() const override { return *guard_; }

  absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) override {
    const absl::StatusOr<Target> first = ParseTarget(request.url, "");
    if (!first.ok()) return first.status();
    const std::shared_ptr<Host> host = HostOf(*first);
    if (absl::Status closed = host->Admit(options_.clock->Now()); !closed.ok())
      return Named(request, std::move(closed));
    absl::StatusOr<FetchResponse> response = TryUntilItHolds(request, *first, host.get());
    host->Note(!absl::IsUnavailable(response.status()), options_.clock->Now());
    return Named(request, std::move(response));
  }

 private:
  absl::StatusOr<FetchResponse> TryUntilItHolds(const FetchRequest& request, const Target& first,
                                                Host* host) {
    for (int attempt = 0;; ++attempt) {
      absl::Duration wait = Backoff(attempt);
      absl::StatusOr<FetchResponse> response = Try(request, first, &wait);
      if (response.ok() || !absl::IsUnavailable(response.status())) return response;
      if (attempt + 1 >= options_.limits.tries) return response;
      if (wait > std::max(options_.limits.retry_after_most, options_.limits.backoff_most)) {
        return absl::UnavailableError(absl::StrCat(
            response.status().message(), " and asks to wait ", absl::FormatDuration(wait)));
      }
      if (!host->TakeRetry()) {
        return absl::UnavailableError(absl::StrCat(
            response.status().message(), "; too much was tried again of late to try once more"));
      }
      options_.sleep(wait);
    }
  }

  static absl::StatusOr<FetchResponse> Named(const FetchRequest& request,
                                             absl::StatusOr<FetchResponse> response) {
    if (response.ok()) return response;
    return Annotate(response.status(), absl::StrCat("fetch ", request.url.substr(0, 200)));
  }

  double SystemRandom() {
    const MutexLock lock(&mu_);
    return std::uniform_real_distribution<double>(0, 1)(engine_);
  }

  absl::Duration Backoff(int attempt) const {
    const absl::Duration most =
        std::min(options_.limits.backoff * std::ldexp(1.0, attempt), options_.limits.backoff_most);
    return most * options_.random();
  }

  // Seconds or a date; nullopt if it is neither. Never negative.
  std::optional<absl::Duration> RetryAfter(const std::string& header) const {
    if (header.empty()) return std::nullopt;
    int64_t seconds = 0;
    if (absl::SimpleAtoi(header, &seconds)) {
      return seconds < 0 ? std::nullopt : std::optional<absl::Duration>(absl::Seconds(seconds));
    }
    const time_t date = curl_getdate(header.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    return std::max(absl::ZeroDuration(), absl::FromTimeT(date) - options_.clock->Now());
  }

  // One try: a request and its redirects. `*wait` grows to what the server asks for.
  absl::StatusOr<FetchResponse> Try(const FetchRequest& request, const Target& first,
                                    absl::Duration* wait) {
    const absl::Time deadline = absl::Now() + options_.limits.total;
    Target target = first;
    for (int hops = 0;; ++hops) {
      PARFOCAL_RETURN_IF_ERROR(Admit(&target));
      PARFOCAL_ASSIGN_OR_RETURN(Answer answer, Ask(target, request, deadline));
      if (IsRedirect(answer.status)) {
        if (hops == options_.limits.redirects) {
          return absl::PermissionDeniedError(
              absl::StrCat("more than ", options_.limits.redirects, " redirects"));
        }
        PARFOCAL_ASSIGN_OR_RETURN(target, Redirect(target, answer.location));
        continue;
      }
      if (MayRetry(answer.status)) {
        *wait = std::max(*wait, RetryAfter(answer.retry_after).value_or(absl::ZeroDuration()));
      }
      const bool conditional = !request.if_none_match.empty() || !request.if_modified_since.empty();
      const bool wanted = std::find(request.accept.begin(), request.accept.end(), answer.status) !=
                              request.accept.end() &&
                          !MayRetry(answer.status);
      if (answer.status != 200 && !wanted && !(answer.status == 304 && conditional))
        return FromHttp(answer.status);
      FetchResponse response;
      response.http_status = answer.status;
      response.body = std::move(answer.body);
      response.etag = std::move(answer.etag);
      response.last_modified = std::move(answer.last_modified);
      response.content_type = std::move(answer.content_type);
      response.link = std::move(answer.link);
      response.final_url = target.url;
      return response;
    }
  }

  absl::StatusOr<Target> Redirect(const Target& from, const std::string& location) const {
    if (location.empty()) return absl::FailedPreconditionError("a redirect to nowhere");
    absl::StatusOr<Target> to = ParseTarget(location, from.url);
    auto refuse = [&](absl::string_view why) {
      return absl::PermissionDeniedError(
          absl::StrCat("redirect to '", location.substr(0, 200), "' refused: ", why));
    };
    if (!to.ok()) return refuse(to.status().message());
    if (from.scheme == "https" && to->scheme == "http") return refuse("it leaves https");
    const auto& hosts = options_.redirect_hosts;
    if (to->host != from.host && std::find(hosts.begin(), hosts.end(), to->host) == hosts.end()) {
      return refuse("it leads to another host");
    }
    return to;
  }

  // Checks where the hop goes, and fills in the addresses that it may connect to.
  absl::Status Admit(Target* target) {
    if (target->scheme == "http" && !options_.allow_http) {
      return absl::PermissionDeniedError("http without TLS is not allowed for this source");
    }
    const bool usual = target->port == (target->scheme == "https" ? 443 : 80);
    const auto& ports = options_.ports;
    if (!usual && std::find(ports.begin(), ports.end(), target->port) == ports.end()) {
      return absl::PermissionDeniedError(
          absl::StrCat("port ", target->port, " is not allowed for this source"));
    }
    target->addresses.clear();
    if (IpAddress::Parse(target->host).ok()) {
      target->addresses.push_back(target->host);
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(target->addresses, options_.resolve(target->host));
    }
    if (target->addresses.empty())
      return absl::UnavailableError(absl::StrCat("no address of ", target->host));
    if (target->addresses.size() > static_cast<size_t>(options_.limits.dns_answers)) {
      return absl::PermissionDeniedError(
          absl::StrCat(target->host, " has more than ", options_.limits.dns_answers, " addresses"));
    }
    // One address that is denied condemns the name: the others may be a bait.
    for (const std::string& text : target->addresses) {
      PARFOCAL_ASSIGN_OR_RETURN(const IpAddress address, IpAddress::Parse(text));
      PARFOCAL_RETURN_IF_ERROR(guard_->Check(address));
    }
    return absl::OkStatus();
  }

  std::shared_ptr<Host> HostOf(const Target& target) {
    const MutexLock lock(&mu_);
    // Forget hosts that nobody waits for before there are too many: hosts come from outside.
    constexpr size_t kMaxHosts = 256;
    if (hosts_.size() >= kMaxHosts) {
      for (auto at = hosts_.begin(); at != hosts_.end();) {
        at = at->second.use_count() == 1 ? hosts_.erase(at) : std::next(at);
      }
    }
    auto& host = hosts_[target.host];
    if (host == nullptr) host = std::make_shared<Host>(&options_.limits);
    return host;
  }

  absl::StatusOr<Answer> Ask(const Target& target, const FetchRequest& request,
                             absl::Time deadline) {
    const std::shared_ptr<Host> host = HostOf(target);
    const MutexLock lock(&host->mu);
    if (const absl::Duration pause = host->next - absl::Now(); pause > absl::ZeroDuration()) {
      options_.sleep(pause);
      // Waiting for our own manners is not the server's delay.
      deadline += pause;
    }
    const Slot slot(this);
    if (host->transfer == nullptr) host->transfer = MakeTransfer(guard_.get());
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return absl::UnavailableError("the redirects took too long");
    absl::StatusOr<Answer> answer = host->transfer->Run(target, request, options_, left);
    host->next = absl::Now() + options_.gap * (1 + 0.1 * options_.random());
    return answer;
  }

  // One of the fetches that may go on at once.
  class Slot {
   public:
    explicit Slot(CurlFetcher* owner) : owner_(owner) {
      std::unique_lock<std::mutex> lock(owner_->slots_mu_);
      owner_->slot_free_.wait(
          lock, [&] { return owner_->busy_ < owner_->options_.limits.global_fetches; });
      ++owner_->busy_;
    }
    ~Slot() {
      const std::lock_guard<std::mutex> lock(owner_->slots_mu_);
      --owner_->busy_;
      owner_->slot_free_.notify_one();
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    CurlFetcher* const owner_;
  };

  HttpFetcherOptions options_;
  const std::unique_ptr<AddressGuard> guard_;
  SystemClock system_clock_;
  Mutex mu_;
  std::mt19937_64 engine_ ABSL_GUARDED_BY(mu_){std::random_device{}()};
  std::map<std::string, std::shared_ptr<Host>> hosts_ ABSL_GUARDED_BY(mu_);
  std::mutex slots_mu_;
  std::condition_variable slot_free_;
  int busy_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpFetcher>> HttpFetcher::Create(HttpFetcherOptions options) {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<AddressGuard> guard,
                            AddressGuard::Create(options.allow_networks));
  return std::make_unique<CurlFetcher>(std::move(options), std::move(guard));
}

}  // namespace parfocal
