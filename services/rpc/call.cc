#include "parfocal/rpc/call.h"

#include <algorithm>

namespace parfocal {
namespace {

// RELIABILITY: security reports of gRPC sit above 8 KiB of metadata.
constexpr size_t kMaxMetadataBytes = 8 * 1024;

}  // namespace

Call::Call(grpc::CallbackServerContext* context, const MethodPolicy& policy) : context_(context) {
  const absl::Time now = absl::Now();
  const auto asked = context->deadline();
  deadline_ = asked == std::chrono::system_clock::time_point::max()
                  ? now + policy.default_deadline
                  : std::min(absl::FromChrono(asked), now + policy.max_deadline);
}

absl::Status Admit(const grpc::CallbackServerContext& context, const MethodPolicy* policy,
                   size_t request_bytes) {
  if (policy == nullptr) return absl::UnimplementedError("this method is not offered here");
  if (request_bytes > policy->max_request_bytes) {
    return LimitExceeded("request_bytes", static_cast<int64_t>(policy->max_request_bytes), "",
                         absl::StrCat("the request has ", request_bytes, " bytes; at most ",
                                      policy->max_request_bytes, " are allowed"));
  }
  size_t metadata = 0;
  for (const auto& [key, value] : context.client_metadata()) metadata += key.size() + value.size();
  if (metadata > kMaxMetadataBytes) {
    return LimitExceeded("metadata_bytes", kMaxMetadataBytes, "",
                         absl::StrCat("the call carries ", metadata, " bytes of metadata; at most ",
                                      kMaxMetadataBytes, " are allowed"));
  }
  return absl::OkStatus();
}

absl::Status Overloaded() {
  return WithDetail(
      WithReason(absl::ResourceExhaustedError("too many calls at once; try again in a second"),
                 "OVERLOADED"),
      "retryDelay", "1s");
}

}  // namespace parfocal
