// The seam to the mappings: what curators decided about words, what mapping sets say of words and
// of foreign terms, and the bridges between ontologies, in one state.
//
// Thread safety: a MappingLookup is immutable; any thread may call it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace parfocal {

// What names of genes mean is decided for one species each, since every species has names of its
// own: under the field `gene@` and the taxon's CURIE.
inline constexpr absl::string_view kGeneDecisions = "gene@";
inline std::string GeneDecisionField(absl::string_view species) {
  return absl::StrCat(kGeneDecisions, species);
}
// The schema field of the words that a decision under `field` is about.
inline absl::string_view SchemaFieldOf(absl::string_view field) {
  const bool genes = field.substr(0, kGeneDecisions.size()) == kGeneDecisions;
  return genes ? field.substr(0, kGeneDecisions.size() - 1) : field;
}

// What a decision or a mapping set says that words mean.
struct MappedTerm {
  std::string term;   // CURIE. Empty: the decision is that no term exists.
  std::string label;  // As the set states it; may be empty.
  float confidence = 1.0f;
  std::string set;  // Id of the mapping set; for decisions the curator's own set.
};

// How a bridge leads from one term to another; the direction is the one asked in.
enum class BridgeKind : uint8_t {
  kExact = 0,
  kClose,
  kBroad,   // The other term is broader.
  kNarrow,  // The other term is narrower.
  kRelated,
  kCrossSpecies,  // The same in another species, or a grouping class above both.
};

struct Bridge {
  std::string term;  // The other end, a CURIE.
  std::string label;
  BridgeKind kind = BridgeKind::kExact;
  float confidence = 1.0f;
  std::string set;
  std::string justification;  // CURIE of semapv.
};

class MappingLookup {
 public:
  virtual ~MappingLookup() = default;

  // Names the state; equal states answer equally.
  virtual std::string release() const = 0;
  // Names what of the state normalisation depends on: states of one name give equal answers to all
  // but Bridges. Bridges, and who decided when, change `release` alone.
  virtual std::string normalisation_release() const = 0;

  // What a curator decided about these words in this field (words without regard to case and white
  // space). nullopt if nobody has.
  virtual std::optional<MappedTerm> Decision(absl::string_view field,
                                             absl::string_view words) const = 0;
  // Whether a curator refused `term` for these words in this field.
  virtual bool Rejected(absl::string_view field, absl::string_view words,
                        absl::string_view term) const = 0;
  // The term that the sets which are used in normalisation give to these words: a literal subject
  // in a category that fits the field. nullopt if there is none, or if sets disagree.
  virtual std::optional<MappedTerm> OfWords(absl::string_view field, absl::string_view words,
                                            const std::vector<std::string>& ontologies) const = 0;
  // The term of one of `ontologies` that the sets used in normalisation call the same as the
  // foreign id `curie`. nullopt as above. Bridges between phenotype ontologies never answer here.
  virtual std::optional<MappedTerm> OfTerm(absl::string_view curie,
                                           const std::vector<std::string>& ontologies) const = 0;
  // Every bridge from `curie`, by kind, then by term; one hop. Statements that two terms do not
  // match take a bridge of the other sets away.
  virtual std::vector<Bridge> Bridges(absl::string_view curie) const = 0;
};

}  // namespace parfocal
