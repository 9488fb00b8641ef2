// The two Xapian databases of an index directory, for writing (text/studies and text/vocabulary;
// see index/segment/text.h for what their documents hold). Documents are only ever added.
//
// One thread. Fails as GuardXapian says.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "parfocal/record.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/status.h"

namespace parfocal {

// Bytes of one text of a study that are indexed; the rest is only shown.
inline constexpr size_t kMaxIndexedTextBytes = 32 * 1024;
// The part of `text` that is indexed: whole characters.
absl::string_view IndexedPart(absl::string_view text);

// Calls `term(term, position)` for each term of a document, position 0 for none; terms repeat as
// the words do. What is written and what Check expects are both this.
using TermVisitor = std::function<void(const std::string& term, uint32_t position)>;
void ForEachStudyTerm(const Study& study, const TermVisitor& term);
void ForEachValueTerm(const Vocabulary& vocabulary, ValueId id, const TermVisitor& term);
// Whether the value has a document.
bool HasDocument(const Vocabulary& vocabulary, const VocabularyValue& value);

class TextIndexWriter {
 public:
  // Opens or creates both in `directory`.
  static absl::StatusOr<std::unique_ptr<TextIndexWriter>> Open(const std::string& directory);
  ~TextIndexWriter();

  // Values below this have their documents.
  ValueId values() const;
  uint32_t last_study_document() const;

  // Adds the next document and returns its number.
  absl::StatusOr<uint32_t> AddStudy(const Study& study);
  // Adds documents for the values up to `limit`.
  absl::Status AddValues(const Vocabulary& vocabulary, ValueId limit);
  // Makes all of it durable, the names of the files included.
  absl::Status Commit();

 private:
  struct State;
  explicit TextIndexWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace parfocal
