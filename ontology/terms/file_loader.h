// Parses one ontology file into the database: ids in their canonical spelling, one entry per term.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "codec.h"
#include "parfocal/rdf/ontology_reader.h"
#include "term_database.h"

namespace parfocal::internal {

// One spelling for the id of a term, whatever its prefix: a canonical CURIE where the prefix is
// known, else the id's own CURIE form, else its IRI. Empty if `id` is neither.
std::string TermId(absl::string_view id);

// Names how files are read: by which version of the readers and by which layouts.
uint64_t ReaderVersion(const TableLayouts* tables);

// 16 bytes that name the content of a file as read by `reader`. NOT_FOUND if it cannot be read.
absl::StatusOr<std::string> HashFile(const std::string& path, uint64_t reader);

// The first date (YYYY-MM-DD) in a version, or "".
std::string DateOf(absl::string_view version);

// Writes what `path` says under `hash`. Not durable until the database is flushed.
absl::StatusOr<ReadReport> LoadFile(const std::string& path, absl::string_view hash,
                                    const ReadLimits& limits, const TableLayouts* tables,
                                    rocksdb::DB* db);

// Lines of child, parent, reason; '#' begins a comment, a first line without ids is a header.
absl::StatusOr<std::vector<BadEdge>> ReadBadEdges(const std::string& path);

}  // namespace parfocal::internal
