// The gRPC server with the limits of RELIABILITY section 4, health checking and reflection.
#pragma once

#include <memory>
#include <vector>

#include "config.h"
#include "grpcpp/grpcpp.h"
#include "parfocal/status.h"

namespace parfocal {

struct RunningServer {
  std::unique_ptr<grpc::Server> server;
  Address address;
};

// Puts the limits on `builder`; tests use it for in-process servers too.
void ApplyLimits(grpc::ServerBuilder* builder);

// Serves `services`, which must outlive the server. UNAVAILABLE if the port is taken.
absl::StatusOr<RunningServer> StartServer(const Address& address,
                                          const std::vector<grpc::Service*>& services);

}  // namespace parfocal
