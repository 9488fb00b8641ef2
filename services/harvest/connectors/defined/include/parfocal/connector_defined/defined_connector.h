// The connectors whose systems a source definition describes, so that one engine reads them all.
// Option `definition`: path of the definition, or the name of one in
// ConnectorContext.share_dir/sources; default: the id of the source. Option `max_record_bytes`: of
// one record, default 1 MiB, at most 16 MiB. Option `tree`: path of a listing of files with the ids
// of their contents, so that an http(s) location is read like a folder (definition::TreeRule).
//
// Over http(s) an answer that has not changed since the last COMPLETE run (ETag, Last-Modified, or
// what a list says of it) is not fetched again: its records are taken from the catalogue.
//
// Pages: at most 1,000 records, and some 16 MiB of them, of one answer, of 50 documents that a
// server gives one by one, or of many files. A record
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

inline constexpr absl::string_view kDefinedConnectorKinds[] = {
    "json-rest", "xml-rest", "table", "rdf", "json-ld-pages", "git-folder"};

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

// Where the definition of `source` lies: what its option says, else one called like the source.
std::string DefinitionPath(const Source& source, const ConnectorContext& context);

// INVALID_ARGUMENT: an unknown option, a faulty definition (the line is named), a definition of
// another protocol than the source's connector, a location that cannot be read. NOT_FOUND: no
// definition.
absl::StatusOr<std::unique_ptr<Connector>> MakeDefinedConnector(const Source& source,
                                                                const ConnectorContext& context);

// The same with a definition at hand.
absl::StatusOr<std::unique_ptr<DefinedConnector>> MakeConnectorOf(
    definition::SourceDefinition definition, const Source& source, const ConnectorContext& context);

}  // namespace parfocal
