// Any bytes through all ontology readers. The first byte chooses nothing: the reader sniffs, so the
// seeds steer. What is read holds its own counts and limits.
#include <cstdint>
#include <cstdlib>

#include "parfocal/rdf/ontology_reader.h"

// Raptor 2.0.15 loses the terms of a statement in which it finds a syntax error.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libraptor2"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  parfocal::ReadLimits limits;
  limits.file_bytes = 1 << 20;
  limits.classes = 1000;
  limits.synonyms_per_term = 50;
  limits.triples = 10'000;
  int64_t terms = 0;
  auto report =
      parfocal::ReadOntologyBytes(absl::string_view(reinterpret_cast<const char*>(data), size),
                                  "fuzz", limits, [&](parfocal::ParsedTerm&& term) {
                                    if (term.id.empty() || term.synonyms.size() > 50) std::abort();
                                    ++terms;
                                    return absl::OkStatus();
                                  });
  if (terms > limits.classes) std::abort();
  if (report.ok() && (report->classes != terms || report->labelled > terms)) std::abort();
  return 0;
}
