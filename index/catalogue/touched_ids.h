// Ids of records that a run touched, as the rows of its pages give them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "rows.h"

namespace parfocal::catalogue {

class TouchedIds {
 public:
  explicit TouchedIds(std::vector<IdRange> ranges) : ranges_(std::move(ranges)) {
    std::sort(ranges_.begin(), ranges_.end());
    // Pages of one run may touch a record twice; joined, the ranges do not overlap.
    size_t kept = 0;
    for (const IdRange& range : ranges_) {
      if (kept > 0 && range.first <= ranges_[kept - 1].first + ranges_[kept - 1].second) {
        IdRange& last = ranges_[kept - 1];
        last.second = std::max(last.second, range.first + range.second - last.first);
      } else {
        ranges_[kept++] = range;
      }
    }
    ranges_.resize(kept);
  }
  bool Contains(uint64_t id) const {
    auto next =
        std::upper_bound(ranges_.begin(), ranges_.end(), id,
                         [](uint64_t value, const IdRange& range) { return value < range.first; });
    return next != ranges_.begin() && id - std::prev(next)->first < std::prev(next)->second;
  }

 private:
  std::vector<IdRange> ranges_;
};

}  // namespace parfocal::catalogue
