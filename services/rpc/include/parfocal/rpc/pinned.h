// States of an index that page tokens still point to, so that the next page of an answer is
// computed on what the first one was. At most so many, the longest unused goes first; its tokens
// then say CURSOR_EXPIRED.
//
// Thread safety: any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "parfocal/clock.h"
#include "parfocal/mutex.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/status.h"

namespace parfocal {

// `State` is an immutable snapshot; it is known by its sequence and release.
template <typename State>
class Pinned {
 public:
  // `clock` must outlive this. Each state costs what it holds in memory, hence `most`.
  Pinned(const Clock* clock, size_t most) : clock_(clock), most_(most) {}

  // Holds `state` for as long as a token issued now lives.
  void Pin(int64_t sequence, const std::string& release, std::shared_ptr<const State> state) {
    MutexLock lock(&mu_);
    DropExpired();
    pinned_[{sequence, release}] = {std::move(state), clock_->Now()};
    if (pinned_.size() <= most_) return;
    pinned_.erase(std::min_element(
        pinned_.begin(), pinned_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; }));
  }

  // The state of that revision, or nullptr.
  std::shared_ptr<const State> Find(int64_t sequence, const std::string& release) {
    MutexLock lock(&mu_);
    DropExpired();
    const auto found = pinned_.find({sequence, release});
    return found == pinned_.end() ? nullptr : found->second.state;
  }

 private:
  struct Entry {
    std::shared_ptr<const State> state;
    absl::Time used;
  };

  void DropExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const absl::Time oldest = clock_->Now() - kPageTokenLife;
    for (auto it = pinned_.begin(); it != pinned_.end();)
      it = it->second.used < oldest ? pinned_.erase(it) : std::next(it);
  }

  const Clock* const clock_;
  const size_t most_;
  Mutex mu_;
  std::map<std::pair<int64_t, std::string>, Entry> pinned_ ABSL_GUARDED_BY(mu_);
};

// What a token says whose state nobody holds any more.
inline absl::Status StateIsGone() {
  return WithReason(absl::FailedPreconditionError("page_token: the state of the index that it "
                                                  "belongs to is gone; begin the search again"),
                    "CURSOR_EXPIRED", "page_token");
}

}  // namespace parfocal
