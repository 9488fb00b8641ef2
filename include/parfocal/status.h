// What every folder needs around absl::Status: two macros that pass a failure up, and the reason
// and field that a service turns into ErrorInfo. Everything here may be used from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace parfocal {

inline constexpr absl::string_view kReasonUrl = "parfocal/reason";
inline constexpr absl::string_view kFieldUrl = "parfocal/field";

// Returns `status` with a machine-readable reason (upper snake case, listed in
// proto/parfocal/v1/errors.proto) and, if there is one, the request field or limit at fault.
// An OK status is returned unchanged.
inline absl::Status WithReason(absl::Status status, absl::string_view reason,
                               absl::string_view field = "") {
  if (status.ok()) return status;
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  if (!field.empty()) status.SetPayload(kFieldUrl, absl::Cord(field));
  return status;
}

// Returns the reason attached by WithReason, or an empty string.
inline std::string ReasonOf(const absl::Status& status) {
  auto payload = status.GetPayload(kReasonUrl);
  return payload.has_value() ? std::string(*payload) : std::string();
}

// Returns the field attached by WithReason, or an empty string.
inline std::string FieldOf(const absl::Status& status) {
  auto payload = status.GetPayload(kFieldUrl);
  return payload.has_value() ? std::string(*payload) : std::string();
}

// Payloads whose URL begins so become metadata of the ErrorInfo, under the rest of the URL.
inline constexpr absl::string_view kDetailUrl = "parfocal/detail/";

// Returns `status` with one more machine-readable detail, such as ("maximum", "4096").
inline absl::Status WithDetail(absl::Status status, absl::string_view key,
                               absl::string_view value) {
  if (status.ok()) return status;
  status.SetPayload(absl::StrCat(kDetailUrl, key), absl::Cord(value));
  return status;
}

// Returns INVALID_ARGUMENT with reason LIMIT_EXCEEDED: `limit` names a documented limit, `maximum`
// is its value, `field` the request field at fault.
inline absl::Status LimitExceeded(absl::string_view limit, int64_t maximum, absl::string_view field,
                                  absl::string_view message) {
  absl::Status status = WithReason(absl::InvalidArgumentError(message), "LIMIT_EXCEEDED", field);
  return WithDetail(WithDetail(std::move(status), "limit", limit), "maximum",
                    absl::StrCat(maximum));
}

// Returns `status` with `where` put before its message; keeps the code and the payloads.
inline absl::Status Annotate(const absl::Status& status, absl::string_view where) {
  if (status.ok()) return status;
  absl::Status out(status.code(), absl::StrCat(where, ": ", status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& value) { out.SetPayload(url, value); });
  return out;
}

}  // namespace parfocal

#define PARFOCAL_CONCAT_INNER(a, b) a##b
#define PARFOCAL_CONCAT(a, b) PARFOCAL_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expr` is a failed Status.
#define PARFOCAL_RETURN_IF_ERROR(expr)                                                        \
  do {                                                                                        \
    if (absl::Status parfocal_status = (expr); !parfocal_status.ok()) return parfocal_status; \
  } while (false)

// Declares or assigns `lhs` from a StatusOr, or returns its failure.
#define PARFOCAL_ASSIGN_OR_RETURN(lhs, expr) \
  PARFOCAL_ASSIGN_OR_RETURN_IMPL(PARFOCAL_CONCAT(parfocal_or_, __LINE__), lhs, expr)
#define PARFOCAL_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                   \
  if (!tmp.ok()) return std::move(tmp).status();       \
  lhs = *std::move(tmp)
