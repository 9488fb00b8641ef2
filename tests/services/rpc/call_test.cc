// The policy table against the descriptors, the pool, and the counters. The limits themselves are
// tested through whole services in tests/services/.
#include "parfocal/rpc/call.h"

#include <atomic>
#include <condition_variable>
#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "parfocal/v1/admin_service.pb.h"
#include "parfocal/v1/catalogue_service.pb.h"
#include "parfocal/v1/harvest_service.pb.h"
#include "parfocal/v1/ontology_service.pb.h"
#include "parfocal/v1/phenotype_service.pb.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {
namespace {

TEST(MethodPolicyTest, NamesEveryMethodOfTheContractAndNoOther) {
  const google::protobuf::FileDescriptor* files[] = {
      v1::SearchRequest::descriptor()->file(), v1::Source::descriptor()->file(),
      v1::NodeStatus::descriptor()->file(),    v1::Term::descriptor()->file(),
      v1::Checkpoint::descriptor()->file(),    v1::Network::descriptor()->file()};
  std::set<std::string> methods;
  for (const auto* file : files) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        const std::string name = file->service(s)->full_name() + "/" + method->name();
        methods.insert(name);
        const MethodPolicy* policy = FindMethodPolicy(name);
        ASSERT_NE(policy, nullptr) << name;
        EXPECT_EQ(policy->stream, method->server_streaming()) << name;
        EXPECT_LE(policy->default_deadline, policy->max_deadline) << name;
      }
    }
  }
  EXPECT_EQ(methods.size(), MethodPolicies().size());
  EXPECT_EQ(FindMethodPolicy("parfocal.v1.SearchService/Other"), nullptr);
}

TEST(WorkerPoolTest, RefusesBeyondItsQueueAndRunsWhatItAccepted) {
  std::atomic<int> ran = 0;
  Mutex mu;
  std::condition_variable_any changed;
  bool open = false, started = false;
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.Run([&] {
      MutexLock lock(&mu);
      started = true;
      changed.notify_all();
      while (!open) changed.wait(mu);
      ++ran;
    }));
    {
      MutexLock lock(&mu);
      while (!started) changed.wait(mu);
    }
    EXPECT_TRUE(pool.Run([&] { ++ran; }));
    EXPECT_TRUE(pool.Run([&] { ++ran; }));
    EXPECT_FALSE(pool.Run([&] { ++ran; }));
    pool.Continue([&] { ++ran; });
    MutexLock lock(&mu);
    open = true;
    changed.notify_all();
  }
  EXPECT_EQ(ran, 4);
}

TEST(RpcMetricsTest, CountsByMethodCodeAndDuration) {
  RpcMetrics metrics;
  constexpr absl::string_view kMethod = "parfocal.v1.SearchService/Search";
  metrics.Count(kMethod, absl::StatusCode::kOk,
                absl::Milliseconds(1));  // A bound belongs to its bucket.
  metrics.Count(kMethod, absl::StatusCode::kOk, absl::Milliseconds(3));
  metrics.Count(kMethod, absl::StatusCode::kNotFound, absl::Seconds(11));
  metrics.Count("no.such/Method", absl::StatusCode::kOk, absl::Seconds(1));
  for (const RpcMetrics::Method& method : metrics.Read()) {
    if (method.method != kMethod) {
      EXPECT_EQ(method.calls[0], 0);
      continue;
    }
    EXPECT_EQ(method.calls[0], 2);
    EXPECT_EQ(method.calls[5], 1);
    EXPECT_EQ(method.buckets[1], 1);
    EXPECT_EQ(method.buckets[3], 1);
    EXPECT_EQ(method.buckets.back(), 1);
    EXPECT_NEAR(method.seconds, 11.004, 1e-6);
  }
}

}  // namespace
}  // namespace parfocal
