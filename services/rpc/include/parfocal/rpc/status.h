// The one border between absl::Status and the wire: canonical code, message, and google.rpc.Status
// details made of the payloads that parfocal/status.h attaches.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace parfocal {

// A longer message is cut, so that a failed call's trailers stay within the 8 KiB of metadata.
inline constexpr size_t kMaxStatusMessageBytes = 1000;

// Returns the same canonical code. The details hold an ErrorInfo (domain "parfocal"; a reason where
// the status has one, or RESOURCE_NOT_FOUND and RESOURCE_EXISTS where the code says it) and, for
// INVALID_ARGUMENT with a field, a BadRequest. Text that is not UTF-8 is mended.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The way back, for clients and tests: code, message, reason, field and metadata.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace parfocal
