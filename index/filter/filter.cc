#include "parfocal/filter/filter.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "scanner.h"
#include "tree.h"

namespace parfocal {
namespace {

using Kind = FilterNode::Kind;

bool IsNameStart(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsNameByte(char c) {
  return IsNameStart(c) || absl::ascii_isdigit(static_cast<unsigned char>(c));
}
using syntax::IsSpace;
bool IsBareByte(char c) {
  return !IsSpace(c) && c != '(' && c != ')' && c != '"' && c != '\'' && c != '\0';
}

class Parser : private syntax::Scanner {
 public:
  explicit Parser(absl::string_view text) : Scanner(text, "filter", "FILTER_SYNTAX") {}

  absl::StatusOr<FilterNode> Run() {
    SkipSpace();
    if (AtEnd()) return FilterNode{};
    PARFOCAL_ASSIGN_OR_RETURN(FilterNode root, Conjunction(0));
    SkipSpace();
    if (!AtEnd()) {
      return Fail(text_[at_] == ')' ? "bracket that was never opened" : "expected AND or OR");
    }
    if (syntax::Depth(root) > kMaxSyntaxDepth) return TooDeep();
    return root;
  }

 private:
  // Whether the upper-case word `keyword` stands here, whole.
  bool Peek(absl::string_view keyword) const {
    if (text_.substr(at_, keyword.size()) != keyword) return false;
    const size_t end = at_ + keyword.size();
    return end >= text_.size() || !IsNameByte(text_[end]);
  }
  bool Accept(absl::string_view keyword) {
    SkipSpace();
    if (!Peek(keyword)) return false;
    at_ += keyword.size();
    return true;
  }
  bool AcceptByte(char c) {
    SkipSpace();
    if (AtEnd() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::StatusOr<FilterNode> Conjunction(int depth) {
    std::vector<FilterNode> parts;
    do {
      PARFOCAL_ASSIGN_OR_RETURN(FilterNode part, Disjunction(depth));
      parts.push_back(std::move(part));
    } while (Accept("AND"));
    return syntax::Join(Kind::kAnd, std::move(parts));
  }

  absl::StatusOr<FilterNode> Disjunction(int depth) {
    std::vector<FilterNode> parts;
    do {
      PARFOCAL_ASSIGN_OR_RETURN(FilterNode part, Negation(depth));
      parts.push_back(std::move(part));
    } while (Accept("OR"));
    return syntax::Join(Kind::kOr, std::move(parts));
  }

  absl::StatusOr<FilterNode> Negation(int depth) {
    if (depth >= kMaxSyntaxDepth) return TooDeep();
    if (Accept("NOT") || AcceptByte('-')) {
      PARFOCAL_ASSIGN_OR_RETURN(FilterNode child, Negation(depth + 1));
      return syntax::Negate(std::move(child));
    }
    if (AcceptByte('(')) {
      PARFOCAL_ASSIGN_OR_RETURN(FilterNode inner, Conjunction(depth + 1));
      if (!AcceptByte(')')) return Fail("expected ')', AND or OR");
      return inner;
    }
    return Condition();
  }

  absl::StatusOr<FilterNode> Condition() {
    SkipSpace();
    FilterNode node;
    node.kind = Kind::kCondition;
    node.offset = at_;
    if (AtEnd()) return Fail("expected a condition");
    if (!IsNameStart(text_[at_]) || Peek("AND") || Peek("OR") || Peek("NOT")) {
      return Fail("expected the name of a field");
    }
    node.field = Name();
    if (node.field == "attribute" && AcceptByte('[')) {
      SkipSpace();
      if (AtEnd() || (text_[at_] != '"' && text_[at_] != '\''))
        return Fail("expected a quoted key");
      const size_t key = at_;
      PARFOCAL_ASSIGN_OR_RETURN(node.attribute_key, Quoted());
      if (node.attribute_key.empty()) return FailAt(key, "empty key");
      if (!AcceptByte(']')) return Fail("expected ']'");
    }
    if (!AtEnd() && text_[at_] == '.') {
      ++at_;
      if (AtEnd() || !IsNameStart(text_[at_])) return Fail("expected a name behind the dot");
      node.member = Name();
    }
    PARFOCAL_ASSIGN_OR_RETURN(node.comparator, Operator());
    return Argument(std::move(node));
  }

  std::string Name() {
    const size_t begin = at_;
    while (!AtEnd() && IsNameByte(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  absl::StatusOr<Comparator> Operator() {
    static constexpr std::pair<absl::string_view, Comparator> kOperators[] = {
        {"!=", Comparator::kNotEquals},
        {"<=", Comparator::kLessOrEqual},
        {">=", Comparator::kGreaterOrEqual},
        {"=", Comparator::kEquals},
        {"<", Comparator::kLess},
        {">", Comparator::kGreater},
        {":", Comparator::kContains},
    };
    SkipSpace();
    for (const auto& [spelling, comparator] : kOperators) {
      if (text_.substr(at_, spelling.size()) == spelling) {
        at_ += spelling.size();
        return comparator;
      }
    }
    return Fail("expected one of = != < <= > >= :");
  }

  absl::StatusOr<FilterNode> Argument(FilterNode node) {
    SkipSpace();
    if (AtEnd()) return Fail("expected a value");
    if (text_[at_] == '(') return List(std::move(node));
    if (text_[at_] == '*' && (at_ + 1 == text_.size() || !IsBareByte(text_[at_ + 1]))) {
      if (node.comparator != Comparator::kContains) {
        return Fail("'*' stands behind ':' only (quote it to compare with an asterisk)");
      }
      ++at_;
      node.comparator = Comparator::kPresent;
      PARFOCAL_RETURN_IF_ERROR(CountLeaf("values"));
      return node;
    }
    PARFOCAL_ASSIGN_OR_RETURN(std::string value, Value());
    node.values.push_back(std::move(value));
    return node;
  }

  // ( "a" OR "b" ) or ( "a" AND "b" ), behind the operator.
  absl::StatusOr<FilterNode> List(FilterNode node) {
    if (node.comparator != Comparator::kEquals && node.comparator != Comparator::kNotEquals &&
        node.comparator != Comparator::kContains) {
      return Fail("a list of values stands behind '=', '!=' or ':' only");
    }
    ++at_;
    absl::string_view joined_by;
    do {
      PARFOCAL_ASSIGN_OR_RETURN(std::string value, Value());
      node.values.push_back(std::move(value));
      SkipSpace();
      const absl::string_view next = Peek("OR") ? "OR" : Peek("AND") ? "AND" : "";
      if (next.empty()) break;
      if (!joined_by.empty() && next != joined_by)
        return Fail("a list is joined by OR or by AND, not both");
      joined_by = next;
      at_ += next.size();
    } while (true);
    if (!AcceptByte(')')) return Fail("expected ')', OR or AND");
    if (joined_by != "AND") return node;
    std::vector<FilterNode> parts;
    for (std::string& value : node.values) {
      FilterNode part;
      part.kind = Kind::kCondition;
      part.field = node.field;
      part.member = node.member;
      part.attribute_key = node.attribute_key;
      part.offset = node.offset;
      // x != (a AND b) is NOT (x = a AND x = b).
      part.comparator =
          node.comparator == Comparator::kNotEquals ? Comparator::kEquals : node.comparator;
      part.values.push_back(std::move(value));
      parts.push_back(std::move(part));
    }
    FilterNode all = syntax::Join(Kind::kAnd, std::move(parts));
    return node.comparator == Comparator::kNotEquals ? syntax::Negate(std::move(all)) : all;
  }

  absl::StatusOr<std::string> Value() {
    SkipSpace();
    if (AtEnd()) return Fail("expected a value");
    PARFOCAL_RETURN_IF_ERROR(CountLeaf("values"));
    if (text_[at_] == '"' || text_[at_] == '\'') return Quoted();
    if (Peek("AND") || Peek("OR") || Peek("NOT"))
      return Fail("expected a value (quote it if it is a word of the language)");
    const size_t begin = at_;
    while (!AtEnd() && IsBareByte(text_[at_])) ++at_;
    if (at_ == begin) return Fail("expected a value");
    return std::string(text_.substr(begin, at_ - begin));
  }

  absl::StatusOr<std::string> Quoted() {
    const size_t begin = at_;
    const char quote = text_[at_++];
    std::string out;
    for (; !AtEnd(); ++at_) {
      char c = text_[at_];
      if (c == quote) {
        ++at_;
        return out;
      }
      if (c == '\\' && at_ + 1 < text_.size() &&
          (text_[at_ + 1] == '\\' || text_[at_ + 1] == '"' || text_[at_ + 1] == '\'')) {
        c = text_[++at_];
      }
      out.push_back(c);
    }
    return FailAt(begin, "unclosed quote");
  }
};

void AppendQuoted(absl::string_view value, std::string* out) {
  out->push_back('"');
  for (char c : value) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

absl::string_view Spelling(Comparator comparator) {
  switch (comparator) {
    case Comparator::kEquals:
      return " = ";
    case Comparator::kNotEquals:
      return " != ";
    case Comparator::kLess:
      return " < ";
    case Comparator::kLessOrEqual:
      return " <= ";
    case Comparator::kGreater:
      return " > ";
    case Comparator::kGreaterOrEqual:
      return " >= ";
    case Comparator::kContains:
      return ":";
    case Comparator::kPresent:
      return ":*";
  }
  return "";
}

void PrintCondition(const FilterNode& node, std::string* out) {
  out->append(node.field);
  if (!node.attribute_key.empty()) {
    out->push_back('[');
    AppendQuoted(node.attribute_key, out);
    out->push_back(']');
  }
  if (!node.member.empty()) absl::StrAppend(out, ".", node.member);
  absl::StrAppend(out, Spelling(node.comparator));
  if (node.values.size() > 1) out->push_back('(');
  for (size_t i = 0; i < node.values.size(); ++i) {
    if (i > 0) out->append(" OR ");
    AppendQuoted(node.values[i], out);
  }
  if (node.values.size() > 1) out->push_back(')');
}

}  // namespace

absl::StatusOr<Filter> Filter::Parse(absl::string_view text) {
  if (text.size() > kMaxFilterBytes) {
    return syntax::LimitError("filter", absl::StrCat(text.size(), " bytes"), "filter_bytes",
                              kMaxFilterBytes);
  }
  PARFOCAL_ASSIGN_OR_RETURN(FilterNode root, Parser(text).Run());
  return Filter(std::move(root));
}

std::string Filter::ToString() const {
  std::string out;
  syntax::Print(root_, /*inside=*/false, PrintCondition, &out);
  return out;
}

}  // namespace parfocal
