// The organisms of a record whose sample is a cell line: their role, the species that only the cell
// line implies, and the flag where the two disagree.
#pragma once

#include <vector>

#include "parfocal/normalise/cell_lines.h"
#include "parfocal/statement.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

inline constexpr char kCellLineOrganism[] = "cell_line_organism";

// Takes back what SettleRoles did to the statements of a record that is normalised again. What is
// stated keeps its place.
void ForgetRoles(std::vector<Statement>* statements);

// REQUIRES: the statements have their terms. Organisms and cell lines of different groups (above 0)
// or scopes have nothing to do with each other. Returns how many organisms it flagged.
int SettleRoles(const TermLookup& terms, const CellLines* lines,
                std::vector<Statement>* statements);

}  // namespace parfocal
