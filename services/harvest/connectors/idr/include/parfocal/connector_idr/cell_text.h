// Small readings of single cells: white space, case, patterns, DOIs, ORCID iDs. Pure
// functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal::idr {

// Without white space at the ends; no-break and thin spaces and byte-order marks count as white.
absl::string_view Trim(absl::string_view text);

// Lower case (ASCII), white space runs as one space, trimmed.
std::string Fold(absl::string_view text);

// Whether folded `text` is as folded `pattern` says, where `*` stands for any text.
bool Matches(absl::string_view pattern, absl::string_view text);

// The same with `#` standing for a number, which is returned (-1: no match; 0: no `#` in it).
// At most nine digits count as a number.
int MatchNumber(absl::string_view pattern, absl::string_view text);

// "https://doi.org/10.1000/ABC" -> "10.1000/abc"; empty if `text` is no DOI.
std::string CanonicalDoi(absl::string_view text);

// The iD in "https://orcid.org/0000-... (Name)" if its check digit is right, else empty.
std::string CheckedOrcid(absl::string_view text);

// "PMC123" from "PMC123" or "123" ; digits of a PubMed id. Empty if it is neither.
std::string CanonicalPmcId(absl::string_view text);
std::string CanonicalPubMedId(absl::string_view text);

// The first whole number at or after `from` in `text`, with thousands commas allowed.
std::optional<int64_t> ReadCount(absl::string_view text);

// `text` cut to at most `limit` bytes at a character boundary.
absl::string_view CutUtf8(absl::string_view text, size_t limit);

}  // namespace parfocal::idr
