// What the records of a node are normalised with, and its exchange: gives each page of a harvest a
// normaliser over the present state, and drives the renormaliser when the state changes.
//
// Thread safety: any thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "index_parts.h"
#include "parfocal/mutex.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/record_store.h"
#include "parfocal/renormalise/renormaliser.h"

namespace parfocal {

class Log;

// Names what `parts` normalise with: equal names normalise equally.
std::string ReleaseOf(const NormaliserParts& parts);

class Normalisation {
 public:
  // `newest` gives the newest state of ontologies, genes and mappings. All borrowed; must outlive
  // it.
  Normalisation(std::function<NormaliserParts()> newest, RecordStore* store, IndexParts* index,
                const Log* log);
  ~Normalisation();

  // Normalises what waits since the last stop. `index` has been started.
  void Start();
  void Stop() { renormaliser_->Stop(); }

  // Of the next page.
  PageNormaliser Take();
  // Ontologies, genes or mapping sets have changed; see Renormaliser::StateChanged.
  void StateChanged() { renormaliser_->StateChanged(); }
  // See DecideAndRenormalise.
  absl::StatusOr<Renormalised> Decide(const std::string& field, const std::string& words,
                                      const std::function<absl::Status()>& decide);
  const Renormaliser& renormaliser() const { return *renormaliser_; }

 private:
  // The normalisers of one state: a page takes one and puts it back, with what it has cached.
  struct Shelf;
  class Lease;
  void TakeOver();
  std::string Release() const;
  void Report(absl::string_view event, const RenormaliseCounts& counts,
              const absl::Status& status) const;

  const std::function<NormaliserParts()> newest_;
  const Log* const log_;
  mutable Mutex mu_;
  std::shared_ptr<Shelf> shelf_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Renormaliser> renormaliser_;  // Last: it calls the rest.
};

}  // namespace parfocal
