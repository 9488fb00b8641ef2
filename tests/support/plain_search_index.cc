#include "support/plain_search_index.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/text.h"
#include "parfocal/terms/curie.h"

namespace parfocal::testing {
namespace {

using Kind = QueryNode::Kind;
using Keys = std::set<std::string>;

// What is known of one value of one field ("organism", or "attribute\nkey" in lower case).
struct Value {
  std::string field, key, label;
  bool is_term = false;
  std::optional<double> number;
  int weight = 0;  // Of a word found in it.
  bool identifier = false;
  std::vector<Token> key_words, label_words;
};

struct PlainStudy {
  std::string source, accession, key;
  bool has_record = false;
  Study record;
  // Field -> value key -> blocks it is restricted to ("" for all).
  std::map<std::string, std::map<std::string, Keys>> stated;
  std::map<std::string, std::vector<Token>> texts;
  std::map<std::string, std::string> folded;
  std::vector<size_t> rows;
};

struct PlainRow {
  size_t study = 0;
  std::string id, block;  // No id: a study's own row.
  int64_t images = -1;
  std::map<std::string, Keys> own;
  std::map<std::string, Keys> holds;  // Own values and the study's, by the row rule.
};

std::string FieldOf(const std::string& field, const std::string& attribute_key) {
  return field == "attribute" ? "attribute\n" + absl::AsciiStrToLower(attribute_key) : field;
}

bool HasLetter(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isalpha(c) || c >= 0x80; });
}

// How many words of `tokens` the leaf accounts for; `starts` receives how often it occurs.
uint32_t CountWords(const std::vector<Token>& tokens, const QueryNode& leaf, uint32_t* starts) {
  uint32_t words = 0, times = 0;
  for (const Token& token : tokens) {
    if (leaf.kind == Kind::kWord) {
      times += Stem(token.word) == Stem(leaf.words[0]);
    } else if (leaf.kind == Kind::kPrefix) {
      times += absl::StartsWith(token.word, leaf.words[0]);
    } else if (token.word == leaf.words[0]) {
      bool all = true;
      for (size_t i = 1; i < leaf.words.size(); ++i) {
        all = all && std::any_of(tokens.begin(), tokens.end(), [&](const Token& other) {
                return other.word == leaf.words[i] && other.position == token.position + i;
              });
      }
      times += all;
    }
  }
  words = leaf.kind == Kind::kPhrase ? times * static_cast<uint32_t>(leaf.words.size()) : times;
  if (starts != nullptr) *starts = times;
  return words;
}

// A value, or any value of a field, that words of the query mean.
bool IsMeaning(const QueryNode& node) {
  return (node.kind == Kind::kValue || node.kind == Kind::kHas) && !node.words.empty();
}

std::string NameOfLeaf(const QueryNode& leaf) {
  if (IsMeaning(leaf)) {
    std::string name;
    for (const std::string& word : leaf.words) name += "=" + word + "\n";
    return name + leaf.field;
  }
  if (leaf.kind == Kind::kWord) return Stem(leaf.words[0]) + "\n" + leaf.field;
  if (leaf.kind == Kind::kPrefix) return leaf.words[0] + "*\n" + leaf.field;
  return "\"" + absl::StrJoin(leaf.words, " ") + "\"\n" + leaf.field;
}

void Positive(const QueryNode& node, std::map<std::string, const QueryNode*>* out) {
  if (node.kind == Kind::kNot) return;
  if (node.kind == Kind::kWord || node.kind == Kind::kPhrase || node.kind == Kind::kPrefix ||
      IsMeaning(node)) {
    out->emplace(NameOfLeaf(node), &node);
  }
  for (const QueryNode& child : node.children) Positive(child, out);
}

class PlainSnapshot final : public Snapshot {
 public:
  explicit PlainSnapshot(const TermLookup* terms) : terms_(terms) {}

