// Any bytes as a rules file: rules, or a refusal that names the place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "parfocal/connector_idr/rules.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto rules = parfocal::idr::ParseRules(
      absl::string_view(reinterpret_cast<const char*>(data), size), "rules.yaml");
  if (!rules.ok() && !absl::StartsWith(rules.status().message(), "rules.yaml:")) std::abort();
  return 0;
}
