// Subjects put together for a question: each for itself, or genes under the orthologs of one
// species.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bound_scope.h"
#include "matrix_data.h"

namespace parfocal::phenotype {

struct SubjectGroup {
  struct Member {
    uint32_t subject = 0;
    // Its findings count as support: it is the gene itself, or its one-to-one ortholog.
    bool independent = true;
    std::optional<PooledGene> pooled;  // Unless it is the gene itself.
  };
  std::string id;  // As MatrixData::AnswerId.
  std::string gene, name, organism;
  std::vector<Member> members;
};

struct Pooling {
  std::string pool_to;
  int32_t min_sources = 1;
};

// One group per subject.
std::vector<SubjectGroup> GroupsOf(const MatrixData& data, const std::vector<uint32_t>& subjects);
// Groups of genes of the species `pooling.pool_to`, by id: one hop through the ortholog tables.
// What is lost is said in `*left_out`. GENES_NOT_LOADED or TERM_UNKNOWN.
absl::StatusOr<std::vector<SubjectGroup>> PooledGroups(const MatrixData& data,
                                                       const std::vector<uint32_t>& subjects,
                                                       const Pooling& pooling,
                                                       std::vector<std::string>* left_out);

}  // namespace parfocal::phenotype
