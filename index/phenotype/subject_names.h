// Which subject of the matrix a text names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "matrix_data.h"

namespace parfocal::phenotype {

struct NamedSubject {
  GeneResolution resolution;
  // Of the matrix; nullopt also for a gene that the tables know and no image set perturbs (or
  // labels).
  std::optional<uint32_t> subject;
};

// The gene that `text` names, by the first that holds: an id or a source's identifier of the
// matrix, then what the gene tables say, then a symbol as the sources write it. `organism` is a
// CURIE of a species; empty: all are tried, the best kind of match decides, and several genes of
// that kind are ambiguous. `kind` says which genes there are: those that are perturbed, or, of
// localisations, labelled.
NamedSubject GeneNamed(const MatrixData& data, absl::string_view text, const std::string& organism,
                       ObservationKind kind);
// The compound, by id, identifier or name.
NamedSubject CompoundNamed(const MatrixData& data, absl::string_view text);

// `names` in order; the same text is looked up once. LIMIT_EXCEEDED above kMaxNames, TERM_UNKNOWN
// for the organism.
absl::StatusOr<std::vector<NamedSubject>> GenesNamed(const MatrixData& data,
                                                     const std::vector<std::string>& names,
                                                     const std::string& organism,
                                                     ObservationKind kind);

}  // namespace parfocal::phenotype
