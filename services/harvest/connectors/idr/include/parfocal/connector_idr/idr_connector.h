// The connector of kind "idr": a folder of study files and annotation tables,
//   <study-name>/idrNNNN-study.txt
//   <study-name>/<screenX or experimentX>/...-annotation.csv[.gz]
//   <study-name>/<screenX>/...-library.txt[.gz], ...-processed.txt[.gz]
// Option `rules`: path of the rules file; default `sources/idr.yaml` in ConnectorContext.share_dir.
//
// Pages: for each study its record (raw: the study file), then the rows of its tables, at most
// 5,000 a page (raw: the header line and the page's lines as in the unpacked file). A cursor names
// study, table and row; a page may be read again at any time and is then the same.
//
// Bounds: a table of 1 GiB unpacked, at most 200 times its packed size; a line of 1 MiB. Memory:
// one page and one open table (for a table that is rebuilt: its processed data).
#pragma once

#include <memory>

#include "parfocal/connectors/connector.h"

namespace parfocal {

inline constexpr absl::string_view kIdrConnectorKind = "idr";

// INVALID_ARGUMENT: an unknown option, a location that is no folder, faulty rules (the line is
// named). NOT_FOUND: no rules file.
absl::StatusOr<std::unique_ptr<Connector>> MakeIdrConnector(const Source& source,
                                                            const ConnectorContext& context);

}  // namespace parfocal
