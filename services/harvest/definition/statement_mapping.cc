#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/connector_idr/row_draft.h"
#include "parfocal/definition/plain_text.h"
#include "parfocal/normalise/witness.h"
#include "parfocal/terms/curie.h"
#include "record_mapping.h"

namespace parfocal::definition {
namespace {

constexpr absl::string_view kGene = "gene";

// The parts of `text` at the first separator that occurs in it; one part if none does.
std::vector<std::string> Parts(const std::string& text,
                               const std::vector<std::string>& separators) {
  for (const std::string& separator : separators) {
    if (!absl::StrContains(text, separator)) continue;
    std::vector<std::string> parts = absl::StrSplit(text, separator);
    for (std::string& part : parts) part = std::string(idr::Trim(part));
    return parts;
  }
  return {text};
}

std::vector<std::string> SplitAll(const std::vector<std::string>& values,
                                  const std::vector<std::string>& separators) {
  if (separators.empty()) return values;
  std::vector<std::string> out;
  for (const std::string& value : values) {
    for (std::string& part : Parts(value, separators)) out.push_back(std::move(part));
  }
  return out;
}

// Reads "Cytosol (X:1)" by "{value} ({id})": the last place at which the text between the two
// stands divides them. False if the text is not of that form.
bool ReadPattern(const std::string& pattern, absl::string_view text, std::string* value,
                 std::string* id) {
  const size_t v = pattern.find("{value}"), i = pattern.find("{id}");
  const bool value_first = v < i;
  const size_t first = std::min(v, i), second = std::max(v, i);
  const size_t first_end = first + (value_first ? 7 : 4);
  const size_t second_end = second + (value_first ? 4 : 7);
  const absl::string_view p = pattern;
  if (!absl::ConsumePrefix(&text, p.substr(0, first)) ||
      !absl::ConsumeSuffix(&text, p.substr(second_end))) {
    return false;
  }
  const absl::string_view between = p.substr(first_end, second - first_end);
  const size_t at = between.empty() ? text.npos : text.rfind(between);
  if (at == text.npos) return false;
  const std::string head(idr::Trim(text.substr(0, at)));
  const std::string tail(idr::Trim(text.substr(at + between.size())));
  *value = value_first ? head : tail;
  *id = value_first ? tail : head;
  return true;
}

bool IsNumber(const std::string& text) {
  double number = 0;
  return absl::SimpleAtod(text, &number);
}

bool AllFixed(const ValueRule& rule) {
  return std::all_of(rule.any_of.begin(), rule.any_of.end(),
                     [](const ValueTemplate& t) { return t.IsFixed(); });
}

}  // namespace

std::vector<RecordMapping::Pair> RecordMapping::PairsOf(const StatementRule& rule,
                                                        const View& view) {
  std::vector<Pair> out;
  const std::vector<std::string> values = SplitAll(ValuesOf(rule.value, view), rule.split);
  std::vector<std::string> ids = SplitAll(ValuesOf(rule.id, view), rule.split);
  if (!values.empty() && !ids.empty() && values.size() != ids.size()) {
    Remark(absl::StrCat(rule.field, ": ", values.size(), " values stand beside ", ids.size(),
                        " ids; the ids are left out"));
    ids.clear();
  }
  for (size_t i = 0; i < std::max(values.size(), ids.size()); ++i) {
    Pair pair{i < values.size() ? values[i] : "", i < ids.size() ? ids[i] : ""};
    if (!rule.pattern.empty()) ReadPattern(rule.pattern, values[i], &pair.value, &pair.id);
    if (pair.value.empty()) pair.value = pair.id;
    if (!pair.value.empty()) out.push_back(std::move(pair));
  }
  return out;
}

uint32_t RecordMapping::GroupOf(const std::string& group, const Item* element) {
  if (group.empty()) return 0;
  const auto [it, added] = groups_.try_emplace({group, element}, last_group_ + 1);
  if (added) ++last_group_;
  return it->second;
}

// False if the word is declared to say nothing.
bool RecordMapping::ByMap(const StatementRule& rule, Statement* statement) {
  if (rule.map.empty()) return true;
  const ValueMap& map = mapper_.definition_.maps.at(rule.map);
  const auto found = map.find(idr::Fold(statement->value));
  if (found == map.end()) {
    mapper_.CountUnmapped(rule.map, statement->value);
    return true;
  }
  const MappedWord& word = found->second;
  if (word.nothing) return false;
  statement->origin = Origin::kInferred;
  const std::string file = std::filesystem::path(mapper_.definition_.place).filename().string();
  std::string what = absl::StrCat("value map '", rule.map, "' of ", file);
  if (!word.id.empty()) {
    statement->stated_id = CanonicalCurie(word.id, rule.ontology);
  } else {
    absl::StrAppend(&what, ": \"", statement->value, "\"");
    statement->value = word.value;
  }
  statement->evidence = DefinitionEvidence(what);
  return true;
}

void RecordMapping::MapStatement(const StatementRule& rule, const View& view,
                                 std::vector<Statement>* out) {
  for (const View& element : Elements(rule.each, view)) {
    if (!Holds(rule.when, element)) continue;
    for (Pair& pair : PairsOf(rule, element)) {
      Statement s;
      s.field = rule.field;
      s.role = rule.role;
      s.value = StoredText(pair.value, mapper_.limits_.value_bytes);
      if (s.value.empty()) continue;
      if (AllFixed(rule.value) && AllFixed(rule.id)) {
        s.origin = Origin::kInferred;
        s.evidence = DefinitionEvidence("the same for every record of the source");
      }
      // A gene's identifier is looked up as the source writes it.
      s.stated_id = rule.field == kGene ? pair.id : CanonicalCurie(pair.id, rule.ontology);
      if (!ByMap(rule, &s)) continue;
      if (!rule.unit.empty() && IsNumber(s.value)) absl::StrAppend(&s.value, " ", rule.unit);
      s.group = GroupOf(rule.group, element.here);
      if (std::find(out->begin(), out->end(), s) != out->end()) continue;
      if (!Room(out->size(), mapper_.limits_.statements, "statements")) return;
      out->push_back(std::move(s));
    }
  }
}

void RecordMapping::MapObservation(const ObservationFrom& rule, const View& view, ImageSet* set) {
  StatementRule finding = rule.finding;
  finding.field = std::string(idr::FieldOf(rule.kind));
  finding.each = ItemPath();
  finding.when.clear();
  for (const View& element : Elements(rule.finding.each, view)) {
    if (!Holds(rule.finding.when, element)) continue;
    std::vector<Statement> found;
    MapStatement(finding, element, &found);
    for (Statement& statement : found) {
      if (!Room(set->observations.size(), mapper_.limits_.observations, "observations")) return;
      Observation made;
      made.kind = rule.kind;
      made.outcome = rule.outcome;
      made.level = rule.level;
      made.score = Text(rule.score, element, mapper_.limits_.value_bytes);
      made.finding = std::move(statement);
      set->observations.push_back(std::move(made));
    }
  }
}

}  // namespace parfocal::definition
