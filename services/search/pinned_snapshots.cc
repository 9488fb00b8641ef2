#include "pinned_snapshots.h"

#include <algorithm>

#include "parfocal/rpc/page_token.h"

namespace parfocal {

void PinnedSnapshots::Pin(std::shared_ptr<const Snapshot> snapshot) {
  const Revision revision = snapshot->revision();
  MutexLock lock(&mu_);
  DropExpired();
  pinned_[{revision.sequence, revision.release}] = {std::move(snapshot), clock_->Now()};
  if (pinned_.size() <= kMaxPinned) return;
  pinned_.erase(std::min_element(pinned_.begin(), pinned_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  }));
}

std::shared_ptr<const Snapshot> PinnedSnapshots::Find(const Revision& revision) {
  MutexLock lock(&mu_);
  DropExpired();
  const auto found = pinned_.find({revision.sequence, revision.release});
  return found == pinned_.end() ? nullptr : found->second.snapshot;
}

void PinnedSnapshots::DropExpired() {
  const absl::Time oldest = clock_->Now() - kPageTokenLife;
  for (auto it = pinned_.begin(); it != pinned_.end();)
    it = it->second.used < oldest ? pinned_.erase(it) : std::next(it);
}

}  // namespace parfocal
