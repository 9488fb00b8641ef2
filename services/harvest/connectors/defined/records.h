// The records of one document as Items, whatever it is written in: the elements of a JSON list, the
// rows of a table, elements of XML, resources of RDF, JSON-LD in a web page, a YAML file.
//
// Pure: bytes in, records out; nothing is opened or fetched, so that it can run anywhere.
//
// Bounds: 64 objects or lists within each other (looked at before anything is parsed; 200 elements
// of XML), a record of RecordLimits::record_bytes and 100,000 values; a table row of 1 MiB
// (idr::kMaxRecordBytes), YAML of 1 MiB, 1,000,000 triples.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/definition/definition.h"
#include "parfocal/definition/item.h"
#include "parfocal/status.h"

namespace parfocal::defined {

struct RecordLimits {
  size_t record_bytes = size_t{1} << 20;
  int depth = 64;
  size_t values = 100'000;
};

struct FoundRecord {
  absl::string_view raw;  // Valid until the next call.
  std::string place;  // ":14" (line) or ":#3" (number in the list, from 0); behind the file's name.
  definition::Item item;
  std::string problem;  // Why it cannot be used; empty if it can.
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Reads the next record; false behind the last.
  virtual absl::StatusOr<bool> Next(FoundRecord* record) = 0;
  // Bytes that each record needs to be understood: the header line of a table.
  virtual absl::string_view context() const { return {}; }
};

// Opens `document`, which must outlive the reader: the list (or the one object) at `records` of a
// JSON document. With `*` at the end of `records` each value of the object there is a record, and
// its key is the record's field `@key`. NOT_FOUND: sound JSON that has nothing there;
// INVALID_ARGUMENT: not JSON, not UTF-8; RESOURCE_EXHAUSTED: too deep.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenJson(absl::string_view document,
                                                       const std::string& records,
                                                       const RecordLimits& limits);

// A whole document is read by its name's ending, else by the protocol.
struct RecordFormat {
  std::string protocol;
  std::string separator;  // Of a table; empty: by the name.
  std::string records;    // Where the records are; for `rdf` their classes, with blanks between.
  // Of `rdf`, as in SourceDefinition::prefixes.
  const std::map<std::string, std::string>* prefixes = nullptr;
  // The bytes are those that FoundRecord::raw (with the reader's context) gave of one record: it
  // alone is read, and comes out the same.
  bool one_record = false;
};

absl::StatusOr<std::unique_ptr<RecordReader>> OpenRecords(const std::string& name,
                                                          absl::string_view document,
                                                          const RecordFormat& format,
                                                          const RecordLimits& limits);

// A document that lists or leads on: JSON as it is, the root element of XML, of RDF an object whose
// `@graph` holds every resource that has a class.
absl::StatusOr<definition::Item> ParsePage(absl::string_view document, const RecordFormat& format,
                                           const RecordLimits& limits);

// Elements of XML, UTF-8: `records` names them from the root down ("list/entry"; `*` is any name;
// empty: the root). Names are without prefix. An element without attributes and children is a text;
// any other is an object with its attributes as `@name`, its children by name, and its own text, or
// all the text in it where text and elements are mixed. A DOCTYPE is refused.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenXml(absl::string_view document,
                                                      const std::string& records,
                                                      const RecordLimits& limits);
absl::StatusOr<definition::Item> ParseXml(absl::string_view document, const RecordLimits& limits);

// Resources of RDF whose class is one of `format.records`. A resource is an object whose text is
// its address, with `@id`, `@type` and its properties by their short names; what it points to is an
// object as well, three deep. Literals in a language are objects with `@language`. The raw bytes of
// a record are its triples as N-Triples, which names of blank nodes and order do not change.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenRdf(absl::string_view document,
                                                      const std::string& name,
                                                      const RecordFormat& format,
                                                      const RecordLimits& limits);
absl::StatusOr<definition::Item> ParseRdf(absl::string_view document, const RecordFormat& format,
                                          const RecordLimits& limits);

// The JSON-LD objects of an HTML page (script elements of type application/ld+json), or of a
// JSON-LD document; lists and `@graph` are taken apart. NOT_FOUND: a page without any.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenPages(absl::string_view document,
                                                        const RecordLimits& limits);

// A YAML file, or the YAML that a text file begins with between lines of `---`: one record.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenYaml(absl::string_view document,
                                                       const RecordLimits& limits);

// The rows of a table. `separator` is "," or a tab. INVALID_ARGUMENT: no header.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenRows(absl::string_view document,
                                                       const std::string& separator);

// A whole JSON document as one Item.
absl::StatusOr<definition::Item> ParseJson(absl::string_view document, const RecordLimits& limits);

}  // namespace parfocal::defined
