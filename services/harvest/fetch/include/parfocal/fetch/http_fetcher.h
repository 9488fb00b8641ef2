// The Fetcher over libcurl, with a guard on everything that a hostile server could use: where a
// fetch may go, how much it may send, how long it may take.
//
// Each hop is checked by itself (scheme, port, host, credentials, every resolved address) and
// connects to the very addresses that were checked. Proxies of the environment, .netrc, cookies and
// curl's own redirects are off; TLS is 1.2 or later and verified.
//
// Thread safety: any thread. One request at a time per host; others wait. At most `global_fetches`
// at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/clock.h"
#include "parfocal/fetch/address_guard.h"
#include "parfocal/fetcher.h"
#include "parfocal/status.h"

namespace parfocal {

// RELIABILITY limits; a fetch that passes one fails with RESOURCE_EXHAUSTED or UNAVAILABLE as said.
struct FetchLimits {
  absl::Duration connect = absl::Seconds(10);     // UNAVAILABLE
  absl::Duration first_byte = absl::Seconds(60);  // UNAVAILABLE
  absl::Duration total = absl::Seconds(300);      // All hops of one try. UNAVAILABLE
  // Fewer body bytes than that within such a time: RESOURCE_EXHAUSTED.
  uint64_t low_speed_bytes_per_second = 1024;
  absl::Duration low_speed_time = absl::Seconds(30);
  uint64_t wire_bytes = uint64_t{64} << 20;
  uint64_t decoded_bytes = uint64_t{256} << 20;
  uint64_t ratio = 100;  // Decoded to wire, beyond `ratio_from_bytes` decoded.
  uint64_t ratio_from_bytes = uint64_t{1} << 20;
  uint64_t header_bytes = uint64_t{64} << 10;  // Of each answer.
  int redirects = 3;                           // PERMISSION_DENIED
  int dns_answers = 16;                        // More are not looked at: PERMISSION_DENIED.
  int tries = 5;
  absl::Duration backoff =
      absl::Seconds(2);  // Full jitter: 0 to backoff x 2^n, at most backoff_most.
  absl::Duration backoff_most = absl::Seconds(300);
  absl::Duration retry_after_most =
      absl::Hours(1);  // A server that asks for more is not waited for.
  int global_fetches = 8;
  // Second tries are at most this part of the requests to a host, after `retry_burst` of them.
  double retry_part = 0.1;
  double retry_burst = 20;
  // So many requests in a row that failed with UNAVAILABLE, second tries and all, close the host
  // for `open`, twice as long each time: UNAVAILABLE with reason HOST_LEFT_ALONE.
  int failures_to_open = 5;
  absl::Duration open = absl::Minutes(15);
  absl::Duration open_most = absl::Hours(24);
};

struct HttpFetcherOptions {
  std::string user_agent =
      "parfocal/0.1 (metadata harvester; set user_agent to say whom to write to)";
  bool allow_http = false;      // Else https alone.
  std::vector<uint16_t> ports;  // Besides 443 and, with allow_http, 80.
  std::vector<std::string>
      allow_networks;  // CIDRs that the guard lets through, such as "127.0.0.1/32".
  std::vector<std::string>
      redirect_hosts;  // Hosts that a redirect may lead to, besides the same one.
  absl::Duration gap =
      absl::Seconds(1);  // Between requests to one host; up to a tenth more at random.
  FetchLimits limits;

  // Seams for tests; the defaults are the real ones.
  std::function<void(absl::Duration)> sleep;
  std::function<double()> random;  // 0 <= x < 1
  // Numeric addresses of a host name.
  std::function<absl::StatusOr<std::vector<std::string>>(const std::string& host)> resolve;
  // For Retry-After dates and for hosts that are left alone. Must outlive the fetcher.
  const Clock* clock = nullptr;
};

class HttpFetcher : public Fetcher {
 public:
  // INVALID_ARGUMENT for a network that is no CIDR.
  static absl::StatusOr<std::unique_ptr<HttpFetcher>> Create(HttpFetcherOptions options);

  // As Fetcher::Fetch. Besides, FAILED_PRECONDITION: a status or an encoding that makes no sense
  // here; trying again will not help. 408, 425, 429, 500, 502, 503, 504, timeouts and broken
  // connections are tried again, after what Retry-After asks for; then UNAVAILABLE.
  absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) override = 0;

  // For tests and metrics.
  virtual const AddressGuard& guard() const = 0;
};

}  // namespace parfocal
