#include "parfocal/rdf/byte_stream.h"

#include <zlib.h>

#include <algorithm>

#include "absl/strings/match.h"

namespace parfocal {
namespace {
constexpr size_t kPiece = 1 << 16;
constexpr size_t kHead = 4096;
}  // namespace

struct ByteStream::Inflater {
  z_stream stream = {};
  bool member_done = false;
  ~Inflater() { inflateEnd(&stream); }
};

ByteStream::ByteStream(std::FILE* file, absl::string_view bytes, int64_t limit,
                       absl::string_view what)
    : file_(file), bytes_(bytes), limit_(limit), what_(what) {}

ByteStream::~ByteStream() {
  if (file_ != nullptr) std::fclose(file_);
}

absl::StatusOr<std::unique_ptr<ByteStream>> ByteStream::OpenFile(const std::string& path,
                                                                 int64_t limit,
                                                                 absl::string_view what) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return absl::NotFoundError(absl::StrCat(what, ": cannot open ", path));
  return std::unique_ptr<ByteStream>(new ByteStream(file, "", limit, what));
}

std::unique_ptr<ByteStream> ByteStream::OpenBytes(absl::string_view bytes, int64_t limit,
                                                  absl::string_view what) {
  return std::unique_ptr<ByteStream>(new ByteStream(nullptr, bytes, limit, what));
}

absl::StatusOr<absl::string_view> ByteStream::NextRaw() {
  if (file_ == nullptr) {
    absl::string_view piece = bytes_.substr(0, kPiece);
    bytes_.remove_prefix(piece.size());
    return piece;
  }
  raw_.resize(kPiece);
  const size_t n = std::fread(raw_.data(), 1, kPiece, file_);
  if (n == 0 && std::ferror(file_)) return absl::DataLossError(absl::StrCat(what_, ": read error"));
  return absl::string_view(raw_.data(), n);
}

absl::Status ByteStream::Start() {
  started_ = true;
  PARFOCAL_ASSIGN_OR_RETURN(pending_, NextRaw());
  if (pending_.size() < 2 || pending_[0] != '\x1f' || pending_[1] != '\x8b') {
    return absl::OkStatus();
  }
  inflater_ = std::make_unique<Inflater>();
  if (inflateInit2(&inflater_->stream, 15 + 16) != Z_OK) {
    return absl::InternalError(absl::StrCat(what_, ": zlib does not start"));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> ByteStream::NextDecoded() {
  if (!started_) PARFOCAL_RETURN_IF_ERROR(Start());
  if (inflater_ == nullptr) {
    if (pending_.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(pending_, NextRaw());
    }
    absl::string_view piece = pending_;
    pending_ = {};
    return piece;
  }
  out_.resize(kPiece);
  z_stream& z = inflater_->stream;
  while (true) {
    if (pending_.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(pending_, NextRaw());
      if (pending_.empty()) {
        if (!inflater_->member_done)
          return absl::DataLossError(absl::StrCat(what_, ": gzip data end too early"));
        return absl::string_view();
      }
    }
    if (inflater_->member_done) {  // A file may hold several members, one behind the other.
      if (inflateReset(&z) != Z_OK)
        return absl::InternalError(absl::StrCat(what_, ": zlib does not restart"));
      inflater_->member_done = false;
    }
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(pending_.data()));
    z.avail_in = static_cast<uInt>(pending_.size());
    z.next_out = reinterpret_cast<Bytef*>(out_.data());
    z.avail_out = static_cast<uInt>(out_.size());
    const int code = inflate(&z, Z_NO_FLUSH);
    pending_.remove_prefix(pending_.size() - z.avail_in);
    if (code == Z_STREAM_END) {
      inflater_->member_done = true;
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return absl::DataLossError(absl::StrCat(what_, ": damaged gzip data"));
    }
    const size_t n = out_.size() - z.avail_out;
    if (n > 0) return absl::string_view(out_.data(), n);
  }
}

absl::StatusOr<absl::string_view> ByteStream::Peek() {
  if (!head_ready_) {
    head_ready_ = true;
    while (head_.size() < kHead) {
      PARFOCAL_ASSIGN_OR_RETURN(absl::string_view piece, NextDecoded());
      if (piece.empty()) break;
      head_.append(piece.data(), piece.size());
    }
  }
  return absl::string_view(head_).substr(0, kHead);
}

absl::StatusOr<absl::string_view> ByteStream::Next() {
  absl::string_view piece;
  if (!head_.empty()) {
    out_.swap(head_);
    head_.clear();
    head_ready_ = true;
    piece = out_;
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(piece, NextDecoded());
  }
  decoded_ += static_cast<int64_t>(piece.size());
  if (decoded_ > limit_) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat(what_, ": larger than ", limit_, " bytes when decoded")),
                      "LIMIT_EXCEEDED", absl::StrCat(what_, ".file_bytes"));
  }
  return piece;
}

absl::StatusOr<std::string> ByteStream::ReadAll() {
  std::string all;
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(absl::string_view piece, Next());
    if (piece.empty()) return all;
    all.append(piece.data(), piece.size());
  }
}

absl::Status ForEachLine(
    ByteStream* in, int64_t line_bytes,
    absl::FunctionRef<absl::Status(absl::string_view line, bool too_long)> each) {
  std::string carry;  // The beginning of a line whose end lies in a later piece.
  bool too_long = false;
  bool first = true;
  while (true) {
    PARFOCAL_ASSIGN_OR_RETURN(absl::string_view piece, in->Next());
    if (piece.empty()) break;
    if (first && absl::StartsWith(piece, "\xef\xbb\xbf")) piece.remove_prefix(3);
    first = false;
    while (!piece.empty()) {
      const size_t end = piece.find('\n');
      const absl::string_view part = piece.substr(0, end);
      piece.remove_prefix(end == absl::string_view::npos ? piece.size() : end + 1);
      too_long = too_long || static_cast<int64_t>(carry.size() + part.size()) > line_bytes;
      const bool whole = carry.empty() && end != absl::string_view::npos;
      if (!too_long && !whole) carry.append(part.data(), part.size());
      if (end == absl::string_view::npos) break;
      PARFOCAL_RETURN_IF_ERROR(each(too_long ? "" : whole ? part : carry, too_long));
      carry.clear();
      too_long = false;
    }
  }
  if (carry.empty() && !too_long) return absl::OkStatus();
  return each(too_long ? "" : carry, too_long);
}

}  // namespace parfocal
