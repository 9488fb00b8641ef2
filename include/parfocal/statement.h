// A Statement is one value of a record: the source's own words, the term that they mean, how that
// was found and with what confidence. What the archive stated and what we inferred are never
// confused: see Origin.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

enum class Origin : uint8_t {
  kStated = 0,    // The archive says so in this record.
  kInferred = 1,  // We say so: mined, mapped, or taken from a second place of the record.
};

// How the term of a Statement was found; in the order in which the rules are tried. Stored on disk:
// values are never renumbered.
enum class TermRule : uint8_t {
  kUnmapped = 0,
  kGivenId = 1,
  kReplacedObsolete = 2,
  kCuratorDecision = 3,
  kMapping = 4,
  kExactLabel = 5,
  kExactSynonym = 6,
  kFoldedLabel = 7,
  kLexical = 8,
  kLabelOverId = 9,  // The id's own label says something else, and a third witness backs the words.
  kRepairedSymbol = 10,  // A gene symbol that a spreadsheet had turned into a date.
  kMined = 11,           // Found in the title or the description; nobody states it.
};

struct Statement {
  // Name of a schema field (index/schema), such as "organism".
  std::string field;
  // The source's own words; never lost. May equal `stated_id` when the source gave an id alone.
  std::string value;
  // The id that the source gave, as a canonical CURIE, or as an IRI if its prefix is unknown.
  // Empty if it gave none.
  std::string stated_id;
  // The term that holds after normalisation, as a CURIE; empty if unmapped.
  std::string term;
  // The label of `term` in the ontology release of normalisation.
  std::string label;
  Origin origin = Origin::kStated;
  TermRule rule = TermRule::kUnmapped;
  // 0..1. 1 for what was given, less for what a machine found.
  float confidence = 1.0f;
  // The id's own label says something else than `value`: both are kept and the statement is
  // flagged.
  bool label_conflict = false;
  // What the value plays in its field: for organism "sample", "host", "pathogen"; for gene
  // "perturbed", "background", "tagged", "antibody_target", "probe_target", "compound_target".
  std::string role;
  // Statements of one record with the same group > 0 belong together: antibody 3 with target 3, a
  // reagent with its gene, dose and time. 0: belongs to the record as a whole.
  uint32_t group = 0;
  // Only in a Study: the block (screen or experiment, such as "screenA") for whose ImageSets alone
  // the statement holds. Empty: for all of them.
  std::string scope;
  // What the rule rests on beyond the words, for people: the mapping set, the synonym that matched,
  // the third witness. Empty where the rule says it all.
  std::string evidence;

  friend bool operator==(const Statement&, const Statement&) = default;
};

}  // namespace parfocal
