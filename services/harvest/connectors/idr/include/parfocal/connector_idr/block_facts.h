// What the tables of a block need to know of the study file: its phenotypes, the role of its genes,
// how its files belong together. Any thread.
#pragma once

#include <string>
#include <vector>

#include "parfocal/connector_idr/rules.h"
#include "parfocal/connector_idr/study_file.h"

namespace parfocal::idr {

// A phenotype as the study file declares it for a block.
struct PhenotypeTerm {
  std::string accession;  // Canonical CURIE, or an IRI; empty if none is given.
  std::string name;
};
struct DeclaredPhenotype {
  std::string name;
  std::vector<PhenotypeTerm> terms;  // One for each term set that says something.
};

// What the tables of a block need to know of the study file.
struct BlockFacts {
  std::string id;       // "screenA"
  std::string library;  // Library type
  std::string technology;
  std::string join_column;        // Processed Data Column Link To Library File; empty if none.
  std::string perturbation_type;  // By the rules.
  std::string gene_role;
  std::string gene_group;
  std::vector<DeclaredPhenotype> phenotypes;
};

// The facts of the block `id` of `study`, whose part of the study file is `section`.
BlockFacts FactsOfBlock(const std::string& study, const std::string& id,
                        const StudySection& section, const StudyFile& file, const Rules& rules);

// The facts of a block that the study file does not have (its folder is there all the same).
BlockFacts FactsWithoutBlock(const std::string& study, const std::string& id, const StudyFile& file,
                             const Rules& rules);

}  // namespace parfocal::idr
