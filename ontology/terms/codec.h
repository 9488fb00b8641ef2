// The bytes of what the store keeps: what one file says about one term, and the manifest of a
// release.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/rdf/ontology_reader.h"

namespace parfocal::internal {

class Writer {
 public:
  void Number(uint64_t value);
  void Text(absl::string_view text);
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

// Reads what Writer wrote. After damage everything reads as empty and `ok` is false.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}
  uint64_t Number();
  absl::string_view Text();
  bool ok() const { return ok_; }
  bool done() const { return rest_.empty(); }
  // For lists: a count that cannot be larger than what is left.
  size_t Count();

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

// The id is the key and is not within.
std::string EncodeTerm(const ParsedTerm& term);
bool DecodeTerm(absl::string_view bytes, ParsedTerm* term);

struct ManifestFile {
  std::string name;
  uint64_t reader = 0;  // ReaderVersion when it was read; another reads it anew.
  uint64_t size = 0;
  uint64_t mtime = 0;     // Nanoseconds since 1970.
  std::string hash;       // 16 bytes.
  uint64_t sequence = 0;  // Grows with each file loaded.
  std::string date;       // YYYY-MM-DD of its version, or empty.
  ReadReport report;
};

struct BadEdge {
  std::string child, parent;
  friend auto operator<=>(const BadEdge&, const BadEdge&) = default;
};

struct Manifest {
  std::string release;
  uint64_t next_sequence = 1;
  std::vector<ManifestFile> files;  // Oldest first.
  std::vector<BadEdge> bad_edges;   // Sorted.
};
std::string EncodeManifest(const Manifest& manifest);
bool DecodeManifest(absl::string_view bytes, Manifest* manifest);

}  // namespace parfocal::internal
