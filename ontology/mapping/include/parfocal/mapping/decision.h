// What a curator decided about words: they mean a term, they do not mean it, no term exists.
//
// Decisions are only ever added. What holds for words in a field follows from all of them in their
// order: an acceptance (of a term, or that there is none) replaces the acceptance before it and
// ends the refusal of its term; a refusal ends the acceptance of its term.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "parfocal/status.h"

namespace parfocal {

enum class Verdict : uint8_t { kAccepted = 0, kRejected, kNoTerm };

struct CuratorDecision {
  int64_t number = 0;  // Counts up; given by the store.
  Verdict verdict = Verdict::kAccepted;
  std::string field;
  std::string words;  // As the source writes them.
  std::string term;   // Canonical CURIE; empty with kNoTerm.
  std::string label;
  std::string author;  // A name, or an ORCID as `orcid:0000-...`.
  std::string comment;
  absl::Time when;
};

inline constexpr size_t kMaxDecisionWords = 2048;
inline constexpr size_t kMaxDecisionText = 4096;

// INVALID_ARGUMENT with VALUE_OUT_OF_RANGE and the field at fault: empty or too long texts, control
// characters in them, an author that is missing or an e-mail address, a term that is no CURIE.
absl::Status CheckDecision(const CuratorDecision& decision);

}  // namespace parfocal
