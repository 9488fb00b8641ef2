// The configuration file: every mistake is a Status that names file and line, and a wrong file
// changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  parfocal::Config config;
  const absl::Status status = parfocal::ApplyYaml(text, "/f/node.yaml", &config);
  if (!status.ok()) {
    if (!absl::StartsWith(status.message(), "/f/node.yaml:")) std::abort();
    if (config.listen != parfocal::Config().listen || !config.data_dir.empty()) std::abort();
    return 0;
  }
  // What was accepted listens on loopback.
  if (!parfocal::ParseLoopback(config.listen, "listen").ok() ||
      !parfocal::ParseLoopback(config.http, "http").ok()) {
    std::abort();
  }
  return 0;
}
