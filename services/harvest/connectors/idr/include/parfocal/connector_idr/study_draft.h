// The study file as a Study draft: who, what, when, where, under which licence, and what the
// archive says of all image sets of the study or of a block. Any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "parfocal/connector_idr/rules.h"
#include "parfocal/connector_idr/study_file.h"
#include "parfocal/record.h"

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

struct StudyContext {
  std::string source;
  std::string
      folder;  // "<accession>-<name>"; the part before `-` is the accession if the file has none.
  std::set<std::string> with_rows;  // Blocks that have a table.
};

struct StudyDraft {
  Study study;
  std::vector<BlockFacts> blocks;      // In file order.
  std::vector<StudyProblem> problems;  // Those of the file and what was found here.
};

// Limits: a title of 4 KiB, other texts 256 KiB, 1,000 key words, 200 people; what is beyond is cut
// and reported. Never fails.
StudyDraft MakeStudyDraft(const StudyFile& file, const StudyContext& context, const Rules& rules);

// The facts of a block that the study file does not have (its folder is there all the same).
BlockFacts FactsWithoutBlock(const std::string& study, const std::string& block,
                             const StudyFile& file, const Rules& rules);

}  // namespace parfocal::idr
