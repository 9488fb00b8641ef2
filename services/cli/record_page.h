// Records for people: the page of `parfocal show`, and the short cells that tables make of a
// record.
#pragma once

#include <string>

#include "command.h"
#include "google/protobuf/repeated_field.h"
#include "parfocal/v1/record.pb.h"

namespace parfocal::cli {

using Statements = google::protobuf::RepeatedPtrField<v1::Statement>;

// Distinct labels (or words) of the statements of `field`, joined with "; ".
std::string FieldLabels(const Statements& statements, absl::string_view field);
std::string GeneLabels(const v1::ImageSet& set);  // The perturbed ones, else any.
std::string CompoundLabels(const v1::ImageSet& set);
std::string FindingLabels(
    const v1::ImageSet& set);                       // Positive ones; a tested negative as "no ...".
std::string ControlLabel(const v1::ImageSet& set);  // With "failed" if it did not pass.

void PrintRecord(const Session& session, const v1::Record& record);

}  // namespace parfocal::cli
