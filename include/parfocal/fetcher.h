// The seam to the outside: bytes by http(s). The real one (services/harvest/fetch) checks
// addresses, redirects, sizes and speed; see its header for the limits.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parfocal/status.h"

namespace parfocal {

struct FetchRequest {
  std::string url;
  std::string if_none_match;      // ETag of the copy we hold; empty: none.
  std::string if_modified_since;  // As the server gave it.
  // Statuses besides 200 whose answer is wanted, with its body, such as 422 of a protocol that says
  // its errors in the body. Redirects, and statuses that are tried again, are none of them.
  std::vector<int> accept;
  // What kind of answer is wanted, as the header `Accept` says it; empty: any.
  std::string media_types;
};

struct FetchResponse {
  int http_status = 0;  // 200, 304 or one of `accept`; anything else is a Status.
  std::string body;     // Decoded.
  std::string etag;
  std::string last_modified;
  std::string content_type;
  std::string link;  // Its `Link` headers, joined with ", ".
  std::string final_url;
};

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  // UNAVAILABLE: try again later (408, 425, 429, 5xx, timeout, reset). PERMISSION_DENIED: refused
  // by the egress guard, or 401/403. NOT_FOUND: 404/410. RESOURCE_EXHAUSTED: a size or speed limit,
  // named in the message. INVALID_ARGUMENT: not an http(s) URL.
  virtual absl::StatusOr<FetchResponse> Fetch(const FetchRequest& request) = 0;
};

}  // namespace parfocal
