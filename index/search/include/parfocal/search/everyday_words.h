// The everyday words of the field: what people call methods, organisms and treatments where no
// ontology has that name. Read from tables of deploy/vocabulary: five cells divided by tabs (field,
// rule, phrase, value, reason), `#` lines and a heading passed over. The rules known here, others
// are passed over as well:
//
//   name   `phrase` is a name of `value` in `field`: a label, a synonym, an id or a value in use
//   any    `phrase` means that `field` has any value
//   words  who says `phrase` may have read `value`: other words for the same, of no field
//   skip   `phrase` says nothing when it stands among other words
//
// Words are compared by their stems (those of `skip` as they are). Limits: 1 MiB of text, 20,000
// rows, 6 words a phrase.
//
// Thread safety: immutable once read; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxEverydayBytes = 1 << 20;
inline constexpr size_t kMaxEverydayRows = 20000;
inline constexpr size_t kMaxEverydayPhrase = 6;

class EverydayWords {
 public:
  enum class Rule : uint8_t { kName, kAny, kWords };
  struct Meaning {
    Rule rule = Rule::kName;
    std::string field;   // Empty for kWords.
    std::string phrase;  // As the table writes it.
    std::string value;   // Empty for kAny.
  };

  // INVALID_ARGUMENT with the line, or RESOURCE_EXHAUSTED. Rows of several tables add up.
  absl::Status Add(absl::string_view text, absl::string_view name);
  // The same with the file's content; NOT_FOUND or UNAVAILABLE if it cannot be read.
  absl::Status AddFile(const std::string& path);

  // What `words`, folded, mean; empty if nothing is said of them.
  const std::vector<Meaning>& Of(const std::vector<std::string>& words) const;
  bool Skips(absl::string_view word) const;
  size_t size() const { return rows_; }

 private:
  std::map<std::string, std::vector<Meaning>> meanings_;  // By stems.
  std::set<std::string, std::less<>> skipped_;            // Folded words.
  size_t rows_ = 0;
};

}  // namespace parfocal
