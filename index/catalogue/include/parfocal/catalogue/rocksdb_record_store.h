// The RecordStore on RocksDB.
//
// Durability: every write is one batch, synced before it is acknowledged. After a kill or a power
// cut the store opens with every acknowledged page and without any other page's halves; a torn tail
// of the log was never acknowledged and is dropped, damage before the tail refuses to open.
//
// Memory: the two sizes below, some MiB for open files, and the page in hand.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "parfocal/clock.h"
#include "parfocal/record_store.h"
#include "parfocal/relation_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct RocksDbRecordStoreOptions {
  // Borrowed; must outlive the store. nullptr: the system's.
  const Clock* clock = nullptr;
  size_t block_cache_bytes = size_t{32} << 20;
  size_t memtable_bytes = size_t{64} << 20;
};

// Limits of one page, beyond which CommitPage returns INVALID_ARGUMENT with the reason PAGE_LIMIT
// and the limit's name as its field.
inline constexpr size_t kMaxPageRecords = 100'000;  // max_page_records: upserts + tombstones.
inline constexpr size_t kMaxPageRawBytes = size_t{256} << 20;  // max_page_raw_bytes, of all blobs.
// Longer raw bytes of a Rejection are cut here.
inline constexpr size_t kMaxRejectionRawBytes = size_t{64} << 10;

// Opens the catalogue in `directory`, making it (mode 0700) if it is not there; its parent must be.
// FAILED_PRECONDITION in less than a second if another store has it open, with that process's id
// and start; also if the format is another or the directory is not ours. DATA_LOSS if it is
// damaged, with the way out. UNAVAILABLE on an I/O error.
//
// After an I/O error in a write the store refuses every further one with UNAVAILABLE: what reached
// the disk is unknown until it is opened anew. Reads go on.
absl::StatusOr<std::unique_ptr<RecordStore>> OpenRocksDbRecordStore(
    const std::string& directory, const RocksDbRecordStoreOptions& options = {});

// What was found between the studies of a store that OpenRocksDbRecordStore opened; lives as long
// as it. nullptr for any other store.
RelationStore* RelationsIn(RecordStore* store);

}  // namespace parfocal