  absl::Status Load(const RecordStore& store) {
    absl::StatusOr<StoreStatus> status = store.Status(std::string(kPublicGroup));
    PARFOCAL_RETURN_IF_ERROR(status.status());
    revision_.sequence = status->sequence;
    revision_.release = terms_ == nullptr ? "" : terms_->release();
    std::map<std::string, size_t> by_key;
    auto study_of = [&](const std::string& source, const std::string& accession) {
      const std::string key = StudyKey(source, accession);
      auto [it, fresh] = by_key.emplace(key, studies_.size());
      if (fresh) {
        studies_.emplace_back();
        studies_.back().source = source;
        studies_.back().accession = accession;
        studies_.back().key = key;
      }
      return it->second;
    };
    for (const Source& source : store.ListSources()) {
      PARFOCAL_RETURN_IF_ERROR(
          store.Scan({source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
            if (const auto* study = std::get_if<Study>(&stored.record)) {
              LoadStudy(*study, &studies_[study_of(study->source, study->accession)]);
            } else {
              const auto& set = std::get<ImageSet>(stored.record);
              LoadSet(set, study_of(set.source, set.study));
            }
            return true;
          }));
    }
    for (size_t s = 0; s < studies_.size(); ++s) {
      if (studies_[s].rows.empty() && studies_[s].has_record) {
        PlainRow row;
        row.study = s;
        row.images = studies_[s].record.image_count.value_or(-1);
        for (const auto& [field, values] : studies_[s].stated) {
          for (const auto& [key, scopes] : values) row.holds[field].insert(key);
        }
        studies_[s].rows.push_back(rows_.size());
        rows_.push_back(std::move(row));
      } else {
        ApplyRule(studies_[s]);
      }
    }
    return absl::OkStatus();
  }

