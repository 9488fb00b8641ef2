// The matrix of subjects (genes, compounds) and terms at one revision: an immutable snapshot that
// answers every question of the phenotype service.
//
// What enters it, and how it is counted. Each kind of finding is a matrix of its own:
// - A gene counts in the role "perturbed" alone; its organism is that of its image set, else that
//   of its study for the block, a strain as its species. A nominal target of a compound is not
//   perturbed. Genes are kept by organism and canonical id, or by the source's identifier where no
//   gene table has it.
// - Localisations are of the genes whose product the image set tags or binds by an antibody, and of
//   these alone: what is perturbed or added beside them is the screen's type of perturbation.
// - Image sets that are controls, and those that failed quality control, are counted apart and give
//   neither positives nor negatives. A negative needs an image.
// - A positive counts for its term and all above it; a negative for the very term alone.
// - Findings without a term, perturbed subject or organism enter no count; they are listed.
// - Types of perturbation are kept apart; an answer over several says which evidence is of which.
//
// Information content of a term is -log2(n / N): n genes with the term or one below it, N genes
// with any finding of the kind, over the whole matrix or over a background that the request gives
// (Resnik 1995). A study that two sources have under one accession is one study where support in
// several is counted, and two where somebody is to be credited. simGIC is the sum of it over
// the shared terms by the sum over all terms of the two, both closed upwards (Pesquita et al.
// 2008). Resnik BMA is the mean, over both directions, of the mean best Resnik match of each
// asserted term (Pesquita et al. 2009).
//
// Errors, all calls: INVALID_ARGUMENT with EXPRESSION_SYNTAX, TERM_UNKNOWN (terms and organisms),
// GENES_NOT_LOADED, VALUE_OUT_OF_RANGE or LIMIT_EXCEEDED. A gene that cannot be resolved is an
// answer. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/gene_lookup.h"
#include "parfocal/mapping_lookup.h"
#include "parfocal/phenotype/answers.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal::phenotype {

inline constexpr size_t kMaxNames = 10'000;          // Of one request.
inline constexpr size_t kMaxProfiles = 500;          // Distinct genes of one BatchProfiles.
inline constexpr double kSharedAncestorFloor = 3.0;  // Bits; see FindQuery::min_studies.

// The knowledge that a matrix is read with. `terms` is required; the others may be null.
struct Knowledge {
  std::shared_ptr<const TermLookup> terms;
  std::shared_ptr<const GeneLookup> genes;
  std::shared_ptr<const MappingLookup> mappings;
};

class MatrixData;  // matrix_data.h

class PhenotypeMatrix {
 public:
  explicit PhenotypeMatrix(std::shared_ptr<const MatrixData> data);
  ~PhenotypeMatrix();

  // Of the change feed.
  int64_t sequence() const;
  // Sequence and the releases of terms, genes and mappings; equal revisions answer equally.
  const std::string& revision() const;
  // Bytes held, roughly: facts of the image sets, tallies and profiles.
  size_t MemoryBytes() const;

  absl::StatusOr<FoundGenes> FindGenes(const FindQuery& query) const;
  absl::StatusOr<FoundCompounds> FindCompounds(const FindQuery& query) const;

  // One profile per name, in order. Names beyond the first kMaxProfiles distinct genes keep their
  // resolution alone. LIMIT_EXCEEDED above kMaxNames names.
  absl::StatusOr<std::vector<GeneProfile>> Profiles(const std::vector<std::string>& names,
                                                    const std::string& organism,
                                                    const Scope& scope) const;

  absl::StatusOr<SimilarAnswer> Similar(const SimilarQuery& query) const;
  absl::StatusOr<Comparison> Compare(const CompareQuery& query) const;
  absl::StatusOr<Enrichments> EnrichTerms(const EnrichTermsQuery& query) const;
  absl::StatusOr<Enrichments> EnrichGenes(const EnrichGenesQuery& query) const;
  absl::StatusOr<Network> BuildNetwork(const NetworkQuery& query) const;
  absl::StatusOr<SampledTerms> SampleTerms(const Scope& scope, Window window) const;
  absl::StatusOr<Coverage> CoverageReport(const Scope& scope, Window window) const;
  absl::StatusOr<UnattributedFindings> Unattributed(const Scope& scope, Window window) const;
  // Reads the image sets of the page from `store`; one that was deleted since, or does not say any
  // more what was counted, is left out.
  absl::StatusOr<Evidence> FindEvidence(const EvidenceQuery& query, const RecordStore& store) const;

  // What an answer without an explanation of its own rests on: terms of `expression` (may be
  // empty), screens in scope, what entered no count and why, rules.
  absl::StatusOr<Explain> ExplainScope(const Scope& scope, const std::string& expression = "",
                                       bool exact = false) const;

 private:
  std::shared_ptr<const MatrixData> data_;
};

}  // namespace parfocal::phenotype
