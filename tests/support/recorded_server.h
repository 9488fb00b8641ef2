// A small HTTP server on loopback for tests of what fetches: it answers as its handler says, also
// wrongly: cut short, slowly, without end. One thread per connection; all end with the server.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal::testing {

struct ServedRequest {
  std::string method, path;
  std::map<std::string, std::string> headers;  // Names in lower case.
};

struct ServedReply {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool chunked = false;
  bool endless = false;           // Sends `body` again and again, until the client goes away.
  bool no_length = false;         // Ends the body by closing the connection.
  size_t cut_after = ~size_t{0};  // Closes after so many bytes of the whole answer.
  std::chrono::milliseconds silence{0};  // Before the first byte.
  std::chrono::milliseconds drip{0};     // Between two bytes of the body.
};

inline std::string Gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

class RecordedServer {
 public:
  using Handler = std::function<ServedReply(const ServedRequest&)>;

  explicit RecordedServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  ~RecordedServer() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    close(listener_);
  }
  RecordedServer(const RecordedServer&) = delete;
  RecordedServer& operator=(const RecordedServer&) = delete;

  uint16_t port() const { return port_; }
  std::string Url(const std::string& path) const {
    return absl::StrCat("http://127.0.0.1:", port_, path);
  }
  std::vector<ServedRequest> requests() const {
    const std::lock_guard<std::mutex> lock(mu_);
    return requests_;
  }
  int connections() const { return accepted_; }
  size_t sent() const { return sent_; }  // Bytes of all answers.

 private:
  void Accept() {
    while (!stop_) {
      pollfd wait{listener_, POLLIN, 0};
      if (poll(&wait, 1, 20) <= 0) continue;
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      // Head and body are sent apart: without it the second would wait for the first's receipt.
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++accepted_;
      connections_.emplace_back([this, fd] {
        while (Serve(fd)) {
        }
        close(fd);
      });
    }
  }

  bool ReadRequest(int fd, ServedRequest* out) {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      pollfd wait{fd, POLLIN, 0};
      if (stop_) return false;
      if (poll(&wait, 1, 20) <= 0) continue;
      char buffer[4096];
      const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      text.append(buffer, static_cast<size_t>(got));
      if (!absl::ascii_isupper(static_cast<unsigned char>(text[0]))) {
        // No HTTP: a TLS client, say. It is told so in plain words, which it cannot understand.
        size_t all = ~size_t{0};
        Send(fd, "HTTP/1.1 400 x\r\n\r\n", &all);
        return false;
      }
    }
    const std::vector<std::string> lines = absl::StrSplit(text, "\r\n");
    const std::vector<std::string> words = absl::StrSplit(lines[0], ' ');
    if (words.size() < 2) return false;
    out->method = words[0];
    out->path = words[1];
    for (size_t i = 1; i < lines.size(); ++i) {
      const size_t colon = lines[i].find(':');
      if (colon == std::string::npos) continue;
      out->headers[absl::AsciiStrToLower(lines[i].substr(0, colon))] =
          std::string(absl::StripAsciiWhitespace(lines[i].substr(colon + 1)));
    }
    return true;
  }

  // Sends as much as `left` allows; false when the connection is to be closed.
  bool Send(int fd, const std::string& bytes, size_t* left) {
    const size_t size = std::min(bytes.size(), *left);
    size_t done = 0;
    while (done < size && !stop_) {
      pollfd wait{fd, POLLOUT, 0};
      if (poll(&wait, 1, 20) <= 0) continue;
      const ssize_t sent = send(fd, bytes.data() + done, size - done, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) continue;
      if (sent <= 0) return false;
      done += static_cast<size_t>(sent);
      sent_ += static_cast<size_t>(sent);
    }
    *left -= size;
    return done == bytes.size();
  }

  void Sleep(std::chrono::milliseconds duration) {
    const auto end = std::chrono::steady_clock::now() + duration;
    while (!stop_ && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::min(duration, std::chrono::milliseconds(20)));
    }
  }

  bool SendBody(int fd, const ServedReply& reply, size_t* left) {
    auto piece = [&](const std::string& bytes) {
      if (!reply.chunked) return Send(fd, bytes, left);
      char size[32];
      snprintf(size, sizeof size, "%zx\r\n", bytes.size());
      return Send(fd, absl::StrCat(size, bytes, "\r\n"), left);
    };
    if (reply.endless) {
      while (!stop_ && piece(reply.body)) {
      }
      return false;
    }
    if (reply.drip.count() > 0) {
      for (char c : reply.body) {
        if (stop_ || !piece(std::string(1, c))) return false;
        Sleep(reply.drip);
      }
    } else if (!reply.body.empty() && !piece(reply.body)) {
      return false;
    }
    return !reply.chunked || Send(fd, "0\r\n\r\n", left);
  }

  bool Serve(int fd) {
    ServedRequest request;
    if (!ReadRequest(fd, &request)) return false;
    {
      const std::lock_guard<std::mutex> lock(mu_);
      requests_.push_back(request);
    }
    const ServedReply reply = handler_(request);
    Sleep(reply.silence);
    std::string head = absl::StrCat("HTTP/1.1 ", reply.status, " x\r\n");
    for (const auto& [name, value] : reply.headers)
      absl::StrAppend(&head, name, ": ", value, "\r\n");
    if (reply.chunked) {
      absl::StrAppend(&head, "Transfer-Encoding: chunked\r\n");
    } else if (!reply.no_length && !reply.endless && reply.status != 304) {
      absl::StrAppend(&head, "Content-Length: ", reply.body.size(), "\r\n");
    }
    absl::StrAppend(&head, "\r\n");
    size_t left = reply.cut_after;
    return Send(fd, head, &left) && SendBody(fd, reply, &left) && !reply.no_length && left > 0;
  }

  const Handler handler_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::atomic<size_t> sent_{0};
  mutable std::mutex mu_;
  std::vector<ServedRequest> requests_;
  std::thread acceptor_;
  std::vector<std::thread> connections_;  // Of the acceptor, until it has ended.
};

}  // namespace parfocal::testing
