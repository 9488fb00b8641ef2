#include "word_binder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "filter_binder.h"
#include "matcher.h"
#include "parfocal/filter/filter.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

using Kind = QueryNode::Kind;

absl::Status Refuse(const WordNode& node, absl::string_view reason, absl::string_view why) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("query: ", why, " at byte ", node.offset)), reason,
      "query");
}

absl::Status Limit(const WordNode& node, absl::string_view what, absl::string_view limit,
                   int maximum) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("query: ", what, " at byte ", node.offset, "; limit ",
                                              limit, " is ", maximum)),
      "LIMIT_EXCEEDED", limit);
}

// The words of `text`, without the wholes of identifiers, which stand beside their parts.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> out;
  uint32_t last = 0;
  for (Token& token : Tokenise(text)) {
    if (token.position <= last) continue;
    last = token.position;
    out.push_back(std::move(token.word));
  }
  return out;
}

// "light-micro*" is the word "light" and a word that begins with "micro".
QueryNode Prefix(QueryNode leaf, std::vector<std::string> words) {
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

QueryNode Join(Kind kind, std::vector<QueryNode> nodes) {
  if (nodes.size() == 1) return std::move(nodes[0]);
  QueryNode out;
  out.kind = kind;
  out.children = std::move(nodes);
  return out;
}

bool IsPlain(const WordNode& node) {
  return node.kind == WordNode::Kind::kWord && node.field.empty();
}

// The prefixes of all ontologies in which words of some field are looked up.
const std::vector<std::string>& OntologiesOfWords() {
  static const auto* const ontologies = [] {
    auto* out = new std::vector<std::string>;
    for (const Field& field : Fields()) {
      if (!FindsTermsOfWords(field)) continue;
      for (absl::string_view prefix : field.ontologies) out->emplace_back(prefix);
    }
    std::sort(out->begin(), out->end());
    out->erase(std::unique(out->begin(), out->end()), out->end());
    return out;
  }();
  return *ontologies;
}

// Whether a word is written like the symbol of a gene: everyday words that are some organism's gene
// as well ("white") are not meant so.
bool LooksLikeSymbol(absl::string_view text) {
  int upper = 0, digits = 0, letters = 0;
  for (unsigned char c : text) {
    upper += absl::ascii_isupper(c);
    digits += absl::ascii_isdigit(c);
    letters += absl::ascii_isalpha(c);
  }
  return letters > 0 && text.size() > 1 && (digits > 0 || upper > 1);
}

}  // namespace

absl::StatusOr<std::optional<QueryNode>> WordBinder::Bind(const WordNode& node) {
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
      if (!IsPlain(node)) return Leaf(node);
      const WordNode* const run[] = {&node};
      PARFOCAL_RETURN_IF_ERROR(BindRun(run, &out.children));
      if (out.children.empty()) return std::optional<QueryNode>();
      return std::optional<QueryNode>(Join(Kind::kAnd, std::move(out.children)));
  }
  for (size_t i = 0; i < node.children.size();) {
    std::vector<const WordNode*> run;
    while (node.kind == WordNode::Kind::kAnd && i < node.children.size() &&
           IsPlain(node.children[i])) {
      run.push_back(&node.children[i++]);
    }
    if (!run.empty()) {
      PARFOCAL_RETURN_IF_ERROR(BindRun(run, &out.children));
      continue;
    }
    PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> bound, Bind(node.children[i++]));
    if (bound) out.children.push_back(*std::move(bound));
  }
  if (out.children.empty()) return std::optional<QueryNode>();
  if (out.kind != Kind::kNot) {
    return std::optional<QueryNode>(Join(out.kind, std::move(out.children)));
  }
  return std::optional<QueryNode>(std::move(out));
}

