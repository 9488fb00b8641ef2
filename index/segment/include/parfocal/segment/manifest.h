// The manifest: which files make up one state of the index. Written aside, synced, renamed over the
// old one, directory synced: a reader sees the old state or the new one. It carries the catalogue
// sequence that has been applied, so replay after a crash begins exactly there.
//
// Layout of an index directory:
//   MANIFEST              this, with a checksum
//   PINNED                the same, of an older state that is kept beside it; mostly not there
//   vocabulary.log        index/segment/vocabulary.h
//   text/studies/         Xapian: one document per version of a study, never changed
//   text/vocabulary/      Xapian: document id = value id + 1, never changed
//   segments/<n>.seg      index/segment/segment.h
//   segments/<n>.<m>.del  rows of segment n that are dead, a serialised bitmap with a checksum
// Documents and values behind the numbers in the manifest belong to no state and are ignored, then
// overwritten.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

namespace parfocal {

struct ManifestSegment {
  uint64_t number = 0;
  std::string file;          // Relative to the directory.
  std::string deletes_file;  // Empty: all rows live.
  uint32_t rows = 0;
  uint32_t dead_rows = 0;
  friend bool operator==(const ManifestSegment&, const ManifestSegment&) = default;
};

struct Manifest {
  int64_t sequence = 0;  // Applied catalogue sequence of the group.
  std::string group;
  std::string release;         // Ontology release the values were normalised with.
  ValueId values = 0;          // Size of the vocabulary.
  uint32_t last_text_doc = 0;  // Documents of text/studies up to this number belong to this state.
  uint64_t next_segment = 1;
  std::vector<ManifestSegment> segments;
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// NOT_FOUND if there is none, DATA_LOSS for a bad checksum, FAILED_PRECONDITION for a newer
// version.
absl::StatusOr<Manifest> ReadManifest(const std::string& directory,
                                      const std::string& file = "MANIFEST");
// Durable and atomic. UNAVAILABLE on an I/O error.
absl::Status WriteManifest(const std::string& directory, const Manifest& manifest,
                           const std::string& file = "MANIFEST");
inline constexpr char kPinnedManifest[] = "PINNED";

}  // namespace parfocal
