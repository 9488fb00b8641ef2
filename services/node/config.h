// The configuration of a node: built-in values, then a YAML file, then flags. Unknown keys,
// repeated keys and values of the wrong kind are errors that name file and line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parfocal/status.h"

namespace parfocal {

struct LogConfig {
  std::string level = "info";  // debug, info, warning, error
  bool json = false;
};

// What harvests over http(s) may do; see fetch/http_fetcher.h. The defaults are the strict ones.
struct FetchConfig {
  std::string user_agent;       // Empty: the built-in one.
  bool allow_http = false;      // Else https alone.
  std::vector<uint16_t> ports;  // Besides 443 (and 80 with allow_http).
  std::vector<std::string>
      allow_networks;  // CIDRs on the deny list that may be reached all the same.
  int gap_ms = 1000;   // Between requests to one host. 0 is for servers of one's own.
};

// Where connectors read the bytes of strangers; see sandbox/sandbox.h.
struct ParserConfig {
  bool sandbox = true;    // False: in the node's own process, for debugging.
  int memory_mib = 2048;  // Of one parser.
  // How a parser is begun; set by the program. Empty: in the node's own process.
  std::vector<std::string> command;
};

struct Config {
  std::string listen = "127.0.0.1:7470";  // gRPC
  std::string http = "127.0.0.1:7471";    // /healthz, /readyz, /metrics
  std::string data_dir;
  std::string share_dir;  // Where sources/ lies: definitions that connectors read.
  // Files or folders, loaded at start; what is unchanged is not parsed again.
  std::vector<std::string> ontologies;
  // Tables of genes, orthologs and interactions: files or folders, as above.
  std::vector<std::string> genes;
  // Mapping sets (SSSOM tables): files or folders, as above.
  std::vector<std::string> mappings;
  LogConfig log;
  FetchConfig fetch;
  ParserConfig parser;
};

// Puts the settings of the YAML `text` over `*config`. `file` is for messages; relative paths in it
// are relative to its folder. INVALID_ARGUMENT as "file:line: ...". At most 64 KiB.
absl::Status ApplyYaml(const std::string& text, const std::string& file, Config* config);
// The same from a file. NOT_FOUND.
absl::Status ApplyConfigFile(const std::string& path, Config* config);

// An address to listen on.
struct Address {
  std::string host;  // Numeric; without brackets.
  int port = 0;      // 0: any free one.
};

// Parses HOST:PORT, where HOST is `localhost`, an IPv4 or a bracketed IPv6 address.
// INVALID_ARGUMENT for anything else, and PERMISSION_DENIED for an address that is not loopback:
// until there are TLS and authentication, nothing else is listened on. `what` names the setting.
absl::StatusOr<Address> ParseLoopback(const std::string& text, absl::string_view what);
// HOST:PORT, the host in brackets if it needs them.
std::string FormatAddress(const Address& address);

// What must hold before a node can start: a data directory, addresses, a log level.
absl::Status CheckConfig(const Config& config);

}  // namespace parfocal
