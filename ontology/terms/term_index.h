// The part of a release that is held in memory: flat arrays over the terms in the order of their
// ids. Immutable once built; any thread may read it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::internal {

// Many short texts, one behind the other.
class TextPool {
 public:
  void Add(absl::string_view text) {
    bytes_.append(text.data(), text.size());
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  absl::string_view operator[](size_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return absl::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  size_t size() const { return ends_.size(); }
  size_t length(size_t i) const { return ends_[i] - (i == 0 ? 0 : ends_[i - 1]); }
  size_t bytes_used() const { return bytes_.size(); }
  void ShrinkToFit() {
    bytes_.shrink_to_fit();
    ends_.shrink_to_fit();
  }
  int64_t MemoryBytes() const {
    return static_cast<int64_t>(bytes_.capacity() + ends_.capacity() * sizeof(uint32_t));
  }

 private:
  std::string bytes_;
  std::vector<uint32_t> ends_;
};

// For each of n rows a list of numbers.
struct ListArray {
  std::vector<uint32_t> offsets{0};  // n + 1.
  std::vector<uint32_t> values;
  const uint32_t* begin(uint32_t row) const { return values.data() + offsets[row]; }
  const uint32_t* end(uint32_t row) const { return values.data() + offsets[row + 1]; }
  size_t size(uint32_t row) const { return offsets[row + 1] - offsets[row]; }
};

inline constexpr uint32_t kNoTerm = UINT32_MAX;

struct TermIndex {
  enum Flag : uint8_t {
    kObsolete = 1,
    kDescribed = 2,  // Some file says something about it; otherwise it is only a parent.
  };
  struct ExactEntry {
    uint32_t hash;
    uint32_t term_and_kind;  // Term * 2, plus 1 for a synonym.
    friend auto operator<=>(const ExactEntry&, const ExactEntry&) = default;
  };

  TextPool ids;  // Sorted.
  TextPool labels;
  std::vector<uint8_t> flags;
  ListArray parents, children;
  // Obsolete term -> live term at the end of its chain; sorted.
  std::vector<std::pair<uint32_t, uint32_t>> replaced;
  std::vector<ExactEntry> exact;  // Sorted.
  TextPool words;                 // Sorted, distinct, folded.
  std::vector<uint32_t> word_ends;
  // Per word the entries (term * 2, plus 1 if only a synonym has the word), ascending, as
  // differences in base 128.
  std::string word_entries;
  // Which files describe a term: a number into `file_sets`, each sorted from old to new.
  std::vector<uint16_t> file_set;
  std::vector<std::vector<uint16_t>> file_sets;

  size_t size() const { return flags.size(); }
  // Where the ids begin that are not less than `id`.
  size_t FirstFrom(absl::string_view id) const;
  // kNoTerm if there is none.
  uint32_t Find(absl::string_view id) const;
  bool Obsolete(uint32_t term) const { return (flags[term] & kObsolete) != 0; }
  bool Described(uint32_t term) const { return (flags[term] & kDescribed) != 0; }
  uint32_t ReplacementOf(uint32_t term) const;
  // Itself and all that `edges` lead to, sorted; at most `limit`. Cycles do no harm.
  std::vector<uint32_t> Closure(const ListArray& edges, uint32_t term, size_t limit) const;
  // Entries of the words that begin with `prefix`, or are equal to it if `whole`; sorted, distinct.
  std::vector<uint32_t> EntriesOf(absl::string_view prefix, bool whole) const;
  int64_t MemoryBytes() const;

 private:
  // Calls `take` for each entry of the words [begin, end), word by word.
  template <typename Take>
  void DecodeEntries(size_t begin, size_t end, Take take) const;
};

// Sets of two and more terms that are each other's ancestors, by an iterative search.
struct Cycles {
  int64_t count = 0;
  int64_t terms = 0;
  std::vector<uint32_t> examples;  // One term of each of the first ten.
};
Cycles FindCycles(const ListArray& parents, size_t terms);

}  // namespace parfocal::internal
