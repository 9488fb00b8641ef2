// The calls about genes: proto <-> GeneLookup, no rules of their own.
#pragma once

#include "parfocal/gene_lookup.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

// Both: FAILED_PRECONDITION with GENES_NOT_LOADED if there are no genes.
//
// INVALID_ARGUMENT with LIMIT_EXCEEDED for too many texts, with TERM_UNKNOWN for an organism that
// `terms` does not know.
absl::Status ResolveGenes(const GeneLookup& genes, const TermLookup& terms,
                          const v1::ResolveGenesRequest& request,
                          v1::ResolveGenesResponse* response);
// INVALID_ARGUMENT with RESOURCE_NAME for a name of another form, NOT_FOUND.
absl::Status GetGene(const GeneLookup& genes, const v1::GetGeneRequest& request,
                     v1::Gene* response);

}  // namespace parfocal
