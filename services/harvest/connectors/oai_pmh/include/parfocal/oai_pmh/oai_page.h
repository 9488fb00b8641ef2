// One answer of an OAI-PMH 2.0 server, taken apart so that one bad record costs no other.
//
// Where the records lie is found in the bytes, by their tags alone; then the answer without its
// records is read by the XML parser, and each record by itself. So a record that is not well formed
// leaves the others, the resumption token and the errors readable.
//
// Thread safety: pure values and functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/oai_pmh/xml_element.h"
#include "parfocal/status.h"

namespace parfocal::oai {

struct PageLimits {
  size_t page_bytes = size_t{256} << 20;
  size_t records = 20'000;                   // Of one page.
  size_t record_bytes = size_t{1} << 20;     // A longer record is bad.
  size_t envelope_bytes = size_t{16} << 20;  // The answer without its records.
  size_t open_tags_bytes = 8 << 10;          // The tags around the records.
  size_t token_bytes = 8 << 10;
  size_t id_bytes = 2048;
};

// What `error` says; the codes of the protocol or any other.
struct OaiError {
  std::string code;
  std::string message;  // At most 300 bytes of one line.
};

struct OaiHeader {
  std::string identifier;  // Trimmed; as the server gives it.
  std::string datestamp;
  std::vector<std::string> sets;
  bool deleted = false;
};

// Where a record lies in OaiPage::text.
struct RecordPlace {
  size_t offset = 0;
  size_t length = 0;
  std::string fault;  // Why its end could not be found as it should be; empty: it was.
};

struct OaiPage {
  std::string text;  // The answer as UTF-8.
  std::string response_date;
  std::string verb;  // Of the answer: "ListRecords", ...; empty if it holds errors alone.
  std::vector<OaiError> errors;
  std::vector<RecordPlace> records;  // Of ListRecords and GetRecord.
  std::vector<OaiHeader> headers;    // Of ListIdentifiers.
  XmlElement body;                   // The element called `verb`, without records.

  bool has_token = false;  // There is an element for it, maybe an empty one.
  std::string token;       // Empty: the list ends here.
  std::optional<int64_t> complete_list_size;
  std::optional<int64_t> list_cursor;

  // The answer breaks off: what follows its last complete record is lost, the token too.
  bool cut = false;
  // What to put around a record so that its prefixes mean what they meant.
  std::string open_tags, close_tags;
};

// Takes `body` apart. `charset` is that of the HTTP header, or empty; a byte order mark and the XML
// declaration go before it. INVALID_ARGUMENT if it is no OAI-PMH answer (empty, HTML, JSON, a
// DOCTYPE, an encoding that is not known, an envelope that is not well formed); RESOURCE_EXHAUSTED
// beyond a limit.
absl::StatusOr<OaiPage> ParseOaiPage(std::string body, absl::string_view charset,
                                     const PageLimits& limits = {});

struct OaiRecord {
  OaiHeader header;
  XmlElement metadata;  // The element within `metadata`; its name is empty if there is none.
  // The bytes that make a version of the record: its `metadata`, without the header, since servers
  // stamp records anew that have not changed.
  absl::string_view payload;  // Into OaiPage::text.
};

// Reads one record of `page`. INVALID_ARGUMENT or RESOURCE_EXHAUSTED if it is bad; the message says
// what is wrong with it.
absl::StatusOr<OaiRecord> ReadOaiRecord(const OaiPage& page, const RecordPlace& place,
                                        const PageLimits& limits = {});

// The identifier that stands in the bytes of a record that cannot be read; "" if none does.
std::string GuessIdentifier(absl::string_view record);

}  // namespace parfocal::oai
