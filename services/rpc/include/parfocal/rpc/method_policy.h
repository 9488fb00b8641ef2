// The limits of each method of the wire contract, in one table. A method that is not in it is
// refused; a test compares the table with the descriptors.
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace parfocal {

inline constexpr size_t kMaxSearchRequestBytes = 256 * 1024;
inline constexpr size_t kMaxAdminRequestBytes = 4 * 1024 * 1024;

struct MethodPolicy {
  absl::string_view method;  // "parfocal.v1.SearchService/Search"
  size_t max_request_bytes = 0;
  // What holds if the caller names no deadline, and the longest that he may ask for. A stream has
  // none of its own: it is cut when the caller takes nothing for kStreamStall.
  absl::Duration default_deadline;
  absl::Duration max_deadline;
  bool stream = false;
};

inline constexpr absl::Duration kStreamStall = absl::Seconds(60);

absl::Span<const MethodPolicy> MethodPolicies();
// nullptr if there is none.
const MethodPolicy* FindMethodPolicy(absl::string_view method);

}  // namespace parfocal
