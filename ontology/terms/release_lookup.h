// The TermLookup of one release: the index in memory, the rest from a pinned snapshot of the
// database.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codec.h"
#include "parfocal/term_lookup.h"
#include "term_database.h"
#include "term_index.h"

namespace parfocal::internal {

class ReleaseLookup final : public TermLookup {
 public:
  // `hashes`: of the files, oldest first, as the file sets of `index` number them.
  // `snapshot` may be null for the empty release.
  ReleaseLookup(std::string release, TermIndex index, std::vector<std::string> hashes,
                std::shared_ptr<const PinnedSnapshot> snapshot);

  std::string release() const override { return release_; }
  std::optional<Term> Find(absl::string_view curie) const override;
  std::optional<std::string> LabelOf(absl::string_view curie) const override;
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override;
  std::vector<std::string> Ancestors(absl::string_view curie) const override;
  std::vector<std::string> Descendants(absl::string_view curie, size_t limit) const override;
  std::vector<TermMatch> Suggest(absl::string_view prefix,
                                 const std::vector<std::string>& ontologies,
                                 size_t limit) const override;
  void Visit(absl::string_view ontology,
             const std::function<bool(const Term&)>& visit) const override;

 private:
  // What the files say about the term beyond the index: synonyms, definition, cross-references and,
  // not yet looked up, relations.
  void ReadParts(uint32_t term, Term* out, std::vector<ParsedRelation>* relations) const;
  // Adds a relation, its target looked up if it has only a label.
  void AddRelation(const ParsedRelation& from, Term* out) const;
  bool HasExactSynonym(uint32_t term, absl::string_view folded) const;
  std::vector<std::string> Ids(const std::vector<uint32_t>& terms) const;
  TermMatch Match(uint32_t term, bool by_synonym) const;

  const std::string release_;
  const TermIndex index_;
  const std::vector<std::string> prefixes_;
  const std::shared_ptr<const PinnedSnapshot> snapshot_;
};

}  // namespace parfocal::internal
