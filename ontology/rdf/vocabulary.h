// The properties and classes of RDF, OWL, SKOS and OBO that carry what we read, as data.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/term_lookup.h"

namespace parfocal::internal {

enum class Property : uint8_t {
  kOther = 0,
  kType,
  kLabel,
  kSubClassOf,
  kEquivalentClass,
  kOnProperty,
  kSomeValuesFrom,
  kSynonym,  // PropertyRow::scope says which.
  kDefinition,
  kDeprecated,
  kReplacedBy,
  kXref,
  kAltId,
  kVersion,
  kPartOf,  // A relation between classes; also what a restriction is on.
  kAnnotatedSource,
  kAnnotatedProperty,
  kAnnotatedTarget,
  kSynonymType,
};

struct PropertyRow {
  absl::string_view iri;
  Property property;
  SynonymScope scope = SynonymScope::kExact;
};
absl::Span<const PropertyRow> PropertyRows();

// The row of an IRI; nullptr if it is none of ours. OBO Graphs writes the oboInOwl properties by
// their local name alone ("hasExactSynonym"); those are found, too.
const PropertyRow* FindProperty(absl::string_view iri_or_name);

// Types that make a subject a class: a taxonomy need not be written in OWL.
bool IsClassType(absl::string_view iri);
bool IsRelationType(absl::string_view iri);
bool IsOntologyType(absl::string_view iri);
// A relation as an OBO file names it: its id, its name of old, or its IRI.
bool IsPartOf(absl::string_view relation);
// The top of everything, which is no parent worth keeping.
bool IsTop(absl::string_view id);

// "http://.../omo#ABBREVIATION" or "OBO:ABBREVIATION" as "ABBREVIATION".
absl::string_view LocalName(absl::string_view iri);

}  // namespace parfocal::internal
