// Normalises records of the catalogue anew, from the source's own words, when what they are
// normalised with has changed: a walk over every record for a new state (ontologies, genes, mapping
// sets), a few studies for a curator's decision. Only records whose content changes are written.
//
// One swap: from the moment a new state is taken over until every record has followed and the index
// has applied the last of them, searches are held on the snapshot before, with the terms before;
// then one snapshot shows all of it. Harvests go on meanwhile; what they bring is shown by the same
// swap.
//
// A stopped or killed walk begins again at the next start: the catalogue notes a state only when
// every record holds what it makes of them (RecordStore::SetNormalised), and notes none before the
// first record changes. So a start knows whether its records are of one state: if they are,
// searches are held on them during its walk, too. If not, they stay on the snapshot that was held
// when the node was stopped (`held`); only if that is lost they show a mixture until the walk has
// ended, and `State` says so. Records that already carry the state are passed over.
//
// Thread safety: every member may be called from any thread. Walks and swaps are made by one thread
// of its own; decisions by their callers, one at a time, between two batches of a walk.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/mutex.h"
#include "parfocal/record_store.h"
#include "parfocal/search_index.h"
#include "parfocal/status.h"

namespace parfocal {

// What one call, or one walk, did.
struct RenormaliseCounts {
  int64_t examined = 0;
  int64_t changed = 0;
  int64_t skipped = 0;   // A harvest changed or deleted them meanwhile; it normalised them itself.
  int64_t sequence = 0;  // Of the last change; the newest if there was none.
};

// Whether all is done, and what searches see until it is.
struct RenormaliseState {
  bool busy = false;     // A walk or a swap is outstanding.
  bool walking = false;  // A walk is.
  bool held = false;     // Searches stay on the snapshot before.
  std::string before;   // What the records of that snapshot were normalised with; empty: a mixture.
  std::string release;  // What records are brought to.
  RenormaliseCounts progress;  // Of the walk.
};

struct RenormaliserOptions {
  RecordStore* store = nullptr;        // Borrowed; must outlive it.
  const SearchIndex* index = nullptr;  // Borrowed. Finds the studies that carry words.
  std::string group = std::string(kPublicGroup);

  // The newest state taken over, as HarvestRunnerOptions::normaliser.
  std::function<PageNormaliser()> normaliser;
  // Its name.
  std::function<std::string()> release;
  // Takes over the newest state of everything that records are normalised with, and returns when no
  // page is in hand any more that was normalised with the one before.
  std::function<void()> take_over;

  // Keeps searches on the snapshot that they have, until `publish`, also over a stop. `before`:
  // what its records were normalised with; empty: several things.
  std::function<void(const std::string& before)> hold;
  // The name of what is held, or was when the node was stopped; empty if nothing is, or it was lost
  // or is a mixture. May be empty: nothing outlasts a stop.
  std::function<std::string()> held;
  // Shows the newest snapshot, with the terms of the state taken over.
  std::function<void()> publish;
  // Waits until the index has applied `sequence`, or until `deadline`; whether it has.
  std::function<bool(int64_t sequence, absl::Time deadline)> await_index;

  // "begins", "ends", "fails", with what was done so far. May be empty.
  std::function<void(absl::string_view event, const RenormaliseCounts&, const absl::Status&)>
      on_event;
  int batch = 2000;
  // Of the time that a walk works, it rests this part, so that harvests and searches get on.
  double rest = 0.25;
  absl::Duration retry = absl::Seconds(10);    // After a failure of the catalogue.
  absl::Duration patience = absl::Minutes(2);  // How long a call waits for the swap.
};

class Renormaliser {
 public:
  explicit Renormaliser(RenormaliserOptions options);
  ~Renormaliser();  // Stops.
  Renormaliser(const Renormaliser&) = delete;
  Renormaliser& operator=(const Renormaliser&) = delete;

  // Begins to work; with a walk if the catalogue is not normalised up to the present state.
  // Searches are held for it if the records are of one state and the index has them all.
  void Start();
  // Returns when the batch in hand is done.
  void Stop();

  // Something that records are normalised with has changed: takes it over and walks. Returns when
  // the swap is made, or after `patience`; it goes on behind that.
  void StateChanged();

  // Calls `decide`; if it succeeds takes over the new state and normalises every record that
  // carries `words` in `field` (without regard to case and white space) anew, of a field of what
  // texts name the study whose name the words are, or, both empty, walks over all. Returns when
  // searches see it; DEADLINE_EXCEEDED if that takes longer than `patience` (it still comes),
  // CANCELLED when stopped (the next start goes on). While a walk is going on the records are
  // changed at once, and shown with the walk's own swap, which is not waited for.
  absl::StatusOr<RenormaliseCounts> Decide(const std::string& field, const std::string& words,
                                           const std::function<absl::Status()>& decide);

  // For status pages.
  RenormaliseState State() const;
  bool Busy() const;
  RenormaliseCounts Progress() const;
  // Waits until it is not Busy; false at `deadline`.
  bool WaitIdle(absl::Time deadline) const;

 private:
  void Run();
  void Walk();
  absl::StatusOr<bool> WalkBatch(std::optional<RecordName>* after);
  void Swap();
  // Searches see nothing of what comes, until the next swap. `normalised`: StoreStatus.
  void Hold(const std::string& normalised);
  // From here on records are not of one state.
  absl::Status Mix();
  absl::Status NormaliseStudy(const RecordName& study, const std::string& field,
                              const std::string& words, RenormaliseCounts* counts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status NormaliseCarriers(const std::string& field, const std::string& words,
                                 RenormaliseCounts* counts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status NormaliseBatch(std::vector<StoredRecord> batch, RenormaliseCounts* counts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(turn_);
  absl::Status AwaitSwap(uint64_t number, absl::Time deadline) const;
  // Asks for a swap that shows `sequence`; returns its number.
  uint64_t WantSwap(int64_t sequence);
  uint64_t WantWalk();
  void Rest(absl::Duration duration) const;
  void Tell(absl::string_view event, const RenormaliseCounts& counts,
            const absl::Status& status = absl::OkStatus()) const;

  const RenormaliserOptions options_;
  std::thread thread_;

  // Held for a batch of a walk, for a decision, for taking over a state: they never overlap. Taken
  // before mu_.
  Mutex turn_;

  mutable Mutex mu_;
  mutable std::condition_variable_any changed_;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  int deciding_ ABSL_GUARDED_BY(mu_) = 0;  // Callers that wait for their turn: a walk lets them by.
  bool walk_wanted_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t walk_ ABSL_GUARDED_BY(mu_) = 0;  // Counts the states that a walk was wanted for.
  uint64_t swaps_wanted_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t swaps_done_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t sequence_ ABSL_GUARDED_BY(mu_) = 0;  // That the next swap must show.
  RenormaliseCounts progress_ ABSL_GUARDED_BY(mu_);
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  std::string before_ ABSL_GUARDED_BY(mu_);  // With held_.
};

}  // namespace parfocal
