#include "parfocal/filter/query_parser.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "scanner.h"
#include "tree.h"

namespace parfocal {
namespace {

using Kind = WordNode::Kind;

using syntax::IsSpace;

bool IsWordByte(char c) { return !IsSpace(c) && c != '(' && c != ')' && c != '"' && c != '\0'; }

// Whether `text` has the form of a field's name: lower case, digits and '_'.
bool LooksLikeField(absl::string_view text) {
  if (text.empty() || !absl::ascii_islower(static_cast<unsigned char>(text[0]))) return false;
  for (unsigned char c : text) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '_') return false;
  }
  return true;
}

// Characters of UTF-8 text; a broken byte counts as one.
int Characters(absl::string_view text) {
  int count = 0;
  for (unsigned char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

class Parser : private syntax::Scanner {
 public:
  explicit Parser(absl::string_view text) : Scanner(text, "query", "QUERY_SYNTAX") {}

  absl::StatusOr<WordNode> Run() {
    SkipSpace();
    if (AtEnd()) return WordNode{};
    PARFOCAL_ASSIGN_OR_RETURN(WordNode root, Conjunction(0));
    SkipSpace();
    if (!AtEnd()) return Fail("bracket that was never opened");
    if (syntax::Depth(root) > kMaxSyntaxDepth) return TooDeep();
    return root;
  }

 private:
  // The word that stands here: up to white space, a quote or a bracket.
  absl::string_view PeekWord() const {
    size_t end = at_;
    while (end < text_.size() && IsWordByte(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool Accept(absl::string_view keyword) {
    SkipSpace();
    if (PeekWord() != keyword) return false;
    at_ += keyword.size();
    return true;
  }

  absl::StatusOr<WordNode> Conjunction(int depth) {
    std::vector<WordNode> parts;
    while (true) {
      PARFOCAL_ASSIGN_OR_RETURN(WordNode part, Disjunction(depth));
      parts.push_back(std::move(part));
      if (Accept("AND")) continue;
      SkipSpace();
      if (AtEnd() || text_[at_] == ')') break;
    }
    return syntax::Join(Kind::kAnd, std::move(parts));
  }

  absl::StatusOr<WordNode> Disjunction(int depth) {
    std::vector<WordNode> parts;
    do {
      PARFOCAL_ASSIGN_OR_RETURN(WordNode part, Negation(depth));
      parts.push_back(std::move(part));
    } while (Accept("OR"));
    return syntax::Join(Kind::kOr, std::move(parts));
  }

  absl::StatusOr<WordNode> Negation(int depth) {
    if (depth >= kMaxSyntaxDepth) return TooDeep();
    SkipSpace();
    const bool minus = !AtEnd() && text_[at_] == '-';
    if (minus) ++at_;
    if (minus && (AtEnd() || IsSpace(text_[at_]))) {
      return FailAt(at_ - 1, "'-' without a word behind it");
    }
    if (minus || Accept("NOT")) {
      PARFOCAL_ASSIGN_OR_RETURN(WordNode child, Negation(depth + 1));
      return syntax::Negate(std::move(child));
    }
    if (AtEnd()) return Fail("expected a word");
    if (text_[at_] == '(') {
      const size_t open = at_++;
      PARFOCAL_ASSIGN_OR_RETURN(WordNode inner, Conjunction(depth + 1));
      SkipSpace();
      if (AtEnd()) return FailAt(open, "unclosed bracket");
      ++at_;  // Conjunction ends at the end of the text or at a closing bracket only.
      return inner;
    }
    return Words();
  }

  absl::StatusOr<WordNode> Words() {
    WordNode node;
    node.offset = at_;
    PARFOCAL_RETURN_IF_ERROR(CountLeaf("words"));
    absl::string_view word = PeekWord();
    if (word == "AND" || word == "OR" || word == "NOT") return Fail("expected a word");
    const size_t colon = word.find(':');
    if (colon != absl::string_view::npos && LooksLikeField(word.substr(0, colon))) {
      const bool quote_follows = colon + 1 == word.size() && at_ + word.size() < text_.size() &&
                                 text_[at_ + word.size()] == '"';
      if (colon + 1 < word.size() || quote_follows) {
        node.field = std::string(word.substr(0, colon));
        at_ += colon + 1;
        word.remove_prefix(colon + 1);
      }
    }
    if (word.empty()) {
      if (!AtEnd() && text_[at_] == '"') return Phrase(std::move(node));
      return Fail("expected a word");
    }
    return Word(std::move(node), word);
  }

  absl::StatusOr<WordNode> Word(WordNode node, absl::string_view word) {
    const size_t star = word.find('*');
    if (star == absl::string_view::npos) {
      node.kind = Kind::kWord;
      node.text = std::string(word);
      at_ += word.size();
      return node;
    }
    if (star + 1 != word.size()) return FailAt(at_ + star, "'*' may only end a word");
    if (Characters(word.substr(0, star)) < kMinPrefixCharacters) {
      return syntax::LimitError("query", absl::StrCat("'", word, "' is too short at byte ", at_),
                                "prefix_characters (at least)", kMinPrefixCharacters);
    }
    if (++prefixes_ > kMaxPrefixWords) {
      return syntax::LimitError("query", absl::StrCat("too many words with '*' at byte ", at_),
                                "prefix_words", kMaxPrefixWords);
    }
    node.kind = Kind::kPrefix;
    node.text = std::string(word.substr(0, star));
    at_ += word.size();
    return node;
  }

  absl::StatusOr<WordNode> Phrase(WordNode node) {
    const size_t open = at_;
    const size_t close = text_.find('"', at_ + 1);
    if (close == absl::string_view::npos) return FailAt(open, "unclosed quote");
    const absl::string_view inside =
        absl::StripAsciiWhitespace(text_.substr(open + 1, close - open - 1));
    if (inside.empty()) return FailAt(open, "empty phrase");
    const std::vector<absl::string_view> words =
        absl::StrSplit(inside, absl::ByAnyChar(" \t\r\n\v\f"), absl::SkipEmpty());
    if (words.size() > static_cast<size_t>(kMaxPhraseWords)) {
      return syntax::LimitError("query",
                                absl::StrCat("phrase of ", words.size(), " words at byte ", open),
                                "phrase_words", kMaxPhraseWords);
    }
    node.kind = Kind::kPhrase;
    node.text = std::string(inside);
    at_ = close + 1;
    return node;
  }

  int prefixes_ = 0;
};

void PrintWords(const WordNode& node, std::string* out) {
  if (!node.field.empty()) absl::StrAppend(out, node.field, ":");
  if (node.kind == Kind::kPhrase) {
    absl::StrAppend(out, "\"", node.text, "\"");
  } else {
    absl::StrAppend(out, node.text, node.kind == Kind::kPrefix ? "*" : "");
  }
}

}  // namespace

absl::StatusOr<WordQuery> WordQuery::Parse(absl::string_view text) {
  if (text.size() > kMaxQueryBytes) {
    return syntax::LimitError("query", absl::StrCat(text.size(), " bytes"), "query_bytes",
                              kMaxQueryBytes);
  }
  PARFOCAL_ASSIGN_OR_RETURN(WordNode root, Parser(text).Run());
  return WordQuery(std::move(root));
}

std::string WordQuery::ToString() const {
  std::string out;
  syntax::Print(root_, /*inside=*/false, PrintWords, &out);
  return out;
}

}  // namespace parfocal
