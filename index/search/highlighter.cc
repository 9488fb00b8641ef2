#include "parfocal/search/highlighter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "matcher.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

constexpr absl::string_view kBefore = "\xee\x80\x80";  // U+E000
constexpr absl::string_view kBehind = "\xee\x80\x81";  // U+E001
constexpr size_t kMaxWords = 20000;

// Marks the tokens that `leaf` matches. `stems` runs beside `tokens`.
void Mark(const std::vector<Token>& tokens, const QueryNode& leaf, std::vector<bool>* marked) {
  switch (leaf.kind) {
    case QueryNode::Kind::kWord: {
      const std::string stem = Stem(leaf.words[0]);
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (Stem(tokens[i].word) == stem) (*marked)[i] = true;
      }
      return;
    }
    case QueryNode::Kind::kPrefix:
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (absl::StartsWith(tokens[i].word, leaf.words[0])) (*marked)[i] = true;
      }
      return;
    default:
      for (size_t i = 0; i < tokens.size(); ++i) {
        size_t k = 0;
        while (k < leaf.words.size() && i + k < tokens.size() &&
               tokens[i + k].word == leaf.words[k]) {
          ++k;
        }
        if (k == leaf.words.size()) std::fill_n(marked->begin() + i, k, true);
      }
  }
}

std::string WithoutMarks(absl::string_view text) {
  return absl::StrReplaceAll(text, {{kBefore, ""}, {kBehind, ""}});
}

}  // namespace

std::string Highlight(absl::string_view text, const QueryNode& words) {
  std::vector<Token> tokens = Tokenise(text, kMaxWords);
  // The wholes of identifiers stand beside their parts; the parts are enough.
  uint32_t last = 0;
  tokens.erase(std::remove_if(tokens.begin(), tokens.end(),
                              [&](const Token& token) {
                                const bool whole = token.position <= last;
                                if (!whole) last = token.position;
                                return whole;
                              }),
               tokens.end());
  std::vector<bool> marked(tokens.size(), false);
  for (const QueryNode* leaf : PositiveWords(words)) {
    if (IsWordLeaf(*leaf)) Mark(tokens, *leaf, &marked);
  }
  // The window with the most marks; of several the first.
  const size_t width = std::min(kSnippetWords, tokens.size());
  size_t here = std::count(marked.begin(), marked.begin() + width, true);
  size_t best = here, begin = 0;
  for (size_t i = width; i < tokens.size(); ++i) {
    here += marked[i];
    here -= marked[i - width];
    if (here > best) {
      best = here;
      begin = i - width + 1;
    }
  }
  if (best == 0) return "";
  const size_t end = begin + width;
  const size_t first = begin == 0 ? 0 : tokens[begin].begin;
  const size_t stop = end == tokens.size() ? text.size() : tokens[end - 1].end;
  std::string out = begin == 0 ? "" : "\xe2\x80\xa6";
  size_t at = first;
  for (size_t i = begin; i < end; ++i) {
    if (!marked[i] || tokens[i].begin < at) continue;
    absl::StrAppend(&out, WithoutMarks(text.substr(at, tokens[i].begin - at)), kBefore,
                    WithoutMarks(text.substr(tokens[i].begin, tokens[i].end - tokens[i].begin)),
                    kBehind);
    at = tokens[i].end;
  }
  // A text without spaces must not come through whole.
  constexpr size_t kMaxTail = 400;
  std::string tail = WithoutMarks(text.substr(at, stop - at));
  if (tail.size() > kMaxTail) {
    size_t cut = kMaxTail;
    while (cut > 0 && (static_cast<unsigned char>(tail[cut]) & 0xc0) == 0x80) --cut;
    tail.resize(cut);
  }
  absl::StrAppend(&out, tail, end == tokens.size() ? "" : "\xe2\x80\xa6");
  return out;
}

}  // namespace parfocal
