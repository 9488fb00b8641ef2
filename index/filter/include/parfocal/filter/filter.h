// The filter language: a subset of AIP-160, read into a syntax tree that knows neither schema nor
// index. Fields, operators and values are given their meaning by index/search (binder.h).
//
//   filter     = [conjunction]
//   conjunction= disjunction { "AND" disjunction }
//   disjunction= negation { "OR" negation }             OR binds tighter than AND
//   negation   = ["NOT" | "-"] ( condition | "(" conjunction ")" )
//   condition  = field operator argument
//   field      = name ["." name] | "attribute" [ "[" quoted "]" ]      without a key: any key
//   operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":"
//   argument   = value | "*" (after ":" alone) | "(" value { "OR" value } ")"
//                | "(" value { "AND" value } ")"
//   value      = quoted with ' or " (\ before a quote or \ takes its meaning away), or bare: no
//                white space, quotes or brackets, and not AND, OR or NOT
//
// Limits, each named in its error: 4 KiB of text, 20 levels of nesting, 256 values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxFilterBytes = 4096;
inline constexpr int kMaxSyntaxDepth = 20;
inline constexpr int kMaxSyntaxLeaves = 256;

enum class Comparator : uint8_t {
  kEquals,
  kNotEquals,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kContains,  // field:"v"
  kPresent,   // field:*
};

struct FilterNode {
  enum class Kind : uint8_t { kAll, kAnd, kOr, kNot, kCondition };
  Kind kind = Kind::kAll;
  std::vector<FilterNode> children;  // Of kAnd and kOr two or more, of kNot one.
  // Of kCondition.
  std::string field;          // "attribute" for attribute["key"].
  std::string member;         // Behind the dot: "exact"; empty if there is none.
  std::string attribute_key;  // Empty unless field is "attribute"; then empty means any key.
  Comparator comparator = Comparator::kEquals;
  std::vector<std::string> values;  // One, or the alternatives of a list; none for kPresent.
  size_t offset = 0;                // Byte of the text at which the condition begins.
};

class Filter {
 public:
  // Returns INVALID_ARGUMENT with the byte offset of the first mistake (reason FILTER_SYNTAX), or
  // with the name of the limit (reason LIMIT_EXCEEDED). Empty text matches all. A list joined by
  // AND becomes one condition for each value.
  static absl::StatusOr<Filter> Parse(absl::string_view text);

  const FilterNode& root() const { return root_; }

  // The canonical spelling: Parse(f.ToString()) succeeds and prints the same, unless the quotes
  // and brackets that it adds take it over 4 KiB.
  std::string ToString() const;

 private:
  explicit Filter(FilterNode root) : root_(std::move(root)) {}
  FilterNode root_;
};

}  // namespace parfocal
