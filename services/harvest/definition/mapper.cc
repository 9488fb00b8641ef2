#include "parfocal/definition/mapper.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/definition/plain_text.h"
#include "parfocal/record_name.h"
#include "record_mapping.h"

namespace parfocal::definition {
namespace {

constexpr size_t kMostConditionBytes = 1000;
constexpr size_t kMostUnmapped = 10'000;
constexpr size_t kMostWordBytes = 200;

bool AnyMatches(const std::vector<std::string>& patterns, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
      return idr::Matches(pattern, idr::CutUtf8(value, kMostConditionBytes));
    });
  });
}

// The meaning of the first value that has one.
template <typename T>
const T* StateOf(const StateRule<T>& rule, const std::string& word) {
  if (word.empty()) return nullptr;
  const auto exact = rule.words.find(idr::Fold(word));
  if (exact != rule.words.end()) return &exact->second;
  for (const auto& [pattern, state] : rule.words) {
    if (absl::StrContains(pattern, "*") && idr::Matches(pattern, word)) return &state;
  }
  return nullptr;
}

// "{a/b|text}" -> "a/b": what an attribute is called.
std::string KeyOf(const ValueTemplate& value) {
  std::string key;
  bool filter = false;
  for (const char c : value.text()) {
    if (c == '|') filter = true;
    if (c == '}') filter = false;
    if (!filter && c != '{' && c != '}') key += c;
  }
  return key;
}

// Micrometres in one of the unit.
double Micrometres(const std::string& unit) {
  if (unit == "nm") return 1e-3;
  if (unit == "mm") return 1e3;
  if (unit == "m") return 1e6;
  if (unit == "angstrom") return 1e-4;
  return 1;
}

}  // namespace

bool Holds(const std::vector<Condition>& conditions, const View& view) {
  return RecordMapping::Holds(conditions, view);
}

Mapper::Mapper(const SourceDefinition* definition, std::string source, const MapperLimits& limits)
    : definition_(*definition), source_(std::move(source)), limits_(limits) {}

void Mapper::CountUnmapped(const std::string& map, absl::string_view word) {
  const std::pair key(map, std::string(idr::CutUtf8(word, kMostWordBytes)));
  if (unmapped_.size() < kMostUnmapped || unmapped_.count(key) > 0) ++unmapped_[key];
}

MappedRecord Mapper::Map(const FeedRule& feed, const Item& record) {
  MappedRecord out;
  RecordMapping(this, &out).Map(feed, record);
  return out;
}

void RecordMapping::Remark(std::string text) {
  if (out_.remarks.size() < mapper_.limits_.remarks) out_.remarks.push_back(std::move(text));
}

bool RecordMapping::Room(size_t have, size_t limit, absl::string_view what) {
  if (have < limit) return true;
  const std::string remark = absl::StrCat("more than ", limit, " ", what, "; the rest is left out");
  if (out_.remarks.empty() || out_.remarks.back() != remark) Remark(remark);
  return false;
}

bool RecordMapping::Holds(const std::vector<Condition>& conditions, const View& view) {
  for (const Condition& condition : conditions) {
    const std::vector<std::string> values = condition.value.Values(view);
    if (condition.absent) {
      if (!values.empty()) return false;
      continue;
    }
    if (!condition.is.empty() && !AnyMatches(condition.is, values)) return false;
    if (AnyMatches(condition.is_not, values)) return false;
    if (condition.is.empty() && condition.is_not.empty() && values.empty()) return false;
  }
  return true;
}

std::vector<std::string> RecordMapping::ValuesOf(const ValueRule& rule, const View& view) {
  for (const ValueTemplate& value : rule.any_of) {
    std::vector<std::string> values = value.Values(view);
    if (!values.empty()) return values;
  }
  return {};
}

std::vector<View> RecordMapping::Elements(const ItemPath& each, const View& view) {
  if (each.empty()) return {view};
  std::vector<View> out;
  for (const Item* item : each.Find(view)) out.push_back({item, view.record});
  return out;
}

std::string RecordMapping::Text(const ValueRule& rule, const View& view, size_t limit) {
  const std::vector<std::string> values = ValuesOf(rule, view);
  return values.empty() ? std::string() : StoredText(values[0], limit);
}

std::optional<int64_t> RecordMapping::Number(const ValueRule& rule, const View& view,
                                             absl::string_view what) {
  const std::vector<std::string> values = ValuesOf(rule, view);
  if (values.empty()) return std::nullopt;
  int64_t whole = 0;
  if (absl::SimpleAtoi(values[0], &whole) && whole >= 0) return whole;
  double number = 0;
  constexpr double kMost = 9e15;  // Whole numbers are exact below it.
  if (absl::SimpleAtod(values[0], &number) && number >= 0 && number <= kMost &&
      number == std::floor(number)) {
    return static_cast<int64_t>(number);
  }
  Remark(absl::StrCat(what, ": '", idr::CutUtf8(values[0], 60), "' is no count"));
  return std::nullopt;
}

