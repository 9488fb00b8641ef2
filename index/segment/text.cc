#include "parfocal/segment/text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>
#include <xapian.h>

#include <algorithm>

#include "absl/strings/ascii.h"

namespace parfocal {
namespace {

constexpr size_t kMaxWordBytes = 64;

enum class CharClass : uint8_t { kOther, kWord, kIdeograph, kJoin, kApostrophe };

CharClass ClassOf(UChar32 c) {
  if (c < 0) return CharClass::kOther;
  if (c < 0x80) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) return CharClass::kWord;
    if (c == '-' || c == '_' || c == '.' || c == '/' || c == ':') return CharClass::kJoin;
    return c == '\'' ? CharClass::kApostrophe : CharClass::kOther;
  }
  if (c == 0x2019) return CharClass::kApostrophe;
  if (c == 0x2010 || c == 0x2011) return CharClass::kJoin;  // Hyphens.
  if (u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC)) return CharClass::kIdeograph;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  // Scripts without spaces: each character is a word, and a phrase of them is exact.
  if (script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA || script == USCRIPT_THAI) {
    return CharClass::kIdeograph;
  }
  if (u_isalnum(c)) return CharClass::kWord;
  const uint32_t mask = U_GET_GC_MASK(c);
  return (mask & (U_GC_M_MASK | U_GC_NL_MASK)) != 0 ? CharClass::kWord : CharClass::kOther;
}

bool IsAscii(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

// NFKC with case folding, then without marks. Bytes that are not UTF-8 become U+FFFD.
std::string FoldUnicode(absl::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(error);
  const icu::Normalizer2* compose = icu::Normalizer2::getNFCInstance(error);
  // Without ICU's built-in data nothing can be folded; the bytes then stand as they are.
  if (U_FAILURE(error)) return absl::AsciiStrToLower(text);
  const icu::UnicodeString source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  const icu::UnicodeString parts = decompose->normalize(fold->normalize(source, error), error);
  icu::UnicodeString bare;
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 c = parts.char32At(i);
    if (u_charType(c) != U_NON_SPACING_MARK) bare.append(c);
  }
  const icu::UnicodeString composed = compose->normalize(bare, error);
  std::string out;
  (U_FAILURE(error) ? source : composed).toUTF8String(out);
  return out;
}

std::string FoldWord(absl::string_view word) {
  return IsAscii(word) ? absl::AsciiStrToLower(word) : FoldUnicode(word);
}

void CutToWordLimit(std::string* word) {
  if (word->size() <= kMaxWordBytes) return;
  size_t end = kMaxWordBytes;
  while (end > 0 && (static_cast<unsigned char>((*word)[end]) & 0xc0) == 0x80) --end;
  word->resize(end);
}

// Walks over `text` and collects tokens. A joined run ("SARS-CoV-2") is remembered from its first
// part on, and added as a whole once it ends.
class Tokeniser {
 public:
  Tokeniser(absl::string_view text, size_t limit) : text_(text), limit_(limit) {}

  std::vector<Token> Run() {
    // ICU indexes with 32 bits; no text of a record comes near.
    const int32_t size = static_cast<int32_t>(std::min<size_t>(text_.size(), 1u << 30));
    int32_t at = 0;
    while (at < size && tokens_.size() < limit_) {
      const int32_t begin = at;
      UChar32 c;
      U8_NEXT(text_.data(), at, size, c);
      Step(ClassOf(c), begin, at);
    }
    if (tokens_.size() < limit_) EndWord(at);
    EndRun();
    if (tokens_.size() > limit_) tokens_.resize(limit_);
    return std::move(tokens_);
  }

