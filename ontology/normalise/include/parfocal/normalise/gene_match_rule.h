// The rule that a statement keeps, by how its gene was found.
#pragma once

#include "parfocal/gene_lookup.h"
#include "parfocal/statement.h"

namespace parfocal {

inline TermRule RuleOf(GeneMatch match) {
  switch (match) {
    case GeneMatch::kId:
      return TermRule::kGivenId;
    case GeneMatch::kSymbol:
      return TermRule::kExactLabel;
    case GeneMatch::kFoldedSymbol:
      return TermRule::kFoldedLabel;
    case GeneMatch::kPreviousSymbol:
    case GeneMatch::kAlias:
      return TermRule::kExactSynonym;
    case GeneMatch::kRepairedSymbol:
      return TermRule::kRepairedSymbol;
  }
  return TermRule::kUnmapped;
}

}  // namespace parfocal