void RecordMapping::Map(const FeedRule& feed, const Item& record) {
  const View view{&record, &record};
  if (!Holds(feed.when, view)) {
    out_.left_out = true;
    return;
  }
  for (const JoinRule& join : feed.joins) {
    const Item* joined = record.Field(join.name);
    if (join.required && (joined == nullptr || joined->items.empty())) {
      out_.left_out = true;
      return;
    }
  }
  const SourceDefinition& definition = mapper_.definition_;
  MapStudy(definition.study, feed.study, view);
  if (!out_.problem.empty()) return;
  for (const SetRule& rule : feed.sets) MapSets(rule, view);
}

void RecordMapping::MapSets(const SetRule& rule, const View& view) {
  for (const View& element : Elements(rule.each, view)) {
    if (!Holds(rule.when, element)) continue;
    if (!Room(out_.sets.size(), mapper_.limits_.sets, "image sets")) return;
    MapSet(rule, element);
  }
}

void RecordMapping::MapSet(const SetRule& rule, const View& view) {
  const size_t limit = mapper_.limits_.value_bytes;
  ImageSet set;
  set.source = mapper_.source_;
  set.study = out_.study.accession;
  // An id that is cut would be another's: it is read whole and then refused.
  set.id = Text(rule.id, view, kMaxIdBytes + 1);
  if (set.id.empty() || set.id.size() > kMaxIdBytes) {
    Remark(set.id.empty() ? "an image set has no id and is left out"
                          : absl::StrCat("an image set whose id has more than ", kMaxIdBytes,
                                         " bytes is left out"));
    return;
  }
  set.block = Text(rule.block, view, kMaxIdBytes);
  set.plate = Text(rule.plate, view, kMaxIdBytes);
  set.well = Text(rule.well, view, kMaxIdBytes);
  set.derived_from = Text(rule.derived_from, view, kMaxIdBytes);
  set.image_count = Number(rule.image_count, view, "image_count");
  if (set.image_count.has_value()) set.image_count_basis = rule.basis;
  if (!rule.images_available) {
    set.images_available = false;
    set.image_count = 0;
    set.image_count_basis = CountBasis::kStated;
  }
  set.control_stated = Text(rule.control.value, view, limit);
  if (!set.control_stated.empty()) {
    const ControlType* control = StateOf(rule.control, set.control_stated);
    set.control = control != nullptr ? *control : ControlType::kOther;
  }
  set.quality_stated = Text(rule.quality.value, view, limit);
  if (const Quality* quality = StateOf(rule.quality, set.quality_stated)) set.quality = *quality;
  if (const ImageKind* kind = StateOf(rule.image_kind, Text(rule.image_kind.value, view, limit)))
    set.image_kind = *kind;
  MapExtents(rule, view, &set);
  for (const StatementRule& statement : rule.statements)
    MapStatement(statement, view, &set.statements);
  for (const ObservationFrom& observation : rule.observations)
    MapObservation(observation, view, &set);
  MapAttributes(rule.attributes, view, &set.attributes);
  if (rule.all_attributes && view.here != nullptr) AllAttributes(*view.here, &set.attributes);
  out_.sets.push_back(std::move(set));
}

void RecordMapping::MapExtents(const SetRule& rule, const View& view, ImageSet* set) {
  Extents& e = set->extents;
  e.x = Number(rule.size_x, view, "extents.x");
  e.y = Number(rule.size_y, view, "extents.y");
  e.z = Number(rule.size_z, view, "extents.z");
  e.c = Number(rule.size_c, view, "extents.c");
  e.t = Number(rule.size_t_, view, "extents.t");
  const auto pixel = [&](const ValueRule& value) -> std::optional<double> {
    const std::vector<std::string> values = ValuesOf(value, view);
    double number = 0;
    if (values.empty() || !absl::SimpleAtod(values[0], &number) || !std::isfinite(number) ||
        number <= 0) {
      return std::nullopt;
    }
    return number * Micrometres(rule.pixel_unit);
  };
  e.pixel_size_x_um = pixel(rule.pixel_x);
  e.pixel_size_y_um = pixel(rule.pixel_y);
  e.pixel_size_z_um = pixel(rule.pixel_z);
}

void RecordMapping::MapAttributes(const std::vector<ValueRule>& rules, const View& view,
                                  std::vector<Attribute>* out) {
  for (const ValueRule& rule : rules) {
    const std::vector<std::string> values = ValuesOf(rule, view);
    for (const std::string& value : values) {
      if (!Room(out->size(), mapper_.limits_.attributes, "attributes")) return;
      out->emplace_back(KeyOf(rule.any_of[0]), StoredText(value, mapper_.limits_.value_bytes));
    }
  }
}

void RecordMapping::AllAttributes(const Item& item, std::vector<Attribute>* out) {
  for (const auto& [key, value] : item.fields) {
    // What the connector added is none of the source's.
    if (value.kind != Item::Kind::kText || absl::StartsWith(key, "@")) continue;
    std::string text = StoredText(value.text, mapper_.limits_.value_bytes);
    if (text.empty()) continue;
    if (!Room(out->size(), mapper_.limits_.attributes, "attributes")) return;
    out->emplace_back(StoredText(key, kMaxIdBytes), std::move(text));
  }
}

}  // namespace parfocal::definition
