// Facts of a study that decode, whatever the bytes, can be read, tallied and written again.
#include <cstdint>
#include <cstdlib>

#include "study_tally.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using parfocal::phenotype::StudyFacts;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto facts = StudyFacts::Decode(bytes);
  if (!facts.ok()) return 0;  // A refusal is fine; a crash is not.
  const auto tally = parfocal::phenotype::StudyTally::Make(
      *facts, [](const std::string& organism) { return organism; });
  for (const auto& cell : tally->all_cells()) {
    if (cell.positive.empty() && cell.negative.empty()) std::abort();
  }
  const std::string written = (*facts)->Encode();
  const auto again = StudyFacts::Decode(written);
  if (!again.ok() || (*again)->Encode() != written) std::abort();
  return 0;
}
