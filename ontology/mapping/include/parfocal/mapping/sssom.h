// SSSOM tables (Simple Standard for Sharing Ontological Mappings; Matentzoglu et al. 2022, Database
// baac035; https://mapping-commons.github.io/sssom), read and written.
//
// Read: tab-separated, plain or gzip, LF or CRLF, columns in any order, with a metadata block in
// lines that begin with `#`, with metadata in a text of their own, or without. Quoted cells
// (doubled quotes) are unquoted; a quoted line break is not understood. Rows with fewer cells than
// the header end in empty ones. Also read: the old name match_type, and the nine columns that
// Biomappings used before SSSOM. A table without a header is read where its metadata say
// `columns: [subject_id, ...]`; predicate_id, mapping_justification and the like may then stand in
// the metadata for all rows, and become columns.
//
// Thread safety: free functions without state.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_set.h"
#include "parfocal/status.h"

namespace parfocal {

// Beyond one of these a table is refused with INVALID_ARGUMENT and LIMIT_EXCEEDED.
struct SssomLimits {
  int64_t file_bytes = int64_t{1} << 30;  // Unpacked.
  size_t line_bytes = size_t{1} << 20;
  size_t rows = 5'000'000;
  size_t metadata_bytes = size_t{1} << 20;
  size_t columns = 200;
};

struct SssomOptions {
  std::string id;           // The id of the set, whatever the metadata say; empty: theirs.
  std::string name;         // The id if the metadata have none, and the name in messages.
  std::string metadata;     // Separate YAML; goes over the block in the table, key by key.
  bool keep_lines = false;  // In the report.
  SssomLimits limits;
};

struct MappingRowError {
  int64_t line = 0;  // 1 is the first line of the file.
  std::string reason;
};

struct SssomReport {
  int64_t rows = 0;
  int64_t accepted = 0;
  std::vector<MappingRowError> errors;  // The first kListedErrors of rows - accepted.
  std::vector<std::string> warnings;
  std::vector<int64_t> lines;  // Of each accepted row, with keep_lines.
  static constexpr size_t kListedErrors = 1000;
};

// INVALID_ARGUMENT with reason MAPPING_SET (or LIMIT_EXCEEDED) if the text as a whole cannot be
// read; single rows that cannot are left out and listed in `*report`. NOT_FOUND if there is no such
// file, DATA_LOSS if its gzip data are damaged. Metadata of a file may lie beside it: NAME.yml or
// NAME.yaml for NAME.sssom.tsv.gz.
absl::StatusOr<MappingSet> ReadSssom(absl::string_view bytes, const SssomOptions& options,
                                     SssomReport* report);
absl::StatusOr<MappingSet> ReadSssomFile(const std::string& path, const SssomOptions& options,
                                         SssomReport* report);

// The name of a file without folder and endings: what its set is called if it states no id.
std::string MappingFileName(const std::string& path);
// The metadata that lie beside the file, empty if there are none.
std::string MetadataBeside(const std::string& path, size_t limit);

// Writes the set in pieces: its metadata block, its columns, its rows, all as they were read.
void WriteSssom(const MappingSet& set, const std::function<void(absl::string_view)>& write);

// The values of a cell that holds several, divided by bars (`\|` is a bar of a value).
std::vector<std::string> SplitSssomValues(absl::string_view cell);

}  // namespace parfocal
