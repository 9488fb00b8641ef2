// The rules for a statement of the field "gene": its identifier, else its symbol, among the genes
// of the organisms of its record. What a curator decided about a symbol in one of these organisms
// goes before the tables. Remembers outcomes.
//
// Thread safety: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/mapping_lookup.h"
#include "parfocal/statement.h"
#include "resolution.h"

namespace parfocal {

class GeneRules {
 public:
  // Both must outlive it and may be nullptr; without `genes` every gene stays unmapped.
  GeneRules(const GeneLookup* genes, const MappingLookup* mappings)
      : genes_(genes), mappings_(mappings) {}

  // `taxa`: the organisms in which the gene may be, as CURIEs; the first in which a name means one
  // gene holds, if no other organism knows the name better. The reference holds until the next
  // call.
  const Resolution& Resolve(const Statement& statement, const std::vector<std::string>& taxa);

 private:
  Resolution Fresh(const Statement& statement, const std::vector<std::string>& taxa) const;
  GeneResolution InAny(absl::string_view text, const std::vector<std::string>& taxa) const;
  Resolution BySymbol(absl::string_view text, const std::vector<std::string>& taxa) const;
  bool ByDecision(absl::string_view text, const std::vector<std::string>& taxa,
                  Resolution* out) const;
  bool Rejected(absl::string_view text, absl::string_view gene) const;

  const GeneLookup* const genes_;
  const MappingLookup* const mappings_;
  absl::flat_hash_map<std::string, Resolution> outcomes_;
  std::string key_;  // Kept for its memory.
};

}  // namespace parfocal
