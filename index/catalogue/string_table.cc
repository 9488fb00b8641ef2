#include "parfocal/catalogue/string_table.h"

namespace parfocal::catalogue {

std::optional<uint32_t> StringTable::Intern(absl::string_view text) {
  if (text.size() > kMaxStringBytes) return std::nullopt;
  if (auto found = numbers_.find(text); found != numbers_.end()) return found->second;
  const uint32_t number = size_.load(std::memory_order_relaxed);
  if (number == kMaxStrings) return std::nullopt;
  auto& chunk = chunks_[number / kChunk];
  if (chunk == nullptr) chunk = std::make_unique<Chunk>();
  std::string& place = (*chunk)[number % kChunk];
  place = std::string(text);
  numbers_.emplace(place, number);
  size_.store(number + 1, std::memory_order_release);
  return number;
}

std::optional<absl::string_view> StringTable::Find(uint32_t number) const {
  if (number >= size()) return std::nullopt;
  return (*chunks_[number / kChunk])[number % kChunk];
}

}  // namespace parfocal::catalogue
