// Bytes of a Study or an ImageSet. Two forms of the same field list:
//   canonical: complete and self-contained; its SHA-256 is the record's content hash, so it must
//              never change for records that do not change.
//   stored:    a catalogue row; without the name (that is the row's key) and with repeated strings
//              replaced by their numbers in the catalogue's StringTable.
//
// Thread safety: free functions without state.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/catalogue/string_table.h"
#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/status.h"

namespace parfocal::catalogue {

// First byte of both forms.
inline constexpr unsigned char kRecordCodecVersion = 2;

// Appends the canonical form of `record` to `*out`.
void AppendCanonical(const Record& record, std::string* out);

// Appends the stored form. Interns strings in `*table` (see its rule about threads).
void AppendStored(const Record& record, StringTable* table, std::string* out);

// Reads the stored form of the record called `name`. DATA_LOSS, naming the record, for bytes that
// AppendStored did not write, with this table, for a record of this kind. Memory is bounded by
// a few hundred bytes for each byte of input.
absl::StatusOr<Record> DecodeStored(const RecordName& name, absl::string_view bytes,
                                    const StringTable& table);

}  // namespace parfocal::catalogue
