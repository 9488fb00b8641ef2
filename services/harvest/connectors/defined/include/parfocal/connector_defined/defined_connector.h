// The connectors of kind "json-rest" and "table": a source definition says what the system is like,
// so that one engine reads them all. Option `definition`: path of the definition, or the name of
// one in ConnectorContext.share_dir/sources; default: the id of the source. Option
// `max_record_bytes`: of one JSON record, default 1 MiB, at most 16 MiB.
//
// Pages: at most 1,000 records, and some 16 MiB of them, of one answer or of many files. A record
// gives a study, once for each accession (the first record that names it decides), and its image
// sets. A cursor names feed, document and record; a run that goes on reads what lies before it
// again, so that what was given once is not given twice. A file that cannot be read is skipped, so
// that the run is PARTIAL; a page of a server that cannot be read ends the run.
//
// Bounds: documents.h, records.h, definition/mapper.h. Memory: one document, one page, 16 bytes for
// each record that was given, and the files of a feed's joins (at most 256 MiB).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "parfocal/connectors/connector.h"
#include "parfocal/definition/definition.h"

namespace parfocal {

inline constexpr absl::string_view kJsonConnectorKind = "json-rest";
inline constexpr absl::string_view kTableConnectorKind = "table";

// What was read to give the pages so far: files or answers, lists included, and their bytes.
struct ReadingCost {
  int64_t documents = 0, bytes = 0;
};

// What a rehearsal wants to know of a connector beyond its pages.
class DefinedConnector : public Connector {
 public:
  // Records that the definition leaves out, so far.
  virtual int64_t left_out() const = 0;
  virtual ReadingCost cost() const = 0;
  // Words that a value map does not have, by (map, word), and how often.
  virtual const std::map<std::pair<std::string, std::string>, int64_t>& unmapped() const = 0;
};

// INVALID_ARGUMENT: an unknown option, a faulty definition (the line is named), a definition of
// another protocol than the source's connector, a location that cannot be read. NOT_FOUND: no
// definition.
absl::StatusOr<std::unique_ptr<Connector>> MakeDefinedConnector(const Source& source,
                                                                const ConnectorContext& context);

// The same with a definition at hand.
absl::StatusOr<std::unique_ptr<DefinedConnector>> MakeConnectorOf(
    definition::SourceDefinition definition, const Source& source, const ConnectorContext& context);

}  // namespace parfocal
