#include "bitmap_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <roaring/roaring.hh>
#include <vector>

#include "parfocal/segment/wire.h"

namespace parfocal {
namespace {

constexpr uint32_t kCookieWithoutRuns = 12346;
constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kOffsetsFrom = 4;  // Containers; a smaller bitmap with runs has no offset table.
constexpr uint32_t kArrayLimit = 4096;
constexpr size_t kBitsetBytes = 8192;

struct ContainerHead {
  uint16_t key;
  uint16_t count_less_one;
};

uint16_t U16(absl::string_view bytes, size_t index) {
  uint16_t value;
  std::memcpy(&value, bytes.data() + 2 * index, 2);
  return value;
}

// Checks one container and returns its largest value through `last`.
bool CheckArray(WireReader* in, uint32_t count, uint32_t* last) {
  const absl::string_view values = in->Take(2 * size_t{count});
  if (!in->ok()) return false;
  for (uint32_t i = 1; i < count; ++i) {
    if (U16(values, i) <= U16(values, i - 1)) return false;
  }
  *last = U16(values, count - 1);
  return true;
}

bool CheckBitset(WireReader* in, uint32_t count, uint32_t* last) {
  const absl::string_view words = in->Take(kBitsetBytes);
  if (!in->ok()) return false;
  uint32_t bits = 0;
  for (size_t i = 0; i < kBitsetBytes / 8; ++i) {
    uint64_t word;
    std::memcpy(&word, words.data() + 8 * i, 8);
    bits += static_cast<uint32_t>(std::popcount(word));
    if (word != 0) *last = static_cast<uint32_t>(64 * i + 63 - std::countl_zero(word));
  }
  return bits == count;
}

bool CheckRuns(WireReader* in, uint32_t count, uint32_t* last) {
  const uint32_t runs = in->Fixed<uint16_t>();
  const absl::string_view pairs = in->Take(4 * size_t{runs});
  if (!in->ok() || runs == 0) return false;
  uint32_t next = 0, bits = 0;
  for (uint32_t i = 0; i < runs; ++i) {
    const uint32_t begin = U16(pairs, 2 * i);
    const uint32_t end = begin + U16(pairs, 2 * i + 1);
    // A run begins at least one value behind the one before.
    if ((i > 0 && begin <= next) || end > 0xffff) return false;
    bits += end - begin + 1;
    next = end + 1;
    *last = end;
  }
  return bits == count;
}

}  // namespace

namespace {

// The front of a portable bitmap: what containers follow, each with its head.
struct Front {
  uint32_t containers = 0;
  absl::string_view run_flags, heads;

  bool IsRun(uint32_t i) const {
    return !run_flags.empty() &&
           ((static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8)) & 1) != 0;
  }
  uint32_t Key(uint32_t i) const { return U16(heads, 2 * i); }
  uint32_t Count(uint32_t i) const { return U16(heads, 2 * i + 1) + 1u; }
};

std::optional<Front> ReadFront(WireReader* in) {
  Front front;
  const uint32_t cookie = in->Fixed<uint32_t>();
  if ((cookie & 0xffff) == kCookieWithRuns) {
    front.containers = (cookie >> 16) + 1;
    front.run_flags = in->Take((front.containers + 7) / 8);
  } else if (cookie == kCookieWithoutRuns) {
    front.containers = in->Fixed<uint32_t>();
  } else {
    return std::nullopt;
  }
  if (!in->ok() || front.containers > 65536) return std::nullopt;
  front.heads = in->Take(sizeof(ContainerHead) * size_t{front.containers});
  if (front.run_flags.empty() || front.containers >= kOffsetsFrom) {
    in->Take(4 * size_t{front.containers});
  }
  if (!in->ok()) return std::nullopt;
  return front;
}

// Each sets the bits of one container whose first number is `base`, a multiple of 65,536.
bool SetArray(WireReader* in, uint32_t count, uint64_t base, uint64_t limit, uint64_t* words) {
  const absl::string_view values = in->Take(2 * size_t{count});
  if (!in->ok()) return false;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t at = base + U16(values, i);
    if (at >= limit) return false;
    words[at / 64] |= uint64_t{1} << (at % 64);
  }
  return true;
}

