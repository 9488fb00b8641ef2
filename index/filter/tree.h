// What both parsers do with their trees: joining, negating and measuring nodes.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "parfocal/filter/filter.h"
#include "parfocal/status.h"

namespace parfocal::syntax {

// A conjunction or disjunction of `children`; children of the same kind are taken apart, one child
// alone stands for itself.
template <typename Node>
Node Join(typename Node::Kind kind, std::vector<Node> children) {
  if (children.size() == 1) return std::move(children[0]);
  Node out;
  out.kind = kind;
  for (Node& child : children) {
    if (child.kind == kind) {
      std::move(child.children.begin(), child.children.end(), std::back_inserter(out.children));
    } else {
      out.children.push_back(std::move(child));
    }
  }
  return out;
}

// NOT child; a double negation is none.
template <typename Node>
Node Negate(Node child) {
  if (child.kind == Node::Kind::kNot) {
    Node inner = std::move(child.children[0]);
    return inner;
  }
  Node out;
  out.kind = Node::Kind::kNot;
  out.children.push_back(std::move(child));
  return out;
}

// Levels of the tree: 1 for a leaf. Recursion is bounded because the parser bounds nesting.
template <typename Node>
int Depth(const Node& node) {
  int deepest = 0;
  for (const Node& child : node.children) deepest = std::max(deepest, Depth(child));
  return deepest + 1;
}

// `what` exceeds the documented limit called `limit`.
inline absl::Status LimitError(absl::string_view language, absl::string_view what,
                               absl::string_view limit, int64_t maximum) {
  return WithReason(absl::InvalidArgumentError(
                        absl::StrCat(language, ": ", what, "; limit ", limit, " is ", maximum)),
                    "LIMIT_EXCEEDED", limit);
}

}  // namespace parfocal::syntax