  Revision revision() const override { return revision_; }

  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery& query) const override {
    Statistics out;
    out.studies = LiveStudies();
    int64_t records = 0;
    std::vector<uint64_t> sums;
    for (const Field& field : Fields()) {
      if (field.kind != FieldKind::kText) continue;
      uint64_t sum = 0;
      records = 0;
      for (const PlainStudy& study : studies_) {
        if (!study.has_record) continue;
        ++records;
        auto text = study.texts.find(std::string(field.name));
        if (text != study.texts.end()) sum += text->second.size();
      }
      out.field_length.push_back(
          records == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(records));
    }
    std::map<std::string, const QueryNode*> leaves;
    Positive(query.words, &leaves);
    for (const auto& [name, leaf] : leaves) {
      std::set<size_t> found;
      for (const PlainRow& row : rows_) {
        if (Matches(*leaf, row)) found.insert(row.study);
      }
      out.terms.push_back({name, static_cast<int64_t>(found.size())});
    }
    return out;
  }

  absl::StatusOr<SearchAnswer> Execute(const BoundQuery& query, const Statistics* statistics,
                                       absl::Time deadline, bool (*cancelled)(const void*),
                                       const void* context) const override {
    if (cancelled != nullptr && cancelled(context)) return absl::CancelledError("gone");
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("late");
    PARFOCAL_RETURN_IF_ERROR(CheckFields(query.words));
    PARFOCAL_RETURN_IF_ERROR(CheckFields(query.filter));
    Statistics own;
    if (statistics == nullptr) {
      PARFOCAL_ASSIGN_OR_RETURN(own, StatisticsFor(query));
      statistics = &own;
    }
    std::vector<const PlainRow*> match;
    for (const PlainRow& row : rows_) {
      if (Matches(query.words, row) && Matches(query.filter, row)) match.push_back(&row);
    }
    SearchAnswer answer;
    answer.revision = revision_;
    answer.total = CountRows(match);
    FillHits(query, *statistics, match, &answer);
    for (const FacetSpec& spec : query.facets) answer.facets.push_back(CountFacet(query, spec));
    answer.explain = query.explain;
    ExplainNode(query.words, &answer);
    ExplainNode(query.filter, &answer);
    return answer;
  }

  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view prefix,
                                                  const std::vector<std::string>& fields,
                                                  int limit) const override {
    const std::string begin = Fold(prefix);
    std::vector<Suggestion> out;
    for (const Field& field : Fields()) {
      if (!field.facet || field.privacy != FieldPrivacy::kOpen) continue;
      const std::string name(field.name);
      if (fields.empty() ? field.stated
                         : std::find(fields.begin(), fields.end(), name) == fields.end()) {
        continue;
      }
      std::map<std::string, int64_t> rows;  // By key, ancestors too.
      for (const PlainRow& row : rows_) {
        for (const std::string& key : Closure(name, Of(row.holds, name))) ++rows[key];
      }
      for (const auto& [key, count] : rows) {
        const std::string label = LabelOf(name, key);
        if (begin.empty() || (!BeginsWord(Fold(key), begin) && !BeginsWord(Fold(label), begin))) {
          continue;
        }
        out.push_back({label, name, key, count});
      }
    }
    std::sort(out.begin(), out.end(), [](const Suggestion& a, const Suggestion& b) {
      return std::tie(b.rows, a.text, a.field, a.value) <
             std::tie(a.rows, b.text, b.field, b.value);
    });
    if (out.size() > static_cast<size_t>(limit)) out.resize(static_cast<size_t>(limit));
    return out;
  }

  std::vector<std::string> ValuesNamed(absl::string_view field,
                                       absl::string_view text) const override {
    std::vector<std::string> out;
    const Field* known = FindField(field);
    const auto form = [&](const std::string& name) {
      return known != nullptr && FoldsSpelling(*known) ? SpellingKey(name) : Fold(name);
    };
    const auto named = [&](const Value& value) {
      return value.field == field && (form(value.key) == form(std::string(text)) ||
                                      form(value.label) == form(std::string(text)));
    };
    std::set<std::string> spellings;
    for (const auto& [id, value] : values_) {
      if (named(value)) spellings.insert(Shared(value.field, value.key));
    }
    spellings.erase("");
    for (const auto& [id, value] : values_) {
      if (value.field != field) continue;
      if (!named(value) && spellings.count(Shared(value.field, value.key)) == 0) continue;
      const bool held = std::any_of(rows_.begin(), rows_.end(), [&](const PlainRow& row) {
        return Of(row.holds, value.field).count(value.key) > 0;
      });
      if (held) out.push_back(value.key);
    }
    return out;
  }

  void CountTerm(absl::string_view curie, Counts* exact, Counts* rolled_up) const override {
    std::vector<const PlainRow*> same, below;
    for (const PlainRow& row : rows_) {
      bool is = false, under = false;
      for (const auto& [field, keys] : row.holds) {
        const Field* known = FindField(field);
        if (known == nullptr || !known->closure || known->stated) continue;
        is |= keys.count(std::string(curie)) > 0;
        under |= Closure(field, keys).count(std::string(curie)) > 0;
      }
      if (is) same.push_back(&row);
      if (under) below.push_back(&row);
    }
    *exact = CountRows(same);
    *rolled_up = CountRows(below);
  }

 private:
  static bool BeginsWord(const std::string& text, const std::string& begin) {
    for (size_t i = 0; i < text.size(); ++i) {
      const bool word = i == 0 || (std::string(" -/(,").find(text[i - 1]) != std::string::npos &&
                                   std::string(" -/(,").find(text[i]) == std::string::npos);
      if (word && absl::StartsWith(absl::string_view(text).substr(i), begin)) return true;
    }
    return false;
  }

  static const Keys& Of(const std::map<std::string, Keys>& from, const std::string& field) {
    static const Keys kNone;
    auto it = from.find(field);
    return it == from.end() ? kNone : it->second;
  }

  void Note(const FieldValue& value) {
    const Field& field = Fields()[value.field];
    Value& out = values_[{std::string(field.name), std::string(value.key)}];
    if (!out.key.empty()) return;
    out.field = std::string(field.name);
    out.key = std::string(value.key);
    out.label = std::string(value.label.empty() ? value.key : value.label);
    out.is_term = value.is_term;
    out.number = value.number;
    out.weight = field.weight;
    out.identifier = field.kind == FieldKind::kKeyword && field.weight >= 8;
    Split(&out);
  }
  void NoteAttribute(const std::string& name, const std::string& key) {
    Value& out = values_[{FieldOf("attribute", name), key}];
    if (!out.key.empty()) return;
    out.field = FieldOf("attribute", name);
    out.key = out.label = key;
    out.number = NumberIn(key);
    out.weight = HasLetter(key) ? 1 : 0;
    Split(&out);
  }
  static void Split(Value* value) {
    value->key_words = Tokenise(value->key);
    if (value->label != value->key) value->label_words = Tokenise(value->label);
  }

  void LoadStudy(const Study& record, PlainStudy* study) {
    study->has_record = true;
    study->record = record;
    ForEachFieldValue(record, [&](const FieldValue& value, absl::string_view scope) {
      Note(value);
      study->stated[std::string(Fields()[value.field].name)][std::string(value.key)].insert(
          std::string(scope));
    });
    for (const auto& [name, value] : record.attributes) {
      if (name.empty() || value.empty() || IsPersonalAttribute(name)) continue;
      NoteAttribute(name, value);
      study->stated[FieldOf("attribute", name)][value].insert("");
    }
    ForEachText(record, [&](const Field& field, absl::string_view text) {
      study->texts[std::string(field.name)] = Tokenise(text);
      study->folded[std::string(field.name)] = Fold(text);
    });
  }

  void LoadSet(const ImageSet& set, size_t study) {
    PlainRow row;
    row.study = study;
    row.id = set.id;
    row.block = set.block;
    const bool original =
        set.image_kind == ImageKind::kOriginal || set.image_kind == ImageKind::kUnspecified;
    row.images = !set.images_available || !original ? 0 : set.image_count.value_or(-1);
    ForEachFieldValue(set, [&](const FieldValue& value) {
      Note(value);
      row.own[std::string(Fields()[value.field].name)].insert(std::string(value.key));
    });
    for (const auto& [name, value] : set.attributes) {
      if (name.empty() || value.empty() || IsPersonalAttribute(name)) continue;
      NoteAttribute(name, value);
      row.own[FieldOf("attribute", name)].insert(value);
    }
    studies_[study].rows.push_back(rows_.size());
    rows_.push_back(std::move(row));
  }

  void ApplyRule(const PlainStudy& study) {
    std::map<std::string, Keys> claimed;
    for (size_t r : study.rows) {
      for (const auto& [field, keys] : rows_[r].own) {
        claimed[field].insert(keys.begin(), keys.end());
      }
    }
    for (size_t r : study.rows) {
      PlainRow& row = rows_[r];
      row.holds = row.own;
      for (const auto& [field, values] : study.stated) {
        for (const auto& [key, scopes] : values) {
          const bool in_scope =
              scopes.count("") > 0 || (!row.block.empty() && scopes.count(row.block) > 0);
          if (!in_scope) continue;
          if (Of(row.own, field).empty() || Of(claimed, field).count(key) == 0) {
            row.holds[field].insert(key);
          }
        }
      }
    }
  }

  int64_t LiveStudies() const {
    std::set<size_t> live;
    for (const PlainRow& row : rows_) live.insert(row.study);
    return static_cast<int64_t>(live.size());
  }

  const Value* Find(const std::string& field, const std::string& key) const {
    auto it = values_.find({field, key});
    return it == values_.end() ? nullptr : &it->second;
  }
  std::string LabelOf(const std::string& field, const std::string& key) const {
    const Value* value = Find(field, key);
    if (terms_ != nullptr && (value == nullptr || value->is_term)) {
      if (auto label = terms_->LabelOf(key); label && !label->empty()) return *label;
    }
    return value == nullptr ? key : value->label;
  }
  Keys Closure(const std::string& field, const Keys& keys) const {
    Keys out = keys;
    for (const std::string& key : keys) {
      const Value* value = Find(field, key);
      if (terms_ == nullptr || value == nullptr || !value->is_term) continue;
      for (const std::string& ancestor : terms_->Ancestors(key)) out.insert(ancestor);
    }
    return out;
  }

  absl::Status CheckFields(const QueryNode& node) const {
    if (!node.field.empty() && node.field != "attribute" && FindField(node.field) == nullptr) {
      return absl::InvalidArgumentError("no such field");
    }
    for (const QueryNode& child : node.children) PARFOCAL_RETURN_IF_ERROR(CheckFields(child));
    return absl::OkStatus();
  }

  bool MatchesWord(const QueryNode& leaf, const PlainRow& row) const {
    for (const auto& [field, tokens] : studies_[row.study].texts) {
      if (!leaf.field.empty() && leaf.field != field) continue;
      if (CountWords(tokens, leaf, nullptr) > 0) return true;
    }
    for (const auto& [field, keys] : row.holds) {
      if (!leaf.field.empty() && leaf.field != field) continue;
      for (const std::string& key : keys) {
        if (WordsIn(leaf, *Find(field, key)) > 0) return true;
      }
    }
    return false;
  }

  static uint32_t WordsIn(const QueryNode& leaf, const Value& value) {
    if (value.weight == 0) return 0;
    return CountWords(value.key_words, leaf, nullptr) +
           CountWords(value.label_words, leaf, nullptr);
  }

  // Whether words mean the value `key` of `field` by `leaf`.
  static bool Means(const QueryNode& leaf, const std::string& field, const std::string& key) {
    if (leaf.field.empty()) {
      const Field* known = FindField(field);
      if (known == nullptr || !known->closure || known->stated || known->weight == 0) return false;
    } else if (leaf.field != field) {
      return false;
    }
    return leaf.kind == Kind::kHas ||
           std::find(leaf.values.begin(), leaf.values.end(), key) != leaf.values.end();
  }
  static bool MeansAny(const QueryNode& leaf, const PlainRow& row) {
    for (const auto& [field, keys] : row.holds) {
      for (const std::string& key : keys) {
        if (Means(leaf, field, key)) return true;
      }
    }
    return false;
  }

  bool Matches(const QueryNode& node, const PlainRow& row) const {
    if (IsMeaning(node)) return MeansAny(node, row);
    auto child = [&](const QueryNode& c) { return Matches(c, row); };
    const std::string field = FieldOf(node.field, node.attribute_key);
    const Field* known = FindField(node.field);
    const bool text = known != nullptr && known->kind == FieldKind::kText;
    switch (node.kind) {
      case Kind::kAll:
        return true;
      case Kind::kNone:
        return false;
      case Kind::kAnd:
        return std::all_of(node.children.begin(), node.children.end(), child);
      case Kind::kOr:
        return std::any_of(node.children.begin(), node.children.end(), child);
      case Kind::kNot:
        return !Matches(node.children[0], row);
      case Kind::kWord:
      case Kind::kPhrase:
      case Kind::kPrefix:
        return MatchesWord(node, row);
      case Kind::kHas:
        if (text) return !TextOf(row, field).empty();
        if (node.field == "attribute" && node.attribute_key.empty()) break;
        return !Of(row.holds, field).empty();
      case Kind::kSubstring:
        if (text) return absl::StrContains(TextOf(row, field), Fold(node.words[0]));
        break;
      case Kind::kValue:
      case Kind::kRange:
        break;
    }
    if (node.field == "attribute" && node.attribute_key.empty()) {
      QueryNode of_key = node;
      return std::any_of(row.holds.begin(), row.holds.end(), [&](const auto& held) {
        if (!absl::StartsWith(held.first, "attribute\n")) return false;
        of_key.attribute_key = held.first.substr(sizeof("attribute\n") - 1);
        return Matches(of_key, row);
      });
    }
    for (const std::string& key : Of(row.holds, field)) {
      const Value& value = *Find(field, key);
      if (node.kind == Kind::kValue && node.low && value.number && *value.number == *node.low) {
        return true;
      }
      if (node.kind == Kind::kValue) {
        if (std::find(node.values.begin(), node.values.end(), key) != node.values.end())
          return true;
      } else if (node.kind == Kind::kSubstring) {
        const std::string part = Fold(node.words[0]);
        if (absl::StrContains(Fold(key), part) ||
            absl::StrContains(Fold(LabelOf(field, key)), part)) {
          return true;
        }
      } else if (value.number) {
        const double x = *value.number;
        const bool low = !node.low || (node.low_exclusive ? x > *node.low : x >= *node.low);
        const bool high = !node.high || (node.high_exclusive ? x < *node.high : x <= *node.high);
        if (low && high) return true;
      }
    }
    return false;
  }

  std::string TextOf(const PlainRow& row, const std::string& field) const {
    auto it = studies_[row.study].folded.find(field);
    return it == studies_[row.study].folded.end() ? "" : it->second;
  }

  Counts CountRows(const std::vector<const PlainRow*>& rows) const {
    Counts out;
    std::set<size_t> studies;
    for (const PlainRow* row : rows) {
      studies.insert(row->study);
      ++out.rows;
      out.image_sets += !row->id.empty();
      out.images += std::max<int64_t>(0, row->images);
      out.unknown_image_sets += row->images < 0;
    }
    out.studies = static_cast<int64_t>(studies.size());
    return out;
  }

  void ExplainNode(const QueryNode& node, SearchAnswer* answer) const {
    if (node.explain >= 0) {
      answer->explain[node.explain].rows = std::count_if(
          rows_.begin(), rows_.end(), [&](const PlainRow& row) { return Matches(node, row); });
    }
    for (const QueryNode& child : node.children) ExplainNode(child, answer);
    if (node.kind != Kind::kOr) return;
    for (size_t i = 0; i < node.children.size(); ++i) {
      if (node.children[i].explain < 0) continue;
      answer->explain[node.children[i].explain].added_rows =
          std::count_if(rows_.begin(), rows_.end(), [&](const PlainRow& row) {
            for (size_t elder = 0; elder < i; ++elder) {
              if (Matches(node.children[elder], row)) return false;
            }
            return Matches(node.children[i], row);
          });
    }
  }

  // The filter without its conditions on the facet's field.
  bool MatchesOthers(const BoundQuery& query, const FacetSpec& spec, const PlainRow& row) const {
    if (!Matches(query.words, row) || !Matches(query.rest, row)) return false;
    for (const QueryNode& condition : query.conditions) {
      const bool same =
          condition.field == spec.field &&
          (spec.field != "attribute" || condition.attribute_key == spec.attribute_key);
      if (!same && !Matches(condition, row)) return false;
    }
    return true;
  }

  // What `key` counts under with others: its own spelling if it is words, that of the words beside
  // it if it is an id that no ontology knows. Empty: it counts alone.
  std::string Shared(const std::string& field, const std::string& key) const {
    const Field* known = FindField(field);
    const Value* value = Find(field, key);
    if (known == nullptr || !FoldsSpelling(*known) || value == nullptr) return "";
    const bool labelled = value->label != key;
    const bool id = value->is_term ||
                    (labelled && (!CuriePrefix(key).empty() || absl::StrContains(key, "://")));
    if (!id) return SpellingKey(key);
    const bool described = terms_ != nullptr && (terms_->LabelOf(key).has_value() ||
                                                 terms_->Descendants(key, 10).size() > 1);
    return labelled && !described ? SpellingKey(value->label) : "";
  }
  bool FoldsWords(const std::string& field, const std::string& key) const {
    return !Shared(field, key).empty();
  }
  std::string Spelling(const std::string& field, const std::string& key) const {
    return FoldsWords(field, key) ? Shared(field, key) : key;
  }
  // Spelling -> the key that most rows have, of equals the first.
  std::map<std::string, std::string> ShownSpellings(const std::string& field) const {
    std::map<std::string, int64_t> rows;
    for (const PlainRow& row : rows_) {
      for (const std::string& key : Of(row.holds, field)) ++rows[key];
    }
    std::map<std::string, std::string> shown;
    for (const auto& [key, count] : rows) {
      if (!FoldsWords(field, key)) continue;
      auto [it, fresh] = shown.try_emplace(Shared(field, key), key);
      if (!fresh && rows[it->second] < count) it->second = key;
    }
    return shown;
  }
  std::string Shown(const std::string& field, const std::string& key,
                    const std::map<std::string, std::string>& shown) const {
    auto it = shown.find(Spelling(field, key));
    return FoldsWords(field, key) && it != shown.end() ? it->second : key;
  }

  FacetResult CountFacet(const BoundQuery& query, const FacetSpec& spec) const {
    const std::string field = FieldOf(spec.field, spec.attribute_key);
    std::map<std::string, std::vector<const PlainRow*>> exact, count;
    std::vector<const PlainRow*> missing;
    const std::map<std::string, std::string> shown = ShownSpellings(field);
    for (const PlainRow& row : rows_) {
      if (!MatchesOthers(query, spec, row)) continue;
      Keys keys, closure;
      for (const std::string& key : Of(row.holds, field)) keys.insert(Shown(field, key, shown));
      for (const std::string& key : Closure(field, Of(row.holds, field))) {
        closure.insert(Shown(field, key, shown));
      }
      if (keys.empty()) missing.push_back(&row);
      for (const std::string& key : keys) exact[key].push_back(&row);
      for (const std::string& key : closure) count[key].push_back(&row);
    }
    FacetResult out;
    out.field = spec.field;
    out.attribute_key = spec.attribute_key;
    out.missing = CountRows(missing);
    std::vector<FacetValue> values;
    for (const auto& [key, rows] : count) {
      FacetValue value;
      value.value = key;
      value.label = LabelOf(field, key);
      const Value* known = Find(field, key);
      value.is_term = terms_ != nullptr && (known == nullptr || known->is_term);
      value.exact = CountRows(exact[key]);
      value.count = CountRows(rows);
      const bool words = FoldsWords(field, key);
      const bool found = words ? absl::StrContains(Shared(field, key), SpellingKey(spec.contains))
                               : absl::StrContains(Fold(key), Fold(spec.contains)) ||
                                     absl::StrContains(Fold(value.label), Fold(spec.contains));
      if (!found) continue;
      values.push_back(std::move(value));
    }
    auto size = [&](const Counts& counts) {
      return query.level == SearchLevel::kStudy ? counts.studies : counts.rows;
    };
    std::sort(values.begin(), values.end(), [&](const FacetValue& a, const FacetValue& b) {
      return std::tuple(-size(a.count), -size(a.exact), Spelling(field, a.value)) <
             std::tuple(-size(b.count), -size(b.exact), Spelling(field, b.value));
    });
    out.total_values = static_cast<int64_t>(values.size());
    for (int64_t i = spec.offset; i < out.total_values && i < spec.offset + spec.limit; ++i) {
      out.values.push_back(values[static_cast<size_t>(i)]);
    }
    return out;
  }

  static int64_t Idf(const Statistics& statistics, const std::string& word) {
    double with = 0;
    for (const TermStatistics& term : statistics.terms) {
      if (term.word == word) with = static_cast<double>(term.studies);
    }
    const double all = static_cast<double>(statistics.studies);
    const double ratio = std::max(0.0, all - with + 0.5) / (with + 0.5);
    return std::max<int64_t>(1, std::llround(std::log(1 + ratio) * 65536));
  }

  // (is an identifier, weight times share) of a value for a leaf.
  std::pair<bool, int64_t> Worth(const std::map<std::string, const QueryNode*>& leaves,
                                 const QueryNode& leaf, const Value& value) const {
    if (IsMeaning(leaf)) {
      const bool itself =
          std::find(leaf.words.begin(), leaf.words.end(), value.key) != leaf.words.end();
      return {false, value.weight * (itself ? 2 : 1) * 65536};
    }
    uint32_t length = 0;
    for (const Token& token : Tokenise(value.label)) length = std::max(length, token.position);
    length = std::max<uint32_t>(1, length);
    uint32_t covered = 0;
    for (const auto& [name, other] : leaves) {
      if (IsMeaning(*other)) continue;
      if (other->field.empty() || other->field == value.field) covered += WordsIn(*other, value);
    }
    const int64_t share =
        covered >= length ? 4 * 65536 : int64_t{covered * 8 / length} * (65536 / 8) + 1;
    return {value.identifier && WordsIn(leaf, value) >= length, value.weight * share};
  }

  void FillHits(const BoundQuery& query, const Statistics& statistics,
                const std::vector<const PlainRow*>& match, SearchAnswer* answer) const {
    std::map<std::string, const QueryNode*> leaves;
    Positive(query.words, &leaves);
    std::map<size_t, int64_t> scores;
    std::map<const PlainRow*, int64_t> specificity;
    std::map<size_t, std::vector<const PlainRow*>> by_study;
    for (const PlainRow* row : match) by_study[row->study].push_back(row);
    for (const auto& [number, rows] : by_study) {
      const PlainStudy& study = studies_[number];
      for (const auto& [name, leaf] : leaves) {
        const int64_t idf = Idf(statistics, name);
        size_t f = 0;
        for (const Field& field : Fields()) {
          if (field.kind != FieldKind::kText || IsMeaning(*leaf)) continue;
          const double mean = statistics.field_length[f++];
          auto text = study.texts.find(std::string(field.name));
          if (text == study.texts.end()) continue;
          if (!leaf->field.empty() && leaf->field != field.name) continue;
          uint32_t times = 0;
          CountWords(text->second, *leaf, &times);
          if (times == 0) continue;
          const double tf = times, length = static_cast<double>(text->second.size());
          const double relative = mean > 0 ? length / mean : 1.0;
          const int64_t norm =
              std::llround(tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * relative)) * 65536);
          scores[number] += field.weight * (idf * norm / 65536);
        }
        std::pair<bool, int64_t> best(false, -1);
        for (const PlainRow* row : rows) {
          std::pair<bool, int64_t> of_row(false, -1);
          for (const auto& [field, keys] : row->holds) {
            if (!leaf->field.empty() && leaf->field != field) continue;
            for (const std::string& key : keys) {
              const Value& value = *Find(field, key);
              if (IsMeaning(*leaf) ? Means(*leaf, field, key) : WordsIn(*leaf, value) > 0) {
                of_row = std::max(of_row, Worth(leaves, *leaf, value));
              }
            }
          }
          best = std::max(best, of_row);
          if (of_row.second > 0) specificity[row] += of_row.second;
        }
        if (best.second > 0) {
          scores[number] += idf * best.second / 65536 + (best.first ? int64_t{1} << 40 : 0);
        }
      }
    }
    std::vector<Hit> hits = query.level == SearchLevel::kStudy
                                ? StudyHits(query, scores, by_study)
                                : RowHits(query, scores, specificity, match);
    size_t begin = 0;
    if (!query.after.empty()) {
      while (begin < hits.size() && hits[begin].sort_key != query.after) ++begin;
      ++begin;
    }
    const size_t end = std::min(hits.size(), begin + static_cast<size_t>(query.page_size));
    for (size_t i = begin; i < end; ++i) answer->hits.push_back(hits[i]);
    answer->more = end < hits.size();
  }

  // Smaller comes first.
  std::pair<int64_t, std::string> Rank(const BoundQuery& query, const PlainStudy& study,
                                       int64_t score, int64_t images) const {
    const std::optional<int32_t> day = FirstDayOf(study.record.release_date);
    switch (query.order) {
      case SearchOrder::kRelevance:
        return {-score, ""};
      case SearchOrder::kReleaseDateDescending:
        return {day ? -*day : INT64_MAX, ""};
      case SearchOrder::kReleaseDate:
        return {day ? *day : INT64_MAX, ""};
      case SearchOrder::kImageCountDescending:
        return {images < 0 ? INT64_MAX : -images, ""};
      case SearchOrder::kBytesDescending:
        return {study.record.bytes ? -*study.record.bytes : INT64_MAX, ""};
      case SearchOrder::kTitle:
        return {0, Fold(study.record.title)};
      case SearchOrder::kName:
        return {0, ""};
    }
    return {0, ""};
  }

  std::vector<Hit> StudyHits(const BoundQuery& query, std::map<size_t, int64_t>& scores,
                             const std::map<size_t, std::vector<const PlainRow*>>& by_study) const {
    std::vector<std::tuple<std::pair<int64_t, std::string>, std::string, size_t>> order;
    for (const auto& [number, rows] : by_study) {
      order.emplace_back(Rank(query, studies_[number], scores[number], CountRows(rows).images),
                         studies_[number].key, number);
    }
    std::sort(order.begin(), order.end());
    std::vector<Hit> out;
    for (const auto& [rank, key, number] : order) {
      std::vector<const PlainRow*> rows = by_study.at(number);
      std::sort(rows.begin(), rows.end(),
                [](const PlainRow* a, const PlainRow* b) { return NaturalLess(a->id, b->id); });
      Hit hit;
      hit.name = {studies_[number].source, studies_[number].accession, ""};
      hit.score = scores[number];
      hit.sort_key = key;
      hit.counts = CountRows(rows);
      for (const PlainRow* row : rows) {
        if (row->id.empty() || hit.samples.size() == 3) continue;
        hit.samples.push_back({hit.name.source, hit.name.accession, row->id});
      }
      out.push_back(std::move(hit));
    }
    return out;
  }

  std::vector<Hit> RowHits(const BoundQuery& query, std::map<size_t, int64_t>& scores,
                           std::map<const PlainRow*, int64_t>& specificity,
                           std::vector<const PlainRow*> rows) const {
    auto rank = [&](const PlainRow* row) {
      return Rank(query, studies_[row->study], scores[row->study], row->images);
    };
    const bool specific = query.order == SearchOrder::kRelevance;
    std::sort(rows.begin(), rows.end(), [&](const PlainRow* a, const PlainRow* b) {
      if (auto ra = rank(a), rb = rank(b); ra != rb) return ra < rb;
      if (a->study != b->study) return studies_[a->study].key < studies_[b->study].key;
      if (specific && specificity[a] != specificity[b]) return specificity[a] > specificity[b];
      return NaturalLess(a->id, b->id);
    });
    std::vector<Hit> out;
    for (const PlainRow* row : rows) {
      Hit hit;
      hit.name = {studies_[row->study].source, studies_[row->study].accession, row->id};
      hit.score = scores[row->study];
      hit.sort_key = FormatRecordName(hit.name);
      hit.counts = CountRows({row});
      out.push_back(std::move(hit));
    }
    return out;
  }

  const TermLookup* const terms_;
  Revision revision_;
  std::vector<PlainStudy> studies_;
  std::vector<PlainRow> rows_;
  std::map<std::pair<std::string, std::string>, Value> values_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> PlainSearchIndex::Open() const {
  auto snapshot = std::make_shared<PlainSnapshot>(terms_);
  PARFOCAL_RETURN_IF_ERROR(snapshot->Load(*store_));
  return std::shared_ptr<const Snapshot>(std::move(snapshot));
}

absl::StatusOr<std::shared_ptr<const Snapshot>> PlainSearchIndex::OpenAt(
    int64_t sequence, absl::Time deadline) const {
  const int64_t newest = store_->WaitForChange(std::string(kPublicGroup), sequence - 1, deadline);
  if (newest < sequence) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat("at sequence ", newest)),
                      "INDEX_BEHIND", "min_sequence");
  }
  return Open();
}

}  // namespace parfocal::testing
