// The seam to the catalogue: the newest accepted version of each harvested record, the bytes that
// it came from, and the feed of changes from which the index is made. The store is the source of
// truth; the index can be dropped and rebuilt from it.
//
// Thread safety: every member may be called from any thread. Writers of one source are serialised
// by the caller (one run per source); CommitPage of different sources may overlap.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "parfocal/harvest.h"
#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/status.h"

namespace parfocal {

// A name of who may see a record. Only "public" exists so far; each group has its own change feed.
inline constexpr absl::string_view kPublicGroup = "public";

// Where in the raw bytes of its page a record was found.
struct RawSlice {
  uint32_t blob = 0;  // Index into PageCommit::raw.
  uint64_t offset = 0;
  uint64_t length = 0;
  // A second slice that the record needs to be understood, such as the header line of its table.
  uint64_t context_offset = 0;
  uint64_t context_length = 0;
};

struct Upsert {
  Record record;
  RawSlice raw;
};

// One page of a harvest: all of it is written, or none.
struct PageCommit {
  std::string source;
  std::string run;
  std::string group = std::string(kPublicGroup);
  std::vector<std::string> raw;  // Bytes as received; kept once per content.
  std::vector<Upsert> upserts;   // Names distinct within the page.
  std::vector<RecordName> tombstones;
  std::vector<Rejection> rejections;
  std::string cursor;  // Where the next page of the run begins.
  // What the records were normalised with: names the state of ontologies, genes and mappings. No
  // part of the content: a release that says the same of a record does not change it.
  std::string release;
  // Rows read, accepted and rejected, pages, fetched, quarantined, skipped and label conflicts as
  // counted by the caller; new, changed, unchanged, deleted and restored are counted by the store.
  Ledger ledger;
};

struct PageReceipt {
  int64_t sequence =
      0;          // Of the last change of this page; the store's newest if it changed nothing.
  Ledger ledger;  // The page's, completed.
};

enum class ChangeKind : uint8_t { kUpsert = 0, kDelete = 1 };

struct Change {
  int64_t sequence = 0;  // 1, 2, ...: no holes within a group.
  ChangeKind kind = ChangeKind::kUpsert;
  RecordName name;
};

// What the store knows about a record besides its content.
struct RecordMeta {
  int64_t sequence = 0;    // Of its last change.
  std::string raw_sha256;  // Hex, of the record's own raw slice (with its context).
  std::string content_sha256;
  absl::Time first_seen;
  absl::Time last_changed;
  // What its content was normalised with when it was last written; see PageCommit::release.
  std::string release;
  bool deleted = false;  // A tombstone; the record is then its last content.
  // Of a study: name of the work that it and its copies are (see relation_store.h). Empty: no copy
  // is known, and the study is a work of its own.
  std::string work;
};

struct StoredRecord {
  Record record;
  RecordMeta meta;
};

// What a new normalisation made of a record that was read from the store.
struct Amendment {
  Record record;
  int64_t sequence = 0;  // RecordMeta::sequence of the version that was read.
};

struct AmendReceipt {
  int64_t changed = 0;    // Their content is new; each has a change entry.
  int64_t unchanged = 0;  // The normalisation makes the same of them.
  int64_t skipped = 0;    // Deleted or changed by a harvest since they were read: left alone.
  int64_t sequence = 0;   // Of the last change; the group's newest if nothing changed.
};

struct StoreStatus {
  int64_t sequence = 0;  // Newest of the group.
  int64_t studies = 0;
  int64_t image_sets = 0;
  int64_t tombstones = 0;
  std::string normalised;  // See SetNormalised; empty: not known.
};

class RecordStore {
 public:
  virtual ~RecordStore() = default;

  // Writes the whole page durably (synced) or nothing of it. A record whose raw bytes and content
  // are those already stored is counted unchanged and gets no change entry. A tombstone that comes
  // back is counted restored and changed. FAILED_PRECONDITION if `page.run` is not the running run
  // of `page.source`; INVALID_ARGUMENT if a name stands twice in the page or is not of
  // `page.source`, or a raw slice lies outside of its blob. After UNAVAILABLE (an I/O error) the
  // outcome is unknown: stop and replay.
  virtual absl::StatusOr<PageReceipt> CommitPage(const PageCommit& page) = 0;

  // Replaces the normalised content of live records of `group`, all in one synced write, or
  // nothing. Raw bytes, first_seen and the runs that touched a record stay. A record whose version
  // is no longer the one that was read is skipped, so any harvest may go on meanwhile: what it
  // brings wins. INVALID_ARGUMENT if a name stands twice or is none; UNAVAILABLE as CommitPage.
  virtual absl::StatusOr<AmendReceipt> Amend(const std::string& group,
                                             absl::Span<const Amendment> amendments,
                                             const std::string& release) = 0;
  // Notes that every live record of `group` holds what normalisation with `release` makes of it.
  // Until a node has said so for its release, some records may wait for it.
  virtual absl::Status SetNormalised(const std::string& group, const std::string& release) = 0;

