// Triples of a document in any syntax that Raptor reads, for what is no ontology: catalogues of
// data sets, descriptions of records. Nothing is fetched and no file is opened; a document with a
// DOCTYPE is refused.
//
// Thread safety: calls are independent of each other; one call stays on its thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

struct RdfNode {
  enum class Kind : uint8_t { kIri, kBlank, kLiteral };
  Kind kind = Kind::kIri;
  std::string text;      // The IRI, the name of the blank node without `_:`, or the literal.
  std::string language;  // Of a literal; empty: none.
  std::string datatype;  // The IRI of a literal's; empty: none.
  friend bool operator==(const RdfNode&, const RdfNode&) = default;
};

struct Triple {
  RdfNode subject;  // No literal.
  std::string predicate;
  RdfNode object;
};

struct TripleLimits {
  int64_t triples = 1'000'000;
  int turtle_depth = 128;           // Of brackets.
  int xml_depth = 200;              // Of elements.
  int64_t literal_bytes = 1 << 20;  // A longer one refuses the document.
};

// The syntax that the first bytes speak for: "rdfxml" or "turtle" (which N-Triples are as well).
absl::string_view GuessRdfSyntax(absl::string_view bytes);

// Whether Raptor has a parser of that name: "rdfxml", "turtle", "ntriples", "nquads", "trig" ...
bool IsRdfSyntax(const std::string& syntax);

// Hands each triple of `bytes` to `sink`, in the order of the document; a failure of `sink` ends
// the reading and is returned. `base`: what relative addresses are relative to; empty: a host that
// cannot exist. INVALID_ARGUMENT: no such syntax, or a syntax error with its line;
// RESOURCE_EXHAUSTED: a limit, by name. What was handed out before a failure is to be thrown away.
absl::Status ReadTriples(absl::string_view bytes, const std::string& syntax,
                         const std::string& base, const TripleLimits& limits,
                         absl::FunctionRef<absl::Status(Triple&&)> sink);

}  // namespace parfocal
