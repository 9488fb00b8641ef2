// A gRPC server around one service, reached through an in-process channel: the whole wire path, no
// port.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/service_type.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/status.h"

namespace parfocal::testing {

class InProcessService {
 public:
  InProcessService() : pool_(4, 64), dispatcher_{&pool_, &metrics_} {}
  ~InProcessService() {
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(1));
      server_->Wait();
    }
  }

  const Dispatcher* dispatcher() const { return &dispatcher_; }
  const RpcMetrics& metrics() const { return metrics_; }

  void Serve(std::unique_ptr<grpc::Service> service) {
    service_ = std::move(service);
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(8 << 20);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel({});
  }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  // Calls `method` of `stub`; 10 s at most.
  template <typename Stub, typename Method, typename Request, typename Response>
  static absl::Status Call(Stub* stub, Method method, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    response->Clear();
    return FromGrpcStatus((stub->*method)(&context, request, response));
  }

  // Every message of a server stream, and how it ended.
  template <typename Response, typename Reader>
  static absl::Status ReadAll(Reader reader, std::vector<Response>* out) {
    Response response;
    while (reader->Read(&response)) out->push_back(response);
    return FromGrpcStatus(reader->Finish());
  }

 private:
  WorkerPool pool_;
  RpcMetrics metrics_;
  Dispatcher dispatcher_;
  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace parfocal::testing