  // Returns the live record called `name`, or NOT_FOUND.
  virtual absl::StatusOr<StoredRecord> Get(const RecordName& name) const = 0;
  // Results in the order of `names`.
  virtual std::vector<absl::StatusOr<StoredRecord>> BatchGet(
      absl::Span<const RecordName> names) const = 0;
  // The record's own raw bytes (its context first), as received; a tombstone keeps them.
  virtual absl::StatusOr<std::string> GetRaw(const RecordName& name) const = 0;

  // Calls `visit` for each live record whose name begins with `prefix` (a source, or a study and
  // its ImageSets: the study first; an empty name: everything) in key order, from one consistent
  // view, until it returns false. `visit` may call the store. `after`: begin behind this name.
  virtual absl::Status Scan(const RecordName& prefix, const std::optional<RecordName>& after,
                            const std::function<bool(const StoredRecord&)>& visit) const = 0;
  // The same for tombstones.
  virtual absl::Status ScanTombstones(
      const std::string& source, const std::function<bool(const StoredRecord&)>& visit) const = 0;
  // Names of live records of `source` that `run` did not touch, in key order (a record that a run
  // found unchanged counts as touched).
  virtual absl::Status ScanUntouched(const std::string& source, const std::string& run,
                                     const std::function<bool(const RecordName&)>& visit) const = 0;

  // For each of `names`, when the newest run that saw it (found it new, changed or unchanged)
  // began; InfinitePast for a name that the store never held. Looks at the newest `kSeenInRuns`
  // runs of a source; one that none of them saw has the time of its own last change.
  static constexpr int kSeenInRuns = 64;
  virtual std::vector<absl::Time> LastSeen(absl::Span<const RecordName> names) const = 0;
  // Makes live again, as they were, the records of `source` that became tombstones at `from` or
  // later and before `until`. Each is a change of its own. Returns how many.
  virtual absl::StatusOr<int64_t> RestoreDeleted(const std::string& source, absl::Time from,
                                                 absl::Time until) = 0;

  // At most `limit` changes of `group` with a sequence greater than `after`, in order.
  virtual absl::StatusOr<std::vector<Change>> ChangesSince(const std::string& group, int64_t after,
                                                           int limit) const = 0;
  virtual absl::StatusOr<StoreStatus> Status(const std::string& group) const = 0;
  // Blocks until the newest sequence of `group` is greater than `after`, or until `deadline`.
  // Returns the newest sequence either way.
  virtual int64_t WaitForChange(const std::string& group, int64_t after,
                                absl::Time deadline) const = 0;

  // ALREADY_EXISTS if there is a source of that id.
  virtual absl::Status CreateSource(const Source& source) = 0;
  // NOT_FOUND if there is none. `created` and `last_complete_run` stay as they are.
  virtual absl::Status UpdateSource(const Source& source) = 0;
  virtual absl::StatusOr<Source> GetSource(const std::string& id) const = 0;
  virtual std::vector<Source> ListSources() const = 0;
  // Tombstones every record of the source and forgets the source and its runs. NOT_FOUND;
  // FAILED_PRECONDITION while a run of it goes on.
  virtual absl::Status DeleteSource(const std::string& id) = 0;

  // Begins a run, or returns the one that a stopped node left running, with its cursor.
  // `resumed` tells which. NOT_FOUND without the source.
  virtual absl::StatusOr<Run> BeginRun(const std::string& source, absl::Time now,
                                       bool* resumed) = 0;
  // Ends it with the state, end and message of `run`; cursor and ledger stay those of its pages. A
  // COMPLETE run becomes the source's last_complete_run. NOT_FOUND; FAILED_PRECONDITION if it has
  // ended; INVALID_ARGUMENT for state RUNNING.
  virtual absl::Status EndRun(const Run& run) = 0;
  virtual absl::StatusOr<Run> GetRun(const std::string& source, const std::string& run) const = 0;
  // Newest first.
  virtual std::vector<Run> ListRuns(const std::string& source) const = 0;
  // Rejections of the run, or of the newest run if `run` is empty, in the order in which they came,
  // beginning at index `offset`.
  virtual absl::StatusOr<std::vector<Rejection>> ListRejections(const std::string& source,
                                                                const std::string& run,
                                                                int64_t offset,
                                                                int limit) const = 0;
};

}  // namespace parfocal
