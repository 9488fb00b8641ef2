// Where a listing stands, and up to when the last one went: what is written down between two pages
// and between two runs.
//
// Thread safety: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "parfocal/status.h"

namespace parfocal::oai {

struct ListPosition {
  bool full = true;    // A listing of everything.
  std::string prefix;  // The metadata format that was chosen.
  bool days = false;   // The server knows days alone.
  // The server's time at which the run began; empty if it told none.
  std::string begun;
  std::string from, until;  // The window, as the server is asked; empty: open.
  std::string token;
  int64_t pages = 0;           // Of the run.
  int64_t records = 0;         // Of the run, deleted ones included.
  int64_t window_records = 0;  // Since the window began, or was begun again.
  int64_t declared = 0;        // What the server says the window has; 0: nothing.
  int64_t idle = 0;            // Pages in a row without a new identifier.
  int64_t restarts = 0;        // Of the window.
  // The list cannot go on, and why: the next page is that failure.
  std::string stop;

  std::string Format() const;
  // INVALID_ARGUMENT for a text that Format did not write.
  static absl::StatusOr<ListPosition> Parse(absl::string_view text);
};

// DraftPage::mark of a run.
struct ListMark {
  std::string location, set, prefix;  // Of another one the mark means nothing.
  std::string until;                  // The server's time at which that run began.
  std::string full;                   // The same of the last listing of everything.

  std::string Format() const;
  // nullopt for a text that Format did not write.
  static std::optional<ListMark> Parse(absl::string_view text);
};

// A date of the protocol, or one in the forms in which servers write it instead: a day, YYYYMMDD, a
// time with a fraction, with an offset or with no zone at all (then UTC).
std::optional<absl::Time> ParseOaiTime(absl::string_view text);
std::string FormatOaiTime(absl::Time time, bool days);

}  // namespace parfocal::oai
