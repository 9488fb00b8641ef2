// One RO-Crate metadata file to one Study: the profile of imaging studies first, any other crate as
// far as its properties have a place in a Study.
//
// Thread safety: pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/harvest.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal {

// Beyond `record_bytes`, `depth`, `values`, `id_bytes` the crate is refused; a longer text or list
// is cut at the limit, with a note.
struct CrateLimits {
  size_t record_bytes = size_t{1} << 20;
  int depth = 64;       // Objects and lists within each other.
  int values = 10'000;  // Property values of all entities together.
  size_t id_bytes = 2048;
  size_t title_bytes = 4096;
  size_t text_bytes = size_t{256} << 10;
  size_t value_bytes = size_t{32} << 10;  // Of a statement, a keyword, an attribute.
  size_t keywords = 1000;
  size_t people = 200;
  size_t attributes = 500;
  size_t notes = 100;
};

// A metadata file with where it came from.
struct CrateFile {
  std::string place;  // Path or URL as a curator would look for it; begins the place of each note.
  std::string key;    // The file's own name for the study: the accession where the root has none.
  absl::string_view bytes;
};

struct ParsedCrate {
  Study study;
  // What a curator should know although the crate was accepted: a reference that leads nowhere, a
  // malformed ORCID, two entities with one @id. `place` is "FILE:ENTITY", `record` the study's
  // name; `raw` is empty.
  std::vector<Rejection> notes;
};

// INVALID_ARGUMENT if the bytes are no crate of a study (not UTF-8, not JSON, a key twice in one
// object, no descriptor, no root Dataset, no accession), RESOURCE_EXHAUSTED if a limit is passed;
// the message names the entity and the way out. Never fetches anything, @context included.
absl::StatusOr<ParsedCrate> ParseCrate(const std::string& source, const CrateFile& file,
                                       const CrateLimits& limits);

// "X" for "dir/X-ro-crate-metadata.json", the folder's name for "dir/ro-crate-metadata.json", the
// file's name less its extension for any other.
std::string CrateKey(absl::string_view path);

// Whether the last part of `path` is `ro-crate-metadata.json`, with or without a prefix before it
// (`.jsonld` likewise: version 1.0).
bool IsCrateFileName(absl::string_view path);

}  // namespace parfocal
