// DeclaredTerms on any text: refused, or every entry is found again.
#include <cstdint>
#include <cstdlib>

#include "parfocal/normalise/declared_terms.h"
#include "parfocal/terms/curie.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto table = parfocal::DeclaredTerms::Parse(text, "fuzz");
  if (!table.ok()) return 0;
  const auto* entry = (*table)->Find("organism", "NCBITaxon:1");
  if (entry != nullptr && parfocal::CanonicalCurie(entry->term) != entry->term) std::abort();
  if ((*table)->size() == 0 && entry != nullptr) std::abort();
  return 0;
}
