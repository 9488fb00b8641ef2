// The study file as a Study draft: who, what, when, where, under which licence, and what the
// archive says of all image sets of the study or of a block. Any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "parfocal/connector_idr/block_facts.h"
#include "parfocal/connector_idr/rules.h"
#include "parfocal/connector_idr/study_file.h"
#include "parfocal/record.h"

namespace parfocal::idr {

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

}  // namespace parfocal::idr