bool SetBitset(WireReader* in, uint64_t base, uint64_t limit, uint64_t* words) {
  const absl::string_view bits = in->Take(kBitsetBytes);
  if (!in->ok() || base >= limit) return false;
  const uint64_t whole = std::min<uint64_t>(kBitsetBytes / 8, (limit - base) / 64);
  for (uint64_t i = 0; i < kBitsetBytes / 8; ++i) {
    uint64_t word;
    std::memcpy(&word, bits.data() + 8 * i, 8);
    if (i < whole) {
      words[base / 64 + i] |= word;
    } else if (word != 0) {
      // Only the last word of all may be a part of one.
      if (i > whole || (limit - base) % 64 == 0 || word >> ((limit - base) % 64) != 0) return false;
      words[base / 64 + i] |= word;
    }
  }
  return true;
}

bool SetRuns(WireReader* in, uint64_t base, uint64_t limit, uint64_t* words) {
  const uint32_t runs = in->Fixed<uint16_t>();
  const absl::string_view pairs = in->Take(4 * size_t{runs});
  if (!in->ok()) return false;
  for (uint32_t i = 0; i < runs; ++i) {
    const uint64_t begin = base + U16(pairs, 2 * i);
    const uint64_t end = begin + U16(pairs, 2 * i + 1) + 1;
    if (end > limit) return false;
    SetBits(begin, end, words);
  }
  return true;
}

}  // namespace

void SetBits(uint64_t begin, uint64_t end, uint64_t* words) {
  if (begin >= end) return;
  const uint64_t first = begin / 64, last = (end - 1) / 64;
  const uint64_t head = ~uint64_t{0} << (begin % 64);
  const uint64_t tail = ~uint64_t{0} >> (63 - (end - 1) % 64);
  if (first == last) {
    words[first] |= head & tail;
    return;
  }
  words[first] |= head;
  std::fill(words + first + 1, words + last, ~uint64_t{0});
  words[last] |= tail;
}

bool SetPortableBitmap(absl::string_view bytes, uint32_t limit, uint64_t* words) {
  WireReader in(bytes);
  const std::optional<Front> front = ReadFront(&in);
  if (!front) return false;
  for (uint32_t i = 0; i < front->containers; ++i) {
    const uint64_t base = uint64_t{front->Key(i)} << 16;
    const uint32_t count = front->Count(i);
    const bool good = front->IsRun(i)        ? SetRuns(&in, base, limit, words)
                      : count <= kArrayLimit ? SetArray(&in, count, base, limit, words)
                                             : SetBitset(&in, base, limit, words);
    if (!good) return false;
  }
  return true;
}

std::optional<size_t> CheckPortableBitmap(absl::string_view bytes, uint32_t limit) {
  WireReader in(bytes);
  const std::optional<Front> front = ReadFront(&in);
  if (!front) return std::nullopt;
  int64_t last_key = -1;
  for (uint32_t i = 0; i < front->containers; ++i) {
    const uint32_t key = front->Key(i), count = front->Count(i);
    if (static_cast<int64_t>(key) <= last_key) return std::nullopt;
    last_key = key;
    uint32_t last = 0;
    const bool good = front->IsRun(i)        ? CheckRuns(&in, count, &last)
                      : count <= kArrayLimit ? CheckArray(&in, count, &last)
                                             : CheckBitset(&in, count, &last);
    if (!good || (uint64_t{key} << 16 | last) >= limit) return std::nullopt;
  }
  return bytes.size() - in.rest().size();
}

std::shared_ptr<const Roaring> ReadPortableBitmap(absl::string_view bytes, uint32_t limit) {
  if (!CheckPortableBitmap(bytes, limit)) return nullptr;
  return std::make_shared<const Roaring>(Roaring::readSafe(bytes.data(), bytes.size()));
}

std::string PortableBitmap(const Roaring& bitmap) {
  std::string out(bitmap.getSizeInBytes(), '\0');
  bitmap.write(out.data());
  return out;
}

}  // namespace parfocal
