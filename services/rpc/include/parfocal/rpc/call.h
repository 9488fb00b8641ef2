// How a handler of the callback API does its work: limits of the method, a deadline, a pool thread,
// one translation of the error, one count in the metrics. A handler itself only converts and asks
// the domain.
//
// Included by the .cc files of gRPC services alone: it brings in grpcpp.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/alarm.h"
#include "grpcpp/grpcpp.h"
#include "parfocal/mutex.h"
#include "parfocal/rpc/method_policy.h"
#include "parfocal/rpc/rpc_metrics.h"
#include "parfocal/rpc/status.h"
#include "parfocal/rpc/worker_pool.h"
#include "parfocal/status.h"

namespace parfocal {

// What a handler may know of its call. Valid until the call ends.
class Call {
 public:
  Call(grpc::CallbackServerContext* context, const MethodPolicy& policy);
  // When the work must be done.
  absl::Time deadline() const { return deadline_; }
  bool cancelled() const { return context_->IsCancelled(); }
  // For interfaces that ask through a function pointer.
  static bool Cancelled(const void* call) { return static_cast<const Call*>(call)->cancelled(); }

 private:
  grpc::CallbackServerContext* context_;
  absl::Time deadline_;
};

// Shared by all services of a node; must outlive the server.
struct Dispatcher {
  WorkerPool* pool = nullptr;
  RpcMetrics* metrics = nullptr;
};

// What is refused before any work: an unknown method, too large a request, too much metadata.
absl::Status Admit(const grpc::CallbackServerContext& context, const MethodPolicy* policy,
                   size_t request_bytes);
absl::Status Overloaded();

// Runs `work(call, request, response)` on a pool thread.
template <typename Request, typename Response, typename Work>
grpc::ServerUnaryReactor* HandleUnary(const Dispatcher& dispatcher,
                                      grpc::CallbackServerContext* context,
                                      absl::string_view method, const Request* request,
                                      Response* response, Work work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Time started = absl::Now();
  RpcMetrics* metrics = dispatcher.metrics;
  auto finish = [=](const absl::Status& status) {
    metrics->Count(method, status.code(), absl::Now() - started);
    reactor->Finish(ToGrpcStatus(status));
  };
  const MethodPolicy* policy = FindMethodPolicy(method);
  absl::Status admitted = Admit(*context, policy, request->ByteSizeLong());
  if (!admitted.ok()) {
    finish(admitted);
    return reactor;
  }
  const bool accepted = dispatcher.pool->Run([=] {
    const Call call(context, *policy);
    if (call.cancelled()) return finish(absl::CancelledError("the caller went away"));
    if (absl::Now() > call.deadline())
      return finish(absl::DeadlineExceededError("waited too long for a free thread"));
    finish(work(call, *request, response));
  });
  if (!accepted) finish(Overloaded());
  return reactor;
}

// A server stream. Messages go out in the order of Send; nothing is sent while the caller does not
// take what was written (flow control), and `refill` is asked for more only when everything is
// written.
//
// Lifetime: shared by gRPC (until the call is done) and by whoever sends. Send and Close may be
// called from any thread; exactly one Close ends the call.
template <typename Response>
class StreamCall final : public grpc::ServerWriteReactor<Response>,
                         public std::enable_shared_from_this<StreamCall<Response>> {
 public:
  using Refill = std::function<void(const std::shared_ptr<StreamCall>&)>;

  StreamCall(const Dispatcher& dispatcher, grpc::CallbackServerContext* context,
             absl::string_view method)
      : dispatcher_(dispatcher), context_(context), method_(method), started_(absl::Now()) {}

  // Hands the call to gRPC; `refill` runs on a pool thread, now and whenever all that was sent is
  // written, and each time either sends something or closes. nullptr: the sender goes at his own
  // pace.
  void Start(Refill refill) {
    self_ = this->shared_from_this();
    refill_ = std::move(refill);
    if (!refill_) return;
    WatchForStall();
    if (!dispatcher_.pool->Run([self = self_] { self->refill_(self); })) Close(Overloaded());
  }

  void Send(Response response) {
    MutexLock lock(&mu_);
    queue_.push_back(std::move(response));
    WriteNext();
  }

  void SendAll(std::vector<Response> responses) {
    MutexLock lock(&mu_);
    for (Response& response : responses) queue_.push_back(std::move(response));
    WriteNext();
  }

  void Close(absl::Status status) {
    MutexLock lock(&mu_);
    if (closed_) return;
    closed_ = true;
    status_ = std::move(status);
    FinishIfDone();
  }

  bool cancelled() const { return context_->IsCancelled(); }
  // Whether everything sent was written.
  bool idle() {
    MutexLock lock(&mu_);
    return queue_.empty() && !writing_;
  }
  grpc::CallbackServerContext* context() { return context_; }

  void OnWriteDone(bool ok) override {
    bool more = false;
    {
      MutexLock lock(&mu_);
      writing_ = false;
      last_write_ = absl::Now();
      broken_ = broken_ || !ok;
      WriteNext();
      FinishIfDone();
      more = !writing_ && !closed_ && refill_;
    }
    if (!more) return;
    if (!ok) return Close(absl::CancelledError("the caller went away"));
    dispatcher_.pool->Continue([self = self_] { self->refill_(self); });
  }

  void OnDone() override {
    // Last to go, at the end of this function: this may be the only owner.
    const std::shared_ptr<StreamCall> self = std::move(self_);
    dispatcher_.metrics->Count(method_, status_.code(), absl::Now() - started_);
    refill_ = nullptr;
    {
      MutexLock lock(&mu_);
      done_ = true;
    }
    alarm_.Cancel();
  }

 private:
  // Cuts a stream whose caller has taken nothing for kStreamStall: it holds a snapshot meanwhile.
  void WatchForStall() {
    MutexLock lock(&mu_);
    if (done_) return;
    if (writing_ && absl::Now() - last_write_ > kStreamStall) context_->TryCancel();
    alarm_.Set(
        std::chrono::system_clock::now() + std::chrono::seconds(10),
        // The alarm keeps its function after the call: it must not keep us, who own the alarm.
        [self = this->shared_from_this()](bool due) mutable {
          const std::shared_ptr<StreamCall> stream = std::move(self);
          if (due) stream->WatchForStall();
        });
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || finished_ || queue_.empty()) return;
    if (broken_) {
      queue_.clear();
      return;
    }
    current_ = std::move(queue_.front());
    queue_.pop_front();
    writing_ = true;
    this->StartWrite(&current_);
  }

