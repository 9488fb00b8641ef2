#include "index_lag.h"

#include <algorithm>

namespace parfocal {

void IndexLag::Observe(absl::Time now, int64_t catalogue, int64_t index) {
  MutexLock lock(&mu_);
  if (catalogue > index && (unapplied_.empty() || unapplied_.back().sequence < catalogue)) {
    unapplied_.push_back({catalogue, now});
  }
  while (!unapplied_.empty() && unapplied_.front().sequence <= index) unapplied_.pop_front();
}

absl::Duration IndexLag::Lag(absl::Time now) const {
  MutexLock lock(&mu_);
  return unapplied_.empty() ? absl::ZeroDuration()
                            : std::max(now - unapplied_.front().first_seen, absl::ZeroDuration());
}

}  // namespace parfocal
