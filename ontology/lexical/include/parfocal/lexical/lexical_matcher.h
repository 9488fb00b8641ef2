// Which terms words may mean that equal no label: candidates in order, each with a probability, and
// how many of the first are certain enough to be taken without a person.
//
// A matcher belongs to one release of the ontologies: build a new one when the release changes. How
// names are ranked stands in name_index.h; what is known of words in deploy/vocabulary.
//
// Thread safety: any thread may call every member.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "parfocal/lexical/vocabulary.h"
#include "parfocal/mutex.h"
#include "parfocal/statement.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

class NameIndex;

// A term that a text may mean.
struct LexicalCandidate {
  std::string id;
  std::string label;
  // Probability that it is right, 0 to 1, as calibrated on curated pairs (confidence.tsv).
  double confidence = 0;
  // kExactLabel, kExactSynonym, kFoldedLabel (equal but for case, hyphen, plural, spelling and the
  // word "phenotype"; of a label or an exact synonym) or kLexical.
  TermRule rule = TermRule::kLexical;
  // The label or synonym that fits best.
  std::string matched;
  // The ranking's own figure, before calibration (name_index.h).
  double score = 0;
};

struct LexicalMatch {
  // Best first; confidence never rises.
  std::vector<LexicalCandidate> candidates;
  // So many of the first candidates hold: 0, 1, or 2 for words that mean two terms.
  size_t accepted = 0;
};

class LexicalMatcher {
 public:
  static constexpr size_t kMaxTextBytes = 2048;
  static constexpr size_t kMaxWords = 64;
  static constexpr size_t kMaxCandidates = 50;
  static constexpr size_t kMaxOntologies = 64;

  // A matcher over one release. `ontologies`: the prefixes that a text is looked up in when the
  // caller names none.
  LexicalMatcher(std::shared_ptr<const TermLookup> terms, std::vector<std::string> ontologies,
                 std::shared_ptr<const WordVocabulary> vocabulary);
  ~LexicalMatcher();

  // The candidates for `text` among `ontologies` (prefixes; empty: the standard ones), at most
  // `limit`, itself at most kMaxCandidates. Text without any word has none, nor have prefixes
  // without terms. If several ontologies are sure, the first that the caller names holds; if he
  // names none, none is accepted. Words after the 64th are not read. The same text, release and
  // vocabulary give the same answer. INVALID_ARGUMENT for a text above kMaxTextBytes or more than
  // kMaxOntologies prefixes.
  //
  // Names of an ontology are read when it is first asked for: about 20 us and 400 bytes a name
  // (20 ms for CMPO, half a second for 33,000 names of taxa), once for all threads.
  absl::StatusOr<LexicalMatch> Match(absl::string_view text,
                                     const std::vector<std::string>& ontologies,
                                     size_t limit) const;
  // Reads the names of `ontologies` (empty: the standard ones) now, so that no caller of Match
  // waits for it. Returns how many there are.
  size_t Prepare(const std::vector<std::string>& ontologies) const;

  std::string release() const;

 private:
  struct Slot;
  std::shared_ptr<const NameIndex> IndexOf(const std::string& ontology) const;

  const std::shared_ptr<const TermLookup> terms_;
  const std::vector<std::string> ontologies_;
  const std::shared_ptr<const WordVocabulary> vocabulary_;
  mutable Mutex mu_;
  mutable std::map<std::string, std::shared_ptr<Slot>> slots_ ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
