// Finds the names of one field in a text.
// Thread safety: immutable.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mining/mining_vocabulary.h"
#include "parfocal/normalise/cell_lines.h"
#include "parfocal/term_lookup.h"
#include "text_words.h"

namespace parfocal {

// A name in a text.
struct Mention {
  std::string term, label;  // Empty term: an initial and an epithet, not yet known whose.
  absl::string_view words;  // Into the text.
  bool title = false;
  bool weak = false;
};

class FieldReader {
 public:
  // `lines`: given for cell lines alone, whose names they are then. `rules` must outlive it.
  FieldReader(std::shared_ptr<const TermLookup> terms, std::shared_ptr<const CellLines> lines,
              std::vector<std::string> ontologies, const FieldMining& rules);

  // In the order of the text, which must outlive them.
  std::vector<Mention> Read(const std::vector<TextWord>& words, bool title) const;

 private:
  struct Named {
    std::string term, label;
    bool by_label = false;
  };
  struct Found {
    std::optional<Named> named;  // nullopt: words that name nothing.
    size_t words = 1;
  };

  std::vector<bool> Masked(const std::vector<TextWord>& words) const;
  Found At(const std::vector<TextWord>& words, size_t begin, const std::vector<bool>& masked) const;
  std::optional<Named> Lookup(const std::string& key, absl::string_view raw) const;
  std::optional<Named> OfTerms(absl::string_view name, absl::string_view raw, bool by_table) const;
  std::optional<Named> OfLines(absl::string_view raw) const;
  bool Allowed(const Named& named) const;
  bool Denied(const std::vector<TextWord>& words, size_t begin, size_t end) const;

  const std::shared_ptr<const TermLookup> terms_;
  const std::shared_ptr<const CellLines> lines_;
  const std::vector<std::string> ontologies_;
  const FieldMining& rules_;
  std::set<std::string> weak_;  // Terms.
};

// Gives "C. elegans" the term of that initial and epithet which another mention names in full.
void ResolveInitials(std::vector<Mention>* mentions);

}  // namespace parfocal