absl::StatusOr<std::optional<QueryNode>> WordBinder::Leaf(const WordNode& node) {
  std::string text = node.text;
  QueryNode out;
  ExplainStep step;
  step.text = text;
  step.offset = node.offset + (node.field.empty() ? 0 : node.field.size() + 1);
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
                    absl::StrCat("no field '", node.field,
                                 "' (nearest: ", absl::StrJoin(NearestFieldNames(node.field), ", "),
                                 "; quote the word to search for it as it is)"));
    } else if (field->weight == 0) {
      return Refuse(node, "FILTER_TYPE",
                    absl::StrCat("words do not look in '", node.field, "'; use a filter"));
    } else {
      out.field = node.field;
      step.field = node.field;
    }
  }
  std::vector<std::string> words = WordsOf(text);
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
    return std::optional<QueryNode>(Prefix(std::move(out), std::move(words)));
  }
  const bool phrase = node.kind == WordNode::Kind::kPhrase || words.size() > 1;
  out.kind = phrase ? Kind::kPhrase : Kind::kWord;
  out.words = std::move(words);
  step.note = phrase ? "these words side by side" : "this word and its inflections";
  explain_->push_back(std::move(step));
  return std::optional<QueryNode>(std::move(out));
}

bool WordBinder::Skips(const WordNode& node) const {
  const std::vector<std::string> words = WordsOf(node.text);
  return knowledge_.everyday != nullptr && words.size() == 1 &&
         knowledge_.everyday->Skips(words[0]);
}

absl::Status WordBinder::BindPlain(Run run, std::vector<QueryNode>* out) {
  for (const WordNode* node : run) {
    PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> leaf, Leaf(*node));
    if (leaf) out->push_back(*std::move(leaf));
  }
  return absl::OkStatus();
}

absl::Status WordBinder::BindRun(Run run, std::vector<QueryNode>* out) {
  const bool skip = !exact_ && std::any_of(run.begin(), run.end(),
                                           [&](const WordNode* node) { return !Skips(*node); });
  if (exact_) return BindPlain(run, out);
  for (size_t i = 0; i < run.size();) {
    std::vector<Meaning> meanings;
    size_t length = std::min(run.size() - i, kMaxEverydayPhrase);
    for (; length > 0 && meanings.empty(); --length) {
      PARFOCAL_ASSIGN_OR_RETURN(meanings, Understand(run.subspan(i, length)));
    }
    ++understood_;
    if (!meanings.empty()) {
      PARFOCAL_RETURN_IF_ERROR(BindNamed(run.subspan(i, length + 1), std::move(meanings), out));
      i += length + 1;
      continue;
    }
    const std::vector<std::string> words = WordsOf(run[i]->text);
    if (skip && Skips(*run[i])) {
      ExplainStep step;
      step.text = run[i]->text;
      step.note = "says nothing by itself: passed over";
      explain_->push_back(std::move(step));
      ++i;
      continue;
    }
    // "G protein" is not a "g" somewhere and a protein elsewhere.
    if (i + 1 < run.size() && words.size() == 1 && words[0].size() == 1 && !Skips(*run[i + 1])) {
      WordNode both;
      both.kind = WordNode::Kind::kPhrase;
      both.text = absl::StrCat(run[i]->text, " ", run[i + 1]->text);
      both.offset = run[i]->offset;
      PARFOCAL_ASSIGN_OR_RETURN(std::optional<QueryNode> leaf, Leaf(both));
      if (leaf) out->push_back(*std::move(leaf));
      i += 2;
      continue;
    }
    PARFOCAL_RETURN_IF_ERROR(BindPlain(run.subspan(i, 1), out));
    ++i;
  }
  return absl::OkStatus();
}

