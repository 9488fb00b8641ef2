// Cell lines that several ontologies describe, each as one: united by the cross-references between
// their terms and by their labels as people write them ("U-2 OS", "U2OS", "U2-OS cell").
//
// What is a cell line: a term of one of the given ontologies with a parent whose label ends in
// "cell line" or "cell line cell", and whose own label does not; Cellosaurus has nothing else. Two
// terms are united by a cross-reference of either to an id of these ontologies, loaded or not, or
// by equal folded labels where no second term of either ontology has that label. Of one line's
// terms the one of the first ontology is its id; of several in one ontology, the first by id. Names
// that two lines share mean neither.
//
// The species is the nearest one that a term of the line, or else a class above it, is said to be
// in (TermRelation kInTaxon); none if they differ.
//
// Thread safety: immutable after Build; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

struct CellLine {
  std::string id;  // CURIE.
  std::string label;
  std::vector<std::string> terms;  // All its ids, sorted.
  std::string species;             // CURIE; empty if none is said.
};

class CellLines {
 public:
  // `ontologies`: prefixes, best first. Reads every term of them once: about 10 us each.
  static std::shared_ptr<const CellLines> Build(const TermLookup& terms,
                                                const std::vector<std::string>& ontologies);

  // The line that `curie`, of whatever ontology, is a term of; nullptr if it is none.
  const CellLine* Of(absl::string_view curie) const;
  // The one line of this name, spelling aside; nullptr if there is none.
  const CellLine* Named(absl::string_view name) const;
  size_t size() const { return lines_.size(); }

  // A name without its case, blanks, hyphens and the word "cell" at its end; digits that a hyphen
  // or a blank parts stay apart.
  static std::string FoldName(absl::string_view name);

 private:
  std::vector<CellLine> lines_;
  absl::flat_hash_map<std::string, size_t> by_id_;
  absl::flat_hash_map<std::string, size_t> by_name_;  // kSeveral: of more lines than one.
};

}  // namespace parfocal
