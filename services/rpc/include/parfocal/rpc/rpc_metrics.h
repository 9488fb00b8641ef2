// Counts calls and their duration by method and code. Thread safety: any thread; counting takes no
// lock.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace parfocal {

// Upper bounds of the latency buckets, in seconds; a last one has none.
inline constexpr std::array<double, 12> kLatencyBuckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 10};

class RpcMetrics {
 public:
  static constexpr int kCodes = 17;  // Canonical codes 0..16.

  struct Method {
    absl::string_view method;
    std::array<int64_t, kCodes> calls{};
    std::array<int64_t, kLatencyBuckets.size() + 1> buckets{};  // Not cumulative.
    double seconds = 0;
  };

  RpcMetrics();
  ~RpcMetrics();

  // A method outside the policy table is not counted.
  void Count(absl::string_view method, absl::StatusCode code, absl::Duration duration);
  // In the order of the policy table; each number by itself, not all of one instant.
  std::vector<Method> Read() const;

 private:
  struct Counters;
  std::vector<std::unique_ptr<Counters>> counters_;
};

}  // namespace parfocal
