// When to give up: a deadline and a question whether the caller has gone. Asked within loops, so
// that no query runs on for more than some milliseconds.
//
// Thread safety: belongs to the one thread that executes the query.
#pragma once

#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "parfocal/status.h"

namespace parfocal {

class Interrupt {
 public:
  Interrupt() = default;  // Never.
  Interrupt(absl::Time deadline, bool (*cancelled)(const void*), const void* context)
      : deadline_(deadline), cancelled_(cancelled), context_(context) {}

  // DEADLINE_EXCEEDED or CANCELLED when it is time to stop. Reads the clock.
  absl::Status Check() {
    if (cancelled_ != nullptr && cancelled_(context_)) {
      return absl::CancelledError("search: the caller has gone");
    }
    if (absl::Now() >= deadline_) {
      return absl::DeadlineExceededError(
          "search: the deadline passed; ask for fewer facets or more time");
    }
    return absl::OkStatus();
  }
  // The same, reading the clock once in about `kSteps` units of work (rows, values, postings).
  absl::Status Spend(int64_t units) {
    budget_ -= units;
    if (budget_ > 0) return absl::OkStatus();
    budget_ = kSteps;
    return Check();
  }

 private:
  static constexpr int64_t kSteps = 100000;  // Well under 5 ms of any of the loops.
  absl::Time deadline_ = absl::InfiniteFuture();
  bool (*cancelled_)(const void*) = nullptr;
  const void* context_ = nullptr;
  int64_t budget_ = kSteps;
};

}  // namespace parfocal
