// What one text means among the genes of one organism; see gene_lookup.h. Made for each question:
// it holds references alone.
//
// The first of these that holds decides:
//   1. an identifier (current before retired), in the context of the organism if it is a bare
//   number;
//   2. the current symbol, as written, then without regard to case;
//   3. a symbol that was current in an older table that is loaded;
//   4. a previous symbol or an alias: both together, so that a name which one gene had and another
//      is called by is told as ambiguous. Where case tells current symbols of the species apart,
//      names as written go before others.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "damage.h"
#include "gene_index.h"
#include "gene_vocabulary.h"
#include "parfocal/gene_lookup.h"

namespace parfocal::internal {

class GeneResolver {
 public:
  // `species`: a CURIE, or empty for no organism. All must outlive the resolver.
  GeneResolver(const GeneIndex& index, const GeneVocabulary& vocabulary, absl::string_view species);

  GeneResolution Resolve(absl::string_view text) const;

 private:
  struct Hit {
    uint32_t gene;
    NameKind kind;
    bool exact;  // Of the same case.
  };
  using Hits = std::vector<Hit>;

  // All names of the species that fold to `folded`.
  Hits Lookup(absl::string_view text, absl::string_view folded) const;
  GeneResolution ResolveName(absl::string_view text, absl::string_view folded) const;
  bool ResolveId(absl::string_view text, GeneResolution* out) const;
  bool ResolveSymbol(const Hits& hits, GeneResolution* out) const;
  bool ResolveParts(absl::string_view text, GeneResolution* out) const;
  bool ResolveDamage(absl::string_view text, GeneResolution* out) const;
  void ResolveDate(const Damage& damage, GeneResolution* out) const;
  GeneResolution WithoutOrganism(absl::string_view text, absl::string_view folded) const;
  std::string WhyUnknown(absl::string_view text, absl::string_view folded) const;

  // The hits of `hits` that `which` takes, each gene once, by its strongest name.
  template <typename Which>
  Hits Select(const Hits& hits, Which which) const;
  void Answer(const Hits& chosen, bool folded_symbol, GeneResolution* out) const;
  void NoteOthers(const Hits& all, const Hits& chosen, GeneResolution* out) const;
  // Whether symbols of the species differ by case alone.
  bool CaseMatters() const { return taxon_ != kNoGene && index_.case_matters[taxon_] != 0; }
  std::string Named(uint32_t gene) const;
  std::string Listed(const Hits& hits) const;

  const GeneIndex& index_;
  const GeneVocabulary& vocabulary_;
  const absl::string_view species_;
  const uint32_t taxon_;
};

}  // namespace parfocal::internal
