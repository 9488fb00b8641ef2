#include "matcher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

using Kind = QueryNode::Kind;

// Above this many keys it is cheaper to walk over the values in use.
constexpr size_t kManyKeys = 1000;

bool InRange(const QueryNode& leaf, double x) {
  if (leaf.low && (leaf.low_exclusive ? x <= *leaf.low : x < *leaf.low)) return false;
  if (leaf.high && (leaf.high_exclusive ? x >= *leaf.high : x > *leaf.high)) return false;
  return true;
}

void CollectPositive(const QueryNode& node, std::vector<const QueryNode*>* out) {
  if (node.kind == Kind::kNot) return;
  if (IsWordLeaf(node) || IsMeaningLeaf(node)) {
    const std::string key = LeafKey(node);
    for (const QueryNode* seen : *out) {
      if (LeafKey(*seen) == key) return;
    }
    out->push_back(&node);
  }
  for (const QueryNode& child : node.children) CollectPositive(child, out);
}

}  // namespace

bool IsWordLeaf(const QueryNode& node) {
  return node.kind == Kind::kWord || node.kind == Kind::kPhrase || node.kind == Kind::kPrefix;
}

bool IsMeaningLeaf(const QueryNode& node) {
  return (node.kind == Kind::kValue || node.kind == Kind::kHas) && !node.words.empty();
}

bool FindsTermsOfWords(const Field& field) {
  return field.closure && !field.stated && field.weight > 0 && field.privacy == FieldPrivacy::kOpen;
}

std::string LeafKey(const QueryNode& leaf) {
  // A closure may be long; what it is the closure of says the same.
  if (IsMeaningLeaf(leaf)) {
    return absl::StrCat("=", absl::StrJoin(leaf.words, "\n="), "\n", leaf.field);
  }
  switch (leaf.kind) {
    case Kind::kWord:
      return absl::StrCat(Stem(leaf.words[0]), "\n", leaf.field);
    case Kind::kPhrase:
      return absl::StrCat("\"", absl::StrJoin(leaf.words, " "), "\"\n", leaf.field);
    case Kind::kPrefix:
      return absl::StrCat(leaf.words[0], "*\n", leaf.field);
    default:
      return absl::StrCat("\n", static_cast<int>(leaf.kind), "\n", leaf.field, "\n",
                          leaf.attribute_key, "\n", absl::StrJoin(leaf.words, "\n"), "\n\n",
                          absl::StrJoin(leaf.values, "\n"), "\n", leaf.low.has_value(), " ",
                          leaf.low.value_or(0), " ", leaf.high.has_value(), " ",
                          leaf.high.value_or(0), leaf.low_exclusive, leaf.high_exclusive);
  }
}

std::vector<const QueryNode*> PositiveWords(const QueryNode& node) {
  std::vector<const QueryNode*> out;
  CollectPositive(node, &out);
  return out;
}

absl::StatusOr<RowSet> Matcher::Evaluate(const QueryNode& node) {
  PARFOCAL_RETURN_IF_ERROR(interrupt_->Spend(static_cast<int64_t>(rows_.words())));
  switch (node.kind) {
    case Kind::kAll:
      return rows_.live();
    case Kind::kNone:
      return RowSet(rows_.words());
    case Kind::kAnd: {
      RowSet out = rows_.live();
      for (const QueryNode& child : node.children) {
        PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows, Evaluate(child));
        out.And(rows);
      }
      return out;
    }
    case Kind::kOr: {
      RowSet out(rows_.words());
      for (const QueryNode& child : node.children) {
        PARFOCAL_ASSIGN_OR_RETURN(RowSet rows, Evaluate(child));
        if (child.explain >= 0) {
          const size_t step = static_cast<size_t>(child.explain);
          if (added_.size() <= step) added_.resize(step + 1, 0);
          const int64_t before = out.Count();
          out.Or(rows);
          added_[step] = out.Count() - before;
        } else {
          out.Or(rows);
        }
      }
      return out;
    }
    case Kind::kNot: {
      RowSet out = rows_.live();
      PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows, Evaluate(node.children[0]));
      out.AndNot(rows);
      return out;
    }
    default: {
      PARFOCAL_ASSIGN_OR_RETURN(const Leaf* leaf, EvaluateLeaf(node));
      return leaf->rows;
    }
  }
}

