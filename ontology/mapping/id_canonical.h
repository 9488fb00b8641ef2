// The ids of a set in canonical form: what its curie_map declares, and nothing else, says what a
// prefix means. One thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_set.h"

namespace parfocal {

class IdCanonical {
 public:
  // `prefixes` must outlive this.
  explicit IdCanonical(const std::map<std::string, std::string>& prefixes) : prefixes_(prefixes) {}

  // Canonical CURIE; the IRI where no known prefix covers it; the text itself where its prefix is
  // neither declared nor known. Empty for an empty text.
  const std::string& Of(absl::string_view id);
  // The relation that a predicate states.
  MappingRelation RelationOf(absl::string_view predicate);
  // sssom:NoTermFound, or its older name.
  bool IsNoTerm(absl::string_view id);
  // Prefixes that were met and are not declared, though others are.
  const std::set<std::string>& undeclared() const { return undeclared_; }

 private:
  // The IRI of a CURIE, or the text as it is.
  std::string Expand(absl::string_view id);

  const std::map<std::string, std::string>& prefixes_;
  absl::flat_hash_map<std::string, std::string> known_;
  absl::flat_hash_map<std::string, MappingRelation> relations_;
  std::set<std::string> undeclared_;
};

}  // namespace parfocal
