// Matchers for Status and StatusOr, which the packaged Abseil lacks.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "parfocal/status.h"

namespace parfocal::testing {

inline const absl::Status& StatusIn(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusIn(const absl::StatusOr<T>& status) {
  return status.status();
}

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << StatusIn(arg).ToString();
  return StatusIn(arg).ok();
}
MATCHER_P(StatusIs, code, "has the code") {
  *result_listener << StatusIn(arg).ToString();
  return StatusIn(arg).code() == code;
}
MATCHER_P2(StatusIs, code, message, "has the code and the message") {
  *result_listener << StatusIn(arg).ToString();
  return StatusIn(arg).code() == code &&
         ::testing::ExplainMatchResult(message, std::string(StatusIn(arg).message()),
                                       result_listener);
}
MATCHER_P(HasReason, reason, "has the reason") {
  *result_listener << StatusIn(arg).ToString();
  return ReasonOf(StatusIn(arg)) == reason;
}

}  // namespace parfocal::testing

#define PARFOCAL_ASSERT_OK_AND_ASSIGN(lhs, expr) \
  PARFOCAL_ASSERT_OK_AND_ASSIGN_IMPL(PARFOCAL_CONCAT(parfocal_assert_, __LINE__), lhs, expr)
#define PARFOCAL_ASSERT_OK_AND_ASSIGN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                       \
  ASSERT_TRUE(tmp.ok()) << tmp.status();                   \
  lhs = *std::move(tmp)
