// The body of one answer as it comes off the wire: counted, decoded (gzip or deflate, one layer),
// and stopped at the first limit that it passes.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

struct BodyLimits {
  uint64_t wire_bytes = uint64_t{64} << 20;
  uint64_t decoded_bytes = uint64_t{256} << 20;
  uint64_t ratio = 100;                           // Decoded to wire ...
  uint64_t ratio_from_bytes = uint64_t{1} << 20;  // ... once so much was decoded.
};

class BodyDecoder {
 public:
  explicit BodyDecoder(const BodyLimits& limits) : limits_(limits) {}
  ~BodyDecoder();
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;

  // Before the first byte. FAILED_PRECONDITION for any Content-Encoding but none, identity, gzip
  // and deflate, and for two of them on top of each other.
  absl::Status SetEncoding(absl::string_view content_encoding);
  // RESOURCE_EXHAUSTED names the limit; DATA_LOSS if the bytes are not what the encoding promises.
  absl::Status Add(absl::string_view wire);
  // After the last byte. DATA_LOSS if the compressed stream is cut short.
  absl::Status Finish() const;

  std::string TakeBody() { return std::move(body_); }
  uint64_t wire_bytes() const { return wire_; }

 private:
  absl::Status Inflate(absl::string_view wire);
  absl::Status Append(const char* data, size_t size);
  absl::Status StartStream(int window_bits);

  const BodyLimits limits_;
  std::string body_;
  uint64_t wire_ = 0;
  bool encoded_ = false;
  bool deflate_ = false;
  bool started_ = false;
  bool ended_ = false;
  z_stream stream_{};
};

}  // namespace parfocal
