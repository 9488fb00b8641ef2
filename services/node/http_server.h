// The small HTTP server for machines that watch the node: /healthz, /readyz, /metrics, on loopback.
// Requests have no body; connections are few and short.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config.h"
#include "parfocal/status.h"

namespace parfocal {

struct HttpHandlers {
  // Empty: ready; otherwise why not.
  std::function<std::string()> unready;
  std::function<std::string()> metrics;
};

class HttpServer {
 public:
  // Listens at once. UNAVAILABLE if the port is taken.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const Address& address,
                                                           HttpHandlers handlers);
  ~HttpServer();
  const Address& address() const { return address_; }

 private:
  struct State;
  HttpServer(Address address, std::unique_ptr<State> state);
  Address address_;
  std::unique_ptr<State> state_;
};

}  // namespace parfocal
