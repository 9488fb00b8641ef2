// Lists of gene names that people keep in files: one name a line, or a table whose first column
// holds them. What a file cannot mean is counted, not guessed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace parfocal::cli {

// A larger file is no list of genes.
inline constexpr size_t kMaxGeneListBytes = 4 << 20;
// A longer entry names no gene; it is reported and not sent.
inline constexpr size_t kMaxGeneNameBytes = 256;

struct GeneList {
  std::vector<std::string> names;     // Distinct, in the order of the file.
  std::vector<std::string> unusable;  // Beginning of each entry that is too long or not UTF-8.
  int64_t lines = 0;
  int64_t empty = 0;       // Empty lines and comments (# at the beginning).
  int64_t duplicates = 0;  // Entries that came before.
};

// Line ends LF, CRLF or CR; a byte order mark, white space and a pair of double quotes around a
// name are taken off. Of a line with tabs or commas the first cell counts.
GeneList ParseGeneList(absl::string_view text);

// `path` "-" is standard input. NOT_FOUND if it cannot be read, INVALID_ARGUMENT if it is larger
// than kMaxGeneListBytes; the message names the file.
absl::StatusOr<GeneList> ReadGeneList(const std::string& path);

// "12 lines: 9 names, 2 empty, 1 duplicate, 0 unusable".
std::string Summary(const GeneList& list);

// The names of `names` from `begin` on that go into one call: at most `most`, and at most
// `most_bytes` with their lengths; at least one.
size_t EndOfCall(const std::vector<std::string>& names, size_t begin, size_t most,
                 size_t most_bytes);

}  // namespace parfocal::cli
