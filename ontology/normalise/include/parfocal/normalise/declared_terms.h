// Terms that stand for other terms in a field, as data: the species of a strain that the loaded
// taxonomy lacks, the place in the cell that a phenotype term speaks of. What is declared here is
// knowledge of curators that no ontology or mapping set at hand holds.
//
// A table has tab-separated lines `field, when, stated, term, because`; '#' begins a comment line;
// blank lines do not count. `when` is "always", or "unknown": only if no loaded ontology describes
// the stated id. A field and stated id may stand once.
//
// Thread safety: immutable after Parse; any thread.
#pragma once

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

class DeclaredTerms {
 public:
  static constexpr size_t kMaxBytes = 1 << 20;

  struct Entry {
    std::string term;  // CURIE.
    bool always = false;
    std::string because;
  };

  // INVALID_ARGUMENT with the line for a line of another form, an id that is no CURIE or a repeated
  // entry; RESOURCE_EXHAUSTED above kMaxBytes. `name` is of the table, for messages.
  static absl::StatusOr<std::shared_ptr<const DeclaredTerms>> Parse(absl::string_view text,
                                                                    absl::string_view name);
  // The same of a file. NOT_FOUND, UNAVAILABLE.
  static absl::StatusOr<std::shared_ptr<const DeclaredTerms>> Read(const std::string& path);

  // nullptr if nothing is declared for `stated_id` in `field`.
  const Entry* Find(absl::string_view field, absl::string_view stated_id) const;
  size_t size() const { return entries_.size(); }
  // Names the content.
  const std::string& release() const { return release_; }

 private:
  std::string release_;
  absl::flat_hash_map<std::string, Entry> entries_;  // By field, tab, stated id.
};

}  // namespace parfocal
