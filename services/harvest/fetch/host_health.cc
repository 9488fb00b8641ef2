#include "host_health.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace parfocal {

absl::Status HostHealth::Admit(absl::Time now) {
  retries_ = std::min(retries_ + limits_.retry_part, limits_.retry_burst);
  // A clock that was set back must not keep a host closed for longer than was meant.
  if (now >= open_until_ || open_until_ - now > limits_.open_most) return absl::OkStatus();
  return WithReason(absl::UnavailableError(absl::StrCat(
                        "the host failed ", failures_, " times in a row and is left alone until ",
                        absl::FormatTime(absl::RFC3339_sec, open_until_, absl::UTCTimeZone()))),
                    "HOST_LEFT_ALONE");
}

void HostHealth::Note(bool reached, absl::Time now) {
  if (reached) {
    failures_ = openings_ = 0;
    open_until_ = absl::InfinitePast();
    return;
  }
  ++failures_;
  if (failures_ < limits_.failures_to_open) return;
  open_until_ =
      now + std::min(limits_.open * std::ldexp(1.0, std::min(openings_, 30)), limits_.open_most);
  ++openings_;
}

bool HostHealth::TakeRetry() {
  if (retries_ < 1) return false;
  retries_ -= 1;
  return true;
}

}  // namespace parfocal
