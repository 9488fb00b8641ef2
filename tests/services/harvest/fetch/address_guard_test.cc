#include "parfocal/fetch/address_guard.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "gmock/gmock.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::IsOk;
using testing::StatusIs;

constexpr const char* kDenied[] = {
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fdff::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "64:ff9b:1::1",
    "2001::1",
    "2001:0:ffff::1",
    // Wrapped: mapped, compatible, 6to4, NAT64.
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::10.0.0.1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2002:c0a8:101::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
};

constexpr const char* kAllowed[] = {
    "1.0.0.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
    "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
    "172.32.0.0",      "192.0.1.0",       "192.167.255.255", "192.169.0.0",    "198.17.255.255",
    "198.20.0.0",      "223.255.255.255", "2001:4::1",       "2400::1",        "fb00::1",
    "::ffff:8.0.0.1",  "2002:800:1::",    "64:ff9b::800:1",
};

sockaddr_storage SocketAddress(const std::string& text) {
  sockaddr_storage out{};
  auto* in = reinterpret_cast<sockaddr_in*>(&out);
  auto* in6 = reinterpret_cast<sockaddr_in6*>(&out);
  if (inet_pton(AF_INET, text.c_str(), &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &in6->sin6_addr), 1) << text;
    in6->sin6_family = AF_INET6;
  }
  return out;
}

TEST(AddressGuardTest, DeniesSpecialNetworksAndNothingElse) {
  auto guard = AddressGuard::Create({}).value();
  for (const char* text : kDenied) {
    auto address = IpAddress::Parse(text);
    ASSERT_THAT(address, IsOk());
    EXPECT_THAT(guard->Check(*address), StatusIs(absl::StatusCode::kPermissionDenied)) << text;
  }
  for (const char* text : kAllowed) {
    auto address = IpAddress::Parse(text);
    ASSERT_THAT(address, IsOk());
    EXPECT_THAT(guard->Check(*address), IsOk()) << text;
  }
}

// What a name resolved to does not matter any more here: the socket itself is refused.
TEST(AddressGuardTest, GivesNoSocketForADeniedAddress) {
  auto guard = AddressGuard::Create({}).value();
  for (const char* text : kDenied) {
    const sockaddr_storage address = SocketAddress(text);
    EXPECT_EQ(
        guard->Open(reinterpret_cast<const sockaddr&>(address), address.ss_family, SOCK_STREAM, 0),
        -1)
        << text;
  }
  EXPECT_EQ(guard->opened(), 0);
  EXPECT_EQ(guard->refused(), static_cast<int64_t>(std::size(kDenied)));
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_EQ(guard->Open(local, AF_UNIX, SOCK_STREAM, 0), -1);
  // A socket is opened, and nothing is sent through it.
  const sockaddr_storage address = SocketAddress("198.20.0.1");
  const int fd = guard->Open(reinterpret_cast<const sockaddr&>(address), AF_INET, SOCK_STREAM, 0);
  EXPECT_GE(fd, 0);
  close(fd);
  EXPECT_EQ(guard->opened(), 1);
}

TEST(AddressGuardTest, AllowsWhatItIsTold) {
  auto guard = AddressGuard::Create({"127.0.0.1/32", "10.1.0.0/16", "fd00:1::/32"}).value();
  auto check = [&](const char* text) { return guard->Check(IpAddress::Parse(text).value()).ok(); };
  EXPECT_TRUE(check("127.0.0.1"));
  EXPECT_TRUE(check("::ffff:127.0.0.1"));
  EXPECT_FALSE(check("127.0.0.2"));
  EXPECT_TRUE(check("10.1.0.0"));
  EXPECT_TRUE(check("10.1.255.255"));
  EXPECT_FALSE(check("10.2.0.0"));
  EXPECT_TRUE(check("fd00:1::9"));
  EXPECT_FALSE(check("fd00:2::9"));
}

TEST(AddressGuardTest, RefusesWhatIsNoNetwork) {
  for (const char* text : {"", "127.0.0.1", "127.0.0.1/", "127.0.0.1/33", "127.0.0.1/-1", "::1/129",
                           "host/8", "1/8"}) {
    EXPECT_THAT(AddressGuard::Create({text}), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace parfocal
