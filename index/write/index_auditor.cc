#include "parfocal/write/index_auditor.h"

#include <algorithm>
#include <chrono>

namespace parfocal {

absl::StatusOr<bool> IndexAuditor::Step() {
  MutexLock lock(&step_mu_);
  IndexCheckOptions options;
  options.parts = std::max<uint32_t>(1, options_.parts);
  options.part = part_ % options.parts;
  PARFOCAL_ASSIGN_OR_RETURN(const IndexCheckReport report, writer_->Check(options));
  if (!report.ok()) {
    if (options_.on_damage) options_.on_damage(report);
    PARFOCAL_RETURN_IF_ERROR(writer_->Rebuild().status());
  }
  part_ = options.part + 1;
  return !report.ok();
}

void IndexAuditor::Run() {
  for (;;) {
    {
      MutexLock lock(&mu_);
      const bool stopped =
          changed_.wait_for(mu_, absl::ToChronoNanoseconds(options_.pause),
                            [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; });
      if (stopped) return;
    }
    // What failed now (nothing published yet, a rebuild going on) is tried again after the pause.
    Step().status().IgnoreError();
  }
}

void IndexAuditor::Start() {
  if (thread_.joinable()) return;
  {
    MutexLock lock(&mu_);
    stop_ = false;
  }
  thread_ = std::thread([this] { Run(); });
}

void IndexAuditor::Stop() {
  if (!thread_.joinable()) return;
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

}  // namespace parfocal
