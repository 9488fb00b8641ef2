// EverydayWords on any text: refused, or what it says can be asked for.
#include <cstdint>
#include <cstdlib>

#include "parfocal/search/everyday_words.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  parfocal::EverydayWords everyday;
  if (!everyday.Add(text, "fuzz").ok()) return 0;
  const auto& meanings = everyday.Of({"light", "sheet"});
  if (everyday.size() == 0 && (!meanings.empty() || everyday.Skips("of"))) std::abort();
  for (const auto& meaning : meanings) {
    const bool words = meaning.rule == parfocal::EverydayWords::Rule::kWords;
    if (meaning.phrase.empty() || (!words && meaning.field.empty())) std::abort();
  }
  return 0;
}
