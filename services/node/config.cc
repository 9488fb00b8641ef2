#include "config.h"

#include <arpa/inet.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"

namespace parfocal {
namespace {

constexpr size_t kMaxConfigBytes = 64 * 1024;
// Less than the least, and the program itself does not fit.
constexpr int kMinParserMib = 128;
constexpr int kMaxParserMib = 65536;

// Where a mistake is, as "file:line".
struct Place {
  std::string file;
  absl::Status Error(const YAML::Mark& mark, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(file, ":", mark.line + 1, ": ", what));
  }
};

using Setter = std::function<absl::Status(const YAML::Node&)>;
using Setters = std::map<std::string, Setter>;

absl::Status ApplyMap(const YAML::Node& node, absl::string_view prefix, const Setters& setters,
                      const Place& place) {
  if (node.IsNull()) return absl::OkStatus();
  if (!node.IsMap())
    return place.Error(node.Mark(), absl::StrCat(prefix, "expected `key: value` lines"));
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar())
      return place.Error(entry.first.Mark(), "a key must be a plain word");
    const std::string& key = entry.first.Scalar();
    const auto setter = setters.find(key);
    if (setter == setters.end()) {
      const std::string known = absl::StrJoin(
          setters, ", ", [](std::string* out, const auto& s) { out->append(s.first); });
      return place.Error(entry.first.Mark(),
                         absl::StrCat("unknown key '", prefix, key, "'; there are: ", known));
    }
    if (!seen.insert(key).second)
      return place.Error(entry.first.Mark(),
                         absl::StrCat("the key '", prefix, key, "' stands twice"));
    PARFOCAL_RETURN_IF_ERROR(setter->second(entry.second));
  }
  return absl::OkStatus();
}

absl::Status ReadWord(const YAML::Node& node, absl::string_view key, const Place& place,
                      std::string* out) {
  if (!node.IsScalar() || node.Scalar().empty())
    return place.Error(node.Mark(), absl::StrCat(key, ": expected one value"));
  *out = node.Scalar();
  return absl::OkStatus();
}

std::string Beside(const Place& place, const std::string& path) {
  return (std::filesystem::path(place.file).parent_path() / path).lexically_normal().string();
}

Setter Word(absl::string_view key, const Place& place, std::string* out) {
  return [=](const YAML::Node& node) { return ReadWord(node, key, place, out); };
}

Setter Path(absl::string_view key, const Place& place, std::string* out) {
  return [=](const YAML::Node& node) {
    absl::Status status = ReadWord(node, key, place, out);
    if (status.ok()) *out = Beside(place, *out);
    return status;
  };
}

Setter Paths(absl::string_view key, const Place& place, std::vector<std::string>* out) {
  return [=](const YAML::Node& node) {
    if (!node.IsSequence()) return place.Error(node.Mark(), absl::StrCat(key, ": expected a list"));
    out->clear();
    for (const YAML::Node& item : node) {
      std::string path;
      PARFOCAL_RETURN_IF_ERROR(ReadWord(item, key, place, &path));
      out->push_back(Beside(place, path));
    }
    return absl::OkStatus();
  };
}

// One of a few words, so that the line of a wrong one is named.
Setter Choice(absl::string_view key, const Place& place, std::vector<std::string> words,
              std::function<void(const std::string&)> set) {
  return [=](const YAML::Node& node) {
    std::string word;
    PARFOCAL_RETURN_IF_ERROR(ReadWord(node, key, place, &word));
    for (const std::string& known : words) {
      if (known != word) continue;
      set(word);
      return absl::OkStatus();
    }
    return place.Error(node.Mark(),
                       absl::StrCat(key, ": '", word, "' is none of ", absl::StrJoin(words, ", ")));
  };
}

Setter Words(absl::string_view key, const Place& place,
             std::function<bool(const std::string&)> add) {
  return [=](const YAML::Node& node) {
    if (!node.IsSequence()) return place.Error(node.Mark(), absl::StrCat(key, ": expected a list"));
    for (const YAML::Node& item : node) {
      std::string word;
      PARFOCAL_RETURN_IF_ERROR(ReadWord(item, key, place, &word));
      if (!add(word))
        return place.Error(item.Mark(), absl::StrCat(key, ": '", word, "' cannot stand here"));
    }
    return absl::OkStatus();
  };
}

Setter Number(absl::string_view key, const Place& place, int least, int most, int* out) {
  return [=](const YAML::Node& node) {
    std::string word;
    PARFOCAL_RETURN_IF_ERROR(ReadWord(node, key, place, &word));
    int number = 0;
    if (!absl::SimpleAtoi(word, &number) || number < least || number > most) {
      return place.Error(node.Mark(),
                         absl::StrCat(key, ": '", word, "' is not ", least, " to ", most));
    }
    *out = number;
    return absl::OkStatus();
  };
}

Setter Listen(absl::string_view key, const Place& place, std::string* out) {
  return [=](const YAML::Node& node) {
    PARFOCAL_RETURN_IF_ERROR(ReadWord(node, key, place, out));
    const absl::StatusOr<Address> address = ParseLoopback(*out, key);
    if (address.ok()) return absl::OkStatus();
    return Annotate(address.status(), absl::StrCat(place.file, ":", node.Mark().line + 1));
  };
}

