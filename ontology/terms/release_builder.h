// Merges what the files of a manifest say and builds the lookup of that release.
#pragma once

#include <memory>

#include "codec.h"
#include "parfocal/terms/term_store.h"
#include "release_lookup.h"
#include "term_database.h"

namespace parfocal::internal {

// Names the content of a release: equal files in equal order with equal bad edges have equal names.
std::string ReleaseName(const Manifest& manifest);

// Reads all parts once, in the order of their ids. Fills the counts of `report`. DATA_LOSS if a
// part cannot be read.
absl::StatusOr<std::shared_ptr<const ReleaseLookup>> BuildRelease(const Manifest& manifest,
                                                                  std::shared_ptr<rocksdb::DB> db,
                                                                  LoadReport* report);

}  // namespace parfocal::internal
