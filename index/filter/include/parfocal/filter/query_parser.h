// The language of the search box, read into a syntax tree that knows neither schema nor index.
//
//   query      = [conjunction]
//   conjunction= disjunction { ["AND"] disjunction }    words side by side are joined by AND
//   disjunction= negation { "OR" negation }             OR binds tighter than AND, as in filters
//   negation   = ["NOT" | "-"] ( words | "(" conjunction ")" )
//   words      = [field ":"] ( word | word "*" | quoted )
//   quoted     = '"' ... '"'                            no escapes; a phrase
//
// A word is anything without white space, double quotes and brackets. Whether what stands before
// the colon is a field is for the binder to say: `prefix:0000001` may be an id.
//
// Limits, each named in its error: 4 KiB of text, 20 levels of nesting, 256 words and phrases, 32
// words in a phrase, 4 words with `*`, 3 characters before a `*`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxQueryBytes = 4096;
inline constexpr int kMaxPhraseWords = 32;
inline constexpr int kMaxPrefixWords = 4;
inline constexpr int kMinPrefixCharacters = 3;

struct WordNode {
  enum class Kind : uint8_t { kAll, kAnd, kOr, kNot, kWord, kPhrase, kPrefix };
  Kind kind = Kind::kAll;
  std::vector<WordNode> children;
  std::string field;  // What stands before the first colon, if that could be the name of a field.
  std::string text;   // The word, the phrase without quotes, or what stands before the `*`.
  size_t offset = 0;  // Byte of the text at which it begins.
};

class WordQuery {
 public:
  // Returns INVALID_ARGUMENT with the byte offset of the first mistake (reason QUERY_SYNTAX), or
  // with the name of the limit (reason LIMIT_EXCEEDED). Empty text matches all.
  static absl::StatusOr<WordQuery> Parse(absl::string_view text);

  const WordNode& root() const { return root_; }

  // The canonical spelling: Parse(q.ToString()) succeeds and prints the same, unless the operators
  // that it adds take it over 4 KiB.
  std::string ToString() const;

 private:
  explicit WordQuery(WordNode root) : root_(std::move(root)) {}
  WordNode root_;
};

}  // namespace parfocal
