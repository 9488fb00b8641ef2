#include "filter_binder.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "parfocal/search/binder.h"
#include "parfocal/segment/text.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

using Kind = QueryNode::Kind;

// Values in use that an explanation names.
constexpr size_t kShownValues = 3;

absl::Status Refuse(const FilterNode& node, absl::string_view why, absl::string_view reason) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("filter: ", why, " at byte ", node.offset)), reason,
      "filter");
}

absl::Status UnknownField(const FilterNode& node) {
  return Refuse(node,
                absl::StrCat("no field '", node.field, "' (nearest: ",
                             absl::StrJoin(NearestFieldNames(node.field), ", "), ")"),
                "FILTER_UNKNOWN_FIELD");
}

QueryNode Leaf(Kind kind, const Field& field) {
  QueryNode out;
  out.kind = kind;
  out.field = std::string(field.name);
  return out;
}

std::string AttributeName(absl::string_view key) {
  return key.empty() ? "attribute" : absl::StrCat("attribute[\"", key, "\"]");
}

QueryNode Not(QueryNode child) {
  QueryNode out;
  out.kind = Kind::kNot;
  out.children.push_back(std::move(child));
  return out;
}

void SortUnique(std::vector<std::string>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

// First and last day of a date of any precision.
std::optional<std::pair<int32_t, int32_t>> DaysOf(absl::string_view date) {
  const std::optional<int32_t> first = FirstDayOf(date);
  if (!first) return std::nullopt;
  const absl::CivilDay day = absl::CivilDay(1970, 1, 1) + *first;
  absl::CivilDay next = day + 1;
  if (date.size() == 4) next = absl::CivilDay(day.year() + 1, 1, 1);
  if (date.size() == 7) next = absl::CivilDay(absl::CivilMonth(day) + 1);
  return std::pair(*first, static_cast<int32_t>(next - absl::CivilDay(1970, 1, 1)) - 1);
}

bool IsRange(Comparator comparator) {
  return comparator == Comparator::kLess || comparator == Comparator::kLessOrEqual ||
         comparator == Comparator::kGreater || comparator == Comparator::kGreaterOrEqual;
}

// Sets the bounds for `x comparator value`, where value stands for low..high.
void SetBounds(Comparator comparator, double low, double high, QueryNode* out) {
  switch (comparator) {
    case Comparator::kLess:
      out->high = low;
      out->high_exclusive = true;
      return;
    case Comparator::kLessOrEqual:
      out->high = high;
      return;
    case Comparator::kGreater:
      out->low = high;
      out->low_exclusive = true;
      return;
    case Comparator::kGreaterOrEqual:
      out->low = low;
      return;
    default:
      out->low = low;
      out->high = high;
  }
}

// The field of every leaf of `node`, if they share one; then also set on the nodes between.
bool ShareField(QueryNode* node, std::string* field, std::string* key) {
  if (node->children.empty()) {
    if (node->field.empty()) return false;
    *field = node->field;
    *key = node->attribute_key;
    return true;
  }
  for (size_t i = 0; i < node->children.size(); ++i) {
    std::string f, k;
    if (!ShareField(&node->children[i], &f, &k)) return false;
    if (i > 0 && (f != *field || k != *key)) return false;
    *field = f;
    *key = k;
  }
  node->field = *field;
  node->attribute_key = *key;
  return true;
}

}  // namespace

void SplitConditions(BoundQuery* query) {
  query->conditions.clear();
  query->rest = QueryNode();
  std::vector<QueryNode> others;
  std::vector<QueryNode> parts =
      query->filter.kind == Kind::kAnd ? query->filter.children : std::vector{query->filter};
  for (QueryNode& part : parts) {
    std::string field, key;
    if (ShareField(&part, &field, &key)) {
      query->conditions.push_back(std::move(part));
    } else {
      others.push_back(std::move(part));
    }
  }
  if (others.size() == 1) {
    query->rest = std::move(others[0]);
  } else if (!others.empty()) {
    query->rest.kind = Kind::kAnd;
    query->rest.children = std::move(others);
  }
}

QueryNode FilterBinder::Explained(QueryNode node, ExplainStep step) {
  node.explain = static_cast<int>(explain_->size());
  explain_->push_back(std::move(step));
  return node;
}

