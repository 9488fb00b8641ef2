#include "term_index.h"

#include <algorithm>
#include <bit>

#include "absl/strings/match.h"

namespace parfocal::internal {
namespace {

// The first row of the sorted `pool` that is not less than `text`.
size_t LowerBound(const TextPool& pool, absl::string_view text) {
  size_t low = 0, high = pool.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (pool[middle] < text) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The numbers of the bits that are set.
std::vector<uint32_t> Positions(const std::vector<uint64_t>& bits) {
  std::vector<uint32_t> out;
  size_t count = 0;
  for (const uint64_t word : bits) count += static_cast<size_t>(std::popcount(word));
  out.reserve(count);
  for (size_t i = 0; i < bits.size(); ++i) {
    for (uint64_t rest = bits[i]; rest != 0; rest &= rest - 1) {
      out.push_back(static_cast<uint32_t>(i * 64) + static_cast<uint32_t>(std::countr_zero(rest)));
    }
  }
  return out;
}

}  // namespace

size_t TermIndex::FirstFrom(absl::string_view id) const { return LowerBound(ids, id); }

uint32_t TermIndex::Find(absl::string_view id) const {
  const size_t at = FirstFrom(id);
  return at < ids.size() && ids[at] == id ? static_cast<uint32_t>(at) : kNoTerm;
}

uint32_t TermIndex::ReplacementOf(uint32_t term) const {
  auto it = std::lower_bound(replaced.begin(), replaced.end(), std::make_pair(term, 0u));
  return it != replaced.end() && it->first == term ? it->second : kNoTerm;
}

std::vector<uint32_t> TermIndex::Closure(const ListArray& edges, uint32_t term,
                                         size_t limit) const {
  std::vector<uint32_t> out;
  if (limit == 0) return out;
  out.push_back(term);
  // Small closures look back over what they have; a bit for every term pays only for large ones.
  std::vector<bool> seen;
  for (size_t next = 0; next < out.size() && out.size() < limit; ++next) {
    const uint32_t row = out[next];
    for (const uint32_t* to = edges.begin(row); to != edges.end(row); ++to) {
      if (seen.empty() && out.size() > 32) {
        seen.resize(size());
        for (uint32_t have : out) seen[have] = true;
      }
      const bool have =
          seen.empty() ? std::find(out.begin(), out.end(), *to) != out.end() : seen[*to];
      if (have) continue;
      if (out.size() == limit) break;
      out.push_back(*to);
      if (!seen.empty()) seen[*to] = true;
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

template <typename Take>
void TermIndex::DecodeEntries(size_t begin, size_t end, Take take) const {
  size_t at = begin == 0 ? 0 : word_ends[begin - 1];
  for (size_t word = begin; word < end; ++word) {
    uint32_t value = 0;
    while (at < word_ends[word]) {
      uint32_t delta = 0;
      for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(word_entries[at++]);
        delta |= static_cast<uint32_t>(byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      value += delta;
      take(value);
    }
  }
}

std::vector<uint32_t> TermIndex::EntriesOf(absl::string_view prefix, bool whole) const {
  const size_t begin = LowerBound(words, prefix);
  size_t end = begin;
  while (end < words.size() &&
         (whole ? words[end] == prefix : absl::StartsWith(words[end], prefix))) {
    ++end;
  }
  std::vector<uint32_t> out;
  if (begin == end) return out;
  const size_t bytes = word_ends[end - 1] - (begin == 0 ? 0 : word_ends[begin - 1]);
  // An entry has a byte at least. Many are put in order by a bit for each that there could be: two
  // letters are the beginning of words of half the terms.
  const size_t bound = 2 * size();
  if (end - begin > 1 && bytes >= bound / 256) {
    std::vector<uint64_t> bits(bound / 64 + 1);
    DecodeEntries(begin, end,
                  [&](uint32_t value) { bits[value / 64] |= uint64_t{1} << (value % 64); });
    return Positions(bits);
  }
  out.reserve(bytes);
  DecodeEntries(begin, end, [&](uint32_t value) { out.push_back(value); });
  if (end - begin > 1) {
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }
  return out;
}

int64_t TermIndex::MemoryBytes() const {
  const auto bytes = [](const auto& v) {
    return static_cast<int64_t>(v.capacity() * sizeof(*v.data()));
  };
  return ids.MemoryBytes() + labels.MemoryBytes() + bytes(flags) + bytes(parents.offsets) +
         bytes(parents.values) + bytes(children.offsets) + bytes(children.values) +
         bytes(replaced) + bytes(exact) + words.MemoryBytes() + bytes(word_ends) +
         bytes(word_entries) + bytes(file_set);
}

Cycles FindCycles(const ListArray& parents, size_t terms) {
  // Tarjan's algorithm with the stack in the heap: a chain of a million terms is no deep recursion.
  constexpr uint32_t kUnseen = UINT32_MAX;
  Cycles out;
  std::vector<uint32_t> order(terms, kUnseen), low(terms, 0), stack;
  std::vector<bool> on_stack(terms, false);
  std::vector<std::pair<uint32_t, uint32_t>> work;  // Term, next of its parents.
  uint32_t counter = 0;
  for (uint32_t start = 0; start < terms; ++start) {
    if (order[start] != kUnseen) continue;
    work.emplace_back(start, 0);
    while (!work.empty()) {
      const uint32_t term = work.back().first;
      if (work.back().second == 0 && order[term] == kUnseen) {
        order[term] = low[term] = counter++;
        stack.push_back(term);
        on_stack[term] = true;
      }
      if (work.back().second < parents.size(term)) {
        const uint32_t parent = parents.begin(term)[work.back().second++];
        if (order[parent] == kUnseen) {
          work.emplace_back(parent, 0);
        } else if (on_stack[parent]) {
          low[term] = std::min(low[term], order[parent]);
        }
        continue;
      }
      work.pop_back();
      if (!work.empty()) low[work.back().first] = std::min(low[work.back().first], low[term]);
      if (low[term] != order[term]) continue;
      int64_t members = 0;
      uint32_t member;
      do {
        member = stack.back();
        stack.pop_back();
        on_stack[member] = false;
        ++members;
      } while (member != term);
      if (members < 2) continue;
      ++out.count;
      out.terms += members;
      if (out.examples.size() < 10) out.examples.push_back(term);
    }
  }
  return out;
}

}  // namespace parfocal::internal
