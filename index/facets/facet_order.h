// Puts the values of a facet in order and cuts the page: by count, by label, or as the tree that
// they make, in which each value stands behind one that it is below.
#pragma once

#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/query.h"

namespace parfocal {

// A value before the page is cut: what it is sorted by.
struct FacetCandidate {
  int64_t count = 0, exact = 0;  // What a search at the level lists.
  uint32_t index = 0;            // Slot, or index of the attribute's value.
};

// What is asked of a value by its index, of few of them. Views live until the page is cut.
struct FacetTexts {
  std::function<absl::string_view(uint32_t index)> order;  // Breaks ties.
  std::function<absl::string_view(uint32_t index)> label;
  // Indexes of a value and of what lies above it; empty function: nothing lies above anything.
  std::function<absl::Span<const uint32_t>(uint32_t index)> closure;
};

struct FacetPlace {
  uint32_t index = 0;
  // Of FacetSort::kTree.
  int depth = 0;
  std::vector<uint32_t> parents;  // Indexes.
};

// The values of the page, in order.
std::vector<FacetPlace> CutFacetPage(std::vector<FacetCandidate> candidates, const FacetSpec& spec,
                                     const FacetTexts& texts);

}  // namespace parfocal
