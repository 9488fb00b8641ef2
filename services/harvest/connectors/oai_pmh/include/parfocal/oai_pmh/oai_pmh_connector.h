// The connector of kind "oai-pmh": one study per record of an OAI-PMH 2.0 server. The location is
// its base URL.
//
// The first run lists everything; a later one lists what changed since the last COMPLETE run began,
// by the server's own clock, with an overlap. Now and then everything is listed again, for what was
// taken back without a word. A record that the server marks deleted is a stated deletion, whatever
// the server claims to do with deletions.
//
// A list ends with an answer that has no resumption token, an empty one, or a token whose next
// answer has no record. An answer that breaks off, one that is no OAI-PMH, a token that leads in
// circles: the run ends PARTIAL. A token that has expired begins the window again, three times at
// most.
//
// Options:
//   metadata_prefix  the format asked for; else the first of oai_datacite, datacite, oai_dc on
//   offer set              one set alone list             "auto" (default), "all": everything, each
//   time full_list_days   a listing of everything after so many days (0: never, to 3650); 30 by
//   default,
//                    0 where the server promises to keep what it deleted
//   window_days      asks for spans of so many days, one after the other (1 to 3660): for servers
//                    whose tokens live shorter than a whole list takes
//   overlap_minutes  how far before the last run the changes begin (0 to 525600); by default 5
//                    minutes and a second, a day where the server knows days alone
//   verb             "records" (default), "identifiers": lists identifiers and gets record by
//   record,
//                    for servers whose lists break off at a bad record
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "parfocal/connectors/connector.h"

namespace parfocal {

// RELIABILITY limits of one run; beyond one the run ends PARTIAL.
struct OaiRunLimits {
  int64_t pages = 100'000;
  int64_t records = 5'000'000;
  int64_t hours = 48;         // Since it began, or was resumed.
  int pages_without_new = 3;  // In a row: a loop.
  int restarts = 3;           // Of one window.
  // The time that `hours` are measured by; empty: the system's. A seam for tests.
  std::function<absl::Time()> now;
};

// A ConnectorFactory. INVALID_ARGUMENT for an unknown option or a value out of its range, and for a
// location that is no http(s) address or cannot be fetched from.
absl::StatusOr<std::unique_ptr<Connector>> MakeOaiPmhConnector(const Source& source,
                                                               const ConnectorContext& context);

// The same with other limits.
absl::StatusOr<std::unique_ptr<Connector>> MakeOaiPmhConnector(const Source& source,
                                                               const ConnectorContext& context,
                                                               const OaiRunLimits& limits);

}  // namespace parfocal
