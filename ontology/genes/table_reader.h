// Reads one table of genes, orthologs or interactions: plain or gzip, tab-separated, recognised by
// its first line. Bounded: beyond a limit of bytes or rows the file is refused, a line that is too
// long or too short is counted and passed over.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "parfocal/genes/gene_store.h"
#include "parfocal/rdf/byte_stream.h"
#include "parfocal/status.h"
#include "table_format.h"

namespace parfocal::internal {

// Feeds the rows of `in` to `sink`. INVALID_ARGUMENT if its first line is of no known format (also
// if it is empty), RESOURCE_EXHAUSTED beyond a limit, DATA_LOSS for damaged gzip data. What was
// read before a failure has reached the sink.
absl::Status ReadGeneTable(ByteStream* in, const GeneReadLimits& limits, RowSink* sink,
                           GeneTableReport* report);

}  // namespace parfocal::internal
