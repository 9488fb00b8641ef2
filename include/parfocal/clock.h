// The seam for time. Records carry wall time; waits and deadlines use the steady clock and do not
// come through here.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace parfocal {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace parfocal
