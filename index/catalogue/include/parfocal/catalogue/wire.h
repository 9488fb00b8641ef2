// Bytes of a row: varints, length-prefixed text and fixed-width reals. A reader never leaves its
// input: after the first thing that does not fit it is !ok() and returns zeros and empty text.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace parfocal::catalogue {

class ByteWriter {
 public:
  // Appends to `*out`, which must outlive the writer.
  explicit ByteWriter(std::string* out) : out_(out) {}

  void Varint(uint64_t value) {
    char buffer[10];
    int size = 0;
    while (value >= 0x80) {
      buffer[size++] = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    buffer[size++] = static_cast<char>(value);
    out_->append(buffer, size);
  }
  void Signed(int64_t value) {
    Varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Byte(uint8_t value) { out_->push_back(static_cast<char>(value)); }
  void Fixed32(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out_->push_back(static_cast<char>(value >> shift));
  }
  void Fixed64(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) out_->push_back(static_cast<char>(value >> shift));
  }
  void Raw(absl::string_view bytes) { out_->append(bytes.data(), bytes.size()); }
  void Text(absl::string_view text) {
    Varint(text.size());
    Raw(text);
  }

 private:
  std::string* out_;
};

class ByteReader {
 public:
  // Borrows `bytes`.
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return rest_.empty(); }
  size_t remaining() const { return rest_.size(); }
  void Fail() {
    ok_ = false;
    rest_ = absl::string_view();
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }
  int64_t Signed() {
    const uint64_t value = Varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint8_t Byte() {
    const absl::string_view byte = Raw(1);
    return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
  }
  uint32_t Fixed32() {
    uint32_t value = 0;
    int shift = 0;
    for (unsigned char byte : Raw(4)) {
      value |= static_cast<uint32_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }
  uint64_t Fixed64() {
    uint64_t value = 0;
    int shift = 0;
    for (unsigned char byte : Raw(8)) {
      value |= static_cast<uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }
  absl::string_view Raw(size_t size) {
    if (!ok_ || size > rest_.size()) {
      Fail();
      return absl::string_view();
    }
    const absl::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  absl::string_view Text() { return Raw(Varint()); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

// Eight bytes that sort like the number.
inline std::string BigEndian(uint64_t value) {
  std::string out(8, '\0');
  for (int i = 7; i >= 0; --i, value >>= 8) out[i] = static_cast<char>(value);
  return out;
}
// REQUIRES: 8 bytes.
inline uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (unsigned char byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace parfocal::catalogue
