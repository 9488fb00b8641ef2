// The seam to the ontologies: terms by id, by label, and their closure, in one release.
// Thread safety: a TermLookup is immutable; any thread may call it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

enum class SynonymScope : uint8_t { kExact = 0, kNarrow, kBroad, kRelated };

struct Synonym {
  std::string text;
  SynonymScope scope = SynonymScope::kExact;
  std::string type;  // "ABBREVIATION", ...; empty if none
  std::string language;
};

// What an ontology states of a term beyond the hierarchy, such as ("in_taxon", the species).
struct TermRelation {
  std::string predicate;  // A word of deploy/vocabulary/ontology-tables.tsv.
  std::string target;     // Canonical CURIE; empty if `label` names no one term of the release.
  std::string label;      // As the source writes it; may be empty beside a target.
  friend bool operator==(const TermRelation&, const TermRelation&) = default;
};

// The species of a cell line.
inline constexpr char kInTaxon[] = "in_taxon";

struct Term {
  std::string id;        // Canonical CURIE.
  std::string ontology;  // "CMPO"
  std::string label;
  std::string definition;
  std::vector<Synonym> synonyms;
  std::vector<std::string> xrefs;
  std::vector<std::string> parents;  // is-a and part-of, direct.
  bool obsolete = false;
  std::vector<TermRelation> relations;
  std::string replaced_by;  // After following the chain; empty if there is none.
};

struct TermMatch {
  std::string id;
  std::string label;
  bool by_synonym = false;
  SynonymScope scope = SynonymScope::kExact;
};

class TermLookup {
 public:
  virtual ~TermLookup() = default;

  // Names the loaded content; equal releases answer equally.
  virtual std::string release() const = 0;
  // The term, obsolete ones too; nullopt if unknown.
  virtual std::optional<Term> Find(absl::string_view curie) const = 0;
  // Label alone: cheaper than Find.
  virtual std::optional<std::string> LabelOf(absl::string_view curie) const = 0;
  // Live terms whose label, or else exact synonym, equals `text` without regard to case, white
  // space and (for labels) nothing else. `ontologies`: only these prefixes; empty means all.
  virtual std::vector<TermMatch> Exact(absl::string_view text,
                                       const std::vector<std::string>& ontologies) const = 0;
  // Itself and all it is-a or is part of; just itself for an unknown id. Sorted.
  virtual std::vector<std::string> Ancestors(absl::string_view curie) const = 0;
  // Itself and all below. Sorted; at most `limit` ids.
  virtual std::vector<std::string> Descendants(absl::string_view curie, size_t limit) const = 0;
  // Terms whose label or synonym begins with (or has a word that begins with) `prefix`, labels
  // first, shorter first. At most `limit`.
  virtual std::vector<TermMatch> Suggest(absl::string_view prefix,
                                         const std::vector<std::string>& ontologies,
                                         size_t limit) const = 0;
  // Calls `visit` for each described term of `ontology` (a prefix; empty: of all) by id, obsolete
  // ones too, until it returns false. Reads every term whole: for building things, not for answers.
  virtual void Visit(absl::string_view ontology,
                     const std::function<bool(const Term&)>& visit) const = 0;
};

}  // namespace parfocal
