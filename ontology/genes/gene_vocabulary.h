// What the tables of genes leave unsaid and is data of ours, tab-separated files of one folder
// (deploy/vocabulary): the species of a strain, the names of species, cells that name no gene, and
// the names of months that spreadsheets read into gene symbols. Immutable; any thread may read it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::internal {

struct MonthName {
  int month = 0;     // 1 to 12.
  std::string name;  // Folded.
  size_t least = 3;  // So many letters of it are read as the month.
  std::string language;
};

struct GeneVocabulary {
  std::map<std::string, std::string, std::less<>> species_of;  // Strain -> species, CURIEs.
  std::map<std::string, std::string, std::less<>> taxon_of;    // Folded name of a species -> CURIE.
  // Folded words; one that ends with `*` stands for all that begin so.
  std::vector<std::string> not_genes;
  std::vector<MonthName> months;
  std::string text;  // All that was read; what it hashes to is part of the release.

  // Reads strains.tsv, species.tsv, not-genes.tsv and months.tsv; one that is not there is empty.
  // A line that begins with `# ` is a comment. INVALID_ARGUMENT as "file:line: ..." for a line of
  // too few columns, RESOURCE_EXHAUSTED for a file above 1 MiB.
  static absl::StatusOr<GeneVocabulary> Read(const std::string& directory);

  // The species of `taxon`, or itself.
  absl::string_view SpeciesOf(absl::string_view taxon) const;
  bool IsNoGene(absl::string_view folded) const;
};

}  // namespace parfocal::internal
