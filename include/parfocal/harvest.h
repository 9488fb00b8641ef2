// Values of harvesting that the catalogue keeps: sources, runs, ledgers, rejections.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/record_name.h"

namespace parfocal {

// When a source is harvested without being told to.
struct Schedule {
  // From the beginning of one run to that of the next; zero: never.
  absl::Duration interval = absl::ZeroDuration();
  // Minutes of the day (UTC) from which and up to which a run may begin; equal: any. One that
  // begins later than it ends spans midnight.
  int window_begin = 0;
  int window_end = 0;
  // At most so much is added to each pause.
  absl::Duration jitter = absl::ZeroDuration();
  friend bool operator==(const Schedule&, const Schedule&) = default;
};

// A repository as harvested through one protocol.
struct Source {
  std::string id;         // IsSourceId.
  std::string connector;  // "ro-crate", "idr"
  std::string location;   // A path or an http(s) URL.
  std::string title;
  std::map<std::string, std::string> options;  // Of the connector; unknown keys are refused by it.
  absl::Time created;
  std::string last_complete_run;  // Id; empty if none.
  Schedule schedule;
  // When a person last said that its failures are mended: those before do not count any more.
  absl::Time resumed = absl::InfinitePast();
  friend bool operator==(const Source&, const Source&) = default;
};

enum class RunState : uint8_t { kRunning = 0, kComplete, kPartial, kFailed, kHeld };

// Counts of one run, in records unless said otherwise. The equation
//   fetched == new_records + changed + unchanged + quarantined + skipped
// holds at the end of every run (Adds); skipped is 0 in a COMPLETE run. Deleted records were not
// fetched and stand apart.
struct Ledger {
  int64_t pages = 0;
  int64_t fetched = 0;
  int64_t new_records = 0;
  int64_t changed = 0;
  int64_t unchanged = 0;
  int64_t deleted = 0;
  int64_t restored = 0;  // Were tombstones; also counted in new_records or changed.
  int64_t quarantined = 0;
  int64_t skipped = 0;
  // Rows of tables read and what became of them: rows_read == rows_accepted + rows_rejected.
  int64_t rows_read = 0;
  int64_t rows_accepted = 0;
  int64_t rows_rejected = 0;
  int64_t label_conflicts = 0;  // Statements whose id and label disagree.

  bool Adds() const {
    return fetched == new_records + changed + unchanged + quarantined + skipped &&
           rows_read == rows_accepted + rows_rejected;
  }
  void Add(const Ledger& o) {
    pages += o.pages;
    fetched += o.fetched;
    new_records += o.new_records;
    changed += o.changed;
    unchanged += o.unchanged;
    deleted += o.deleted;
    restored += o.restored;
    quarantined += o.quarantined;
    skipped += o.skipped;
    rows_read += o.rows_read;
    rows_accepted += o.rows_accepted;
    rows_rejected += o.rows_rejected;
    label_conflicts += o.label_conflicts;
  }
  friend bool operator==(const Ledger&, const Ledger&) = default;
};

struct Run {
  std::string source;
  std::string id;  // Sorts by start.
  RunState state = RunState::kRunning;
  absl::Time started;
  absl::Time ended;    // InfiniteFuture while running.
  std::string cursor;  // Where the next page begins; opaque to all but the connector.
  Ledger ledger;
  // Why it is not COMPLETE: the thing, the place, the way out. One that is COMPLETE has a message
  // if it did not look at the source (a replay of what an earlier run refused).
  std::string message;
  friend bool operator==(const Run&, const Run&) = default;
};

// Bad input, kept with its reason.
struct Rejection {
  std::string source;
  std::string run;
  std::string place;   // File and line or record: "abc1/abc1-study.txt:14".
  std::string record;  // Record name if one could be made out, else empty.
  std::string reason;  // What is wrong and what would mend it.
  std::string raw;     // The bytes, cut at 64 KiB.
  std::string reader;  // What read it: the connector and its version, its definition and digest.
  // The bytes are whole and can be given to Connector::Replay.
  bool can_replay = false;
  friend bool operator==(const Rejection&, const Rejection&) = default;
};

}  // namespace parfocal
