// From cells of the matrix to what answers show of them.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bound_scope.h"
#include "matrix_data.h"

namespace parfocal::phenotype {

// A cell of the matrix with its place.
struct PlacedCell {
  uint32_t study = 0;
  const StudyTally::Cell* cell = nullptr;
};

TermEvidence EvidenceOf(const MatrixData& data, const BoundScope& scope, const PlacedCell& placed);
// By study, block, term, type.
void SortEvidence(std::vector<TermEvidence>* evidence);

// As the source writes the subject in these rows.
void AddIdentifiers(const StudyTally& tally, const StudyTally::Subject& subject,
                    const std::vector<uint32_t>& rows, std::set<std::string>* out);

// In how many studies the support agrees: the greatest number of studies that assert one term, or
// terms at or below one ancestor of at least kSharedAncestorFloor bits. `support`: pairs of term
// and study.
int32_t AgreeingStudies(const ProfileIndex& profiles,
                        const std::set<std::pair<uint32_t, uint32_t>>& support);

}  // namespace parfocal::phenotype
