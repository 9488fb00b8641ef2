// The manifest of a checkpoint, with and without the right hash at its end: what parses prints to
// the same text.
#include <cstdint>
#include <cstdlib>

#include "parfocal/catalogue/checkpoint.h"

namespace {

void Check(const std::string& text) {
  auto manifest = parfocal::ParseCheckpointManifest(text);
  if (manifest.ok() && parfocal::FormatCheckpointManifest(*manifest) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Check(text);
  // The hash would stop every mutation, so the same bytes once more under the right one.
  Check(parfocal::SealCheckpointManifest(text.substr(0, text.rfind("end "))));
  return 0;
}
