// Decides which network addresses a fetch may reach, and opens the sockets for them: an address
// that is not allowed never gets a socket, whatever a name resolved to.
//
// Thread safety: any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// An IPv4 address is kept in its IPv4-mapped form.
struct IpAddress {
  std::array<uint8_t, 16> bytes{};
  // Of a numeric address without brackets or zone. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<IpAddress> Parse(absl::string_view text);
  // INVALID_ARGUMENT for any family but IPv4 and IPv6.
  static absl::StatusOr<IpAddress> Of(const sockaddr& address);
  bool IsV4() const;
  std::string ToString() const;
};

class AddressGuard {
 public:
  // `allow`: CIDRs such as "127.0.0.1/32" that are allowed although they are on the deny list.
  // INVALID_ARGUMENT names the one that is no CIDR.
  static absl::StatusOr<std::unique_ptr<AddressGuard>> Create(
      const std::vector<std::string>& allow);

  // PERMISSION_DENIED, with the address and the network that it belongs to, for addresses of this
  // machine, of private and link-local networks, multicast and reserved ones, also where they are
  // wrapped in an IPv6 address (mapped, compatible, 6to4, NAT64; Teredo is denied whole).
  absl::Status Check(const IpAddress& address) const;

  // Returns a socket for `address`, not yet connected, or -1 if it is denied or no socket is to be
  // had.
  int Open(const sockaddr& address, int family, int type, int protocol);

  // Sockets opened and refused so far.
  int64_t opened() const { return opened_; }
  int64_t refused() const { return refused_; }

 private:
  struct Network {
    IpAddress base;
    int bits = 0;  // Of the 128.
    std::string text;
  };
  static absl::StatusOr<Network> ParseNetwork(absl::string_view cidr);
  static bool Contains(const Network& network, const IpAddress& address);

  std::vector<Network> allow_;
  std::vector<Network> deny_;
  std::atomic<int64_t> opened_{0};
  std::atomic<int64_t> refused_{0};
};

}  // namespace parfocal
