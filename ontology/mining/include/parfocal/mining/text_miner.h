// Terms that the title and the description of a study name: organisms, imaging methods, cell lines.
// A proposal of ours, never what the archive states; precise rather than complete, as measured by
// tests/bench/mining_accuracy.
//
// A name is a label or exact synonym of one term of the field's ontologies (cell lines: any name of
// one line), or a phrase of the vocabulary; it stands between word boundaries, within one sentence,
// and the longest name holds. Names in masked phrases ("goat serum"), beside words that deny them,
// or of too few words are passed over, and so are titles of one word (accessions); "C. elegans" is
// the species of that initial which the text names in full. Of a term and one above it the more
// specific is kept. Where a term stands (MentionPlace) gives its confidence; terms below the
// field's threshold are left out.
//
// Thread safety: immutable; any thread may call it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mining/mining_vocabulary.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

class TextMiner {
 public:
  // Of title and description each; the rest is not read.
  static constexpr size_t kMaxTextBytes = 32 << 10;
  static constexpr size_t kMaxWords = 5000;
  static constexpr size_t kMaxNameWords = 6;
  static constexpr size_t kMaxTermsPerField = 8;

  // `ontologies`: in which the names of each field are looked up. `lines`: the cell lines of the
  // field "cell_line", which is not mined without them.
  TextMiner(std::shared_ptr<const TermLookup> terms, std::shared_ptr<const CellLines> lines,
            FieldOntologies ontologies, std::shared_ptr<const MiningVocabulary> vocabulary);
  ~TextMiner();

  // The terms of `field`, the surest first; none for a field that is not mined. Equal parts and
  // texts give equal answers. About 1 ms for a summary of 250 words, in a build that is not
  // optimised.
  std::vector<MinedTerm> Mine(absl::string_view field, absl::string_view title,
                              absl::string_view description) const;

 private:
  class Field;
  const std::shared_ptr<const MiningVocabulary> vocabulary_;
  std::vector<std::pair<std::string, std::unique_ptr<const Field>>> fields_;
};

}  // namespace parfocal