absl::StatusOr<const Matcher::Leaf*> Matcher::EvaluateLeaf(const QueryNode& node) {
  std::unique_ptr<Leaf>& leaf = leaves_[LeafKey(node)];
  if (leaf == nullptr) {
    auto fresh = std::make_unique<Leaf>();
    fresh->rows = RowSet(rows_.words());
    PARFOCAL_RETURN_IF_ERROR(Fill(node, fresh.get()));
    leaf = std::move(fresh);
  }
  if (node.explain >= 0) {
    const size_t step = static_cast<size_t>(node.explain);
    if (explained_.size() <= step) explained_.resize(step + 1, -1);
    explained_[step] = leaf->rows.Count();
  }
  return leaf.get();
}

absl::Status Matcher::Fill(const QueryNode& leaf, Leaf* out) {
  if (IsWordLeaf(leaf)) return FillWords(leaf, out);
  if (IsMeaningLeaf(leaf)) return FillMeaning(leaf, out);
  if (const Field* field = FindField(leaf.field);
      field != nullptr && field->kind == FieldKind::kText) {
    return FillText(leaf, *field, out);
  }
  if (leaf.field == "attribute" && leaf.attribute_key.empty()) return FillAnyAttribute(leaf, out);
  absl::StatusOr<FieldKey> field = FieldOf(leaf);
  // A key that no record uses is on no row.
  if (field.status().code() == absl::StatusCode::kNotFound) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(field.status());
  if (leaf.kind == Kind::kHas) return rows_.AddHavingAny(*field, interrupt_, &out->rows);
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<ValueId> values, Choose(leaf, *field));
  return rows_.AddHolding(ValueSet(std::move(values)), interrupt_, &out->rows);
}

// Of any key that does not speak of persons.
absl::Status Matcher::FillAnyAttribute(const QueryNode& leaf, Leaf* out) {
  std::vector<ValueId> all;
  for (uint32_t key = 0; key < rows_.vocabulary().attribute_keys(); ++key) {
    PARFOCAL_RETURN_IF_ERROR(interrupt_->Spend(20));
    if (IsPersonalAttribute(rows_.vocabulary().AttributeKeyName(key))) continue;
    const FieldKey field = kFirstAttributeField + key;
    if (leaf.kind == Kind::kHas) {
      PARFOCAL_RETURN_IF_ERROR(rows_.AddHavingAny(field, interrupt_, &out->rows));
      continue;
    }
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<ValueId> values, Choose(leaf, field));
    all.insert(all.end(), values.begin(), values.end());
  }
  std::sort(all.begin(), all.end());
  return rows_.AddHolding(ValueSet(std::move(all)), interrupt_, &out->rows);
}

absl::StatusOr<FieldKey> Matcher::FieldOf(const QueryNode& leaf) const {
  if (leaf.field == "attribute") {
    const auto key = rows_.vocabulary().FindAttributeKey(leaf.attribute_key);
    if (!key) return absl::NotFoundError("");
    return kFirstAttributeField + *key;
  }
  const Field* field = FindField(leaf.field);
  if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "filter: no field '", leaf.field,
                          "'; nearest: ", absl::StrJoin(NearestFieldNames(leaf.field), ", "))),
                      "FILTER_UNKNOWN_FIELD", "filter");
  }
  return FieldKey{field->id};
}

std::vector<ValueId> Matcher::ValuesOf(FieldKey field) const {
  const ValueId limit = rows_.manifest().values;
  return field >= kFirstAttributeField
             ? rows_.vocabulary().OfAttribute(field - kFirstAttributeField, limit)
             : rows_.vocabulary().OfField(static_cast<FieldId>(field), limit);
}

