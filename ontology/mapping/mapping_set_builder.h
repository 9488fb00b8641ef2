// Builds a MappingSet row by row: each distinct text is kept once. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/mapping/mapping_set.h"

namespace parfocal {

// What the cells of a row mean.
struct RowMeaning {
  std::string subject;  // Canonical; empty for words.
  std::string object;   // Canonical; empty where `no_term`.
  MappingRelation relation = MappingRelation::kOther;
  bool literal = false;
  bool negated = false;
  bool no_term = false;
  float confidence = 1.0f;
};

class MappingSetBuilder {
 public:
  MappingSetBuilder(MappingSetInfo info, std::vector<std::string> columns)
      : numbers_(0, Hash{this}, Equal{this}) {
    set_.info_ = std::move(info);
    set_.columns_ = std::move(columns);
    set_.ends_.push_back(0);
  }
  MappingSetBuilder(const MappingSetBuilder&) = delete;
  MappingSetBuilder& operator=(const MappingSetBuilder&) = delete;

  // `cells`: one for each column.
  void Add(absl::Span<const std::string> cells, const RowMeaning& meaning);
  size_t size() const { return set_.rows_.size(); }
  // Of the distinct texts; must stay below 4 GiB.
  size_t text_bytes() const { return set_.text_.size(); }
  MappingSet Build() &&;

 private:
  struct Hash {
    using is_transparent = void;
    const MappingSetBuilder* builder;
    size_t operator()(absl::string_view text) const { return absl::HashOf(text); }
    size_t operator()(uint32_t number) const { return absl::HashOf(builder->set_.Text(number)); }
  };
  struct Equal {
    using is_transparent = void;
    const MappingSetBuilder* builder;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(uint32_t a, absl::string_view b) const { return builder->set_.Text(a) == b; }
    bool operator()(absl::string_view a, uint32_t b) const { return builder->set_.Text(b) == a; }
  };
  uint32_t Number(absl::string_view text);

  MappingSet set_;
  absl::flat_hash_set<uint32_t, Hash, Equal> numbers_;
};

}  // namespace parfocal
