// Masks e-mail addresses and telephone numbers in bytes as received, in any text format: what
// stands in their place is plain letters in brackets, so JSON stays JSON and a table keeps its
// columns.
//
// What counts as an e-mail address: local@domain.tld, also with the at sign written %40, \u0040,
// &#64;,
// &#x40;, &commat;, [at], (at) or {at}. As a telephone number: an international one (+ and 8 to 15
// digits), one with an area code in brackets, 3-3-4 digits, and whatever has 6 to 15 digits behind
// a word such as phone, tel or fax (the other cells of the same line included). Identifiers made of
// digits (ORCID, DOI, dates, accessions, plate names, coordinates) are none.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace parfocal {

struct Masked {
  std::string text;
  int places = 0;
};

// Linear in the size of `text`. Bytes that are not UTF-8 pass unchanged.
Masked MaskPersonalData(absl::string_view text);

}  // namespace parfocal
