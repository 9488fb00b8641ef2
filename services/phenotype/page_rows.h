// Rows of a page until it is as large as a page may be.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "parfocal/phenotype/answers.h"
#include "parfocal/rpc/response_size.h"

namespace parfocal {

// Counts what a page holds, over one list or several that follow one another.
class PageFill {
 public:
  // Converts `rows` into new elements of `out`: all, or as many as fill kPageBytes, the last of
  // them included.
  template <typename Row, typename List, typename Convert>
  void Add(const std::vector<Row>& rows, List* out, Convert convert) {
    AddWithin(rows, {0, rows.size()}, out, convert);
  }
  // The part of `rows` that is in the page if they are behind `before` rows of other lists.
  template <typename Row, typename List, typename Convert>
  void AddPart(const std::vector<Row>& rows, size_t before, phenotype::Window window, List* out,
               Convert convert) {
    const size_t end = window.offset + window.limit;
    const size_t from = window.offset - std::min(window.offset, before);
    AddWithin(rows, {from, std::min(rows.size(), end - std::min(end, before))}, out, convert);
  }
  size_t sent() const { return sent_; }

 private:
  struct Range {
    size_t from, to;
  };
  template <typename Row, typename List, typename Convert>
  void AddWithin(const std::vector<Row>& rows, Range range, List* out, Convert convert) {
    for (size_t i = range.from; i < range.to && bytes_ <= kPageBytes; ++i) {
      auto* to = out->Add();
      convert(rows[i], to);
      bytes_ += to->ByteSizeLong();
      ++sent_;
    }
  }

  size_t bytes_ = 0, sent_ = 0;
};

// One list; returns how many were sent.
template <typename Row, typename List, typename Convert>
size_t AddRows(const std::vector<Row>& rows, List* out, Convert convert) {
  PageFill fill;
  fill.Add(rows, out, convert);
  return fill.sent();
}

}  // namespace parfocal
