// Whether a host is to be asked at all, and how often what failed is tried again. A host that fails
// request after request is left alone, longer each time; and of all requests to a host only a part
// may be second tries, so that a host in trouble is not asked more than one in health.
//
// Thread safety: one thread at a time.
#pragma once

#include "absl/time/time.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/status.h"

namespace parfocal {

class HostHealth {
 public:
  // `limits` must outlive it.
  explicit HostHealth(const FetchLimits* limits)
      : limits_(*limits), retries_(limits->retry_burst) {}

  // Before a request. UNAVAILABLE, naming the moment from which on it is tried again, while the
  // host is left alone. When that is over one request goes through, and its outcome decides.
  absl::Status Admit(absl::Time now);
  // After it, its second tries included. `reached`: the host gave an answer, whatever it says.
  void Note(bool reached, absl::Time now);

  // Whether a request may be tried again now; if so, it counts.
  bool TakeRetry();

 private:
  const FetchLimits& limits_;
  int failures_ = 0;  // In a row.
  int openings_ = 0;  // Since the last request that went well.
  absl::Time open_until_ = absl::InfinitePast();
  double retries_;
};

}  // namespace parfocal
