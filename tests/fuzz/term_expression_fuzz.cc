// A term expression that parses has its leaves numbered from left to right, within the limits, and
// can be evaluated.
#include <cstdint>
#include <cstdlib>

#include "parfocal/phenotype/term_expression.h"

namespace {

using parfocal::phenotype::TermNode;

void Walk(const TermNode& node, size_t size, int* leaves) {
  if (node.kind == TermNode::Kind::kTerm) {
    if (node.leaf != (*leaves)++ || node.offset >= size || node.text.empty()) std::abort();
  } else if (node.children.empty()) {
    std::abort();
  }
  for (const TermNode& child : node.children) Walk(child, size, leaves);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parfocal::phenotype::ParseTermExpression(text);
  if (!parsed.ok()) return 0;  // A refusal is fine; a crash is not.
  int leaves = 0;
  Walk(*parsed, size, &leaves);
  if (leaves < 1 || leaves > parfocal::phenotype::kMaxExpressionTerms) std::abort();
  const std::vector<bool> holds(static_cast<size_t>(leaves), true);
  parfocal::phenotype::Evaluate(*parsed, holds);
  return 0;
}