  void FinishIfDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!closed_ || finished_ || writing_ || !queue_.empty()) return;
    finished_ = true;
    this->Finish(ToGrpcStatus(status_));
  }

  const Dispatcher dispatcher_;
  grpc::CallbackServerContext* const context_;
  const absl::string_view method_;
  const absl::Time started_;
  std::shared_ptr<StreamCall> self_;
  Refill refill_;

  Mutex mu_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mu_);
  Response current_;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
  bool done_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time last_write_ ABSL_GUARDED_BY(mu_) = absl::Now();
  grpc::Alarm alarm_;
  absl::Status status_;
};

// Begins a stream: checks the limits, then calls `start(stream)`, which calls Start. REQUIRES:
// `method` has a policy that says stream.
template <typename Response, typename Request, typename StartStream>
grpc::ServerWriteReactor<Response>* HandleStream(const Dispatcher& dispatcher,
                                                 grpc::CallbackServerContext* context,
                                                 absl::string_view method, const Request* request,
                                                 StartStream start) {
  auto stream = std::make_shared<StreamCall<Response>>(dispatcher, context, method);
  absl::Status admitted = Admit(*context, FindMethodPolicy(method), request->ByteSizeLong());
  if (admitted.ok()) {
    start(stream);
  } else {
    stream->Start(nullptr);
    stream->Close(std::move(admitted));
  }
  return stream.get();
}

}  // namespace parfocal
