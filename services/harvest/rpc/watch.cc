#include "watch.h"

#include <chrono>
#include <utility>

#include "grpcpp/alarm.h"
#include "parfocal/rpc/record_conversion.h"

namespace parfocal {
namespace {

constexpr std::chrono::milliseconds kInterval(250);

// Keeps itself alive through the alarm's callback; ends when the stream is closed.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(const HarvestRunner* runner, std::string source, std::string run,
          std::shared_ptr<StreamCall<v1::Run>> stream)
      : runner_(runner),
        source_(std::move(source)),
        run_(std::move(run)),
        stream_(std::move(stream)) {}

  void Look() {
    if (stream_->cancelled()) return stream_->Close(absl::CancelledError("the caller went away"));
    const absl::StatusOr<RunProgress> progress = runner_->Get(source_, run_);
    if (!progress.ok()) return stream_->Close(progress.status());
    v1::Run now;
    ToProto(*progress, &now);
    const bool ended = progress->run.state != RunState::kRunning;
    std::string bytes = now.SerializeAsString();
    // While the caller does not read, nothing piles up: he gets the newest when he does.
    if (ended || (bytes != sent_ && stream_->idle())) {
      sent_ = std::move(bytes);
      stream_->Send(std::move(now));
    }
    if (ended) return stream_->Close(absl::OkStatus());
    // The alarm keeps its function after the call: it must not keep us, who own the alarm.
    alarm_.Set(std::chrono::system_clock::now() + kInterval,
               [self = shared_from_this()](bool /*due*/) mutable {
                 const std::shared_ptr<Watcher> watcher = std::move(self);
                 watcher->Look();
               });
  }

 private:
  const HarvestRunner* const runner_;
  const std::string source_;
  const std::string run_;
  const std::shared_ptr<StreamCall<v1::Run>> stream_;
  std::string sent_;
  grpc::Alarm alarm_;
};

}  // namespace

void ToProto(const RunProgress& progress, v1::Run* out) {
  ToProto(progress.run, out);
  out->set_progress_done(progress.done);
  out->set_progress_total(progress.total);
  out->set_resumed(progress.resumed);
}

void Watch(const HarvestRunner* runner, std::string source, std::string run,
           std::shared_ptr<StreamCall<v1::Run>> stream) {
  std::make_shared<Watcher>(runner, std::move(source), std::move(run), std::move(stream))->Look();
}

}  // namespace parfocal
