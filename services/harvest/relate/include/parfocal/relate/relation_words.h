// The table deploy/vocabulary/relations.tsv: how accessions of archives look, and which words near
// one say what a study is of it.
//
// Immutable after Parse; any thread. Bounds: kMaxBytes of table; a text is read in time linear in
// its length for each form.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal {

class RelationWords {
 public:
  static constexpr size_t kMaxBytes = 256 << 10;

  // INVALID_ARGUMENT as "name:line: ..."; RESOURCE_EXHAUSTED beyond kMaxBytes.
  static absl::StatusOr<std::shared_ptr<const RelationWords>> Parse(absl::string_view text,
                                                                    absl::string_view name);
  // NOT_FOUND if the file cannot be read; otherwise as Parse.
  static absl::StatusOr<std::shared_ptr<const RelationWords>> Read(const std::string& path);

  // The accession in lower case if all of `text` has a known form; empty otherwise.
  std::string Canonical(absl::string_view text) const;

  // What a study of this canonical accession is of a record that has it as an identifier: a copy,
  // or of the same specimen.
  RelationType Identifies(absl::string_view canonical) const;

  struct Mention {
    std::string accession;  // Canonical.
    RelationType type = RelationType::kOther;
    std::string because;  // The words around it, at most some hundred bytes.
  };
  // Accessions that stand in `text` as words of their own, each once, in no special order. At most
  // `limit`.
  std::vector<Mention> MentionsIn(absl::string_view text, size_t limit) const;

 private:
  struct Form {
    std::string prefix;  // Lower case.
    size_t least = 0, most = 0;
    RelationType identifies = RelationType::kCopy;
  };
  // Bytes of the accession at the beginning of `lower`, by `form`; 0 if there is none.
  static size_t Length(const Form& form, absl::string_view lower);
  RelationType TypeOf(absl::string_view sentence) const;

  std::vector<Form> forms_;
  std::vector<std::pair<RelationType, std::string>> phrases_;  // Lower case.
};

}  // namespace parfocal
