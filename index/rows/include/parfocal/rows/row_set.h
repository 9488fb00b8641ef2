// A set of rows of one snapshot, one bit each. The rows of each segment begin at a whole word, so a
// set is one flat array whatever the number of segments; 712,000 rows are 89 KB.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace parfocal {

// Number of bits set in `count` words; with the processor's own instruction where it has one.
int64_t CountBits(const uint64_t* words, size_t count);

class RowSet {
 public:
  RowSet() = default;
  // Empty, for `words` words of 64 rows.
  explicit RowSet(size_t words) : words_(words, 0) {}

  size_t words() const { return words_.size(); }
  uint64_t* data() { return words_.data(); }
  const uint64_t* data() const { return words_.data(); }

  // `row` counts from the first word of the whole set.
  bool Test(size_t row) const { return (words_[row / 64] >> (row % 64)) & 1; }
  void Set(size_t row) { words_[row / 64] |= uint64_t{1} << (row % 64); }
  void Clear(size_t row) { words_[row / 64] &= ~(uint64_t{1} << (row % 64)); }

  // Calls `visit(word index, mask)` for the words that [begin, end) touches.
  template <typename Visit>
  static void ForEachWord(size_t begin, size_t end, Visit visit) {
    if (begin >= end) return;
    const size_t first = begin / 64, last = (end - 1) / 64;
    const uint64_t head = ~uint64_t{0} << (begin % 64);
    const uint64_t tail = ~uint64_t{0} >> (63 - (end - 1) % 64);
    if (first == last) {
      visit(first, head & tail);
      return;
    }
    visit(first, head);
    for (size_t w = first + 1; w < last; ++w) visit(w, ~uint64_t{0});
    visit(last, tail);
  }
  void SetRange(size_t begin, size_t end) {
    ForEachWord(begin, end, [&](size_t w, uint64_t mask) { words_[w] |= mask; });
  }
  bool AnyIn(size_t begin, size_t end) const {
    if (begin >= end) return false;
    const size_t first = begin / 64, last = (end - 1) / 64;
    const uint64_t head = ~uint64_t{0} << (begin % 64);
    const uint64_t tail = ~uint64_t{0} >> (63 - (end - 1) % 64);
    if (first == last) return (words_[first] & head & tail) != 0;
    if ((words_[first] & head) != 0) return true;
    for (size_t w = first + 1; w < last; ++w) {
      if (words_[w] != 0) return true;
    }
    return (words_[last] & tail) != 0;
  }
  int64_t CountIn(size_t begin, size_t end) const {
    if (begin >= end) return 0;
    const size_t first = begin / 64, last = (end - 1) / 64;
    const uint64_t head = ~uint64_t{0} << (begin % 64);
    const uint64_t tail = ~uint64_t{0} >> (63 - (end - 1) % 64);
    if (first == last) return std::popcount(words_[first] & head & tail);
    return std::popcount(words_[first] & head) + std::popcount(words_[last] & tail) +
           CountBits(words_.data() + first + 1, last - first - 1);
  }
  // Calls `visit(row)` for each row in [begin, end), ascending, until it returns false.
  template <typename Visit>
  void ForEachIn(size_t begin, size_t end, Visit visit) const {
    bool go = true;
    ForEachWord(begin, end, [&](size_t w, uint64_t mask) {
      for (uint64_t bits = go ? words_[w] & mask : 0; bits != 0 && go; bits &= bits - 1) {
        go = visit(w * 64 + std::countr_zero(bits));
      }
    });
  }

  void And(const RowSet& o) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= o.words_[i];
  }
  void Or(const RowSet& o) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= o.words_[i];
  }
  void AndNot(const RowSet& o) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~o.words_[i];
  }
  int64_t Count() const { return CountBits(words_.data(), words_.size()); }
  friend bool operator==(const RowSet&, const RowSet&) = default;

 private:
  std::vector<uint64_t> words_;
};

}  // namespace parfocal
