// Snapshots that page tokens still point to, so that the next page of a search reads what the first
// one read. At most kMaxPinned, the longest unused goes first; its tokens then say CURSOR_EXPIRED.
//
// Thread safety: any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "parfocal/clock.h"
#include "parfocal/mutex.h"
#include "parfocal/search_index.h"

namespace parfocal {

class PinnedSnapshots {
 public:
  static constexpr size_t kMaxPinned = 32;

  explicit PinnedSnapshots(const Clock* clock) : clock_(clock) {}
  // Holds `snapshot` for as long as a token issued now lives.
  void Pin(std::shared_ptr<const Snapshot> snapshot);
  // The snapshot of that revision, or nullptr.
  std::shared_ptr<const Snapshot> Find(const Revision& revision);

 private:
  struct Pinned {
    std::shared_ptr<const Snapshot> snapshot;
    absl::Time used;
  };
  void DropExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Clock* const clock_;
  Mutex mu_;
  std::map<std::pair<int64_t, std::string>, Pinned> pinned_ ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
