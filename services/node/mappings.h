// The mappings of a node: the store, the sets that the configuration names, and bridges from the
// cross-references of the ontologies in use.
//
// Thread safety: any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log.h"
#include "parfocal/clock.h"
#include "parfocal/mapping/mapping_store.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

class Mappings {
 public:
  // `share_dir`: where vocabulary/mapping-sets.yaml lies; without it no set is used in
  // normalisation. `paths` as MappingStore::Load; empty: the sets of the last start stay. Files
  // that did not change are not parsed again. `clock` and `log` must outlive it.
  static absl::StatusOr<std::unique_ptr<Mappings>> Open(const std::string& directory,
                                                        const std::string& share_dir,
                                                        const std::vector<std::string>& paths,
                                                        const Clock* clock, const Log* log);

  MappingStore* store() { return store_.get(); }
  std::shared_ptr<const MappingSnapshot> Current() const { return store_->Current(); }
  // Makes the bridges of cross-references anew.
  void TermsChanged(const TermLookup& terms);
  // INVALID_ARGUMENT, naming the nearest fields, if words of the field are not normalised.
  static absl::Status CheckField(absl::string_view field);

 private:
  explicit Mappings(std::unique_ptr<MappingStore> store) : store_(std::move(store)) {}
  const std::unique_ptr<MappingStore> store_;
};

}  // namespace parfocal
