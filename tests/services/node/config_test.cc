#include "config.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::StartsWith;
using testing::StatusIs;

TEST(ConfigTest, ReadsEverySetting) {
  Config config;
  ASSERT_THAT(ApplyYaml("listen: 127.0.0.1:1\n"
                        "http: '[::1]:2'\n"
                        "data_dir: data\n"
                        "share_dir: /share\n"
                        "ontologies: [a.obo, /b]\n"
                        "genes: [tables, /g.tsv.gz]\n"
                        "log: {level: debug, format: json}\n"
                        "fetch:\n"
                        "  user_agent: me\n"
                        "  allow_http: true\n"
                        "  ports: [8080]\n"
                        "  gap_ms: 20\n"
                        "  allow_networks: ['127.0.0.1/32']\n",
                        "/etc/parfocal/node.yaml", &config),
              IsOk());
  EXPECT_EQ(config.listen, "127.0.0.1:1");
  EXPECT_EQ(config.http, "[::1]:2");
  EXPECT_EQ(config.data_dir, "/etc/parfocal/data") << "relative to the file";
  EXPECT_EQ(config.share_dir, "/share");
  EXPECT_EQ(config.ontologies, (std::vector<std::string>{"/etc/parfocal/a.obo", "/b"}));
  EXPECT_EQ(config.genes, (std::vector<std::string>{"/etc/parfocal/tables", "/g.tsv.gz"}));
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_TRUE(config.log.json);
  EXPECT_EQ(config.fetch.user_agent, "me");
  EXPECT_TRUE(config.fetch.allow_http);
  EXPECT_EQ(config.fetch.ports, std::vector<uint16_t>{8080});
  EXPECT_EQ(config.fetch.gap_ms, 20);
  EXPECT_EQ(config.fetch.allow_networks, std::vector<std::string>{"127.0.0.1/32"});
}

TEST(ConfigTest, NothingChangesNothing) {
  for (const char* text : {"", "# only a comment\n", "---\n", "log:\n"}) {
    Config config;
    EXPECT_THAT(ApplyYaml(text, "f", &config), IsOk()) << text;
    EXPECT_EQ(config.listen, Config().listen);
  }
}

constexpr struct {
  const char* text;
  const char* place;
  const char* message;
} kBad[] = {
    {"listen: 127.0.0.1:1\nlissten: x\n", "f.yaml:2: ", "unknown key 'lissten'"},
    {"log:\n  level: info\n  colour: red\n", "f.yaml:3: ", "unknown key 'log.colour'"},
    {"log:\n  level: loud\n", "f.yaml:2: ", "debug, info, warning, error"},
    {"data_dir: a\ndata_dir: b\n", "f.yaml:2: ", "twice"},
    {"\n\ndata_dir: [a]\n", "f.yaml:3: ", "expected one value"},
    {"ontologies: a\n", "f.yaml:1: ", "expected a list"},
    {"ontologies:\n  - a\n  - {b: c}\n", "f.yaml:3: ", "expected one value"},
    {"- a\n", "f.yaml:1: ", "key: value"},
    {"listen: 127.0.0.1\n", "f.yaml:1: ", "has no port"},
    {"\nlisten: 0.0.0.0:7470\n", "f.yaml:2: ", "not a loopback address"},
    {"fetch:\n  ports: [0]\n", "f.yaml:2: ", "cannot stand here"},
    {"fetch:\n  gap_ms: -1\n", "f.yaml:2: ", "0 to 600000"},
    {"fetch:\n  allow_http: maybe\n", "f.yaml:2: ", "true, false"},
    {"a: 1\n---\nb: 2\n", "f.yaml:", "second document"},
    {"listen: [1\n", "f.yaml:", ""},
    {"? [a]\n: b\n", "f.yaml:1: ", "plain word"},
};

TEST(ConfigTest, MistakesNameFileAndLine) {
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    Config config;
    const absl::Status status = ApplyYaml(row.text, "f.yaml", &config);
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), StartsWith(row.place));
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
    EXPECT_EQ(config.data_dir, "") << "nothing of a wrong file counts";
  }
}

TEST(ConfigTest, SizeAndDepthAreLimited) {
  Config config;
  std::string text = "# ";
  text.resize(64 * 1024 - 1, 'x');
  EXPECT_THAT(ApplyYaml(text + "\n", "f", &config), IsOk());
  EXPECT_THAT(ApplyYaml(text + "x\n", "f", &config),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most")));
  EXPECT_FALSE(ApplyYaml("listen: " + std::string(60000, '['), "f", &config).ok());
  EXPECT_FALSE(ApplyYaml(std::string(60000, '{'), "f", &config).ok());
}

TEST(AddressTest, LoopbackAlone) {
  constexpr absl::StatusCode kOk = absl::StatusCode::kOk;
  constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  const struct {
    const char* text;
    absl::StatusCode code;
    const char* formatted;
  } rows[] = {
      {"127.0.0.1:7470", kOk, "127.0.0.1:7470"},
      {"127.9.9.9:0", kOk, "127.9.9.9:0"},
      {"localhost:1", kOk, "127.0.0.1:1"},
      {"[::1]:65535", kOk, "[::1]:65535"},
      {"0.0.0.0:7470", kDenied, ""},
      {"[::]:7470", kDenied, ""},
      {"192.168.1.1:7470", kDenied, ""},
      {"128.0.0.1:1", kDenied, ""},
      {"[::ffff:127.0.0.1]:1", kDenied, ""},
      {"example.org:1", kInvalid, ""},
      {"::1:1", kInvalid, ""},
      {"127.1:1", kInvalid, ""},
      {"2130706433:1", kInvalid, ""},
      {"127.0.0.1", kInvalid, ""},
      {"127.0.0.1:", kInvalid, ""},
      {"127.0.0.1:65536", kInvalid, ""},
      {"127.0.0.1:-1", kInvalid, ""},
      {"127.0.0.1:7x", kInvalid, ""},
      {":1", kInvalid, ""},
      {"", kInvalid, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const absl::StatusOr<Address> address = ParseLoopback(row.text, "listen");
    EXPECT_EQ(address.status().code(), row.code) << address.status();
    if (address.ok()) {
      EXPECT_EQ(FormatAddress(*address), row.formatted);
    }
    if (row.code == kDenied) {
      EXPECT_THAT(std::string(address.status().message()),
                  HasSubstr("neither TLS nor authentication"));
    }
  }
}

TEST(ConfigTest, ADataDirectoryIsNeeded) {
  EXPECT_THAT(CheckConfig(Config()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--data-dir")));
}

}  // namespace
}  // namespace parfocal
