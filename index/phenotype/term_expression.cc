#include "parfocal/phenotype/term_expression.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace parfocal::phenotype {
namespace {

constexpr absl::string_view kField = "expression";

absl::Status Mistake(absl::string_view what, size_t byte) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("expression: ", what, " at byte ", byte)),
      "EXPRESSION_SYNTAX", kField);
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  absl::StatusOr<TermNode> All() {
    PARFOCAL_ASSIGN_OR_RETURN(TermNode node, Alternatives(1));
    if (!AtEnd()) return Mistake(absl::StrCat("'", text_.substr(at_, 1), "' is too much"), at_);
    return node;
  }

 private:
  bool AtEnd() {
    while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return at_ == text_.size();
  }

  // The bare word that begins here; empty before a quote, a bracket or the end.
  absl::string_view Word() {
    if (AtEnd()) return "";
    size_t end = at_;
    while (end < text_.size() && !absl::ascii_isspace(static_cast<unsigned char>(text_[end])) &&
           text_[end] != '"' && text_[end] != '(' && text_[end] != ')') {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool Take(absl::string_view word) {
    if (Word() != word) return false;
    at_ += word.size();
    return true;
  }

  absl::StatusOr<TermNode> Joined(int depth, TermNode::Kind kind) {
    const bool any = kind == TermNode::Kind::kOr;
    TermNode node;
    node.kind = kind;
    node.offset = at_;
    do {
      PARFOCAL_ASSIGN_OR_RETURN(TermNode child,
                                any ? Joined(depth, TermNode::Kind::kAnd) : Factor(depth));
      node.children.push_back(std::move(child));
    } while (Take(any ? "OR" : "AND"));
    if (node.children.size() > 1) return node;
    TermNode only = std::move(node.children[0]);
    return only;
  }
  absl::StatusOr<TermNode> Alternatives(int depth) {
    if (depth > kMaxExpressionDepth) {
      return LimitExceeded("expression_depth", kMaxExpressionDepth, kField,
                           absl::StrCat("expression: more than ", kMaxExpressionDepth,
                                        " levels of brackets and NOT at byte ", at_));
    }
    return Joined(depth, TermNode::Kind::kOr);
  }

  absl::StatusOr<TermNode> Factor(int depth) {
    const bool end = AtEnd();
    const size_t begin = at_;
    if (end) return Mistake("a term is missing", begin);
    if (Take("NOT")) {
      if (depth >= kMaxExpressionDepth) return Alternatives(depth + 1);  // Says the limit.
      PARFOCAL_ASSIGN_OR_RETURN(TermNode child, Factor(depth + 1));
      TermNode node;
      node.kind = TermNode::Kind::kNot;
      node.offset = begin;
      node.children.push_back(std::move(child));
      return node;
    }
    if (text_[at_] == '(') {
      ++at_;
      PARFOCAL_ASSIGN_OR_RETURN(TermNode node, Alternatives(depth + 1));
      if (AtEnd() || text_[at_] != ')') {
        return Mistake(absl::StrCat("the bracket of byte ", begin, " is not closed"), at_);
      }
      ++at_;
      return node;
    }
    return Term();
  }

  absl::StatusOr<TermNode> Term() {
    TermNode node;
    node.offset = at_;
    if (text_[at_] == '"') {
      node.quoted = true;
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        const bool escaped = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                             (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
        if (escaped) ++at_;
        node.text.push_back(text_[at_]);
      }
      if (at_ == text_.size()) return Mistake("unclosed quote", node.offset);
      ++at_;
    } else {
      const absl::string_view word = Word();
      if (word.empty() || word == "AND" || word == "OR") {
        return Mistake(absl::StrCat("a term is missing before '",
                                    text_.substr(at_, std::max<size_t>(word.size(), 1)), "'"),
                       at_);
      }
      node.text = std::string(word);
      at_ += word.size();
    }
    if (absl::StripAsciiWhitespace(node.text).empty()) return Mistake("an empty term", node.offset);
    if (leaves_ == kMaxExpressionTerms) {
      return LimitExceeded("expression_terms", kMaxExpressionTerms, kField,
                           absl::StrCat("expression: more than ", kMaxExpressionTerms,
                                        " terms at byte ", node.offset));
    }
    node.leaf = leaves_++;
    return node;
  }

  absl::string_view text_;
  size_t at_ = 0;
  int leaves_ = 0;
};

}  // namespace

absl::StatusOr<TermNode> ParseTermExpression(absl::string_view text) {
  if (text.size() > kMaxExpressionBytes) {
    return LimitExceeded(
        "expression_bytes", static_cast<int64_t>(kMaxExpressionBytes), kField,
        absl::StrCat("expression: ", text.size(), " bytes; at most ", kMaxExpressionBytes));
  }
  return Parser(text).All();
}

bool Evaluate(const TermNode& node, const std::vector<bool>& holds) {
  auto child_holds = [&](const TermNode& child) { return Evaluate(child, holds); };
  switch (node.kind) {
    case TermNode::Kind::kTerm:
      return holds[static_cast<size_t>(node.leaf)];
    case TermNode::Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(), child_holds);
    case TermNode::Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(), child_holds);
    case TermNode::Kind::kNot:
      return !child_holds(node.children[0]);
  }
  return false;
}

}  // namespace parfocal::phenotype
