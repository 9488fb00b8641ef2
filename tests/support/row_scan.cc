#include "support/row_scan.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/text.h"

namespace parfocal::testing {

using Kind = QueryNode::Kind;

RowScan::RowScan(const RecordStore& store, const TermLookup* terms) : terms_(terms) {
  for (const Source& source : store.ListSources()) {
    store
        .Scan({source.id, "", ""}, std::nullopt,
              [&](const StoredRecord& stored) {
                std::visit([&](const auto& record) { Take(record); }, stored.record);
                return true;
              })
        .IgnoreError();
  }
  for (uint32_t s = 0; s < studies_.size(); ++s) {
    if (!studies_[s].rows.empty()) {
      ApplyRule(studies_[s]);
    } else if (studies_[s].has_record) {
      Row row;
      row.study = s;
      row.images = studies_[s].images.value_or(-1);
      for (const StatedValue& stated : studies_[s].stated) row.values.push_back(stated.value);
      studies_[s].rows.push_back(static_cast<uint32_t>(rows_.size()));
      rows_.push_back(std::move(row));
    }
  }
  for (Row& row : rows_) {
    std::sort(row.values.begin(), row.values.end());
    row.values.erase(std::unique(row.values.begin(), row.values.end()), row.values.end());
  }
}

uint32_t RowScan::WordNumber(const std::string& word) {
  const auto [it, fresh] = word_numbers_.try_emplace(word, static_cast<uint32_t>(words_.size()));
  if (fresh) words_.push_back(word);
  return it->second;
}

RowScan::Words RowScan::Split(absl::string_view text) {
  Words out;
  for (const Token& token : Tokenise(text)) {
    out.push_back({WordNumber(token.word), WordNumber(Stem(token.word)), token.position});
  }
  return out;
}

uint32_t RowScan::ValueNumber(uint32_t field, absl::string_view key) {
  const auto [it, fresh] = value_numbers_.try_emplace(std::pair(field, std::string(key)),
                                                      static_cast<uint32_t>(values_.size()));
  if (fresh) {
    values_.emplace_back();
    values_.back().field = field;
    values_.back().key = values_.back().label = std::string(key);
  }
  return it->second;
}

uint32_t RowScan::Note(const FieldValue& from) {
  const size_t before = values_.size();
  const uint32_t number = ValueNumber(from.field, from.key);
  if (values_.size() == before) return number;
  Value& value = values_[number];
  if (!from.label.empty()) value.label = std::string(from.label);
  value.is_term = from.is_term;
  value.number = from.number;
  const Field& field = Fields()[from.field];
  value.searched = field.weight > 0 && field.privacy == FieldPrivacy::kOpen;
  value.key_words = Split(value.key);
  if (value.label != value.key) value.label_words = Split(value.label);
  return number;
}

uint32_t RowScan::NoteAttribute(const std::string& name, const std::string& key) {
  const uint32_t field =
      kAttribute + attribute_numbers_
                       .try_emplace(absl::AsciiStrToLower(name),
                                    static_cast<uint32_t>(attribute_numbers_.size()))
                       .first->second;
  const size_t before = values_.size();
  const uint32_t number = ValueNumber(field, key);
  if (values_.size() == before) return number;
  Value& value = values_[number];
  value.number = NumberIn(key);
  value.searched = std::any_of(key.begin(), key.end(),
                               [](unsigned char c) { return absl::ascii_isalpha(c) || c >= 0x80; });
  value.key_words = Split(key);
  return number;
}

uint32_t RowScan::StudyNumber(const std::string& source, const std::string& accession) {
  const std::string key = StudyKey(source, accession);
  const auto [it, fresh] = study_numbers_.emplace(key, static_cast<uint32_t>(studies_.size()));
  if (fresh) {
    studies_.emplace_back();
    studies_.back().source = source;
    studies_.back().accession = accession;
    studies_.back().key = key;
  }
  return it->second;
}

void RowScan::Take(const Study& record) {
  StudyOf& study = studies_[StudyNumber(record.source, record.accession)];
  study.has_record = true;
  study.folded_title = Fold(record.title);
  study.day = FirstDayOf(record.release_date);
  study.bytes = record.bytes;
  study.images = record.image_count;
  ForEachFieldValue(record, [&](const FieldValue& value, absl::string_view scope) {
    study.stated.push_back({Note(value), std::string(scope)});
  });
  for (const auto& [name, value] : record.attributes) {
    if (name.empty() || value.empty() || IsPersonalAttribute(name)) continue;
    study.stated.push_back({NoteAttribute(name, value), ""});
  }
  ForEachText(record, [&](const Field& field, absl::string_view text) {
    study.texts[field.id] = Split(text);
    study.folded[field.id] = Fold(text);
  });
}

void RowScan::Take(const ImageSet& set) {
  Row row;
  row.study = StudyNumber(set.source, set.study);
  row.id = set.id;
  row.block = set.block;
  const bool original =
      set.image_kind == ImageKind::kOriginal || set.image_kind == ImageKind::kUnspecified;
  row.images = !set.images_available || !original ? 0 : set.image_count.value_or(-1);
  ForEachFieldValue(set, [&](const FieldValue& value) { row.values.push_back(Note(value)); });
  for (const auto& [name, value] : set.attributes) {
    if (name.empty() || value.empty() || IsPersonalAttribute(name)) continue;
    row.values.push_back(NoteAttribute(name, value));
  }
  studies_[row.study].rows.push_back(static_cast<uint32_t>(rows_.size()));
  rows_.push_back(std::move(row));
}

void RowScan::ApplyRule(const StudyOf& study) {
  std::set<uint32_t> claimed;
  for (uint32_t r : study.rows) claimed.insert(rows_[r].values.begin(), rows_[r].values.end());
  for (uint32_t r : study.rows) {
    Row& row = rows_[r];
    std::set<uint32_t> own_fields;
    for (uint32_t value : row.values) own_fields.insert(values_[value].field);
    for (const StatedValue& stated : study.stated) {
      if (!stated.scope.empty() && stated.scope != row.block) continue;
      if (own_fields.count(values_[stated.value].field) == 0 || claimed.count(stated.value) == 0) {
        row.values.push_back(stated.value);
      }
    }
  }
}

std::optional<uint32_t> RowScan::FieldNumber(const std::string& field,
                                             const std::string& key) const {
  if (field == "attribute") {
    const auto it = attribute_numbers_.find(absl::AsciiStrToLower(key));
    if (it == attribute_numbers_.end()) return std::nullopt;
    return kAttribute + it->second;
  }
  const Field* known = FindField(field);
  if (known == nullptr) return std::nullopt;
  return known->id;
}

RowScan::Rows RowScan::WithValues(const std::vector<uint8_t>& wanted) const {
  Rows out(rows_.size(), 0);
  for (size_t r = 0; r < rows_.size(); ++r) {
    for (uint32_t value : rows_[r].values) out[r] |= wanted[value];
  }
  return out;
}

RowScan::Rows RowScan::Match(const QueryNode& node) {
  switch (node.kind) {
    case Kind::kAll:
      return Rows(rows_.size(), 1);
    case Kind::kNone:
      return Rows(rows_.size(), 0);
    case Kind::kAnd:
    case Kind::kOr: {
      const bool all = node.kind == Kind::kAnd;
      Rows out(rows_.size(), all ? 1 : 0);
      for (const QueryNode& child : node.children) {
        const Rows rows = Match(child);
        for (size_t r = 0; r < out.size(); ++r) out[r] = all ? out[r] & rows[r] : out[r] | rows[r];
      }
      return out;
    }
    case Kind::kNot: {
      Rows out = Match(node.children[0]);
      for (uint8_t& row : out) row = row == 0 ? 1 : 0;
      return out;
    }
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kPrefix:
      return MatchWords(node);
    default:
      break;
  }
  const Field* known = FindField(node.field);
  if (known != nullptr && known->kind == FieldKind::kText) return MatchText(node, *known);
  const std::optional<uint32_t> field = FieldNumber(node.field, node.attribute_key);
  std::vector<uint8_t> wanted(values_.size(), 0);
  for (size_t v = 0; v < values_.size(); ++v) {
    if (field ? values_[v].field != *field
              : !node.field.empty() || values_[v].field >= kAttribute || !values_[v].searched ||
                    !Fields()[values_[v].field].closure) {
      continue;
    }
    wanted[v] = Wanted(node, values_[v]) ? 1 : 0;
  }
  return WithValues(wanted);
}

bool RowScan::Wanted(const QueryNode& leaf, const Value& value) const {
  if (leaf.kind == Kind::kHas) return true;
  if (leaf.kind == Kind::kValue) {
    if (leaf.low && value.number && *value.number == *leaf.low) return true;
    return std::binary_search(leaf.values.begin(), leaf.values.end(), value.key);
  }
  if (leaf.kind == Kind::kSubstring) {
    const std::string part = Fold(leaf.words[0]);
    return absl::StrContains(Fold(value.key), part) ||
           absl::StrContains(Fold(LabelOf(value)), part);
  }
  if (!value.number) return false;
  const double x = *value.number;
  const bool low = !leaf.low || (leaf.low_exclusive ? x > *leaf.low : x >= *leaf.low);
  const bool high = !leaf.high || (leaf.high_exclusive ? x < *leaf.high : x <= *leaf.high);
  return low && high;
}

RowScan::Rows RowScan::MatchText(const QueryNode& leaf, const Field& field) const {
  Rows out(rows_.size(), 0);
  for (const StudyOf& study : studies_) {
    const auto text = study.folded.find(field.id);
    if (text == study.folded.end() || text->second.empty()) continue;
    if (leaf.kind != Kind::kHas && !absl::StrContains(text->second, Fold(leaf.words[0]))) continue;
    for (uint32_t r : study.rows) out[r] = 1;
  }
  return out;
}

RowScan::Rows RowScan::MatchWords(const QueryNode& leaf) {
  std::vector<uint8_t> begins(words_.size(), 0);
  if (leaf.kind == Kind::kPrefix) {
    for (size_t w = 0; w < words_.size(); ++w)
      begins[w] = absl::StartsWith(words_[w], leaf.words[0]);
  }
  std::vector<uint32_t> wanted;
  for (const std::string& word : leaf.words) {
    // A word that no record has gets a number that no record has.
    const auto it = word_numbers_.find(leaf.kind == Kind::kWord ? Stem(word) : word);
    wanted.push_back(it == word_numbers_.end() ? UINT32_MAX : it->second);
  }
  const auto occurs = [&](const Words& words) {
    for (const Word& at : words) {
      if (leaf.kind == Kind::kPrefix && begins[at.word] != 0) return true;
      if (leaf.kind == Kind::kWord && at.stem == wanted[0]) return true;
      if (leaf.kind != Kind::kPhrase || at.word != wanted[0]) continue;
      bool all = true;
      for (uint32_t i = 1; i < wanted.size() && all; ++i) {
        all = std::any_of(words.begin(), words.end(), [&](const Word& other) {
          return other.word == wanted[i] && other.position == at.position + i;
        });
      }
      if (all) return true;
    }
    return false;
  };
  const std::optional<uint32_t> field =
      leaf.field.empty() ? std::nullopt : FieldNumber(leaf.field, "");
  std::vector<uint8_t> hit(values_.size(), 0);
  for (size_t v = 0; v < values_.size(); ++v) {
    const Value& value = values_[v];
    if (!value.searched || (field && value.field != *field)) continue;
    hit[v] = occurs(value.key_words) || occurs(value.label_words) ? 1 : 0;
  }
  Rows out = WithValues(hit);
  for (const StudyOf& study : studies_) {
    const bool in_texts =
        std::any_of(study.texts.begin(), study.texts.end(), [&](const auto& text) {
          return (!field || *field == text.first) && Fields()[text.first].weight > 0 &&
                 occurs(text.second);
        });
    if (!in_texts) continue;
    for (uint32_t r : study.rows) out[r] = 1;
  }
  return out;
}

std::string RowScan::LabelOf(const Value& value) const {
  if (terms_ != nullptr && value.is_term) {
    if (auto label = terms_->LabelOf(value.key); label && !label->empty()) return *label;
  }
  return value.label;
}

Counts RowScan::Count(const Rows& rows) const {
  Counts out;
  std::set<uint32_t> studies;
  for (size_t r = 0; r < rows.size(); ++r) {
    if (rows[r] == 0) continue;
    if (studies.empty() || *studies.rbegin() != rows_[r].study) studies.insert(rows_[r].study);
    ++out.rows;
    out.image_sets += !rows_[r].id.empty();
    out.images += std::max<int64_t>(0, rows_[r].images);
    out.unknown_image_sets += rows_[r].images < 0;
  }
  out.studies = static_cast<int64_t>(studies.size());
  return out;
}

bool RowScan::Orders(const BoundQuery& query) {
  return query.order != SearchOrder::kRelevance || query.words.kind == Kind::kAll;
}

SearchAnswer RowScan::Execute(const BoundQuery& query) {
  const Rows words = Match(query.words), rest = Match(query.rest);
  std::vector<Rows> conditions;
  for (const QueryNode& condition : query.conditions) conditions.push_back(Match(condition));
  // Of the conditions those on another field than `spec`'s.
  const auto without = [&](const FacetSpec* spec) {
    Rows out = words;
    for (size_t r = 0; r < out.size(); ++r) out[r] &= rest[r];
    for (size_t c = 0; c < conditions.size(); ++c) {
      const QueryNode& condition = query.conditions[c];
      if (spec != nullptr && condition.field == spec->field &&
          (spec->field != "attribute" || condition.attribute_key == spec->attribute_key)) {
        continue;
      }
      for (size_t r = 0; r < out.size(); ++r) out[r] &= conditions[c][r];
    }
    return out;
  };
  SearchAnswer answer;
  const Rows rows = without(nullptr);
  answer.total = Count(rows);
  for (const FacetSpec& spec : query.facets) {
    answer.facets.push_back(CountFacet(spec, query.level, without(&spec)));
  }
  if (Orders(query)) FillHits(query, rows, &answer);
  return answer;
}

}  // namespace parfocal::testing
