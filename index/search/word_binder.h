// Binds the words of a request; see parfocal/search/binder.h. Words side by side are also read as
// names: of terms (with all below them), of genes and cell lines, and as everyday words of the
// field. What was understood stands beside the words themselves, joined by OR, so that it only adds
// rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "parfocal/filter/query_parser.h"
#include "parfocal/query.h"
#include "parfocal/search/binder.h"
#include "parfocal/search/everyday_words.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// Of so many words of a query, the first ones, names are looked up.
inline constexpr size_t kMaxUnderstoodWords = 32;
// Terms of one name that are taken.
inline constexpr size_t kMaxTermsOfName = 8;

class WordBinder {
 public:
  struct Knowledge {
    const TermLookup* terms = nullptr;  // nullptr: none.
    const Snapshot* snapshot = nullptr;
    const OtherNames* names = nullptr;
    const EverydayWords* everyday = nullptr;  // nullptr: none.
  };

  // `exact`: words mean themselves and nothing else.
  WordBinder(const Knowledge& knowledge, bool exact, std::vector<ExplainStep>* explain)
      : knowledge_(knowledge), exact_(exact), explain_(explain) {}

  // nullopt if nothing of `node` is a word.
  absl::StatusOr<std::optional<QueryNode>> Bind(const WordNode& node);

 private:
  // What words mean beside themselves.
  struct Meaning {
    QueryNode node;
    ExplainStep step;
  };
  using Run = absl::Span<const WordNode* const>;

  absl::StatusOr<std::optional<QueryNode>> Leaf(const WordNode& node);
  // Plain words side by side: appends what they mean, to be joined by AND.
  absl::Status BindRun(Run run, std::vector<QueryNode>* out);
  absl::Status BindNamed(Run run, std::vector<Meaning> meanings, std::vector<QueryNode>* out);
  absl::Status BindPlain(Run run, std::vector<QueryNode>* out);

  absl::StatusOr<std::vector<Meaning>> Understand(Run run);
  absl::Status AddEveryday(const std::string& typed, const std::vector<std::string>& words,
                           std::vector<Meaning>* out);
  void AddTerms(const std::string& typed, bool one_word, std::vector<Meaning>* out);
  void AddTerm(const TermMatch& match, TermRule rule, const std::string& typed,
               std::vector<Meaning>* out);
  absl::Status AddOtherNames(const std::string& typed, bool one_word, std::vector<Meaning>* out);
  absl::Status AddCondition(const std::string& field, const std::string& value,
                            const std::string& typed, const std::string& note,
                            std::vector<Meaning>* out);
  bool Skips(const WordNode& node) const;

  const Knowledge knowledge_;
  const bool exact_;
  std::vector<ExplainStep>* const explain_;
  size_t understood_ = 0;                   // Words looked up so far.
  size_t closure_left_ = kMaxClosureTerms;  // Terms that closures may still have.
};

}  // namespace parfocal
