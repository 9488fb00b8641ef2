// What both parsers do with their trees: joining, negating, measuring and printing nodes.
#pragma once

#include <algorithm>
#include <string>
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

// Prints the operators of a tree, the way both grammars spell them; `leaf` prints what has no
// children.
template <typename Node, typename Leaf>
void Print(const Node& node, bool inside, const Leaf& leaf, std::string* out) {
  using Kind = typename Node::Kind;
  switch (node.kind) {
    case Kind::kAll:
      return;
    case Kind::kNot:
      out->append("NOT ");
      Print(node.children[0], /*inside=*/true, leaf, out);
      return;
    case Kind::kAnd:
    case Kind::kOr:
      if (inside) out->push_back('(');
      for (size_t i = 0; i < node.children.size(); ++i) {
        if (i > 0) out->append(node.kind == Kind::kAnd ? " AND " : " OR ");
        Print(node.children[i], /*inside=*/true, leaf, out);
      }
      if (inside) out->push_back(')');
      return;
    default:
      leaf(node, out);
  }
}

// `what` exceeds the documented limit called `limit`.
inline absl::Status LimitError(absl::string_view language, absl::string_view what,
                               absl::string_view limit, int64_t maximum) {
  return WithReason(absl::InvalidArgumentError(
                        absl::StrCat(language, ": ", what, "; limit ", limit, " is ", maximum)),
                    "LIMIT_EXCEEDED", limit);
}

}  // namespace parfocal::syntax
