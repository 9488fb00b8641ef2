// How text becomes words, for both text indexes (index/write) and for queries (index/search).
// Unicode words, NFKC, case-folded, accents removed; hyphens and slashes split words, but an
// identifier such as "SARS-CoV-2" or "AB-CD634" is also kept whole, folded, so that it can be
// found as it is written. English stemming; both the word and its stem (behind "Z") are indexed.
//
// text/studies: one document per version of a study: the words of each kText field under its prefix
// and under the general one. Versions that were superseded, and documents that a crash left behind,
// stay in the database: only documents that a live StudyEntry names count. text/vocabulary:
// document value id + 1 holds the words of key and label under the general prefix. Values of fields
// without a weight, of personal attributes, and attribute values without a letter have no document.
// Positions stand only in documents of two words and more; label words follow key words after a
// gap. Neither has term lists, values or document data.
//
// Terms in Xapian: <prefix><word> for the word at its position, Z<prefix><stem> without position.
// The general prefix is empty: every word of every text field is indexed under it too, so that
// words and phrases without a field find all of them. Words longer than 64 bytes are cut.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace parfocal {

struct Token {
  std::string word;   // Folded.
  uint32_t position;  // 1, 2, ...; the parts of an identifier and the whole share positions.
  size_t begin, end;  // Bytes of the source text.
};

// At most `limit` tokens. Never fails: bytes that are not UTF-8 separate words.
std::vector<Token> Tokenise(absl::string_view text, size_t limit = 100000);
// NFKC, case-folded, accents removed, white space squeezed: for comparing labels.
std::string Fold(absl::string_view text);
// Fold without hyphens, underscores and blanks, but for one blank where they part two digits or
// stand before the first: "U-2 OS" and "u2os" are one, "1-2" and "12", or "-5" and "5", are not.
std::string SpellingKey(absl::string_view text);
// English stem of a folded word.
std::string Stem(absl::string_view word);

}  // namespace parfocal
