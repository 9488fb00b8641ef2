// The Prometheus text format, version 0.0.4, for the few numbers that a node publishes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/rpc/rpc_metrics.h"

namespace parfocal {

using MetricLabels = std::vector<std::pair<absl::string_view, std::string>>;

class Exposition {
 public:
  // Begins a metric; `type` is counter, gauge or histogram.
  void Begin(absl::string_view name, absl::string_view type, absl::string_view help);
  // A sample of the metric begun, perhaps with a suffix such as _bucket.
  void Sample(absl::string_view suffix, const MetricLabels& labels, double value);
  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

// Calls by method and code, and a histogram of their duration by method; what was never called is
// left out.
void ExposeRpc(const RpcMetrics& metrics, Exposition* out);

}  // namespace parfocal
