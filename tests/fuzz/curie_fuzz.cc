// CanonicalCurie on any text: the canonical form of a canonical form is itself, with or without a
// hint. The first line is the id, the second the ontology named beside it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/terms/curie.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const absl::string_view id = text.substr(0, line);
  const absl::string_view ontology = line == absl::string_view::npos ? "" : text.substr(line + 1);
  const std::string once = parfocal::CanonicalCurie(id, ontology);
  if (once.empty()) return 0;
  if (parfocal::CanonicalCurie(once) != once) std::abort();
  if (parfocal::CanonicalCurie(once, ontology) != once) std::abort();
  return 0;
}
