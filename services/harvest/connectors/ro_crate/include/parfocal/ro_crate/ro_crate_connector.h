// The connector of kind "ro-crate": one study per crate metadata file.
//
// Location: a folder (searched up to 8 levels deep for `*-ro-crate-metadata.json` and
// `ro-crate-metadata.json`; symbolic links are refused), an archive (.tar.gz, .tgz, .tar, .zip;
// read as a stream), one metadata file, or an http(s) address of a JSON array: objects with `name`
// and `download_url` as a folder listing of a Git host has them, or plain addresses.
//
// Files are taken in the order of their names and the cursor is the last name done. The accession
// is the root's identifier, else the file's name; the second file with an accession is rejected.
//
// Options: `max_record_bytes` (1 to 16777216, 1048576 by default), `page_size` (1 to 500; 200 by
// default, 50 over http), `max_archive_bytes` (4294967296 by default).
#pragma once

#include <memory>

#include "parfocal/connectors/connector.h"

namespace parfocal {

// A ConnectorFactory. INVALID_ARGUMENT for an unknown option or a value out of its range, a
// location that does not exist, and an http(s) location without a fetcher. A page fails with
// NOT_FOUND if the location holds no crate at all: an empty folder is a wrong path or a missing
// mount rather than an archive that withdrew everything.
absl::StatusOr<std::unique_ptr<Connector>> MakeRoCrateConnector(const Source& source,
                                                                const ConnectorContext& context);

}  // namespace parfocal
