// One record of an OAI-PMH answer to one Study. Formats: oai_dc (and qualified Dublin Core), the
// DataCite kernel 2.2 to 4.7, bare or in the oai_datacite envelope, and MODS; the latter and Dublin
// Core also within a wrapper such as DIDL or METS. Any other is refused by name; its bytes are kept
// with the refusal.
//
// Thread safety: pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal::oai {

// A longer text or list is cut at the limit, with a note.
struct RecordLimits {
  size_t title_bytes = 4096;
  size_t text_bytes = size_t{256} << 10;
  size_t value_bytes = size_t{32} << 10;  // Of a statement, a keyword, an attribute.
  size_t id_bytes = 2048;
  size_t keywords = 1000;
  size_t people = 200;  // Also publications and funding.
  size_t relations = 1000;
  size_t attributes = 500;
  size_t notes = 20;
};

struct MappedRecord {
  Study study;
  // The record is still listed, but says of itself that it was taken back.
  bool withdrawn = false;
  // What a curator should know although the record was accepted.
  std::vector<std::string> notes;
};

// Maps a record that is not deleted. The accession is the header's identifier. INVALID_ARGUMENT: it
// has no metadata, or nothing in it has a place in a Study; UNIMPLEMENTED: its format is not
// mapped.
absl::StatusOr<MappedRecord> MapRecord(const std::string& source, const OaiRecord& record,
                                       const RecordLimits& limits = {});

}  // namespace parfocal::oai
