// Little-endian integers in byte strings, with checked reading. The project runs on little-endian
// machines only, so integers are copied as they lie in memory.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace parfocal {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

template <typename T>
void PutFixed(std::string* out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

inline void PutBytes(std::string* out, absl::string_view bytes) {
  PutFixed<uint32_t>(out, static_cast<uint32_t>(bytes.size()));
  out->append(bytes.data(), bytes.size());
}

// Reads from the front of a byte string. After the first read beyond the end every read fails and
// gives zero or empty: check ok() once, at the end.
class WireReader {
 public:
  explicit WireReader(absl::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  absl::string_view rest() const { return rest_; }

  template <typename T>
  T Fixed() {
    T value{};
    const absl::string_view bytes = Take(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  absl::string_view Bytes() { return Take(Fixed<uint32_t>()); }
  absl::string_view Take(size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const absl::string_view out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace parfocal
