// Page tokens: where a listing goes on, bound to its request, signed with the node's key, good for
// one hour. Web-safe base64 of: version, request hash, sequence, release, time of issue, position,
// HMAC.
//
// Thread safety: immutable; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "parfocal/clock.h"
#include "parfocal/status.h"

namespace google::protobuf {
class Message;
}

namespace parfocal {

inline constexpr absl::Duration kPageTokenLife = absl::Hours(1);
inline constexpr size_t kMaxPageTokenBytes = 16 * 1024;

// The place in a listing behind which the next page begins.
struct PagePosition {
  int64_t sequence = 0;  // Of the snapshot; 0 for listings that are not of a snapshot.
  std::string release;   // Likewise.
  std::string after;     // Sort key or name; opaque to everyone but the listing.
};

class PageTokens {
 public:
  // `key` is the secret of the data directory, at least 16 bytes. `clock` must outlive this.
  PageTokens(std::string key, const Clock* clock);

  // `request_hash` comes from RequestHash.
  std::string Make(absl::string_view request_hash, const PagePosition& position) const;
  // INVALID_ARGUMENT with PAGE_TOKEN_MISMATCH if the token is broken, of another node or of another
  // request; FAILED_PRECONDITION with CURSOR_EXPIRED if it is older than kPageTokenLife.
  absl::StatusOr<PagePosition> Read(absl::string_view request_hash, absl::string_view token) const;

 private:
  const std::string key_;
  const Clock* clock_;
};

// 16 bytes that identify `request` with its fields `page_size` and `page_token` left out, and its
// type.
std::string RequestHash(const google::protobuf::Message& request);

// The page size that holds: `page_size`, or `standard` for 0, at most `maximum`. INVALID_ARGUMENT
// with VALUE_OUT_OF_RANGE if it is negative.
absl::StatusOr<int> PageSize(int64_t page_size, int standard, int maximum);

}  // namespace parfocal
