// An array that grows without moving: one writer appends while readers read what they know of.
//
// Thread safety: Append from one thread at a time; operator[] of an index is safe once the reader
// was told of it by a synchronised publication (a mutex, a shared_ptr handed over).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <utility>

namespace parfocal {

template <typename T>
class StableArray {
 public:
  size_t size() const { return size_; }
  const T& operator[](size_t i) const { return chunks_[ChunkOf(i)][OffsetOf(i)]; }
  T& operator[](size_t i) { return chunks_[ChunkOf(i)][OffsetOf(i)]; }
  void Append(T value) {
    std::unique_ptr<T[]>& chunk = chunks_[ChunkOf(size_)];
    if (chunk == nullptr) chunk = std::make_unique<T[]>(kFirst << ChunkOf(size_));
    chunk[OffsetOf(size_)] = std::move(value);
    ++size_;
  }

 private:
  // Chunk k holds kFirst << k elements.
  static constexpr size_t kFirst = 64;
  static size_t ChunkOf(size_t i) { return std::bit_width(i + kFirst) - std::bit_width(kFirst); }
  static size_t OffsetOf(size_t i) { return i + kFirst - (kFirst << ChunkOf(i)); }

  std::array<std::unique_ptr<T[]>, 40> chunks_;
  size_t size_ = 0;  // Read by the writer only.
};

}  // namespace parfocal
