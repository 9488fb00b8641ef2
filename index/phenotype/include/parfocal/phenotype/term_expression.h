// A term expression: which terms a gene must and must not show.
//
//   expression = alternative { "OR" alternative }
//   alternative= factor { "AND" factor }              AND binds tighter than OR
//   factor     = ["NOT"] ( term | "(" expression ")" )
//   term       = "label" in double quotes (\" and \\ inside), or a bare word: a CURIE in any
//                spelling, or a label of one word
//
// AND, OR and NOT are upper case. Limits, each named in its error: 4 KiB, 20 levels, 64 terms.
// Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::phenotype {

inline constexpr size_t kMaxExpressionBytes = 4096;
inline constexpr int kMaxExpressionDepth = 20;
inline constexpr int kMaxExpressionTerms = 64;

struct TermNode {
  enum class Kind : uint8_t { kTerm, kAnd, kOr, kNot };
  Kind kind = Kind::kTerm;
  std::vector<TermNode> children;  // Of kAnd and kOr two or more, of kNot one.
  std::string text;                // Of kTerm: as asked, without quotes.
  bool quoted = false;             // It is a label, even if it looks like a CURIE.
  size_t offset = 0;               // Byte at which it begins.
  int leaf = -1;                   // Of kTerm: 0, 1, ... from left to right.
};

// INVALID_ARGUMENT with EXPRESSION_SYNTAX and the byte of the first mistake (an empty expression is
// one), or with LIMIT_EXCEEDED and the limit's name.
absl::StatusOr<TermNode> ParseTermExpression(absl::string_view text);

// Whether the expression holds, given which leaves do. REQUIRES: `holds` has an entry per leaf.
bool Evaluate(const TermNode& node, const std::vector<bool>& holds);

}  // namespace parfocal::phenotype
