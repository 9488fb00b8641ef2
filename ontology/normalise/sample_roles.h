// The organisms of a record: what lives in or on another, and, where the sample is a cell line, the
// species that only the cell line implies, and the flag where the two disagree.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/normalise/cell_lines.h"
#include "parfocal/normalise/declared_terms.h"
#include "parfocal/statement.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

inline constexpr char kCellLineOrganism[] = "cell_line_organism";

// Which organisms live in or on others: those below a term that is declared for the field
// "pathogen_organism". Remembers answers; one thread.
class Pathogens {
 public:
  // Both must outlive it; without `declared` there are none.
  Pathogens(const TermLookup* terms, const DeclaredTerms* declared)
      : terms_(*terms), declared_(declared) {}
  bool Has(const std::string& term);

 private:
  const TermLookup& terms_;
  const DeclaredTerms* const declared_;
  absl::flat_hash_map<std::string, bool> known_;
};

// Takes back what SettleRoles did to the statements of a record that is normalised again. What is
// stated keeps its place; an organism without a role is that of the sample.
void ForgetRoles(std::vector<Statement>* statements);

// REQUIRES: the statements have their terms. Organisms and cell lines of different groups (above 0)
// or scopes have nothing to do with each other. Returns how many organisms it flagged.
//
// Of organisms that are all stated as the sample, one of `pathogens` is the pathogen of the others,
// and the one other organism is its host; which of several is, nobody has said: they stay.
int SettleRoles(const TermLookup& terms, const CellLines* lines, Pathogens* pathogens,
                std::vector<Statement>* statements);

}  // namespace parfocal
