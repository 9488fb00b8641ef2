#include "parfocal/rpc/rpc_metrics.h"

#include <algorithm>

#include "parfocal/rpc/method_policy.h"

namespace parfocal {

struct RpcMetrics::Counters {
  absl::string_view method;
  std::array<std::atomic<int64_t>, kCodes> calls{};
  std::array<std::atomic<int64_t>, kLatencyBuckets.size() + 1> buckets{};
  std::atomic<int64_t> nanoseconds{0};
};

RpcMetrics::RpcMetrics() {
  for (const MethodPolicy& policy : MethodPolicies()) {
    counters_.push_back(std::make_unique<Counters>());
    counters_.back()->method = policy.method;
  }
}

RpcMetrics::~RpcMetrics() = default;

void RpcMetrics::Count(absl::string_view method, absl::StatusCode code, absl::Duration duration) {
  for (const auto& counters : counters_) {
    if (counters->method != method) continue;
    const int index = std::clamp(static_cast<int>(code), 0, kCodes - 1);
    counters->calls[index].fetch_add(1, std::memory_order_relaxed);
    const double seconds = absl::ToDoubleSeconds(duration);
    const size_t bucket =
        std::lower_bound(kLatencyBuckets.begin(), kLatencyBuckets.end(), seconds) -
        kLatencyBuckets.begin();
    counters->buckets[bucket].fetch_add(1, std::memory_order_relaxed);
    counters->nanoseconds.fetch_add(absl::ToInt64Nanoseconds(duration), std::memory_order_relaxed);
    return;
  }
}

std::vector<RpcMetrics::Method> RpcMetrics::Read() const {
  std::vector<Method> out;
  for (const auto& counters : counters_) {
    Method method;
    method.method = counters->method;
    for (int i = 0; i < kCodes; ++i)
      method.calls[i] = counters->calls[i].load(std::memory_order_relaxed);
    for (size_t i = 0; i < method.buckets.size(); ++i)
      method.buckets[i] = counters->buckets[i].load(std::memory_order_relaxed);
    method.seconds =
        static_cast<double>(counters->nanoseconds.load(std::memory_order_relaxed)) / 1e9;
    out.push_back(method);
  }
  return out;
}

}  // namespace parfocal