absl::Status WordBinder::BindNamed(Run run, std::vector<Meaning> meanings,
                                   std::vector<QueryNode>* out) {
  std::vector<QueryNode> words, any;
  PARFOCAL_RETURN_IF_ERROR(BindPlain(run, &words));
  if (!words.empty()) any.push_back(Join(Kind::kAnd, std::move(words)));
  for (Meaning& meaning : meanings) {
    meaning.node.explain = static_cast<int>(explain_->size());
    explain_->push_back(std::move(meaning.step));
    any.push_back(std::move(meaning.node));
  }
  out->push_back(Join(Kind::kOr, std::move(any)));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WordBinder::Meaning>> WordBinder::Understand(Run run) {
  std::vector<Meaning> out;
  if (understood_ >= kMaxUnderstoodWords) return out;
  std::vector<std::string> typed, words;
  for (const WordNode* node : run) {
    typed.push_back(node->text);
    for (std::string& word : WordsOf(node->text)) words.push_back(std::move(word));
  }
  const bool one_word = run.size() == 1;
  // One character names nothing, and what says nothing names nothing.
  if (words.empty() || (words.size() == 1 && words[0].size() == 1)) return out;
  if (one_word && Skips(*run[0])) return out;
  const std::string text = absl::StrJoin(typed, " ");
  AddTerms(text, one_word, &out);
  PARFOCAL_RETURN_IF_ERROR(AddEveryday(text, words, &out));
  if (out.empty()) PARFOCAL_RETURN_IF_ERROR(AddOtherNames(text, one_word, &out));
  return out;
}

absl::Status WordBinder::AddEveryday(const std::string& typed,
                                     const std::vector<std::string>& words,
                                     std::vector<Meaning>* out) {
  if (knowledge_.everyday == nullptr || words.size() > kMaxEverydayPhrase) return absl::OkStatus();
  for (const EverydayWords::Meaning& entry : knowledge_.everyday->Of(words)) {
    if (entry.rule == EverydayWords::Rule::kName) {
      PARFOCAL_RETURN_IF_ERROR(AddCondition(entry.field, entry.value, typed,
                                            absl::StrCat("everyday name of ", entry.value), out));
      continue;
    }
    Meaning meaning;
    meaning.step.text = typed;
    meaning.step.matched = entry.phrase;
    if (entry.rule == EverydayWords::Rule::kAny) {
      meaning.node.kind = Kind::kHas;
      meaning.node.field = meaning.step.field = entry.field;
      meaning.node.words = {"*"};
      meaning.step.note = "everyday name: any value";
    } else {
      meaning.node.words = WordsOf(entry.value);
      if (meaning.node.words.empty() || meaning.node.words == words) continue;
      meaning.node.kind = meaning.node.words.size() == 1 ? Kind::kWord : Kind::kPhrase;
      meaning.step.note = absl::StrCat("everyday word for \"", entry.value, "\"");
    }
    out->push_back(std::move(meaning));
  }
  return absl::OkStatus();
}

void WordBinder::AddTerms(const std::string& typed, bool one_word, std::vector<Meaning>* out) {
  if (knowledge_.terms == nullptr) return;
  const std::string curie = one_word ? CanonicalCurie(typed) : std::string();
  if (!curie.empty()) {
    if (const std::optional<Term> term = knowledge_.terms->Find(curie)) {
      const bool replaced = term->obsolete && !term->replaced_by.empty();
      TermMatch match;
      match.id = replaced ? term->replaced_by : curie;
      match.label = knowledge_.terms->LabelOf(match.id).value_or("");
      AddTerm(match, replaced ? TermRule::kReplacedObsolete : TermRule::kGivenId, typed, out);
    }
    return;
  }
  std::vector<TermMatch> matches = knowledge_.terms->Exact(typed, OntologiesOfWords());
  // More than one of a thing is named as often.
  if (matches.empty() && typed.size() > 3 && absl::EndsWith(typed, "s") &&
      !absl::EndsWith(typed, "ss")) {
    matches = knowledge_.terms->Exact(absl::string_view(typed).substr(0, typed.size() - 1),
                                      OntologiesOfWords());
  }
  const bool by_label = std::any_of(matches.begin(), matches.end(),
                                    [](const TermMatch& match) { return !match.by_synonym; });
  size_t taken = 0;
  for (const TermMatch& match : matches) {
    if (by_label ? match.by_synonym : match.scope != SynonymScope::kExact) continue;
    if (++taken > kMaxTermsOfName) break;
    AddTerm(match, by_label ? TermRule::kExactLabel : TermRule::kExactSynonym, typed, out);
  }
}

void WordBinder::AddTerm(const TermMatch& match, TermRule rule, const std::string& typed,
                         std::vector<Meaning>* out) {
  Meaning meaning;
  meaning.step.text = meaning.step.matched = typed;
  meaning.step.term = match.id;
  meaning.step.label = match.label;
  meaning.step.rule = rule;
  meaning.node.kind = Kind::kValue;
  meaning.node.words = {match.id};
  meaning.node.values = knowledge_.terms->Descendants(match.id, closure_left_ + 1);
  if (meaning.node.values.size() > closure_left_) {
    meaning.node.values = {match.id};
    meaning.step.note = "too many terms below it: the term alone";
  }
  closure_left_ -= std::min(closure_left_, meaning.node.values.size());
  std::sort(meaning.node.values.begin(), meaning.node.values.end());
  meaning.step.expanded_terms = static_cast<int64_t>(meaning.node.values.size());
  out->push_back(std::move(meaning));
}

// Genes by any of their names, cell lines by any id or spelling.
absl::Status WordBinder::AddOtherNames(const std::string& typed, bool one_word,
                                       std::vector<Meaning>* out) {
  if (knowledge_.names == nullptr || *knowledge_.names == nullptr) return absl::OkStatus();
  const Field* const line = FindField("cell_line");
  const Field* const gene = FindField("gene");
  if (line != nullptr && !(*knowledge_.names)(*line, typed).empty()) {
    PARFOCAL_RETURN_IF_ERROR(AddCondition("cell_line", typed, typed, "", out));
  }
  if (!out->empty() || gene == nullptr || !one_word || !LooksLikeSymbol(typed)) {
    return absl::OkStatus();
  }
  if ((*knowledge_.names)(*gene, typed).empty()) return absl::OkStatus();
  return AddCondition("gene", typed, typed, "", out);
}

// What the condition `field = "value"` of a filter means, if something has that name.
absl::Status WordBinder::AddCondition(const std::string& field, const std::string& value,
                                      const std::string& typed, const std::string& note,
                                      std::vector<Meaning>* out) {
  FilterNode condition;
  condition.kind = FilterNode::Kind::kCondition;
  condition.field = field;
  condition.values = {value};
  static const OtherNames kNoNames;
  std::vector<ExplainStep> steps;
  FilterBinder binder(knowledge_.terms, knowledge_.snapshot,
                      knowledge_.names == nullptr ? kNoNames : *knowledge_.names, &steps);
  absl::StatusOr<QueryNode> bound = binder.Bind(condition);
  // A closure beyond the limit leaves the words as they are.
  if (!bound.ok() || bound->kind != Kind::kValue || steps.size() != 1) return absl::OkStatus();
  if (!steps[0].note.empty() && absl::StartsWith(steps[0].note, "no ") && steps[0].term.empty()) {
    return absl::OkStatus();
  }
  // The term itself may have that name already.
  for (const Meaning& other : *out) {
    if (!steps[0].term.empty() && other.step.term == steps[0].term) return absl::OkStatus();
  }
  if (bound->values.size() > closure_left_) return absl::OkStatus();
  closure_left_ -= bound->values.size();
  Meaning meaning;
  meaning.node = *std::move(bound);
  // Without a closure every value is meant as much as the first.
  if (steps[0].expanded_terms == 0) {
    meaning.node.words = meaning.node.values;
  } else {
    meaning.node.words = {steps[0].term.empty() ? meaning.node.values[0] : steps[0].term};
  }
  meaning.step = std::move(steps[0]);
  // A term is meant wherever it may be stated.
  const Field* const of = FindField(field);
  if (!meaning.step.term.empty() && of != nullptr && FindsTermsOfWords(*of)) {
    meaning.node.field.clear();
    meaning.step.field.clear();
  }
  meaning.step.matched = typed;
  meaning.step.text = typed;
  if (!note.empty()) {
    meaning.step.note =
        absl::StrCat(note, meaning.step.note.empty() ? "" : "; ", meaning.step.note);
  }
  out->push_back(std::move(meaning));
  return absl::OkStatus();
}

}  // namespace parfocal
