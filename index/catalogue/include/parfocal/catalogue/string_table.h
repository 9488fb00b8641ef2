// Strings that come back in record after record (column names, fields, roles), each kept once per
// catalogue and known in a record by a small number. Numbers are never reused or changed.
//
// Thread safety: one thread at a time may call Intern; Find and size may be called from any thread
// meanwhile, for numbers that the caller learnt from stored data or from size().
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace parfocal::catalogue {

class StringTable {
 public:
  // What does not fit is stored in the record itself, so a source with endless column names costs
  // space in its own records alone.
  static constexpr uint32_t kMaxStrings = 65536;
  static constexpr size_t kMaxStringBytes = 128;

  StringTable() = default;
  StringTable(const StringTable&) = delete;
  StringTable& operator=(const StringTable&) = delete;

  // Returns the number of `text`, giving it the next one if it is new; nullopt if the table is full
  // or the text too long.
  std::optional<uint32_t> Intern(absl::string_view text);
  // Returns the string with this number, or nullopt if there is none.
  std::optional<absl::string_view> Find(uint32_t number) const;
  uint32_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  static constexpr uint32_t kChunk = 1024;
  using Chunk = std::array<std::string, kChunk>;

  // Chunks never move, so a reader that has seen size_ may read what lies below it without a lock.
  std::array<std::unique_ptr<Chunk>, kMaxStrings / kChunk> chunks_;
  std::atomic<uint32_t> size_{0};
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

}  // namespace parfocal::catalogue
