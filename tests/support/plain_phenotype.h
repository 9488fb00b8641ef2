// The slow twin of the phenotype matrix: plain loops over every image set of a catalogue, with none
// of the engine's structures. For genes, of localisations those
// whose product is labelled; small archives only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "parfocal/record_store.h"
#include "parfocal/term_lookup.h"

namespace parfocal::testing {

class PlainPhenotype {
 public:
  struct Gene {
    std::string organism, key;  // Key: the id, else the source's identifier.
    friend auto operator<=>(const Gene&, const Gene&) = default;
  };
  // One study, block and type of perturbation.
  struct Screen {
    std::string source, study, block, type;
    friend auto operator<=>(const Screen&, const Screen&) = default;
  };
  struct Counts {
    std::set<std::string> positive, negative;  // Names of image sets.
  };
  struct Screened {
    std::set<std::string> counted, controls, failed;
  };

  PlainPhenotype(const RecordStore& store, const TermLookup& terms, ObservationKind kind);

  const std::map<Gene, std::map<Screen, Screened>>& screened() const { return screened_; }
  // By screen and asserted term.
  std::map<std::pair<Screen, std::string>, Counts> Findings(const Gene& gene) const;
  // Terms that the gene shows, closed upwards.
  std::set<std::string> Closed(const Gene& gene) const;
  std::set<std::string> Asserted(const Gene& gene) const;
  // Genes with a finding.
  std::vector<Gene> Found() const;
  double InformationContent(const std::string& term) const;
  double SimGic(const Gene& a, const Gene& b) const;
  double Resnik(const Gene& a, const Gene& b) const;
  // Observations that enter no count, of image sets that are neither controls nor failed.
  int64_t unattributed() const { return unattributed_; }

 private:
  void Add(const Study* study, const ImageSet& set);

  const TermLookup& terms_;
  const ObservationKind kind_;
  std::map<Gene, std::map<Screen, Screened>> screened_;
  std::map<std::tuple<Gene, Screen, std::string>, Counts> findings_;
  int64_t unattributed_ = 0;
};

}  // namespace parfocal::testing
