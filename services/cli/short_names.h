// Resource names as people type them: `s` for `sources/s`, `s/a` for `sources/s/studies/a`, `s/a/i`
// for `sources/s/studies/a/imageSets/i`, and the other way round for tables.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client.h"

namespace parfocal::cli {

// `s` or `sources/s`.
std::string SourceName(absl::string_view text);
// `s`, `sources/s`, `s/r`, `s/runs/r` or `sources/s/runs/r`.
std::string SourceOrRunName(absl::string_view text);
// `Q:1`, `terms/Q:1`.
std::string TermName(absl::string_view text);
// A full name, or s/a, or s/a/i. What has no slash is no record name: see FindRecord.
std::string RecordNameFrom(absl::string_view text);
// The short form of any of them.
std::string ShortName(absl::string_view name);

// The full name of the record that `text` means. An accession alone is looked for in every source:
// NOT_FOUND if no source has it, FAILED_PRECONDITION with all names if several have.
absl::StatusOr<std::string> FindRecord(Client& client, absl::string_view text);

}  // namespace parfocal::cli
