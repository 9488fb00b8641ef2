// Keys of the catalogue's rows. A record's key is source, NUL, accession, NUL, ImageSet id, so that
// a study stands right before its ImageSets and keys sort as RecordName does, byte by byte. Within
// source and accession the bytes 0 and 1 are written as two (1 1 and 1 2), which keeps the order
// and keeps one part from running into the next; the id is last and needs none of this.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/record_name.h"

namespace parfocal::catalogue {

std::string RecordKey(const RecordName& name);
// The inverse; nullopt for bytes that RecordKey does not print.
std::optional<RecordName> ParseRecordKey(absl::string_view key);

// What the keys of a source's rows (records, runs) begin with, and no others.
std::string SourcePrefix(absl::string_view source);
// The same for a study and its ImageSets.
std::string StudyPrefix(absl::string_view source, absl::string_view accession);
// Rows of a run: source, NUL, run, NUL, number.
std::string RunPrefix(absl::string_view source, absl::string_view run);

// The smallest string that is greater than every one that begins with `prefix`; empty if none is.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace parfocal::catalogue
