// The rules for a statement's term, one statement at a time: everything that does not depend on the
// rest of its record. Remembers outcomes.
//
// Thread safety: one thread at a time.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/normalise/normaliser.h"
#include "resolution.h"

namespace parfocal {

// The field whose terms are united by parfocal/normalise/cell_lines.h.
inline constexpr absl::string_view kCellLine = "cell_line";

// Whether `above` is an ancestor of `id`, and another term.
bool IsBelow(const TermLookup& terms, absl::string_view id, absl::string_view above);

class TermRules {
 public:
  // `parts` must outlive it.
  explicit TermRules(const NormaliserParts* parts) : parts_(*parts) {}

  // What the words and the id of `statement` come to. `witness`: what backs the words against the
  // id, empty if nothing does. `finding`: the words are their submitter's own name for the id. The
  // reference holds until the next call.
  const Resolution& Resolve(const Statement& statement, absl::string_view witness, bool finding);

  // The term that the words alone mean in `field`, as curators, mapping sets and names of terms
  // say; without the lexical rule. Unmapped if none does.
  Resolution ByWords(absl::string_view field, absl::string_view words) const;

 private:
  Resolution Fresh(const Statement& statement, absl::string_view witness, bool finding) const;
  bool ByGivenId(const Statement& statement, absl::string_view witness, bool finding,
                 Resolution* out) const;
  bool ByUnknownId(const Statement& statement, absl::string_view witness, bool finding,
                   Resolution* out) const;
  bool ByDeclaration(absl::string_view field, absl::string_view id, bool known,
                     Resolution* out) const;
  bool ByForeignId(absl::string_view field, absl::string_view id, Resolution* out) const;
  void Settle(const Statement& statement, const Term& stated, absl::string_view witness,
              Resolution* out) const;
  bool ByMapping(absl::string_view field, absl::string_view words, Resolution* out) const;
  bool ByName(absl::string_view words, const std::vector<std::string>& ontologies,
              Resolution* out) const;
  bool BySpelling(absl::string_view words, const std::vector<std::string>& ontologies,
                  Resolution* out) const;
  const std::vector<std::string>* OntologiesOf(absl::string_view field) const;
  std::string LabelOf(absl::string_view id) const;
  void ByLineName(absl::string_view words, Resolution* out) const;
  void Unite(absl::string_view field, Resolution* out) const;
  bool IsLineNamed(absl::string_view field, absl::string_view id, absl::string_view words) const;

  const NormaliserParts& parts_;
  absl::flat_hash_map<std::string, Resolution> outcomes_;
  std::string key_;  // Kept for its memory.
};

}  // namespace parfocal
