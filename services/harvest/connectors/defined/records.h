// The records of one document: the elements of a JSON list, or the rows of a table, as Items.
//
// Bounds: JSON at most 64 deep (looked at before anything is parsed), a record of
// RecordLimits::record_bytes and 100,000 values; a table row of 1 MiB (idr::kMaxRecordBytes).
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/definition/definition.h"
#include "parfocal/definition/item.h"
#include "parfocal/status.h"

namespace parfocal::defined {

struct RecordLimits {
  size_t record_bytes = size_t{1} << 20;
  int depth = 64;
  size_t values = 100'000;
};

struct FoundRecord {
  absl::string_view raw;  // Valid until the next call.
  std::string place;  // ":14" (line) or ":#3" (number in the list, from 0); behind the file's name.
  definition::Item item;
  std::string problem;  // Why it cannot be used; empty if it can.
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Reads the next record; false behind the last.
  virtual absl::StatusOr<bool> Next(FoundRecord* record) = 0;
  // Bytes that each record needs to be understood: the header line of a table.
  virtual absl::string_view context() const { return {}; }
};

// Opens `document`, which must outlive the reader: the list (or the one object) at `records` of a
// JSON document. With `*` at the end of `records` each value of the object there is a record, and
// its key is the record's field `@key`. NOT_FOUND: sound JSON that has nothing there;
// INVALID_ARGUMENT: not JSON, not UTF-8; RESOURCE_EXHAUSTED: too deep.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenJson(absl::string_view document,
                                                       const std::string& records,
                                                       const RecordLimits& limits);

// The rows of a table. `separator` is "," or a tab. INVALID_ARGUMENT: no header.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenRows(absl::string_view document,
                                                       const std::string& separator);

// A whole JSON document as one Item.
absl::StatusOr<definition::Item> ParseJson(absl::string_view document, const RecordLimits& limits);

}  // namespace parfocal::defined
