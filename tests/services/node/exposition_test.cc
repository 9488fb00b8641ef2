#include "exposition.h"

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExpositionTest, EscapesLabelsAndPrintsWholeNumbersWhole) {
  Exposition out;
  out.Begin("m", "gauge", "Help.");
  out.Sample("", {}, 1e12);
  out.Sample("_x", {{"a", "q\"b\\n\n"}, {"b", ""}}, 0.25);
  EXPECT_EQ(
      out.text(),
      "# HELP m Help.\n# TYPE m gauge\nm 1000000000000\nm_x{a=\"q\\\"b\\\\n\\n\",b=\"\"} 0.25\n");
}

TEST(ExpositionTest, HistogramsAreCumulative) {
  RpcMetrics metrics;
  constexpr absl::string_view kMethod = "parfocal.v1.SearchService/Search";
  metrics.Count(kMethod, absl::StatusCode::kOk, absl::Microseconds(100));
  metrics.Count(kMethod, absl::StatusCode::kOk, absl::Milliseconds(2));
  metrics.Count(kMethod, absl::StatusCode::kNotFound, absl::Seconds(60));
  Exposition out;
  ExposeRpc(metrics, &out);
  for (const char* line : {
           "parfocal_rpc_calls_total{method=\"parfocal.v1.SearchService/Search\",code=\"OK\"} 2\n",
           "parfocal_rpc_calls_total{method=\"parfocal.v1.SearchService/"
           "Search\",code=\"NOT_FOUND\"} 1\n",
           "_bucket{method=\"parfocal.v1.SearchService/Search\",le=\"0.0005\"} 1\n",
           "_bucket{method=\"parfocal.v1.SearchService/Search\",le=\"0.0025\"} 2\n",
           "_bucket{method=\"parfocal.v1.SearchService/Search\",le=\"10\"} 2\n",
           "_bucket{method=\"parfocal.v1.SearchService/Search\",le=\"+Inf\"} 3\n",
           "_count{method=\"parfocal.v1.SearchService/Search\"} 3\n",
       }) {
    EXPECT_THAT(out.text(), HasSubstr(line));
  }
  EXPECT_THAT(out.text(), Not(HasSubstr("Suggest"))) << "what was never called is left out";
}

}  // namespace
}  // namespace parfocal
