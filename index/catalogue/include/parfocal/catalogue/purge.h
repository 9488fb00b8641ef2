// Takedowns: a study is removed from a catalogue so that its bytes are nowhere in it any more, and
// is not taken in again. In two steps, because whoever follows the change feed has to hear of every
// record that goes, and the feed names them.
//
// Thread safety: may be called while the store is in use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct PurgeReport {
  int64_t records = 0;     // The study and its image sets, live or deleted.
  int64_t raw_pages = 0;   // Blobs removed, or blanked where no other record stands.
  int64_t raw_bytes = 0;   // Bytes removed or blanked in them.
  int64_t rejections = 0;  // Blanked: they name the study.
  int64_t sequence = 0;    // Of the last change entry that says a record is gone.
};

// Removes the study with its image sets, its relations and decisions about it, and marks it as
// taken down, in one synced write. Raw bytes: of each page that held a version of it, only what
// other records stand on is kept, the rest becomes blanks; a page on which none stands is removed.
// Pages are found by the places of the records and by the accession. Rejections of its source that
// name it lose their text.
//
// NOT_FOUND if the catalogue knows nothing of it and it was not taken down; otherwise it may be
// called again. INVALID_ARGUMENT if `store` is not the one on RocksDB. Reads every meta row and
// every raw page: minutes for a large catalogue, in which no page is committed.
absl::StatusOr<PurgeReport> PurgeStudy(RecordStore* store, const RecordName& study);

// To be called when all followers of the feed have applied `PurgeReport::sequence`: makes the
// feed's entries about its image sets name the study alone, then rewrites the files of the
// database, so that no log or table holds what was removed. Old files vanish when their readers are
// done. The database's list of its files goes on naming the first and last key of old ones, ids of
// image sets among them, until the store is opened anew.
absl::Status ErasePurged(RecordStore* store, const RecordName& study);

// Whether the study was taken down: it must not be stored again.
absl::StatusOr<bool> IsTakenDown(const RecordStore& store, const RecordName& study);

}  // namespace parfocal
