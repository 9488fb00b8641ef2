// Rows of the catalogue other than record bodies, and their bytes. Every Decode returns DATA_LOSS
// for bytes that the matching Encode did not write.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/harvest.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal::catalogue {

// What the store keeps about a record beside its body: all that CommitPage needs to know it again.
struct MetaRow {
  uint64_t id = 0;  // Of the record in this catalogue, given once, never reused.
  int64_t sequence = 0;
  std::string group;
  std::string raw_sha256;      // 32 bytes.
  std::string content_sha256;  // 32 bytes.
  absl::Time first_seen;
  absl::Time last_changed;
  std::string release;
  bool deleted = false;
  uint64_t blob = 0;  // Where its raw bytes are.
  RawSlice slice;     // slice.blob is not used.
};

struct GroupRow {
  int64_t sequence = 0;
  int64_t studies = 0;
  int64_t image_sets = 0;
  int64_t tombstones = 0;
  std::string normalised;
};

struct CountersRow {
  uint64_t next_record = 1;
  uint64_t next_blob = 1;
  uint64_t next_run = 1;
};

struct RunRow {
  Run run;
  uint64_t pages = 0;       // Pages committed: the number of the next touched row.
  uint64_t rejections = 0;  // The number of the next rejection.
};

struct BlobRow {
  uint64_t id = 0;
  uint64_t size = 0;
};

struct ChangeRow {
  ChangeKind kind = ChangeKind::kUpsert;
  std::string key;  // RecordKey.
};

// Ids [first, first + count) that a page touched.
using IdRange = std::pair<uint64_t, uint64_t>;

std::string Encode(const MetaRow& row);
std::string Encode(const GroupRow& row);
std::string Encode(const CountersRow& row);
std::string Encode(const RunRow& row);
std::string Encode(const BlobRow& row);
std::string Encode(const ChangeRow& row);
std::string Encode(const Source& source);
std::string Encode(const Rejection& rejection);
// Sorts `ids` and joins neighbours.
std::string EncodeTouched(std::vector<uint64_t>* ids);

absl::Status Decode(absl::string_view bytes, MetaRow* row);
absl::Status Decode(absl::string_view bytes, GroupRow* row);
absl::Status Decode(absl::string_view bytes, CountersRow* row);
absl::Status Decode(absl::string_view bytes, RunRow* row);
absl::Status Decode(absl::string_view bytes, BlobRow* row);
absl::Status Decode(absl::string_view bytes, ChangeRow* row);
absl::Status Decode(absl::string_view bytes, Source* source);
absl::Status Decode(absl::string_view bytes, Rejection* rejection);
// Appends to `*ranges`.
absl::Status DecodeTouched(absl::string_view bytes, std::vector<IdRange>* ranges);

// The public face of a row.
RecordMeta ToMeta(const MetaRow& row);

}  // namespace parfocal::catalogue
