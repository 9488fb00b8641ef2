// Compares a published state of the index with its checksums and with the catalogue.
#pragma once

#include <string>
#include <vector>

#include "index_generation.h"
#include "parfocal/record_store.h"
#include "parfocal/write/index_writer.h"

namespace parfocal {

// What Check looks at: a state that stays as it is while the index moves on.
struct PinnedState {
  std::string directory;
  Manifest manifest;
  std::shared_ptr<const Vocabulary> vocabulary;
  std::vector<LiveSegment> segments;
};

// UNAVAILABLE if the catalogue cannot be read; what is wrong with the index is in the report.
absl::StatusOr<IndexCheckReport> CheckIndex(const PinnedState& state, const RecordStore& store,
                                            const IndexCheckOptions& options);

}  // namespace parfocal
