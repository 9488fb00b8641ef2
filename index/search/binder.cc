#include "parfocal/search/binder.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "filter_binder.h"
#include "parfocal/filter/filter.h"
#include "parfocal/filter/query_parser.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"

namespace parfocal {

namespace {

using Kind = QueryNode::Kind;

// Binds the search box.
class WordBinder {
 public:
  explicit WordBinder(std::vector<ExplainStep>* explain) : explain_(explain) {}

  // nullopt if nothing of `node` is a word.
  absl::StatusOr<std::optional<QueryNode>> Bind(const WordNode& node) {
    QueryNode out;
    switch (node.kind) {
      case WordNode::Kind::kAll:
        return std::optional<QueryNode>();
      case WordNode::Kind::kAnd:
        out.kind = Kind::kAnd;
        break;
      case WordNode::Kind::kOr:
        out.kind = Kind::kOr;
        break;
      case WordNode::Kind::kNot:
        out.kind = Kind::kNot;
        break;
      default:
        return Leaf(node);
    }
    for (const WordNode& child : node.children) {
      PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> bound, Bind(child));
      if (bound) out.children.push_back(*std::move(bound));
    }
    if (out.children.empty()) return std::optional<QueryNode>();
    if (out.kind != Kind::kNot && out.children.size() == 1) {
      QueryNode only = std::move(out.children[0]);
      return std::optional<QueryNode>(std::move(only));
    }
    return std::optional<QueryNode>(std::move(out));
  }

 private:
  absl::StatusOr<std::optional<QueryNode>> Leaf(const WordNode& node) {
    std::string text = node.text;
    QueryNode out;
    ExplainStep step;
    step.text = text;
    if (!node.field.empty()) {
      const Field* field = FindField(node.field);
      if (field == nullptr && absl::StartsWith(text, "//")) {
        // The address of something: its resolver says nothing about it.
        text = absl::StrCat(node.field, ":", text);
        for (absl::string_view resolver :
             {"https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"}) {
          if (absl::StartsWith(text, resolver)) text.erase(0, resolver.size());
        }
        step.text = text;
      } else if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
        return Refuse(node, "FILTER_UNKNOWN_FIELD",
                      absl::StrCat("no field '", node.field, "' (nearest: ",
                                   absl::StrJoin(NearestFieldNames(node.field), ", "),
                                   "; quote the word to search for it as it is)"));
      } else if (field->weight == 0) {
        return Refuse(node, "FILTER_TYPE",
                      absl::StrCat("words do not look in '", node.field, "'; use a filter"));
      } else {
        out.field = node.field;
        step.field = node.field;
      }
    }
    const std::vector<std::string> words = Words(text);
    if (words.empty()) {
      step.note = "no word in it: passed over";
      explain_->push_back(std::move(step));
      return std::optional<QueryNode>();
    }
    if (words.size() > static_cast<size_t>(kMaxPhraseWords)) {
      return Limit(node, absl::StrCat("phrase of ", words.size(), " words"), "phrase_words",
                   kMaxPhraseWords);
    }
    out.explain = static_cast<int>(explain_->size());
    if (node.kind == WordNode::Kind::kPrefix) {
      if (words.back().size() < static_cast<size_t>(kMinPrefixCharacters)) {
        return Limit(node, absl::StrCat("'", words.back(), "*' is too short"),
                     "prefix_characters (at least)", kMinPrefixCharacters);
      }
      step.note = "words that begin so";
      explain_->push_back(std::move(step));
      return std::optional<QueryNode>(Prefix(std::move(out), words));
    }
    const bool phrase = node.kind == WordNode::Kind::kPhrase || words.size() > 1;
    out.kind = phrase ? Kind::kPhrase : Kind::kWord;
    out.words = words;
    step.note = phrase ? "these words side by side" : "this word and its inflections";
    explain_->push_back(std::move(step));
    return std::optional<QueryNode>(std::move(out));
  }

  // "light-micro*" is the word "light" and a word that begins with "micro".
  static QueryNode Prefix(QueryNode leaf, std::vector<std::string> words) {
    QueryNode prefix = leaf;
    prefix.kind = Kind::kPrefix;
    prefix.words = {words.back()};
    if (words.size() == 1) return prefix;
    leaf.kind = Kind::kPhrase;
    leaf.explain = -1;
    words.pop_back();
    leaf.words = std::move(words);
    QueryNode both;
    both.kind = Kind::kAnd;
    both.children.push_back(std::move(leaf));
    both.children.push_back(std::move(prefix));
    return both;
  }

  // The words of `text`, without the wholes of identifiers, which stand beside their parts.
  static std::vector<std::string> Words(absl::string_view text) {
    std::vector<std::string> out;
    uint32_t last = 0;
    for (Token& token : Tokenise(text)) {
      if (token.position <= last) continue;
      last = token.position;
      out.push_back(std::move(token.word));
    }
    return out;
  }

  static absl::Status Refuse(const WordNode& node, absl::string_view reason,
                             absl::string_view why) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("query: ", why, " at byte ", node.offset)), reason,
        "query");
  }
  static absl::Status Limit(const WordNode& node, absl::string_view what, absl::string_view limit,
                            int maximum) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("query: ", what, " at byte ", node.offset,
                                                "; limit ", limit, " is ", maximum)),
        "LIMIT_EXCEEDED", limit);
  }

  std::vector<ExplainStep>* const explain_;
};

absl::Status CheckFacet(const FacetSpec& spec) {
  if (spec.field == "attribute") {
    if (!spec.attribute_key.empty() && !IsPersonalAttribute(spec.attribute_key)) {
      return absl::OkStatus();
    }
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "facet: attribute '", spec.attribute_key, "' cannot be counted")),
                      "FILTER_UNKNOWN_FIELD", "facets");
  }
  const Field* field = FindField(spec.field);
  if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "facet: no field '", spec.field,
                          "' (nearest: ", absl::StrJoin(NearestFieldNames(spec.field), ", "), ")")),
                      "FILTER_UNKNOWN_FIELD", "facets");
  }
  if (!field->facet) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("facet: '", spec.field, "' cannot be counted by value")),
                      "FILTER_TYPE", "facets");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BoundQuery> Binder::Bind(const SearchText& text) const {
  BoundQuery out;
  out.level = text.level;
  out.order = text.order;
  out.page_size = text.page_size;
  out.after = text.after;
  out.facets = text.facets;
  out.snippets = text.snippets;
  for (const FacetSpec& spec : text.facets) PARFOCAL_RETURN_IF_ERROR(CheckFacet(spec));

  PARFOCAL_ASSIGN_OR_RETURN(const WordQuery words, WordQuery::Parse(text.query));
  PARFOCAL_ASSIGN_OR_RETURN(const Filter filter, Filter::Parse(text.filter));
  PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> bound,
                            WordBinder(&out.explain).Bind(words.root()));
  if (bound) out.words = *std::move(bound);
  PARFOCAL_ASSIGN_OR_RETURN(
      out.filter, FilterBinder(terms_, snapshot_, names_, &out.explain).Bind(filter.root()));
  SplitConditions(&out);
  return out;
}

}  // namespace parfocal
