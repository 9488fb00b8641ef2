#include "parfocal/fetch/address_guard.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace parfocal {
namespace {

constexpr int kMappedBits = 96;
constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Special-purpose networks that no archive on the internet lives in.
constexpr absl::string_view kDenied[] = {
    "0.0.0.0/8",     "10.0.0.0/8",     "100.64.0.0/10",  "127.0.0.0/8",   "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",   "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3",
    "::/128",        "::1/128",        "fc00::/7",       "fe80::/10",     "fec0::/10",
    "ff00::/8",      "64:ff9b:1::/48", "2001::/32",
};

IpAddress V4(const uint8_t* four) {
  IpAddress out;
  std::memcpy(out.bytes.data(), kMapped, 12);
  std::memcpy(out.bytes.data() + 12, four, 4);
  return out;
}

// The IPv4 address that an IPv6 address carries within it; false if it carries none.
bool Embedded(const IpAddress& address, IpAddress* out) {
  const uint8_t* b = address.bytes.data();
  static constexpr uint8_t kZero[12] = {};
  static constexpr uint8_t kNat64[12] = {0x00, 0x64, 0xff, 0x9b};
  if (b[0] == 0x20 && b[1] == 0x02) {
    *out = V4(b + 2);
    return true;
  }
  if (std::memcmp(b, kZero, 12) == 0 || std::memcmp(b, kNat64, 12) == 0) {
    *out = V4(b + 12);
    return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string terminated(text);
  IpAddress out;
  if (inet_pton(AF_INET6, terminated.c_str(), out.bytes.data()) == 1) return out;
  uint8_t four[4];
  if (inet_pton(AF_INET, terminated.c_str(), four) == 1) return V4(four);
  return absl::InvalidArgumentError(
      absl::StrCat("'", text.substr(0, 100), "' is no numeric address"));
}

absl::StatusOr<IpAddress> IpAddress::Of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in;
    std::memcpy(&in, &address, sizeof in);
    return V4(reinterpret_cast<const uint8_t*>(&in.sin_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in6;
    std::memcpy(&in6, &address, sizeof in6);
    IpAddress out;
    std::memcpy(out.bytes.data(), &in6.sin6_addr, 16);
    return out;
  }
  return absl::InvalidArgumentError("an address that is neither IPv4 nor IPv6");
}

bool IpAddress::IsV4() const { return std::memcmp(bytes.data(), kMapped, 12) == 0; }

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (IsV4()) {
    inet_ntop(AF_INET, bytes.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  }
  return text;
}

absl::StatusOr<AddressGuard::Network> AddressGuard::ParseNetwork(absl::string_view cidr) {
  Network out;
  out.text = std::string(cidr);
  const size_t slash = cidr.find('/');
  if (slash == absl::string_view::npos || !absl::SimpleAtoi(cidr.substr(slash + 1), &out.bits)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", cidr, "' is no network such as 192.0.2.0/24"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(out.base, IpAddress::Parse(cidr.substr(0, slash)));
  const int width = out.base.IsV4() ? 32 : 128;
  if (out.bits < 0 || out.bits > width) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", cidr, "': a prefix has 0 to ", width, " bits"));
  }
  if (out.base.IsV4()) out.bits += kMappedBits;
  return out;
}

bool AddressGuard::Contains(const Network& network, const IpAddress& address) {
  for (int bit = 0; bit < network.bits; bit += 8) {
    const int left = std::min(8, network.bits - bit);
    const auto mask = static_cast<uint8_t>(0xff << (8 - left));
    const size_t i = static_cast<size_t>(bit) / 8;
    if ((network.base.bytes[i] ^ address.bytes[i]) & mask) return false;
  }
  return true;
}

absl::StatusOr<std::unique_ptr<AddressGuard>> AddressGuard::Create(
    const std::vector<std::string>& allow) {
  std::unique_ptr<AddressGuard> out(new AddressGuard);
  for (const std::string& cidr : allow) {
    PARFOCAL_ASSIGN_OR_RETURN(Network network, ParseNetwork(cidr));
    out->allow_.push_back(std::move(network));
  }
  for (absl::string_view cidr : kDenied) {
    PARFOCAL_ASSIGN_OR_RETURN(Network network, ParseNetwork(cidr));
    out->deny_.push_back(std::move(network));
  }
  return out;
}

absl::Status AddressGuard::Check(const IpAddress& address) const {
  for (const Network& network : allow_) {
    if (Contains(network, address)) return absl::OkStatus();
  }
  for (const Network& network : deny_) {
    if (Contains(network, address)) {
      return absl::PermissionDeniedError(
          absl::StrCat("the address ", address.ToString(), " lies in ", network.text,
                       ", which no fetch may reach unless the source allows it"));
    }
  }
  IpAddress inner;
  return Embedded(address, &inner) ? Check(inner) : absl::OkStatus();
}

int AddressGuard::Open(const sockaddr& address, int family, int type, int protocol) {
  const absl::StatusOr<IpAddress> ip = IpAddress::Of(address);
  if (!ip.ok() || !Check(*ip).ok()) {
    ++refused_;
    return -1;
  }
  const int fd = socket(family, type | SOCK_CLOEXEC, protocol);
  if (fd >= 0) ++opened_;
  return fd;
}

}  // namespace parfocal
