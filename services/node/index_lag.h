// How old the oldest change is that the index has not applied. Told from observations of both
// sequences, since the change feed carries no times.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>
#include <deque>

#include "absl/time/time.h"
#include "parfocal/mutex.h"

namespace parfocal {

class IndexLag {
 public:
  // Call about once a second, and before asking. Times must not go backwards.
  void Observe(absl::Time now, int64_t catalogue, int64_t index);
  // ZeroDuration() if the index has everything that was observed. What was already there at the
  // first observation counts from then.
  absl::Duration Lag(absl::Time now) const;

 private:
  struct Seen {
    int64_t sequence;
    absl::Time first_seen;
  };
  mutable Mutex mu_;
  std::deque<Seen> unapplied_ ABSL_GUARDED_BY(mu_);  // Oldest first.
};

}  // namespace parfocal
