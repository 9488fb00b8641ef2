// The sets that a store keeps, in the form in which they are read back without parsing: one file
// each, checksummed. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parfocal/mapping/mapping_set.h"
#include "parfocal/status.h"

namespace parfocal {

struct StoredSet {
  std::string source;       // The file of the configuration; empty: imported.
  std::string fingerprint;  // Of the bytes from which it was read.
  std::shared_ptr<const MappingSet> set;
};

class StoredSets {
 public:
  // `folder` is made if it is not there. Files that cannot be read are left where they are and said
  // in `*warnings`: their sets are read again from their sources, or imported again.
  static absl::StatusOr<StoredSets> Open(const std::string& folder,
                                         std::vector<std::string>* warnings);

  const std::vector<StoredSet>& sets() const { return sets_; }
  // nullptr if there is none.
  const StoredSet* OfSource(const std::string& source) const;
  const StoredSet* Imported(const std::string& id) const;
  // On disk when this returns OK; replaces the one of the same source, or the imported one of the
  // same id.
  absl::Status Put(StoredSet set);
  // Removes those of other sources; imported ones stay.
  absl::Status KeepSources(const std::vector<std::string>& sources);
  // Writes the imported ones into another folder, which is made, as Open reads them.
  absl::Status CopyImported(const std::string& folder) const;

 private:
  static std::string FileOf(const StoredSet& set);
  std::string PathOf(const StoredSet& set) const { return folder_ + "/" + FileOf(set); }

  std::string folder_;
  std::vector<StoredSet> sets_;
};

// Names bytes.
std::string FingerprintOf(absl::string_view bytes);

}  // namespace parfocal
