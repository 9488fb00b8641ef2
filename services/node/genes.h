// The genes of a node: the store in its data directory, and the tables that its configuration
// names.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "log.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/genes/gene_store.h"
#include "parfocal/status.h"

namespace parfocal {

class Genes {
 public:
  // Opens the store in `directory` and loads `paths`, with the words of `share_dir`/vocabulary;
  // what has not changed since the last start is not parsed again. Without paths the last release
  // stays. Fails if a named table does not load.
  static absl::StatusOr<std::unique_ptr<Genes>> Open(const std::string& directory,
                                                     const std::string& share_dir,
                                                     const std::vector<std::string>& paths,
                                                     const Log* log);

  std::shared_ptr<const GeneLookup> Current() const { return store_->Current(); }
  int64_t count() const { return count_; }

 private:
  explicit Genes(std::unique_ptr<GeneStore> store) : store_(std::move(store)) {}
  absl::Status Load(const std::vector<std::string>& paths, const Log* log);

  const std::unique_ptr<GeneStore> store_;
  int64_t count_ = 0;
};

}  // namespace parfocal
