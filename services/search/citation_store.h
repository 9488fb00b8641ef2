// Answers that were kept for citing: one file each in a folder of the node, named by the digest of
// what it says, written whole or not at all, never changed and never deleted by the node.
//
// Thread safety: any thread; two stores on one folder must exclude each other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/mutex.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxCitedRecords = 100000;
inline constexpr size_t kMaxCitations = 10000;
inline constexpr uintmax_t kMaxCitationBytes = uintmax_t{2} << 30;  // Of all that are kept.

struct Citation {
  // One record of the answer, and what tells whether it is the same later.
  struct Entry {
    std::string name;
    int64_t sequence = 0;  // Of the record's version.
    int64_t rows = 0;      // Counts of the hit.
    int64_t images = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::string id;  // 32 lower-case hexadecimal digits.
  absl::Time created;
  int64_t sequence = 0;        // Of the snapshot.
  std::string release;         // Of the ontologies.
  std::string request;         // The search, as bytes of its message.
  std::vector<Entry> entries;  // By name.
};

class CitationStore {
 public:
  // `directory` is made when the first citation is kept. Empty: nothing can be kept.
  explicit CitationStore(std::string directory) : directory_(std::move(directory)) {}

  // Keeps `citation`, whose id is left out, and returns its id; one that is kept already stays as
  // it is. RESOURCE_EXHAUSTED (LIMIT_EXCEEDED, citations or citation_bytes) if there are too many,
  // UNAVAILABLE if it cannot be written.
  absl::StatusOr<std::string> Put(const Citation& citation);
  // NOT_FOUND (RESOURCE_NOT_FOUND), or DATA_LOSS if the file does not say what its name promises.
  absl::StatusOr<Citation> Get(absl::string_view id) const;

 private:
  const std::string directory_;
  Mutex mu_;
};

}  // namespace parfocal
