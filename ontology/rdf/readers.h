// The readers of the single formats; ontology_reader.cc chooses.
#pragma once

#include "parfocal/rdf/byte_stream.h"
#include "parfocal/rdf/ontology_reader.h"

namespace parfocal::internal {

absl::Status ReadObo(ByteStream* in, const ReadLimits& limits, const TermSink& sink,
                     ReadReport* report);
absl::Status ReadJson(ByteStream* in, OntologyFormat format, const ReadLimits& limits,
                      const TermSink& sink, ReadReport* report);
absl::Status ReadRdf(ByteStream* in, OntologyFormat format, const ReadLimits& limits,
                     const TermSink& sink, ReadReport* report);
absl::Status ReadTable(ByteStream* in, const TableLayouts& tables, const ReadLimits& limits,
                       const TermSink& sink, ReadReport* report);

}  // namespace parfocal::internal