absl::StatusOr<QueryNode> FilterBinder::Bind(const FilterNode& node) {
  QueryNode out;
  switch (node.kind) {
    case FilterNode::Kind::kAll:
      return out;
    case FilterNode::Kind::kCondition:
      return Condition(node);
    case FilterNode::Kind::kAnd:
      out.kind = Kind::kAnd;
      break;
    case FilterNode::Kind::kOr:
      out.kind = Kind::kOr;
      break;
    case FilterNode::Kind::kNot:
      out.kind = Kind::kNot;
      break;
  }
  for (const FilterNode& child : node.children) {
    PARFOCAL_ASSIGN_OR_RETURN(out.children.emplace_back(), Bind(child));
  }
  return out;
}

absl::StatusOr<QueryNode> FilterBinder::Condition(const FilterNode& node) {
  const bool attribute = node.field == "attribute";
  const Field* field = attribute ? nullptr : FindField(node.field);
  if (!attribute && (field == nullptr || field->privacy != FieldPrivacy::kOpen)) {
    return UnknownField(node);
  }
  if (attribute && IsPersonalAttribute(node.attribute_key)) {
    return Refuse(node,
                  absl::StrCat("attribute '", node.attribute_key,
                               "' speaks of a person and is not searchable"),
                  "FILTER_UNKNOWN_FIELD");
  }
  const bool has_member =
      attribute ? node.member.empty()
                : node.member.empty() || node.member == "exact" || node.member == "closure";
  if (!has_member) {
    return Refuse(node,
                  absl::StrCat("'", node.field, "' has no '", node.member,
                               "'; there are .exact and .closure"),
                  "FILTER_UNKNOWN_FIELD");
  }
  if (node.comparator == Comparator::kPresent) {
    QueryNode out;
    out.kind = Kind::kHas;
    out.field = node.field;
    out.attribute_key = node.attribute_key;
    ExplainStep step;
    step.text = "*";
    step.field = attribute ? AttributeName(node.attribute_key) : node.field;
    step.note = "any value";
    if (attribute) NoteNearKeys(node.attribute_key, &step);
    return Explained(std::move(out), std::move(step));
  }
  std::vector<QueryNode> any;
  for (const std::string& value : node.values) {
    if (attribute) {
      PARFOCAL_ASSIGN_OR_RETURN(any.emplace_back(), AttributeValue(node, value));
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(any.emplace_back(), FieldValue(node, *field, value));
    }
  }
  QueryNode out;
  if (any.size() == 1) {
    out = std::move(any[0]);
  } else {
    out.kind = Kind::kOr;
    out.children = std::move(any);
  }
  return node.comparator == Comparator::kNotEquals ? Not(std::move(out)) : out;
}

// Which keys there are instead of one that no record has.
void FilterBinder::NoteNearKeys(const std::string& key, ExplainStep* step) const {
  if (key.empty() || snapshot_ == nullptr) return;
  const std::vector<std::string> near = snapshot_->AttributeKeysNear(key, 3);
  if (near.empty() || absl::EqualsIgnoreCase(near[0], key)) return;
  absl::StrAppend(&step->note, step->note.empty() ? "" : "; ",
                  "no record has this key, nearest: ", absl::StrJoin(near, ", "));
}

absl::StatusOr<QueryNode> FilterBinder::AttributeValue(const FilterNode& node,
                                                       const std::string& value) {
  QueryNode out;
  out.field = "attribute";
  out.attribute_key = node.attribute_key;
  ExplainStep step;
  step.text = value;
  step.field = AttributeName(node.attribute_key);
  const std::optional<double> number = NumberIn(value);
  if (IsRange(node.comparator)) {
    if (!number) {
      return Refuse(node, absl::StrCat("'", value, "' is not a number"), "FILTER_TYPE");
    }
    out.kind = Kind::kRange;
    SetBounds(node.comparator, *number, *number, &out);
    step.note = "compared as numbers";
  } else if (node.comparator == Comparator::kContains) {
    out.kind = Kind::kSubstring;
    out.words.push_back(value);
    step.note = "contains, without regard to case";
  } else {
    out.kind = Kind::kValue;
    out.values.push_back(value);
    out.low = out.high = number;
    step.note =
        number ? "as the source writes it, or the same number" : "exactly as the source writes it";
  }
  NoteNearKeys(node.attribute_key, &step);
  return Explained(std::move(out), std::move(step));
}

