#include "body_decoder.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace parfocal {
namespace {

// windowBits of inflateInit2: 32 KiB window, header detected (gzip or zlib); or none at all.
constexpr int kGzipOrZlib = 15 + 32;
constexpr int kRawDeflate = -15;

absl::Status OverLimit(absl::string_view limit, absl::string_view what) {
  return WithReason(absl::ResourceExhaustedError(what), "LIMIT_EXCEEDED", limit);
}

}  // namespace

BodyDecoder::~BodyDecoder() {
  if (started_) inflateEnd(&stream_);
}

absl::Status BodyDecoder::SetEncoding(absl::string_view content_encoding) {
  const std::string name = absl::AsciiStrToLower(absl::StripAsciiWhitespace(content_encoding));
  if (name.empty() || name == "identity") return absl::OkStatus();
  if (name != "gzip" && name != "x-gzip" && name != "deflate") {
    return absl::FailedPreconditionError(absl::StrCat("Content-Encoding '", name.substr(0, 60),
                                                      "': only one of gzip and deflate is taken"));
  }
  encoded_ = true;
  deflate_ = name == "deflate";
  return absl::OkStatus();
}

absl::Status BodyDecoder::Add(absl::string_view wire) {
  wire_ += wire.size();
  if (wire_ > limits_.wire_bytes) {
    return OverLimit("wire_bytes", absl::StrCat("the body has more than ", limits_.wire_bytes,
                                                " bytes on the wire"));
  }
  return encoded_ ? Inflate(wire) : Append(wire.data(), wire.size());
}

absl::Status BodyDecoder::Append(const char* data, size_t size) {
  if (body_.size() + size > limits_.decoded_bytes) {
    return OverLimit("decoded_bytes",
                     absl::StrCat("the body has more than ", limits_.decoded_bytes, " bytes"));
  }
  body_.append(data, size);
  if (body_.size() > limits_.ratio_from_bytes && body_.size() > limits_.ratio * wire_) {
    return OverLimit("ratio", absl::StrCat("the body grows to more than ", limits_.ratio,
                                           " times its size on the wire"));
  }
  return absl::OkStatus();
}

absl::Status BodyDecoder::StartStream(int window_bits) {
  if (started_) inflateEnd(&stream_);
  stream_ = {};
  started_ = inflateInit2(&stream_, window_bits) == Z_OK;
  return started_ ? absl::OkStatus() : absl::ResourceExhaustedError("no memory to unpack a body");
}

absl::Status BodyDecoder::Inflate(absl::string_view wire) {
  if (!started_ && !wire.empty()) {
    // Some servers send "deflate" without the zlib header that it should have: its first byte
    // tells.
    const bool raw = deflate_ && (static_cast<unsigned char>(wire[0]) & 0x0f) != Z_DEFLATED;
    PARFOCAL_RETURN_IF_ERROR(StartStream(raw ? kRawDeflate : kGzipOrZlib));
  }
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(wire.data()));
  stream_.avail_in = static_cast<uInt>(wire.size());
  char out[16 << 10];
  while (stream_.avail_in > 0 || stream_.avail_out == 0) {
    if (ended_) {
      // A gzip file may have several members; anything else behind the end is no part of the body.
      if (stream_.avail_in == 0) break;
      if (deflate_ || *stream_.next_in != 0x1f)
        return absl::DataLossError("bytes follow the compressed body");
      if (inflateReset(&stream_) != Z_OK)
        return absl::DataLossError("the compressed body is damaged");
      ended_ = false;
    }
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = sizeof out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return absl::DataLossError("the compressed body is damaged");
    }
    PARFOCAL_RETURN_IF_ERROR(Append(out, sizeof out - stream_.avail_out));
    if (result == Z_STREAM_END) ended_ = true;
    if (result == Z_BUF_ERROR) break;
  }
  return absl::OkStatus();
}

absl::Status BodyDecoder::Finish() const {
  if (encoded_ && started_ && !ended_)
    return absl::DataLossError("the compressed body is cut short");
  return absl::OkStatus();
}

}  // namespace parfocal
