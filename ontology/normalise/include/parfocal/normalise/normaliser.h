// Draft x terms -> Statements: fills in term, label, rule, confidence and the label-conflict flag.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/record.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// In which ontologies the words of a field are looked up: field name -> prefixes, best first.
// Fields that are not listed are never looked up. (index/schema has the table; the composition root
// passes it.)
using FieldOntologies = absl::flat_hash_map<std::string, std::vector<std::string>>;

// Rules in order: the given id (as stated, then its replacement if it is obsolete), the exact
// label, the exact synonym if it names exactly one term. What no rule covers stays unmapped. Never
// changes `value` or `stated_id`.
//
// Thread safety: Normalise may be called from one thread at a time (it caches look-ups).
class Normaliser {
 public:
  Normaliser(std::shared_ptr<const TermLookup> terms, FieldOntologies ontologies);
  ~Normaliser();
  // Returns how many statements have an id whose own label says something else.
  int Normalise(Record* record);

 private:
  struct Cache;
  std::shared_ptr<const TermLookup> terms_;
  FieldOntologies ontologies_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace parfocal
