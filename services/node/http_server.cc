#include "http_server.h"

#include <httplib.h>

#include <thread>
#include <utility>

namespace parfocal {

struct HttpServer::State {
  httplib::Server server;
  std::thread thread;
};

HttpServer::HttpServer(Address address, std::unique_ptr<State> state)
    : address_(std::move(address)), state_(std::move(state)) {}

HttpServer::~HttpServer() {
  state_->server.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Address& address,
                                                              HttpHandlers handlers) {
  auto state = std::make_unique<State>();
  httplib::Server& server = state->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(2); };
  server.set_payload_max_length(1024);
  server.set_read_timeout(5);
  server.set_write_timeout(5);
  server.set_keep_alive_max_count(1000);
  server.set_keep_alive_timeout(5);
  // A taken port is an error: by default two processes would share it.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  const auto plain = [](httplib::Response& response, int status, const std::string& text) {
    response.status = status;
    response.set_content(text, "text/plain; charset=utf-8");
  };
  server.Get("/healthz", [plain](const httplib::Request&, httplib::Response& response) {
    plain(response, 200, "ok\n");
  });
  server.Get("/readyz", [plain, unready = handlers.unready](const httplib::Request&,
                                                            httplib::Response& response) {
    const std::string why = unready();
    plain(response, why.empty() ? 200 : 503, why.empty() ? "ready\n" : why + "\n");
  });
  server.Get("/metrics",
             [metrics = handlers.metrics](const httplib::Request&, httplib::Response& response) {
               response.set_content(metrics(), "text/plain; version=0.0.4; charset=utf-8");
             });
  Address bound = address;
  const bool listening = address.port == 0
                             ? (bound.port = server.bind_to_any_port(address.host.c_str())) > 0
                             : server.bind_to_port(address.host.c_str(), address.port);
  if (!listening) {
    return absl::UnavailableError(
        absl::StrCat("http: cannot listen on ", FormatAddress(address), "; is the port taken?"));
  }
  state->thread = std::thread([raw = state.get()] { raw->server.listen_after_bind(); });
  return std::unique_ptr<HttpServer>(new HttpServer(bound, std::move(state)));
}

}  // namespace parfocal
