// What the matrix takes from a record, and by which rule. Functions of the record alone.
#pragma once

#include <optional>

#include "parfocal/record.h"
#include "study_facts.h"

namespace parfocal::phenotype {

// nullopt if nothing was perturbed in the image set and nothing was observed.
std::optional<SetFacts> FactsOf(const ImageSet& set);
StudyHeader HeaderOf(const Study& study);

}  // namespace parfocal::phenotype
