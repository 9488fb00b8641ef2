#include "exposition.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace parfocal {
namespace {

std::string Number(double value) {
  const auto whole = static_cast<int64_t>(value);
  return static_cast<double>(whole) == value ? absl::StrCat(whole) : absl::StrFormat("%.9g", value);
}

}  // namespace

void Exposition::Begin(absl::string_view name, absl::string_view type, absl::string_view help) {
  name_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void Exposition::Sample(absl::string_view suffix, const MetricLabels& labels, double value) {
  absl::StrAppend(&text_, name_, suffix);
  absl::string_view separator = "{";
  for (const auto& [key, label] : labels) {
    absl::StrAppend(&text_, separator, key, "=\"",
                    absl::StrReplaceAll(label, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}),
                    "\"");
    separator = ",";
  }
  absl::StrAppend(&text_, labels.empty() ? "" : "}", " ", Number(value), "\n");
}

void ExposeRpc(const RpcMetrics& metrics, Exposition* out) {
  const std::vector<RpcMetrics::Method> methods = metrics.Read();
  out->Begin("parfocal_rpc_calls_total", "counter",
             "Calls that ended, by method and canonical code.");
  for (const RpcMetrics::Method& method : methods) {
    for (int code = 0; code < RpcMetrics::kCodes; ++code) {
      if (method.calls[code] == 0) continue;
      const std::string name = absl::StatusCodeToString(static_cast<absl::StatusCode>(code));
      out->Sample("", {{"method", std::string(method.method)}, {"code", name}},
                  static_cast<double>(method.calls[code]));
    }
  }
  out->Begin("parfocal_rpc_duration_seconds", "histogram",
             "Duration of calls from admission to status, by method.");
  for (const RpcMetrics::Method& method : methods) {
    int64_t calls = 0;
    for (int64_t bucket : method.buckets) calls += bucket;
    if (calls == 0) continue;
    const std::string name(method.method);
    int64_t below = 0;
    for (size_t i = 0; i < kLatencyBuckets.size(); ++i) {
      below += method.buckets[i];
      out->Sample("_bucket", {{"method", name}, {"le", absl::StrFormat("%g", kLatencyBuckets[i])}},
                  static_cast<double>(below));
    }
    out->Sample("_bucket", {{"method", name}, {"le", "+Inf"}}, static_cast<double>(calls));
    out->Sample("_sum", {{"method", name}}, method.seconds);
    out->Sample("_count", {{"method", name}}, static_cast<double>(calls));
  }
}

}  // namespace parfocal