absl::Status ApplyRoot(const YAML::Node& root, const Place& place, Config* config) {
  const Setters log = {
      {"level", Choice("log.level", place, {"debug", "info", "warning", "error"},
                       [=](const std::string& word) { config->log.level = word; })},
      {"format", Choice("log.format", place, {"text", "json"},
                        [=](const std::string& word) { config->log.json = word == "json"; })},
  };
  const Setters fetch = {
      {"user_agent", Word("fetch.user_agent", place, &config->fetch.user_agent)},
      {"allow_http",
       Choice("fetch.allow_http", place, {"true", "false"},
              [=](const std::string& word) { config->fetch.allow_http = word == "true"; })},
      {"ports", Words("fetch.ports", place,
                      [=](const std::string& word) {
                        int port = 0;
                        if (!absl::SimpleAtoi(word, &port) || port < 1 || port > 65535)
                          return false;
                        config->fetch.ports.push_back(static_cast<uint16_t>(port));
                        return true;
                      })},
      {"gap_ms",
       [=](const YAML::Node& node) -> absl::Status {
         std::string word;
         PARFOCAL_RETURN_IF_ERROR(ReadWord(node, "fetch.gap_ms", place, &word));
         constexpr int kMost = 600'000;
         int gap = 0;
         if (!absl::SimpleAtoi(word, &gap) || gap < 0 || gap > kMost) {
           return absl::InvalidArgumentError(
               absl::StrCat(place.file, ":", node.Mark().line + 1,
                            ": fetch.gap_ms must be a number from 0 to ", kMost));
         }
         config->fetch.gap_ms = gap;
         return absl::OkStatus();
       }},
      {"allow_networks", Words("fetch.allow_networks", place,
                               [=](const std::string& word) {
                                 config->fetch.allow_networks.push_back(word);
                                 return true;
                               })},
  };
  const Setters parser = {
      {"sandbox",
       Choice("parser.sandbox", place, {"true", "false"},
              [=](const std::string& word) { config->parser.sandbox = word == "true"; })},
      {"memory_mib", Number("parser.memory_mib", place, kMinParserMib, kMaxParserMib,
                            &config->parser.memory_mib)},
  };
  return ApplyMap(
      root, "",
      {
          {"listen", Listen("listen", place, &config->listen)},
          {"http", Listen("http", place, &config->http)},
          {"data_dir", Path("data_dir", place, &config->data_dir)},
          {"share_dir", Path("share_dir", place, &config->share_dir)},
          {"ontologies", Paths("ontologies", place, &config->ontologies)},
          {"genes", Paths("genes", place, &config->genes)},
          {"mappings", Paths("mappings", place, &config->mappings)},
          {"log", [&](const YAML::Node& node) { return ApplyMap(node, "log.", log, place); }},
          {"fetch", [&](const YAML::Node& node) { return ApplyMap(node, "fetch.", fetch, place); }},
          {"parser",
           [&](const YAML::Node& node) { return ApplyMap(node, "parser.", parser, place); }},
      },
      place);
}

}  // namespace

absl::Status ApplyYaml(const std::string& text, const std::string& file, Config* config) {
  const Place place{file};
  if (text.size() > kMaxConfigBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": ", text.size(), " bytes; at most ", kMaxConfigBytes));
  }
  // The one place where yaml-cpp, which throws, is called.
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1)
      return place.Error(documents[1].Mark(), "a second document; a configuration is one");
    if (documents.empty()) return absl::OkStatus();
    Config changed = *config;
    PARFOCAL_RETURN_IF_ERROR(ApplyRoot(documents[0], place, &changed));
    *config = changed;
    return absl::OkStatus();
  } catch (const YAML::Exception& e) {
    return place.Error(e.mark, e.msg);
  }
}

absl::Status ApplyConfigFile(const std::string& path, Config* config) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat("configuration ", path, ": cannot be read"));
  std::ostringstream text;
  text << in.rdbuf();
  return ApplyYaml(text.str(), path, config);
}

absl::StatusOr<Address> ParseLoopback(const std::string& text, absl::string_view what) {
  const auto fail = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": '", text, "' ", why, "; expected HOST:PORT, such as 127.0.0.1:7470"));
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return fail("has no port");
  Address address{text.substr(0, colon), 0};
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(port, &address.port) || address.port > 65535) {
    return fail("has a port that is no number from 0 to 65535");
  }
  if (address.host == "localhost") address.host = "127.0.0.1";
  in_addr v4{};
  in6_addr v6{};
  bool loopback = false;
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) {
    loopback = (ntohl(v4.s_addr) >> 24) == 127;
  } else if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
    if (inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) return fail("is no IPv6 address");
    loopback = IN6_IS_ADDR_LOOPBACK(&v6);
  } else {
    return fail("names no numeric address and is not localhost");
  }
  if (loopback) return address;
  return absl::PermissionDeniedError(absl::StrCat(
      what, ": ", text,
      " is not a loopback address. A node has neither TLS nor authentication yet, so it "
      "listens on this machine alone; use 127.0.0.1 or [::1]"));
}

std::string FormatAddress(const Address& address) {
  const bool v6 = absl::StrContains(address.host, ":");
  return absl::StrCat(v6 ? "[" : "", address.host, v6 ? "]" : "", ":", address.port);
}

absl::Status CheckConfig(const Config& config) {
  if (config.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "no data directory: say --data-dir DIR, or data_dir in the configuration");
  }
  PARFOCAL_RETURN_IF_ERROR(ParseLoopback(config.listen, "listen").status());
  return ParseLoopback(config.http, "http").status();
}

}  // namespace parfocal
