// How deep a JSON text is, before any of it is parsed.
#pragma once

#include <algorithm>

#include "absl/strings/string_view.h"

namespace parfocal {

// Objects and lists within each other: brackets outside strings. Of what is not JSON it may be any
// number; the parser finds that out.
inline int JsonDepth(absl::string_view bytes) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace parfocal
