// Keeps the relations between studies up to date: reads every study once at its start, then follows
// the change feed; what a study newly is of others is written at once.
//
// Thread safety: every member may be called from any thread. One thread of its own does the work.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/mutex.h"
#include "parfocal/record_store.h"
#include "parfocal/relate/relation_finder.h"
#include "parfocal/relation_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct RelatorOptions {
  RecordStore* store = nullptr;  // Borrowed, as is the next.
  RelationStore* relations = nullptr;
  std::string group = std::string(kPublicGroup);
  std::shared_ptr<const RelationWords> words;
  // Told when all studies have been read (with an OK status), and when something fails; it is tried
  // again.
  std::function<void(absl::string_view event, size_t studies, const absl::Status&)> on_event;
  absl::Duration retry = absl::Seconds(5);
};

class Relator {
 public:
  explicit Relator(RelatorOptions options);
  ~Relator();  // Stops.

  void Start();
  void Stop();

  // Keeps the decision, durably, and applies it. Returns what the two are to each other now, seen
  // from the first; `*sequence` shows it. NOT_FOUND if one of the studies is not there,
  // INVALID_ARGUMENT if they are the same or an asserted relation has no type, UNAVAILABLE before
  // all studies have been read.
  absl::StatusOr<RecordRelation> Decide(const RelationDecision& decision, int64_t* sequence);

  // Waits until what the feed held at `sequence` is taken in and written; false at `deadline`.
  bool WaitApplied(int64_t sequence, absl::Time deadline) const;

 private:
  void Run();
  absl::Status ReadAll();
  absl::Status Follow();
  // Writes what Update returns.
  absl::Status Write(const std::vector<StudyRelations>& changed, int64_t* sequence)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_);

  const RelatorOptions options_;
  Mutex work_;  // Held while the finder is used. Taken before mu_.
  std::unique_ptr<RelationFinder> finder_ ABSL_GUARDED_BY(work_);  // Null until all is read.

  mutable Mutex mu_;
  mutable std::condition_variable_any changed_;
  int64_t applied_ ABSL_GUARDED_BY(mu_) = -1;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace parfocal
