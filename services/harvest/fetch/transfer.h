// One request and its answer over libcurl: no redirects, no retries, no decision about where to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/fetch/address_guard.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/fetcher.h"
#include "parfocal/status.h"

namespace parfocal {

// Where a hop goes. `addresses` were checked and are the only ones that it may connect to.
struct Target {
  std::string url;  // Normalised.
  std::string scheme;
  std::string host;  // Without brackets.
  uint16_t port = 0;
  std::vector<std::string> addresses;
};

struct Answer {
  int status = 0;
  std::string body;
  std::string etag, last_modified, content_type, location, retry_after, link;
};

// A libcurl handle that keeps its connection for the next request to the same host. One thread at a
// time.
class Transfer {
 public:
  virtual ~Transfer() = default;
  // Failures: see Fetcher::Fetch; UNAVAILABLE may be tried again.
  virtual absl::StatusOr<Answer> Run(const Target& target, const FetchRequest& request,
                                     const HttpFetcherOptions& options, absl::Duration total) = 0;
};

// `guard` must outlive it.
std::unique_ptr<Transfer> MakeTransfer(AddressGuard* guard);

// Parses `url`, relative to `base` if that is not empty. INVALID_ARGUMENT if it is no http(s) URL
// or carries a user name.
absl::StatusOr<Target> ParseTarget(const std::string& url, const std::string& base);

}  // namespace parfocal
