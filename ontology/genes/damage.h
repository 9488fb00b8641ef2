// What spreadsheets make of the symbols and ids of genes: dates and numbers. Knows no gene.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gene_vocabulary.h"

namespace parfocal::internal {

struct Damage {
  enum Kind { kNone, kDate, kFloat, kWholeNumber };
  Kind kind = kNone;
  // Of a date: month and number that the symbol may have had, in the orders in which the date can
  // be read. Empty if there is no such reading (`Sep-2011`).
  std::vector<std::pair<int, int>> readings;
  std::string language;  // Of the month's name; of the first in the vocabulary if it is a number.
  std::string number;    // Of a whole number that has become a decimal (`1017.0`): 1017.
};

// Dates: `1-Mar`, `Mar-01`, `1-Mar-06`, `2006-03-01`, `01/03/2006`, with a time behind or not.
// Numbers: `2.31E+13`, `1017.0`.
Damage ReadDamage(absl::string_view text, const GeneVocabulary& vocabulary);

// The folded symbols that a spreadsheet of that language reads as that day: `sep2`, `sept2`,
// `sep-2`,
// ...
std::vector<std::string> SymbolsOfDate(int month, int number, absl::string_view language,
                                       const GeneVocabulary& vocabulary);

}  // namespace parfocal::internal
