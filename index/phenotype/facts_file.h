// The facts of all studies in one file, with the sequence of the change feed that they stand for.
//
// Layout, little-endian: "PFPH", u32 version, u64 sequence, u32 studies, then for each study by key
// source, accession and facts, each with a u32 length; last the XXH64 of all before it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "study_facts.h"

namespace parfocal::phenotype {

using FactsByStudy = std::map<StudyKey, std::shared_ptr<const StudyFacts>>;

struct FactsFile {
  int64_t sequence = 0;
  FactsByStudy studies;
};

std::string EncodeFacts(int64_t sequence, const FactsByStudy& studies);
// DATA_LOSS if it is anything else than what EncodeFacts wrote, of this version.
absl::StatusOr<FactsFile> DecodeFacts(absl::string_view bytes);

}  // namespace parfocal::phenotype
