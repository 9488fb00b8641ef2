// Reports of loaded ontologies as they go over the wire.
#pragma once

#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

void ToProto(const OntologyFileReport& from, v1::LoadOntologyProgress::FileReport* to);
void ToProto(const LoadReport& from, v1::LoadOntologyProgress::ReleaseReport* to);
void ToProto(const LoadReport& from, v1::ListOntologiesResponse* to);

}  // namespace parfocal
