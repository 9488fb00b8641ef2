// Where the records of an answer lie, by its tags alone. Linear in the length of the answer.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/status.h"

namespace parfocal::oai {

struct ScannedPage {
  std::string envelope;  // The answer without its records, closed where it breaks off.
  std::string open_tags, close_tags;
  std::vector<RecordPlace> records;
  bool cut = false;
};

// INVALID_ARGUMENT if `page` does not begin as an OAI-PMH answer; RESOURCE_EXHAUSTED.
absl::StatusOr<ScannedPage> ScanPage(absl::string_view page, const PageLimits& limits);

// The part of `record` from the tag that opens the element called `name` (without prefix) to the
// tag that closes it; empty if it is not there.
absl::string_view ElementIn(absl::string_view record, absl::string_view name);

}  // namespace parfocal::oai
