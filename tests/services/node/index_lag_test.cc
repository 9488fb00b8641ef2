#include "index_lag.h"

#include "gtest/gtest.h"

namespace parfocal {
namespace {

TEST(IndexLagTest, IsTheAgeOfTheOldestUnappliedChange) {
  IndexLag lag;
  const absl::Time t = absl::FromUnixSeconds(1000);
  EXPECT_EQ(lag.Lag(t), absl::ZeroDuration());
  lag.Observe(t, 10, 0);
  lag.Observe(t + absl::Seconds(1), 20, 0);
  lag.Observe(t + absl::Seconds(2), 30, 0);
  EXPECT_EQ(lag.Lag(t + absl::Seconds(3)), absl::Seconds(3));
  lag.Observe(t + absl::Seconds(3), 30, 15);
  EXPECT_EQ(lag.Lag(t + absl::Seconds(3)), absl::Seconds(2))
      << "what is left was first seen at 1 s";
  // A steady harvest that the index keeps up with does not count as ever older.
  for (int i = 4; i < 1000; ++i) lag.Observe(t + absl::Seconds(i), i * 10, (i - 1) * 10);
  EXPECT_EQ(lag.Lag(t + absl::Seconds(1000)), absl::Seconds(1));
  lag.Observe(t + absl::Seconds(1000), 9990, 9990);
  EXPECT_EQ(lag.Lag(t + absl::Seconds(2000)), absl::ZeroDuration());
  lag.Observe(t + absl::Seconds(2000), 9991, 9990);
  EXPECT_EQ(lag.Lag(t), absl::ZeroDuration()) << "never negative";
}

}  // namespace
}  // namespace parfocal
