// A connector speaks one protocol: it turns what a source offers into pages of drafts. A draft is a
// Record whose statements hold what the source stated (`value`, `stated_id` as a canonical CURIE
// where the prefix is known, `role`, `group`, `scope`); `term`, `label`, `rule` are left to the
// normaliser.
//
// Pages are deterministic: the same cursor over the same content gives the same page, so a run that
// was killed continues at its last acknowledged cursor and replays nothing wrongly.
//
// Thread safety: one run uses one connector from one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/fetcher.h"
#include "parfocal/harvest.h"
#include "parfocal/record.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct Draft {
  Record record;
  RawSlice raw;  // Into DraftPage::raw.
};

inline constexpr size_t kMaxMarkBytes = size_t{1} << 20;

struct DraftPage {
  std::vector<std::string> raw;       // Bytes as received (after unpacking gzip and tar).
  std::vector<Draft> drafts;          // Names are distinct.
  std::vector<Rejection> rejections;  // `place`, `record`, `reason`, `raw` filled.
  // Records that the source itself calls deleted. They become tombstones when the listing has
  // ended, under the guard against mass deletion; names that the catalogue does not hold count for
  // nothing. A study stands for its image sets as well. None of them is among `drafts`.
  std::vector<RecordName> deleted;
  std::string next_cursor;
  bool last = false;  // No page follows; next_cursor is then empty.
  // Of the last page: what the connector of the next run is told as ConnectorContext::mark, if this
  // run ends COMPLETE: up to when it listed, validators of what it read. Beyond kMaxMarkBytes it is
  // dropped.
  std::string mark;
  // fetched, quarantined, skipped, rows_read, rows_accepted, rows_rejected of this page.
  // fetched == drafts.size() + quarantined + skipped.
  Ledger ledger;
  // For the progress display: units of work (files, rows) done so far and in all, 0 if not known.
  int64_t progress_done = 0;
  int64_t progress_total = 0;
};

// What a connector tells of its work on hostile bytes, so that bytes that end the parser's process
// are known and passed over when its successor meets them. A unit is what can be refused alone: a
// file, an answer, a record of it.
//
// Thread safety: one thread.
class ParseGuard {
 public:
  virtual ~ParseGuard() = default;
  // Called before unit `number` of `document` is parsed (0: the document as a whole); it is in hand
  // until the next call. A failure says that a parser died of this very unit: refuse it with that
  // reason and go on.
  virtual absl::Status Enter(absl::string_view document, int64_t number) = 0;
  // No unit is in hand any more.
  virtual void Leave() = 0;
};

// Enters a unit of `guard`, which may be nullptr: then nothing is known of any.
inline absl::Status EnterUnit(ParseGuard* guard, absl::string_view document, int64_t number) {
  return guard == nullptr ? absl::OkStatus() : guard->Enter(document, number);
}
inline void LeaveUnit(ParseGuard* guard) {
  if (guard != nullptr) guard->Leave();
}

class Connector {
 public:
  virtual ~Connector() = default;
  // Reads the page at `cursor`; "" is the first. A bad record is a rejection, never a failure; a
  // failure means that the page (or the whole source) cannot be had: NOT_FOUND, UNAVAILABLE,
  // PERMISSION_DENIED, DATA_LOSS (truncated archive), RESOURCE_EXHAUSTED (a limit, named).
  virtual absl::StatusOr<DraftPage> NextPage(const std::string& cursor) = 0;
  // Whether absence from one complete listing means that the source took the record away (a folder,
  // an archive: the listing is read whole and at once). False: two complete listings must agree.
  virtual bool ListingIsWhole() const = 0;
  // Whether the run lists all that the source has. False for one that asks only for what changed
  // since an earlier run: absence from it means nothing. Asked after the last page.
  virtual bool ListsAll() const { return true; }
  // Parses one rejection anew, from the bytes that were kept of it (Rejection::can_replay): a page
  // with the drafts, or with the rejection as it is now. Cursor and mark mean nothing.
  virtual absl::StatusOr<DraftPage> Replay(const Rejection& /*rejection*/) {
    return absl::UnimplementedError("what this connector refused cannot be parsed again by itself");
  }
};

struct ConnectorContext {
  Fetcher* fetcher = nullptr;  // Borrowed; nullptr: only local locations.
  std::string share_dir;       // Where deploy/sources/ lies.
  // DraftPage::mark of the source's last COMPLETE run; empty if there is none. The same for a run
  // that is resumed.
  std::string mark;
  // Calls back with the raw bytes of each record that the catalogue holds of the source, so that
  // what is held need not be fetched again. May be empty.
  std::function<absl::Status(const std::function<void(std::string raw)>&)> held;
  ParseGuard* guard = nullptr;  // Borrowed; nullptr: parsing is not watched.
};

// Makes a connector of one kind for `source`. INVALID_ARGUMENT for unknown options or a location
// that the connector cannot read.
using ConnectorFactory = std::function<absl::StatusOr<std::unique_ptr<Connector>>(
    const Source&, const ConnectorContext&)>;

// By kind, such as "ro-crate"; filled by the composition root.
using ConnectorRegistry = std::map<std::string, ConnectorFactory>;

}  // namespace parfocal
