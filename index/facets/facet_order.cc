#include "facet_order.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

struct Place {
  int depth = 0;
  std::vector<uint32_t> parents;  // Candidates.
};

// The tree that candidates, sorted, make by their closures.
class Tree {
 public:
  Tree(const std::vector<FacetCandidate>& candidates, const FacetTexts& texts)
      : places_(candidates.size()), children_(candidates.size()) {
    absl::flat_hash_map<uint32_t, uint32_t> by_index;
    for (uint32_t i = 0; i < candidates.size(); ++i) by_index[candidates[i].index] = i;
    std::vector<std::vector<uint32_t>> above(candidates.size());
    for (uint32_t i = 0; texts.closure && i < candidates.size(); ++i) {
      for (uint32_t index : texts.closure(candidates[i].index)) {
        const auto found = by_index.find(index);
        if (found != by_index.end() && found->second != i) above[i].push_back(found->second);
      }
      std::sort(above[i].begin(), above[i].end());
    }
    for (uint32_t i = 0; i < candidates.size(); ++i) {
      for (uint32_t parent : above[i]) {
        const bool nearest = std::none_of(above[i].begin(), above[i].end(), [&](uint32_t other) {
          return other != parent &&
                 std::binary_search(above[other].begin(), above[other].end(), parent) &&
                 // Terms above each other are equals.
                 !std::binary_search(above[parent].begin(), above[parent].end(), other);
        });
        if (!nearest) continue;
        places_[i].parents.push_back(parent);
        children_[parent].push_back(i);
      }
      if (above[i].empty()) roots_.push_back(i);
    }
  }

  // Each candidate once, behind the first of its parents that comes.
  std::vector<uint32_t> Walk() {
    std::vector<uint32_t> out;
    std::vector<bool> seen(places_.size(), false);
    for (uint32_t root : roots_) WalkFrom(root, &seen, &out);
    // What is above itself has no root.
    for (uint32_t i = 0; i < places_.size(); ++i) {
      if (!seen[i]) WalkFrom(i, &seen, &out);
    }
    return out;
  }
  const Place& place(uint32_t i) const { return places_[i]; }

 private:
  void WalkFrom(uint32_t root, std::vector<bool>* seen, std::vector<uint32_t>* out) {
    std::vector<std::pair<uint32_t, int>> todo = {{root, 0}};
    while (!todo.empty()) {
      const auto [i, depth] = todo.back();
      todo.pop_back();
      if ((*seen)[i]) continue;
      (*seen)[i] = true;
      places_[i].depth = depth;
      out->push_back(i);
      for (auto child = children_[i].rbegin(); child != children_[i].rend(); ++child) {
        todo.emplace_back(*child, depth + 1);
      }
    }
  }

  std::vector<Place> places_;
  std::vector<std::vector<uint32_t>> children_;
  std::vector<uint32_t> roots_;
};

}  // namespace

std::vector<FacetPlace> CutFacetPage(std::vector<FacetCandidate> candidates, const FacetSpec& spec,
                                     const FacetTexts& texts) {
  const auto better = [&](const FacetCandidate& a, const FacetCandidate& b) {
    if (a.count != b.count) return a.count > b.count;
    if (a.exact != b.exact) return a.exact > b.exact;
    return texts.order(a.index) < texts.order(b.index);
  };
  const auto size = static_cast<int64_t>(candidates.size());
  const int64_t begin = std::clamp<int64_t>(spec.offset, 0, size);
  const int64_t end = std::min<int64_t>(size, begin + std::max(0, spec.limit));
  std::vector<FacetPlace> page;
  if (spec.sort == FacetSort::kTree) {
    std::sort(candidates.begin(), candidates.end(), better);
    Tree tree(candidates, texts);
    const std::vector<uint32_t> order = tree.Walk();
    for (int64_t i = begin; i < end; ++i) {
      const Place& place = tree.place(order[i]);
      page.push_back({candidates[order[i]].index, place.depth, {}});
      for (uint32_t parent : place.parents) page.back().parents.push_back(candidates[parent].index);
    }
    return page;
  }
  if (spec.sort == FacetSort::kLabel) {
    // As in a dictionary: case does not matter.
    absl::flat_hash_map<uint32_t, std::string> labels;
    for (const FacetCandidate& c : candidates) labels[c.index] = Fold(texts.label(c.index));
    std::sort(candidates.begin(), candidates.end(),
              [&](const FacetCandidate& a, const FacetCandidate& b) {
                const int compared = labels[a.index].compare(labels[b.index]);
                return compared != 0 ? compared < 0 : texts.order(a.index) < texts.order(b.index);
              });
  } else {
    std::partial_sort(candidates.begin(), candidates.begin() + end, candidates.end(), better);
  }
  for (int64_t i = begin; i < end; ++i) page.push_back({candidates[i].index, 0, {}});
  return page;
}

}  // namespace parfocal