absl::StatusOr<QueryNode> FilterBinder::FieldValue(const FilterNode& node, const Field& field,
                                                   const std::string& value) {
  const bool number = field.kind == FieldKind::kNumber || field.kind == FieldKind::kDate;
  if (IsRange(node.comparator) || number) {
    if (!number) {
      return Refuse(
          node,
          absl::StrCat("'", field.name, "' is neither a number nor a date, so it has no order"),
          "FILTER_TYPE");
    }
    return Range(node, field, value);
  }
  if (node.comparator == Comparator::kContains) {
    QueryNode out = Leaf(Kind::kSubstring, field);
    out.words.push_back(value);
    ExplainStep step;
    step.text = value;
    step.field = std::string(field.name);
    step.note = "contains, without regard to case";
    return Explained(std::move(out), std::move(step));
  }
  if (field.kind == FieldKind::kText) {
    return Refuse(node, absl::StrCat("'", field.name, "' is text; ask ", field.name, ":\"part\""),
                  "FILTER_TYPE");
  }
  return Equal(node, field, value);
}

absl::StatusOr<QueryNode> FilterBinder::Range(const FilterNode& node, const Field& field,
                                              const std::string& value) {
  QueryNode out = Leaf(Kind::kRange, field);
  ExplainStep step;
  step.text = value;
  step.field = std::string(field.name);
  if (field.kind == FieldKind::kDate) {
    const auto days = DaysOf(value);
    if (!days) {
      return Refuse(node, absl::StrCat("'", value, "' is no date (YYYY, YYYY-MM or YYYY-MM-DD)"),
                    "FILTER_TYPE");
    }
    SetBounds(node.comparator, days->first, days->second, &out);
    step.note = "compared as dates";
  } else {
    const std::optional<double> number = NumberIn(value);
    if (!number) {
      return Refuse(node, absl::StrCat("'", value, "' is not a number"), "FILTER_TYPE");
    }
    SetBounds(node.comparator, *number, *number, &out);
    step.note = "compared as numbers";
  }
  return Explained(std::move(out), std::move(step));
}

absl::StatusOr<QueryNode> FilterBinder::Equal(const FilterNode& node, const Field& field,
                                              const std::string& value) {
  QueryNode out = Leaf(Kind::kValue, field);
  ExplainStep step;
  step.text = value;
  step.field = std::string(field.name);
  const bool closure =
      field.closure && (field.stated ? node.member == "closure" : node.member != "exact");
  if (field.stated || !field.closure) {
    PARFOCAL_RETURN_IF_ERROR(ResolveStated(field, value, closure, &out, &step));
  } else {
    PARFOCAL_RETURN_IF_ERROR(ResolveTerms(field, value, closure, &out, &step));
  }
  SortUnique(&out.values);
  if (!closure) step.expanded_terms = 0;
  return Explained(std::move(out), std::move(step));
}

absl::Status FilterBinder::AddClosure(const std::string& term, const std::string& value,
                                      QueryNode* out, ExplainStep* step) const {
  const std::vector<std::string> below = terms_->Descendants(term, kMaxClosureTerms + 1);
  if (below.size() > kMaxClosureTerms) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("filter: '", value, "' stands for more than ",
                                                kMaxClosureTerms, " terms; limit closure_terms is ",
                                                kMaxClosureTerms, ", ask for something narrower")),
        "LIMIT_EXCEEDED", "closure_terms");
  }
  step->expanded_terms += static_cast<int64_t>(below.size());
  out->values.insert(out->values.end(), below.begin(), below.end());
  return absl::OkStatus();
}

// Adds what `value` is another name of, unless it is there already.
absl::Status FilterBinder::AddOtherNames(const Field& field, const std::string& value, bool closure,
                                         QueryNode* out, ExplainStep* step) const {
  if (names_ == nullptr || field.stated) return absl::OkStatus();
  for (const std::string& key : names_(field, value)) {
    if (std::find(out->values.begin(), out->values.end(), key) != out->values.end()) continue;
    absl::StrAppend(&step->note, step->note.empty() ? "a name of " : ", ", key);
    out->values.push_back(key);
    if (closure && terms_ != nullptr) PARFOCAL_RETURN_IF_ERROR(AddClosure(key, value, out, step));
  }
  return absl::OkStatus();
}

// An id that no ontology describes means what the words beside it say: adds the values in use that
// are counted as one with it.
void FilterBinder::AddSameWords(const Field& field, const std::string& curie, QueryNode* out,
                                ExplainStep* step) const {
  size_t shown = 0;
  for (std::string& key : snapshot_->ValuesNamed(field.name, curie)) {
    if (key == curie) continue;
    if (++shown <= kShownValues)
      absl::StrAppend(&step->note, shown == 1 ? "; the same words: " : ", ", key);
    out->values.push_back(std::move(key));
  }
}

