// Rows of a page until it is as large as a page may be.
#pragma once

#include <cstddef>
#include <vector>

#include "parfocal/rpc/response_size.h"

namespace parfocal {

// Converts `rows` into new elements of `out` and returns how many: all, or as many as fill
// kPageBytes, the last of them included.
template <typename Row, typename List, typename Convert>
size_t AddRows(const std::vector<Row>& rows, List* out, Convert convert) {
  size_t bytes = 0, sent = 0;
  while (sent < rows.size() && bytes <= kPageBytes) {
    auto* to = out->Add();
    convert(rows[sent], to);
    bytes += to->ByteSizeLong();
    ++sent;
  }
  return sent;
}

}  // namespace parfocal