// The values in use that `leaf` means.
absl::StatusOr<std::vector<ValueId>> Matcher::Choose(const QueryNode& leaf, FieldKey field) {
  const Vocabulary& vocabulary = rows_.vocabulary();
  std::vector<ValueId> out;
  const bool as_number = leaf.kind == Kind::kValue && leaf.low.has_value();
  if (leaf.kind == Kind::kValue && leaf.values.size() <= kManyKeys && !as_number) {
    for (const std::string& key : leaf.values) {
      const auto id = field >= kFirstAttributeField
                          ? vocabulary.FindAttribute(field - kFirstAttributeField, key)
                          : vocabulary.Find(static_cast<FieldId>(field), key);
      if (id && *id < rows_.manifest().values) out.push_back(*id);
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
  const std::string part = leaf.kind == Kind::kSubstring ? Fold(leaf.words[0]) : std::string();
  const bool attribute = field >= kFirstAttributeField;
  for (ValueId id : ValuesOf(field)) {
    PARFOCAL_RETURN_IF_ERROR(interrupt_->Spend(4));
    bool wanted = false;
    if (leaf.kind == Kind::kSubstring) {
      if (attribute) {
        wanted = Fold(vocabulary.Get(id).key).find(part) != std::string::npos;
      } else {
        const FacetDictionary::Slot& slot =
            dictionary_.slot(static_cast<FieldId>(field), dictionary_.SlotOf(id));
        if (slot.spelling.empty()) {
          wanted = slot.folded.find(part) != std::string::npos;
        } else {
          // The slot shows one of several spellings; asked is what this value says.
          const VocabularyValue value = vocabulary.Get(id);
          wanted = Fold(value.key).find(part) != std::string::npos ||
                   Fold(value.label).find(part) != std::string::npos;
        }
      }
    } else if (leaf.kind == Kind::kRange) {
      const VocabularyValue value = vocabulary.Get(id);
      const std::optional<double> number = attribute ? NumberIn(value.key) : value.number;
      wanted = number && InRange(leaf, *number);
    } else {
      const absl::string_view key = vocabulary.Get(id).key;
      wanted = std::binary_search(leaf.values.begin(), leaf.values.end(), key,
                                  [](absl::string_view a, absl::string_view b) { return a < b; });
      if (!wanted && as_number) {
        const std::optional<double> number = NumberIn(key);
        wanted = number && InRange(leaf, *number);
      }
    }
    if (wanted) out.push_back(id);
  }
  return out;
}

absl::Status Matcher::FillText(const QueryNode& leaf, const Field& field, Leaf* out) {
  if (leaf.kind != Kind::kHas && leaf.kind != Kind::kSubstring) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "filter: '", field.name, "' is text; use ", field.name, ":\"part\"")),
                      "FILTER_TYPE", "filter");
  }
  const std::string part = leaf.kind == Kind::kSubstring ? Fold(leaf.words[0]) : std::string();
  for (const LiveStudy& study : rows_.studies()) {
    if (!study.has_record) continue;
    const absl::string_view text = FoldedText(study.entry.folded_text, field.id);
    PARFOCAL_RETURN_IF_ERROR(interrupt_->Spend(static_cast<int64_t>(text.size()) / 16 + 1));
    const bool found =
        leaf.kind == Kind::kHas ? !text.empty() : text.find(part) != absl::string_view::npos;
    if (found && !text.empty()) rows_.AddStudy(study, &out->rows);
  }
  return absl::OkStatus();
}

absl::Status Matcher::FillWords(const QueryNode& leaf, Leaf* out) {
  PARFOCAL_ASSIGN_OR_RETURN(out->hits, text_->Find(leaf, rows_, dictionary_, interrupt_));
  for (const TextHits::InStudy& hit : out->hits.studies) {
    rows_.AddStudy(rows_.studies()[hit.study], &out->rows);
  }
  std::vector<ValueId> values;
  values.reserve(out->hits.values.size());
  for (const TextHits::InValue& hit : out->hits.values) values.push_back(hit.value);
  return rows_.AddHolding(ValueSet(std::move(values)), interrupt_, &out->rows);
}

absl::Status Matcher::FillMeaning(const QueryNode& leaf, Leaf* out) {
  std::vector<ValueId> values;
  for (const Field& field : Fields()) {
    if (leaf.field.empty() ? !FindsTermsOfWords(field) : field.name != leaf.field) continue;
    if (leaf.kind == Kind::kHas) {
      values = ValuesOf(field.id);
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(const std::vector<ValueId> chosen, Choose(leaf, field.id));
      values.insert(values.end(), chosen.begin(), chosen.end());
    }
  }
  std::sort(values.begin(), values.end());
  for (ValueId value : values) {
    const absl::string_view key = rows_.vocabulary().Get(value).key;
    const bool itself = std::find(leaf.words.begin(), leaf.words.end(), key) != leaf.words.end();
    out->hits.values.push_back({value, 0, itself ? kMeaningShare : kBelowMeaningShare});
  }
  return rows_.AddHolding(ValueSet(std::move(values)), interrupt_, &out->rows);
}

}  // namespace parfocal
