// The prefix map, as data: which prefixes exist, how else they are spelt, what their local ids look
// like, and under which IRI bases their terms live. curie.cc is the only reader.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace parfocal::internal {

enum class LocalForm : uint8_t {
  kFixedWidth,  // Digits; zeros are added or dropped in front to reach `width`.
  kNumber,      // Digits without leading zeros.
  kDigits,      // Digits of no fixed width: neither padded nor stripped.
  kCode,        // Letters, digits, '.', '-', with at least one digit.
  kName,        // As kCode, but a digit is not needed.
};

struct PrefixRow {
  absl::string_view name;  // The canonical prefix.
  LocalForm form;
  int width;  // Of kFixedWidth, else 0.
  // Other spellings, separated by blanks. Case and all but letters and digits do not count, and the
  // name itself need not be repeated.
  absl::string_view spellings;
  // What every local id begins with ("C" for NCIT); put in front where it is missing.
  absl::string_view lead;
};

// An IRI base (without scheme and "www.", host in lower case) behind which the local id follows.
struct BaseRow {
  absl::string_view base;
  absl::string_view
      name;  // Prefix; empty: the rest names its own (`PREFIX_local`, `PREFIX:local`).
};

absl::Span<const PrefixRow> PrefixRows();
absl::Span<const BaseRow> BaseRows();

}  // namespace parfocal::internal