 private:
  void Step(CharClass kind, size_t begin, size_t end) {
    switch (kind) {
      case CharClass::kWord:
        if (!in_word_) {
          if (join_at_ == kNone) EndRun();
          word_begin_ = begin;
          in_word_ = true;
          join_at_ = kNone;
        }
        return;
      case CharClass::kApostrophe:
        // "Parkinson's" is the word "parkinson"; "d'Or" is two words.
        EndWord(begin);
        EndRun();
        possessive_at_ = end;
        return;
      case CharClass::kJoin:
        if (in_word_) {
          EndWord(begin);
          join_at_ = begin;
        } else {
          join_at_ = kNone;
          EndRun();
        }
        return;
      case CharClass::kIdeograph:
        EndWord(begin);
        EndRun();
        Add(begin, end);
        EndRun();
        return;
      case CharClass::kOther:
        EndWord(begin);
        EndRun();
        return;
    }
  }

  void EndWord(size_t end) {
    if (!in_word_) return;
    in_word_ = false;
    const absl::string_view word = text_.substr(word_begin_, end - word_begin_);
    const bool possessive = possessive_at_ == word_begin_ && (word == "s" || word == "S") &&
                            !tokens_.empty() && tokens_.back().end + 1 >= word_begin_ - 2;
    possessive_at_ = kNone;
    if (!possessive) Add(word_begin_, end);
  }

  void Add(size_t begin, size_t end) {
    std::string word = FoldWord(text_.substr(begin, end - begin));
    CutToWordLimit(&word);
    if (word.empty()) return;
    if (parts_ == 0) {
      run_token_ = tokens_.size();
      run_begin_ = begin;
    }
    ++parts_;
    run_end_ = end;
    tokens_.push_back({std::move(word), ++position_, begin, end});
  }

  // Adds the whole of a joined run if it looks like an identifier: at least two parts and a digit.
  void EndRun() {
    const size_t parts = parts_;
    parts_ = 0;
    join_at_ = kNone;
    if (parts < 2) return;
    const absl::string_view run = text_.substr(run_begin_, run_end_ - run_begin_);
    if (std::none_of(run.begin(), run.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); })) {
      return;
    }
    std::string whole = FoldWord(run);
    CutToWordLimit(&whole);
    tokens_.push_back({std::move(whole), tokens_[run_token_].position, run_begin_, run_end_});
  }

  static constexpr size_t kNone = SIZE_MAX;
  absl::string_view text_;
  size_t limit_;
  std::vector<Token> tokens_;
  uint32_t position_ = 0;
  bool in_word_ = false;
  size_t word_begin_ = 0;
  size_t join_at_ = kNone;        // A join character was the last one seen, after a word.
  size_t possessive_at_ = kNone;  // Where a word begins that follows an apostrophe.
  size_t parts_ = 0;              // Of the run so far.
  size_t run_token_ = 0, run_begin_ = 0, run_end_ = 0;
};

}  // namespace

std::vector<Token> Tokenise(absl::string_view text, size_t limit) {
  return Tokeniser(text, limit).Run();
}

std::string Fold(absl::string_view text) {
  const std::string folded = FoldWord(text);
  std::string out;
  out.reserve(folded.size());
  bool space = false;
  for (size_t i = 0; i < folded.size(); ++i) {
    if (absl::ascii_isspace(static_cast<unsigned char>(folded[i]))) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out.push_back(' ');
    space = false;
    out.push_back(folded[i]);
  }
  return out;
}

std::string SpellingKey(absl::string_view text) {
  const std::string folded = Fold(text);
  auto digit = [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); };
  std::string out;
  out.reserve(folded.size());
  bool parted = false;
  for (char c : folded) {
    if (c == ' ' || c == '-' || c == '_') {
      parted = true;
      continue;
    }
    if (parted && digit(c) && (out.empty() || digit(out.back()))) out.push_back(' ');
    parted = false;
    out.push_back(c);
  }
  return out;
}

std::string Stem(absl::string_view word) {
  // Numbers and identifiers have no inflection.
  for (unsigned char c : word) {
    if (!absl::ascii_isalpha(c)) return std::string(word);
  }
  // A stemmer has state of its own, so each thread has one.
  thread_local const Xapian::Stem stemmer("english");
  return stemmer(std::string(word));
}

}  // namespace parfocal
