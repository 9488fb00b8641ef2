// Reads an ontology from a text into terms by id.
#pragma once

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/rdf/ontology_reader.h"

namespace parfocal::testing {

struct Outcome {
  absl::StatusOr<ReadReport> report = ReadReport();
  std::map<std::string, ParsedTerm> terms;
};

inline Outcome Read(absl::string_view text, const ReadLimits& limits = ReadLimits(),
                    const TableLayouts* tables = nullptr) {
  Outcome out;
  out.report = ReadOntologyBytes(
      text, "test", limits,
      [&](ParsedTerm&& term) {
        std::string id = term.id;
        out.terms.emplace(std::move(id), std::move(term));
        return absl::OkStatus();
      },
      tables);
  return out;
}

}  // namespace parfocal::testing