// A field whose terms roll up: an id, else labels and exact synonyms, else values in use.
absl::Status FilterBinder::ResolveTerms(const Field& field, const std::string& value, bool closure,
                                        QueryNode* out, ExplainStep* step) const {
  std::vector<std::string> found;
  std::string curie = CanonicalCurie(value);
  if (!curie.empty()) {
    step->rule = TermRule::kGivenId;
    const std::optional<Term> term = terms_ == nullptr ? std::nullopt : terms_->Find(curie);
    if (term) {
      step->label = term->label;
      if (term->obsolete && !term->replaced_by.empty()) {
        // Rows that still carry the obsolete id are wanted too.
        out->values.push_back(curie);
        step->rule = TermRule::kReplacedObsolete;
        step->note = absl::StrCat(curie, " is obsolete");
        curie = term->replaced_by;
        step->label = terms_->LabelOf(curie).value_or("");
      }
    } else {
      step->note = "no ontology that is loaded has this id";
      AddSameWords(field, curie, out, step);
    }
    step->term = curie;
    found.push_back(curie);
  } else if (terms_ != nullptr) {
    const std::vector<std::string> ontologies(field.ontologies.begin(), field.ontologies.end());
    const std::vector<TermMatch> matches = terms_->Exact(value, ontologies);
    const bool by_label = std::any_of(matches.begin(), matches.end(),
                                      [](const TermMatch& m) { return !m.by_synonym; });
    for (const TermMatch& match : matches) {
      if (by_label ? match.by_synonym : match.scope != SynonymScope::kExact) continue;
      if (found.empty()) {
        step->rule = by_label ? TermRule::kExactLabel : TermRule::kExactSynonym;
        step->term = match.id;
        step->label = match.label;
      } else {
        step->note = absl::StrCat(step->note, step->note.empty() ? "also " : ", ", match.id);
      }
      found.push_back(match.id);
    }
  }
  for (const std::string& term : found) {
    if (closure && terms_ != nullptr) {
      PARFOCAL_RETURN_IF_ERROR(AddClosure(term, value, out, step));
    }
    out->values.push_back(term);
  }
  PARFOCAL_RETURN_IF_ERROR(AddOtherNames(field, value, closure, out, step));
  if (!out->values.empty()) return absl::OkStatus();
  const std::vector<std::string> in_use = snapshot_->ValuesNamed(field.name, value);
  for (const std::string& key : in_use) {
    if (closure && terms_ != nullptr && !CanonicalCurie(key).empty()) {
      PARFOCAL_RETURN_IF_ERROR(AddClosure(key, value, out, step));
    }
    out->values.push_back(key);
  }
  step->note = in_use.empty() ? "no term and no value in use has this name" : "words in use";
  if (in_use.empty()) out->values.push_back(value);
  return absl::OkStatus();
}

// What is compared as it was written: id or words.
absl::Status FilterBinder::ResolveStated(const Field& field, const std::string& value, bool closure,
                                         QueryNode* out, ExplainStep* step) const {
  out->values = snapshot_->ValuesNamed(field.name, value);
  QueryNode others;
  PARFOCAL_RETURN_IF_ERROR(AddOtherNames(field, value, /*closure=*/false, &others, step));
  if (!others.values.empty()) {
    // What has an id is known by it; words that no rule mapped may mean the same.
    std::erase_if(out->values, [](const std::string& key) { return !CuriePrefix(key).empty(); });
    out->values.insert(out->values.end(), others.values.begin(), others.values.end());
  }
  const bool named = !out->values.empty();
  const std::string curie = field.kind == FieldKind::kTerm ? CanonicalCurie(value) : std::string();
  if (!curie.empty()) {
    out->values.push_back(curie);
    step->term = curie;
    step->rule = TermRule::kGivenId;
    if (terms_ != nullptr) step->label = terms_->LabelOf(curie).value_or("");
  }
  if (closure && terms_ != nullptr) {
    for (const std::string& key : std::vector<std::string>(out->values)) {
      if (!CanonicalCurie(key).empty()) {
        PARFOCAL_RETURN_IF_ERROR(AddClosure(key, value, out, step));
      }
    }
  }
  if (!named && curie.empty()) step->note = "no value in use has this name";
  if (out->values.empty()) out->values.push_back(value);
  return absl::OkStatus();
}

}  // namespace parfocal
