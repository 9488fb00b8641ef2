// What parses as a filter must print to text that parses to the same thing.
#include <cstdint>
#include <cstdlib>

#include "parfocal/filter/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto once = parfocal::Filter::Parse(text);
  if (!once.ok()) return 0;  // A refusal is fine; a crash is not.
  const std::string canonical = once->ToString();
  if (canonical.size() > parfocal::kMaxFilterBytes) return 0;
  const auto twice = parfocal::Filter::Parse(canonical);
  if (!twice.ok() || twice->ToString() != canonical) std::abort();
  return 0;
}
