// Identifiers of people, organisations, works and data in the spellings that archives use, brought
// into the one form in which records keep them.
//
// Thread safety: pure functions; any thread. All are linear in the length of their text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

// Whether `text` is an http(s) address without blanks, quotes or angle brackets.
bool IsHttpUrl(absl::string_view text);

// "10.1234/abc" of `https://doi.org/10.1234/ABC`, `doi:10.1234/abc` or the bare name; "" if it is
// none.
std::string DoiOf(absl::string_view text);

// "0000-0002-1825-0097" of an orcid.org address, of what follows `orcid:`, or of the bare number;
// "" if there is nothing like one. `*valid`: the form is right and so is the check digit (ISO 7064
// mod 11-2); else the text is returned for a message.
std::string OrcidOf(absl::string_view text, bool* valid);

// "https://ror.org/..." of any text that holds such an address; "" if there is none.
std::string RorOf(absl::string_view text);

// Digits of a PubMed address, of what follows `pmid:`, or of a bare number of at most 8 digits.
std::string PmidOf(absl::string_view text);

// "PMC" and digits, bare or at the end of an address.
std::string PmcidOf(absl::string_view text);

// YYYY, YYYY-MM or YYYY-MM-DD at the beginning of `text` (also YYYYMM and YYYYMMDD); "" if there is
// none.
std::string DatePart(absl::string_view text);

}  // namespace parfocal
