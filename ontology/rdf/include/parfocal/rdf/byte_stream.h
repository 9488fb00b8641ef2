// The decoded bytes of a file or a buffer, piece by piece, through gzip if they begin so. For the
// readers of ontology files and of gene tables: `what` ("ontology") begins the messages of errors
// and names the limit. One thread.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

class ByteStream {
 public:
  // NOT_FOUND if `path` cannot be opened.
  static absl::StatusOr<std::unique_ptr<ByteStream>> OpenFile(const std::string& path,
                                                              int64_t limit,
                                                              absl::string_view what = "ontology");
  // `bytes` must outlive the stream.
  static std::unique_ptr<ByteStream> OpenBytes(absl::string_view bytes, int64_t limit,
                                               absl::string_view what = "ontology");
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // The first bytes (at most 4 KiB), without consuming them.
  absl::StatusOr<absl::string_view> Peek();
  // The next piece, valid until the next call; empty at the end. RESOURCE_EXHAUSTED beyond the
  // limit of decoded bytes, DATA_LOSS if the gzip data are damaged or cut off.
  absl::StatusOr<absl::string_view> Next();
  // All that is left.
  absl::StatusOr<std::string> ReadAll();
  int64_t decoded() const { return decoded_; }

 private:
  struct Inflater;
  ByteStream(std::FILE* file, absl::string_view bytes, int64_t limit, absl::string_view what);
  absl::StatusOr<absl::string_view> NextRaw();
  absl::StatusOr<absl::string_view> NextDecoded();
  absl::Status Start();

  std::FILE* file_;
  absl::string_view bytes_;  // Of OpenBytes: not yet handed out.
  int64_t limit_;
  std::string what_;
  int64_t decoded_ = 0;
  bool started_ = false;
  std::string raw_;
  absl::string_view pending_;  // Raw, not yet decoded.
  std::string out_;
  std::string head_;  // Decoded by Peek, not yet handed out.
  bool head_ready_ = false;
  std::unique_ptr<Inflater> inflater_;
};

// Calls `each` with every line, without its end and without a byte order mark; the line is valid
// during the call. Of a line longer than `line_bytes` nothing is handed over but `too_long`. A
// failure of `each` ends the reading and is returned, like one of `in`.
absl::Status ForEachLine(
    ByteStream* in, int64_t line_bytes,
    absl::FunctionRef<absl::Status(absl::string_view line, bool too_long)> each);

}  // namespace parfocal
