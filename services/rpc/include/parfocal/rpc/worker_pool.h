// The threads on which handlers do their work, so that gRPC's own threads never wait for a search.
// Thread safety: Run from any thread; the destructor waits for what was accepted.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "parfocal/mutex.h"

namespace parfocal {

class WorkerPool {
 public:
  // At most `threads` tasks run at once and `queue` wait.
  WorkerPool(int threads, size_t queue);
  ~WorkerPool();
  // Returns false, and drops the task, if `queue` tasks wait already.
  bool Run(std::function<void()> task);
  // As Run, but never refuses: for the next step of a call that was accepted before.
  void Continue(std::function<void()> task);

 private:
  void Work();
  const size_t queue_;
  Mutex mu_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> tasks_ ABSL_GUARDED_BY(mu_);
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace parfocal
