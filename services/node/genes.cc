#include "genes.h"

#include <utility>

namespace parfocal {

absl::StatusOr<std::unique_ptr<Genes>> Genes::Open(const std::string& directory,
                                                   const std::string& share_dir,
                                                   const std::vector<std::string>& paths,
                                                   const Log* log) {
  PARFOCAL_ASSIGN_OR_RETURN(
      std::unique_ptr<GeneStore> store,
      GeneStore::Open(directory, share_dir.empty() ? share_dir : share_dir + "/vocabulary"));
  if (const absl::Status problem = store->Problem(); !problem.ok()) {
    log->Warning("stored genes left out", {{"reason", std::string(problem.message())}});
  }
  std::unique_ptr<Genes> genes(new Genes(std::move(store)));
  if (!paths.empty()) {
    PARFOCAL_RETURN_IF_ERROR(genes->Load(paths, log));
    return genes;
  }
  // Those of the last start that had tables.
  const std::shared_ptr<const GeneLookup> stored = genes->Current();
  for (const std::string& taxon : stored->Taxa()) {
    stored->Visit(taxon, [&](const Gene&) {
      ++genes->count_;
      return true;
    });
  }
  return genes;
}

absl::Status Genes::Load(const std::vector<std::string>& paths, const Log* log) {
  GeneLoadRequest request;
  request.paths = paths;
  PARFOCAL_ASSIGN_OR_RETURN(const GeneLoadReport report, store_->Load(request));
  for (const GeneTableReport& table : report.tables) {
    if (!table.skipped.empty()) {
      log->Warning("file left out", {{"file", table.file}, {"reason", table.skipped}});
    } else if (table.bad > 0) {
      log->Warning("rows of a gene table left out", {{"file", table.file},
                                                     {"rows", std::to_string(table.bad)},
                                                     {"of", std::to_string(table.rows)},
                                                     {"first", table.first_bad}});
    }
  }
  count_ = report.genes;
  log->Info("genes loaded", {{"release", report.release},
                             {"genes", std::to_string(report.genes)},
                             {"names", std::to_string(report.names)},
                             {"from", report.reused ? "the last start" : "the tables"}});
  return absl::OkStatus();
}

}  // namespace parfocal
