// Names of genes on the work-list: those that mean several genes of the organism in which records
// use them, so that no rule may choose.
#pragma once

#include <vector>

#include "parfocal/gene_lookup.h"
#include "parfocal/search_index.h"
#include "parfocal/v1/ontology_service.pb.h"
#include "work_list.h"

namespace parfocal {

// All of `snapshot`, one item for a name in a species, in no order. Counts are of the image sets
// that have the name, unmapped, beside an organism of that species.
absl::StatusOr<std::vector<WaitingWords>> GeneNamesThatWait(const Snapshot& snapshot,
                                                            const GeneLookup& genes);

// What the name may mean there, in the order of GeneLookup::Resolve; at most `limit`.
void AddGeneCandidates(const GeneLookup& genes, const WaitingWords& waiting, size_t limit,
                       v1::WorkItem* item);

}  // namespace parfocal
