// Masking of raw bytes: what is masked stays masked, nothing but spans is replaced, lines stay
// lines, and the result never grows beyond one mask for each shortest address.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/rpc/mask.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const parfocal::Masked once = parfocal::MaskPersonalData(text);
  if (once.places == 0 && once.text != text) std::abort();
  // Neither addresses nor numbers span a line or hold a quote that would end a JSON string or a
  // cell.
  for (char c : {'\n', '"', '\t'}) {
    if (std::count(once.text.begin(), once.text.end(), c) !=
        std::count(text.begin(), text.end(), c))
      std::abort();
  }
  if (once.text.size() > size + 16 * static_cast<size_t>(once.places)) std::abort();
  return 0;
}
