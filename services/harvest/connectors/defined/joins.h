// Records of other files that belong to the records of a feed, held in memory.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "documents.h"
#include "parfocal/definition/definition.h"
#include "parfocal/harvest.h"
#include "records.h"

namespace parfocal::defined {

inline constexpr size_t kMaxJoinBytes = size_t{256} << 20;

class Joins {
 public:
  // Reads the files of the feed's joins. RESOURCE_EXHAUSTED beyond kMaxJoinBytes. A record that
  // cannot be read is reported in `rejections` (place and reason) and left out, and so is a file,
  // unless the join is required: then it fails, as it does without any file (NOT_FOUND).
  absl::Status Load(const definition::FeedRule& feed, const RecordFormat& format,
                    const RecordLimits& limits, Documents* documents,
                    std::vector<Rejection>* rejections);
  // Puts what belongs to `record` into its fields.
  void Apply(const definition::FeedRule& feed, definition::Item* record) const;

 private:
  // One for each join of the feed: by key, in the order of the files.
  std::vector<absl::flat_hash_map<std::string, std::vector<definition::Item>>> tables_;
};

}  // namespace parfocal::defined
